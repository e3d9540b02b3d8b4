//! Rule 10: the body runs inside its caller's future, and stops with it.

use std::time::Duration;

use approvals::*;
use approvals_testkit::{Answer, MockApprover};

use crate::support::*;

#[tokio::test(start_paused = true)]
async fn dropping_the_call_while_people_decide_withdraws_it_and_a_late_yes_runs_nothing() {
    let late = Answer::After(Duration::from_secs(60), Box::new(Answer::Approve));
    let reviewer = MockApprover::script([late]);
    let (gate, ledger) = asking(reviewer.clone()).await;
    let ran = Ran::default();
    assert!(
        tokio::time::timeout(Duration::from_secs(5), run(&gate, deploy(), &ran)).await.is_err()
    );
    tokio::time::sleep(Duration::from_secs(120)).await;
    assert_eq!(ran.count(), 0);
    assert_eq!(outcome(&ledger).await, Some(Outcome::Closed(Cause::Withdrawn)));
    assert_eq!(
        reviewer.updates()[0].1,
        Phase::Ended(Outcome::Closed(Cause::Withdrawn)),
        "the card says so"
    );
}

#[tokio::test(start_paused = true)]
async fn dropping_a_keyed_call_leaves_it_for_the_next_one() {
    let late = Answer::After(Duration::from_secs(60), Box::new(Answer::Approve));
    let (gate, _ledger) = asking(MockApprover::script([late])).await;
    let keyed = || deploy().key("k").unwrap();
    let ran = Ran::default();
    assert!(tokio::time::timeout(Duration::from_secs(5), run(&gate, keyed(), &ran)).await.is_err());
    tokio::time::sleep(Duration::from_secs(120)).await;
    assert_eq!(ran.count(), 0, "approved, and nobody there to run it");
    run(&gate, keyed(), &ran).await.unwrap();
    assert_eq!(ran.count(), 1);
}

#[tokio::test(start_paused = true)]
async fn dropping_the_call_stops_the_body_and_records_that() {
    let (gate, ledger) = asking(MockApprover::approving()).await;
    let ran = Ran::default();
    let body = |_: Permit, _: DynamicAction| async {
        ran.now();
        tokio::time::sleep(Duration::from_secs(60)).await;
        ran.now();
        Ok::<_, Denied>(())
    };
    assert!(tokio::time::timeout(Duration::from_secs(30), gate.run(deploy(), body)).await.is_err());
    tokio::time::sleep(Duration::from_secs(120)).await;
    assert_eq!(ran.count(), 1);
    assert_eq!(outcome(&ledger).await, Some(Outcome::Executed(Execution::Dropped)));
}

/// Wherever the call is dropped: the body has run or it has not, and the record does not say otherwise.
#[tokio::test(start_paused = true)]
async fn dropped_at_any_poll_nothing_runs_behind_the_callers_back() {
    let mut finished = false;
    for polls in 1..200 {
        let (gate, ledger) = asking(MockApprover::approving()).await;
        let ran = Ran::default();
        let mut call = Box::pin(run(&gate, deploy(), &ran));
        let mut left = polls;
        let cut = std::future::poll_fn(|context| {
            if left == 0 {
                return std::task::Poll::Ready(None);
            }
            left -= 1;
            call.as_mut().poll(context).map(Some)
        });
        let result = cut.await;
        drop(call);
        let before = ran.count();
        tokio::time::sleep(Duration::from_secs(3600)).await;
        assert_eq!(ran.count(), before, "ran after it was dropped at poll {polls}");
        if let Some(result) = result {
            result.unwrap();
            finished = true;
            break;
        }
        for (_, state) in trail(&ledger).await.states() {
            assert!(state.outcome().is_some(), "left open at poll {polls}: {state:?}");
        }
    }
    assert!(finished, "the call was never left to finish");
}

#[tokio::test]
async fn a_call_can_be_sent_between_threads_although_its_arguments_cannot_be_shared() {
    // `Cell` is `Send` and not `Sync`.
    struct Unshared(std::cell::Cell<u32>);
    impl Action for Unshared {
        fn describe(&self, call: &mut Description) -> Result<(), DescribeError> {
            call.action("a", Risk::Low)?;
            call.bind("n", &self.0.get())
        }
    }
    let (gate, _ledger) = asking(MockApprover::approving()).await;
    let call = async move {
        gate.run(Unshared(std::cell::Cell::new(1)), |_, _| async { Ok::<_, Denied>(()) }).await
    };
    tokio::spawn(call).await.unwrap().unwrap();
}
