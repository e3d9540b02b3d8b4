//! The suite itself is tested here: a sound ledger passes, and each broken one fails the check that is meant
//! for it.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "each place has one fault and is sound otherwise"
)]

use std::sync::Arc;

use approvals_core::{
    Append, Appended, Entry, Ledger, LedgerError, LocalSigner, MemoryLedger, RequestId, SignedHead,
};
use approvals_log::{MAX_ENTRY, Vkey};
use async_trait::async_trait;

use super::*;

/// What is wrong with a ledger.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Fault {
    IgnoresExpected,
    IgnoresExpectedLog,
    KeepsFirstEntryOnly,
    SplitsAppends,
    CutsLargeEntries,
    TakesEmptyAppends,
    HeadIsStale,
    HistoryIsReversed,
    HistoryIsOfAll,
    PagesSkipOne,
    PagesAreTooLong,
    AttachmentsAreLost,
    AttachmentsAreUnmarked,
    BytesAreTrimmed,
}

#[derive(Debug)]
struct Broken {
    inner: MemoryLedger,
    fault: Fault,
    first_head: SignedHead,
}

#[async_trait]
impl Ledger for Broken {
    async fn append(&self, mut append: Append) -> Result<Appended, LedgerError> {
        match self.fault {
            Fault::IgnoresExpected => {
                append.expected = count(self.inner.history(append.request).await?.len());
            }
            Fault::IgnoresExpectedLog => append.log_expected = None,
            Fault::KeepsFirstEntryOnly => append.entries.truncate(1),
            Fault::SplitsAppends => return self.split(append).await,
            Fault::CutsLargeEntries => {
                append.entries.iter_mut().for_each(|it| it.bytes.truncate(MAX_ENTRY));
            }
            Fault::TakesEmptyAppends if append.entries.is_empty() => {
                return Ok(Appended { first: 0, head: self.inner.head().await? });
            }
            _ => {}
        }
        self.inner.append(append).await
    }

    async fn history(&self, of: Option<RequestId>) -> Result<Vec<Entry>, LedgerError> {
        if self.fault == Fault::HistoryIsOfAll {
            return self.inner.entries(0, usize::MAX).await;
        }
        let mut history = self.inner.history(of).await?;
        if self.fault == Fault::HistoryIsReversed {
            history.reverse();
        }
        Ok(self.spoil(history))
    }

    async fn entries(&self, from: u64, limit: usize) -> Result<Vec<Entry>, LedgerError> {
        let page = match self.fault {
            Fault::PagesSkipOne if from > 0 => {
                self.inner.entries(from.saturating_add(1), limit).await?
            }
            Fault::PagesAreTooLong => self.inner.entries(from, limit.saturating_add(1)).await?,
            _ => self.inner.entries(from, limit).await?,
        };
        Ok(self.spoil(page))
    }

    async fn head(&self) -> Result<SignedHead, LedgerError> {
        if self.fault == Fault::HeadIsStale {
            return Ok(self.first_head.clone());
        }
        self.inner.head().await
    }
}

impl Broken {
    async fn split(&self, append: Append) -> Result<Appended, LedgerError> {
        let mut first = None;
        let mut last = Err(LedgerError::Conflict);
        for (n, entry) in (0..).zip(append.entries) {
            let expected = append.expected.saturating_add(n);
            let one = Append {
                request: append.request,
                expected,
                log_expected: None,
                entries: vec![entry],
            };
            let appended = self.inner.append(one).await?;
            first = first.or(Some(appended.first));
            last = Ok(Appended { first: first.unwrap_or_default(), ..appended });
            tokio::task::yield_now().await;
        }
        last
    }

    fn spoil(&self, mut entries: Vec<Entry>) -> Vec<Entry> {
        for entry in &mut entries {
            match self.fault {
                Fault::AttachmentsAreLost => entry.attachments.clear(),
                Fault::AttachmentsAreUnmarked => {
                    entry.attachments.iter_mut().for_each(|it| it.erasable = false);
                }
                Fault::BytesAreTrimmed => entry.bytes = entry.bytes.trim_ascii().to_vec(),
                _ => {}
            }
        }
        entries
    }
}

fn count(len: usize) -> u64 {
    u64::try_from(len).unwrap()
}

