//! The suite itself is tested here: a sound sink passes, and each broken one fails the check that is meant for it.

#![expect(
    clippy::wildcard_enum_match_arm,
    clippy::arithmetic_side_effects,
    reason = "each place has one fault and is sound otherwise; a test that overflows fails"
)]

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use approvals_core::{Entry, SinkError};

use super::*;

/// What is wrong with a sink.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Fault {
    None,
    BeginsAtOne,
    TakesTheFirstOnly,
    TurnsBatchesAround,
    TrimsBytes,
    SkipsLongEntries,
    NeverMovesOn,
    MovesOnFirst,
    MovesOnWhenAsked,
    RefusesWhatItHas,
    CountsForItself,
    SwallowsErrors,
    TakesInTwoSteps,
    ForgetsOnReopening,
    AsksOnce,
}

/// What has arrived, and the mark beside it.
#[derive(Debug, Default)]
struct File {
    entries: Vec<(u64, Vec<u8>)>,
    next: u64,
}

/// A file in memory.
#[derive(Clone, Debug)]
struct Tail {
    fault: Fault,
    file: Arc<Mutex<File>>,
    is_broken: Arc<AtomicBool>,
    /// What this one believes to be next, without looking.
    believes: Arc<Mutex<Option<u64>>>,
}

impl Tail {
    fn new(fault: Fault) -> Self {
        let (file, is_broken) = (Arc::default(), Arc::default());
        Self { fault, file, is_broken, believes: Arc::default() }
    }

    /// Another sink on the same file.
    fn reopened(&self) -> Self {
        let this = Self { believes: Arc::default(), ..self.clone() };
        if self.fault == Fault::ForgetsOnReopening {
            this.file.lock().unwrap().next = 0;
        }
        this
    }

    fn has(&self, fault: Fault) -> bool {
        self.fault == fault
    }
}

#[async_trait]
impl AuditSink for Tail {
    async fn next(&self) -> Result<u64, SinkError> {
        let mut file = self.file.lock().unwrap();
        match self.fault {
            Fault::BeginsAtOne => return Ok(file.next.max(1)),
            Fault::NeverMovesOn => return Ok(0),
            Fault::MovesOnWhenAsked => file.next += 1,
            Fault::AsksOnce => return Ok(*self.believes.lock().unwrap().get_or_insert(file.next)),
            _sound => {}
        }
        Ok(file.next)
    }

    async fn deliver(&self, entries: &[Entry]) -> Result<(), SinkError> {
        let next = self.file.lock().unwrap().next;
        let last = entries.last().map_or(next, |entry| entry.index + 1).max(next);
        if self.has(Fault::RefusesWhatItHas) && entries.iter().any(|entry| entry.index < next) {
            return Err(SinkError::new("it has that already"));
        }
        if self.has(Fault::MovesOnFirst) {
            self.file.lock().unwrap().next = last;
        }
        // Where a connection would be waited for.
        tokio::task::yield_now().await;
        if self.is_broken.load(Ordering::SeqCst) {
            let failed = Err(SinkError::new("the collector is down"));
            return if self.has(Fault::SwallowsErrors) { Ok(()) } else { failed };
        }
        let mut taken = entries.to_vec();
        match self.fault {
            Fault::TakesTheFirstOnly => taken.truncate(1),
            Fault::TurnsBatchesAround => taken.reverse(),
            Fault::SkipsLongEntries => taken.retain(|entry| entry.bytes.len() < 2_000),
            Fault::TakesInTwoSteps => {
                // The mark is written first, and the file after that.
                self.file.lock().unwrap().next = last;
                tokio::task::yield_now().await;
            }
            _sound => {}
        }
        let mut file = self.file.lock().unwrap();
        for entry in taken {
            let arrived = u64::try_from(file.entries.len()).unwrap();
            let index = if self.has(Fault::CountsForItself) { arrived } else { entry.index };
            let trimmed = entry.bytes.strip_suffix(b"}").unwrap_or_default().to_vec();
            let bytes = if self.has(Fault::TrimsBytes) { trimmed } else { entry.bytes };
            file.entries.push((index, bytes));
        }
        file.next = file.next.max(last);
        Ok(())
    }
}

#[async_trait]
impl Receiving for Tail {
    fn sink(&self) -> Arc<dyn AuditSink> {
        Arc::new(self.clone())
    }

    async fn received(&self) -> Vec<(u64, Vec<u8>)> {
        self.file.lock().unwrap().entries.clone()
    }

    async fn set_broken(&self, is_broken: bool) {
        self.is_broken.store(is_broken, Ordering::SeqCst);
    }
}

#[tokio::test]
async fn a_sink_in_memory_passes() {
    all(async || Tail::new(Fault::None)).await;
    let destination = Tail::new(Fault::None);
    all_shared(async || destination.reopened()).await;
}

/// One test for each fault: the check must panic, for the reason that it is there for.
macro_rules! fails {
    ($($name:ident: $fault:ident fails $check:ident $reason:literal;)*) => {$(
        #[tokio::test]
        #[should_panic(expected = $reason)]
        async fn $name() {
            $check(Tail::new(Fault::$fault)).await;
        }
    )*};
}

fails! {
    a_beginning_that_is_left_out_is_found: BeginsAtOne fails a_new_sink_wants_the_first_entry "left == right";
    a_part_of_a_batch_is_found: TakesTheFirstOnly fails entries_are_received_in_order_and_unchanged "is missing before";
    another_order_is_found: TurnsBatchesAround fails entries_are_received_in_order_and_unchanged "is missing before";
    changed_bytes_are_found: TrimsBytes fails entries_are_received_in_order_and_unchanged "arrive unchanged";
    a_gap_is_found: SkipsLongEntries fails entries_are_received_in_order_and_unchanged "is missing before";
    standing_still_is_found: NeverMovesOn fails next_moves_over_what_was_taken_and_no_further "wants what follows";
    moving_on_unasked_is_found: MovesOnWhenAsked fails next_moves_over_what_was_taken_and_no_further "asking moves nothing";
    refusing_what_comes_again_is_found: RefusesWhatItHas fails an_entry_that_comes_again_is_the_same_entry "is no error";
    counting_for_itself_is_found: CountsForItself fails an_entry_that_comes_again_is_the_same_entry "so many entries have arrived";
    moving_on_before_an_error_is_found: MovesOnFirst fails an_error_loses_nothing "which was not taken";
    an_error_that_is_swallowed_is_found: SwallowsErrors fails an_error_loses_nothing "says so";
    moving_on_before_a_drop_is_found: TakesInTwoSteps fails a_dropped_delivery_loses_nothing "is missing before";
}

#[tokio::test]
#[should_panic(expected = "it goes on where it was")]
async fn forgetting_on_reopening_is_found() {
    let destination = Tail::new(Fault::ForgetsOnReopening);
    what_was_taken_is_there_after_reopening(async || destination.reopened()).await;
}

#[tokio::test]
#[should_panic(expected = "so many entries have arrived")]
async fn not_looking_what_the_other_has_delivered_is_found() {
    let destination = Tail::new(Fault::AsksOnce);
    let (one, other) = (destination.reopened(), destination.reopened());
    two_gates_that_feed_one_destination_leave_no_gap(one, other).await;
}
