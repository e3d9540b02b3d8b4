//! Rules 8 and 11: a grant is used once, and what is about to happen is on record before it does.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use approvals::*;
use approvals_testkit::{FaultyLedger, MockApprover};
use async_trait::async_trait;

use crate::support::*;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_callers_with_one_key_run_the_body_once() {
    let ledger = ledger().await;
    let mut callers = tokio::task::JoinSet::new();
    let ran = Ran::default();
    for _ in 0..4 {
        let gate = builder(Arc::clone(&ledger)).clock(SystemClock::default()).policy(ask_ops());
        let gate = gate.approver(MockApprover::approving()).build().await.unwrap();
        for _ in 0..8 {
            let (gate, ran) = (gate.clone(), ran.clone());
            callers.spawn(async move { run(&gate, deploy().key("k").unwrap(), &ran).await });
        }
    }
    let results = callers.join_all().await;
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1, "{results:?}");
    assert_eq!(ran.count(), 1);
    assert_eq!(outcome(&ledger).await, Some(Outcome::Executed(Execution::Succeeded)));
}

/// Appends whatever else was appended: the comparison that everything rests on is taken out.
#[derive(Debug)]
struct Careless(Arc<MemoryLedger>);

#[async_trait]
impl Ledger for Careless {
    async fn append(&self, mut append: Append) -> Result<Appended, LedgerError> {
        append.log_expected = None;
        loop {
            match self.0.append(append.clone()).await {
                Err(LedgerError::Conflict) => {
                    append.expected = self.0.history(append.request).await?.len() as u64;
                }
                other => return other,
            }
        }
    }

    async fn history(&self, of: Option<RequestId>) -> Result<Vec<Entry>, LedgerError> {
        let history = self.0.history(of).await;
        // What is read is a little old by the time it is used.
        tokio::time::sleep(Duration::from_millis(2)).await;
        history
    }

    async fn entries(&self, from: u64, limit: usize) -> Result<Vec<Entry>, LedgerError> {
        self.0.entries(from, limit).await
    }

    async fn head(&self) -> Result<SignedHead, LedgerError> {
        self.0.head().await
    }
}

/// The test above would find a ledger that does not compare.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn without_compare_and_append_the_body_runs_more_than_once() {
    let mut most = 0;
    for n in 0..50 {
        let ledger = ledger().await;
        let gate = || async {
            let gate = builder(Careless(Arc::clone(&ledger)))
                .clock(SystemClock::default())
                .policy(ask_ops());
            gate.approver(MockApprover::approving()).build().await.unwrap()
        };
        let key = format!("k{n}");
        let first = gate().await;
        let _ticket = first.submit(deploy().key(&key).unwrap()).await.unwrap();
        tokio::time::sleep(Duration::from_millis(20)).await;
        let ran = Ran::default();
        let mut callers = tokio::task::JoinSet::new();
        for _ in 0..8 {
            let (gate, ran, key) = (first.clone(), ran.clone(), key.clone());
            callers.spawn(async move { run(&gate, deploy().key(&key).unwrap(), &ran).await });
        }
        callers.join_all().await;
        most = most.max(ran.count());
        if most > 1 {
            return;
        }
    }
    panic!("the planted bug was not found: {most}");
}

#[tokio::test(start_paused = true)]
async fn started_is_durable_before_the_first_instruction() {
    let (gate, ledger) = asking(MockApprover::approving()).await;
    let inside = Arc::clone(&ledger);
    let run = gate.run(deploy(), |permit, _| async move {
        let mut trail = Trail::new(ORIGIN);
        for entry in inside.entries(0, 100).await.unwrap() {
            trail.read(&entry).unwrap();
        }
        let state = trail.states().find(|(id, _)| *id == permit.request()).unwrap().1.clone();
        Ok::<_, Denied>(state.phase().clone())
    });
    assert_eq!(run.await.unwrap(), Phase::Started);
}

#[tokio::test(start_paused = true)]
async fn what_was_started_and_never_finished_is_not_run_again() {
    let (gate, ledger) = asking(MockApprover::approving()).await;
    // A process that died in the body: its events up to `started`, and no more.
    let keyed = || deploy().key("k").unwrap();
    let ran = Ran::default();
    run(&gate, keyed(), &ran).await.unwrap();
    let cut = ledger_until_started(&ledger).await;
    let after = builder(Arc::clone(&cut))
        .policy(ask_ops())
        .approver(MockApprover::approving())
        .build()
        .await
        .unwrap();
    let unknown = after.recover().await.unwrap();
    assert_eq!(unknown.len(), 1);
    assert_eq!(
        run(&after, keyed(), &ran).await,
        Err(Denied::InDoubt { request: unknown[0], retry_from: None })
    );
    assert_eq!(ran.count(), 1);
}

async fn ledger_until_started(whole: &MemoryLedger) -> Arc<MemoryLedger> {
    let cut = ledger().await;
    for entry in whole.entries(0, 100).await.unwrap() {
        let expected = cut.history(entry.request).await.unwrap().len() as u64;
        let done = matches!(Event::parse(&entry.bytes).unwrap().what, What::Started { .. });
        let entries = vec![NewEntry { bytes: entry.bytes, attachments: entry.attachments }];
        cut.append(Append { request: entry.request, expected, log_expected: None, entries })
            .await
            .unwrap();
        if done {
            break;
        }
    }
    cut
}

#[tokio::test(start_paused = true)]
async fn a_panic_in_the_body_is_recorded_and_goes_on() {
    let (gate, ledger) = asking(MockApprover::approving()).await;
    let body = async move |_: Permit, _: DynamicAction| -> Result<(), Denied> {
        panic!("a bug in the body")
    };
    let panicked = tokio::spawn(async move { gate.run(deploy(), body).await }).await;
    assert!(panicked.unwrap_err().is_panic());
    assert_eq!(outcome(&ledger).await, Some(Outcome::Executed(Execution::Panicked)));
}

#[tokio::test(start_paused = true)]
async fn an_outcome_that_the_ledger_cannot_take_now_is_recorded_once_it_can() {
    let (inner, away) = (ledger().await, Arc::new(AtomicBool::new(false)));
    let gate = builder(FaultyLedger::failing_while(Arc::clone(&inner), &away)).policy(ask_ops());
    let gate = gate.approver(MockApprover::approving()).build().await.unwrap();
    let goes = Arc::clone(&away);
    let run = gate.run(deploy(), |_, _| async move {
        goes.store(true, Ordering::SeqCst);
        Ok::<_, Denied>("done")
    });
    assert_eq!(run.await.unwrap(), "done", "the body's result stands");
    assert_eq!(outcome(&inner).await, None);
    tokio::time::sleep(Duration::from_secs(10)).await;
    away.store(false, Ordering::SeqCst);
    tokio::time::sleep(Duration::from_secs(30)).await;
    assert_eq!(outcome(&inner).await, Some(Outcome::Executed(Execution::Succeeded)));
}