async fn memory() -> MemoryLedger {
    let log_key = Arc::new(LocalSigner::from_seed(&[7; 32]).unwrap());
    MemoryLedger::new("example.com/test", log_key).await.unwrap()
}

async fn sound() -> Arc<dyn Ledger> {
    Arc::new(memory().await)
}

async fn broken(fault: Fault) -> Arc<dyn Ledger> {
    let inner = memory().await;
    let first_head = inner.head().await.unwrap();
    Arc::new(Broken { inner, fault, first_head })
}

async fn vkey() -> Vkey {
    memory().await.vkey().clone()
}

#[tokio::test]
async fn the_ledger_in_memory_passes() {
    all(sound, &vkey().await).await;
    let store = sound().await;
    all_shared(async || Arc::clone(&store), &vkey().await).await;
}

/// One test for each fault: the check must panic, for the reason that it is there for.
macro_rules! fails {
    ($($name:ident: $fault:ident fails $check:ident($($vkey:ident)?) $reason:literal;)*) => {$(
        #[tokio::test]
        #[should_panic(expected = $reason)]
        async fn $name() {
            let ledger = broken(Fault::$fault).await;
            $check(ledger $(, &$vkey().await)?).await;
        }
    )*};
}

fails! {
    ignoring_what_was_expected_is_found: IgnoresExpected fails an_unexpected_append_stores_nothing() "expected 0";
    ignoring_what_the_log_was_expected_to_be_is_found: IgnoresExpectedLog fails an_append_that_expects_another_log_stores_nothing() "log 0";
    ignoring_what_was_expected_lets_racers_win: IgnoresExpected fails of_racing_appends_exactly_one_wins() "exactly one racer wins";
    keeping_a_part_of_an_append_is_found: KeepsFirstEntryOnly fails an_append_is_stored_whole_and_in_order() "left == right";
    keeping_a_part_of_an_append_shifts_indices: KeepsFirstEntryOnly fails entries_get_consecutive_indices() "the head covers the append";
    splitting_an_append_is_found: SplitsAppends fails racing_requests_all_get_in(vkey) "stand next to each other";
    splitting_an_append_shows_when_it_is_dropped: SplitsAppends fails a_dropped_append_wedges_nothing() "1 entries of an append of 2";
    cutting_a_large_entry_is_found: CutsLargeEntries fails a_larger_entry_is_refused_without_effect() "Ok(Appended";
    taking_an_empty_append_is_found: TakesEmptyAppends fails an_append_without_entries_is_refused() "Ok(Appended";
    a_stale_head_is_found: HeadIsStale fails every_head_covers_what_was_appended(vkey) "not older than an append's";
    a_reversed_history_is_found: HistoryIsReversed fails histories_and_entries_agree() "left == right";
    a_history_of_others_is_found: HistoryIsOfAll fails histories_and_entries_agree() "left == right";
    a_skipped_entry_is_found: PagesSkipOne fails pages_of_entries_join_without_a_gap() "left == right";
    a_page_that_is_too_long_is_found: PagesAreTooLong fails pages_of_entries_join_without_a_gap() "not longer than asked for";
    lost_attachments_are_found: AttachmentsAreLost fails attachments_come_back_as_they_were() "left == right";
    a_lost_mark_is_found: AttachmentsAreUnmarked fails attachments_come_back_as_they_were() "left == right";
    changed_bytes_are_found: BytesAreTrimmed fails bytes_come_back_as_they_were() "left == right";
}

#[tokio::test]
#[should_panic(expected = "signed by the log's key")]
async fn a_head_by_another_key_is_found() {
    let other = LocalSigner::from_seed(&[8; 32]).unwrap();
    let other = MemoryLedger::new("example.com/test", Arc::new(other)).await.unwrap();
    a_new_ledger_is_empty_and_signed(sound().await, other.vkey()).await;
}

#[tokio::test]
#[should_panic(expected = "left == right")]
async fn forgetting_on_reopening_is_found() {
    what_was_appended_is_there_after_reopening(sound).await;
}

#[tokio::test]
#[should_panic(expected = "left == right")]
async fn handles_that_do_not_share_are_found() {
    handles_see_each_others_appends(sound().await, sound().await).await;
}
