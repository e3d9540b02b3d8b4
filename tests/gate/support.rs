//! A gate for each test: what differs is said in the test, all else is here.

use std::sync::Arc;
use std::time::Duration;

use approvals::*;
pub(crate) use approvals_testkit::Ran;
use approvals_testkit::{ManualClock, MockApprover};

pub(crate) const ORIGIN: &str = "example.org/shop/test";

pub(crate) fn agent() -> Requester {
    Requester::new(Principal::agent("agent:a").unwrap())
        .on_behalf_of(Principal::human("u:owner").unwrap())
}

/// Half an hour to decide, a quarter to run.
pub(crate) fn ask(group: &str, count: u32) -> Obligations {
    Obligations::new([Obligation::new(&format!("{count}-{group}"))
        .unwrap()
        .seats(group, count)
        .unwrap()])
}

/// Asks one of `ops` about everything.
pub(crate) fn ask_ops() -> impl Policy {
    PolicyFn::new("ask-ops/1", |_| Verdict::Review(ask("ops", 1))).unwrap()
}

pub(crate) async fn ledger() -> Arc<MemoryLedger> {
    let key = LocalSigner::from_seed(&[1; 32]).unwrap();
    Arc::new(MemoryLedger::new(ORIGIN, key).await.unwrap())
}

/// A gate with everything but a policy and an approver. The clock follows tokio's.
pub(crate) fn builder(ledger: impl Ledger + 'static) -> GateBuilder {
    Gate::builder()
        .ledger(ledger)
        .directory(MockApprover::directory(["ops"]).unwrap())
        .recorder_key(LocalSigner::from_seed(&[2; 32]).unwrap())
        .grant_key(LocalSigner::from_seed(&[3; 32]).unwrap())
        .clock(ManualClock::default())
        .requester(agent())
}

/// A gate that asks one of `ops` about everything, in memory.
pub(crate) async fn asking(approver: impl Approver + 'static) -> (Gate, Arc<MemoryLedger>) {
    let ledger = ledger().await;
    let gate =
        builder(Arc::clone(&ledger)).policy(ask_ops()).approver(approver).build().await.unwrap();
    (gate, ledger)
}

pub(crate) fn deploy() -> DynamicAction {
    DynamicAction::from_json("app.deploy", br#"{"version": 7}"#).unwrap()
}

/// Runs `action` with a body that only counts.
pub(crate) async fn run(gate: &Gate, action: impl Action, ran: &Ran) -> Result<(), Denied> {
    gate.run(action, |_permit, _action| async {
        ran.now();
        Ok(())
    })
    .await
}

/// Everything that the ledger has, checked as a stranger would.
pub(crate) async fn trail(ledger: &impl Ledger) -> Trail {
    let mut trail = Trail::new(ORIGIN);
    for entry in ledger.entries(0, usize::MAX).await.unwrap() {
        trail.read(&entry).unwrap();
    }
    trail
}

/// The outcome of the only request.
pub(crate) async fn outcome(ledger: &impl Ledger) -> Option<Outcome> {
    let trail = trail(ledger).await;
    let mut states = trail.states();
    let only = states.next().unwrap().1.outcome().cloned();
    assert!(states.next().is_none(), "more than one request");
    only
}

/// Lets other tasks get on with what they can do now.
pub(crate) async fn settle() {
    tokio::time::sleep(Duration::from_millis(1)).await;
}
