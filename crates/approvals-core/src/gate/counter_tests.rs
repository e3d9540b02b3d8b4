use super::*;
use crate::{
    Denied, DynamicAction, Gate, InMemoryApprover, LocalSigner, MemoryLedger, Obligation,
    Obligations, PolicyFn, Principal, Refusal, Requester, StaticDirectory, SystemClock, Trail,
};

fn key(seed: u8) -> LocalSigner {
    LocalSigner::from_seed(&[seed; 32]).unwrap()
}

fn identity(name: &str) -> ChannelIdentity {
    ChannelIdentity::new("os", name).unwrap()
}

fn people() -> StaticDirectory {
    let mira = Principal::human("u:mira").unwrap().member_of(["ops"]).unwrap();
    StaticDirectory::new().with(&mira, [identity("mira")])
}

async fn log() -> (Gate, Arc<MemoryLedger>) {
    let ledger = Arc::new(MemoryLedger::new("example.org/test", key(1)).await.unwrap());
    let one = Obligations::new([Obligation::new("one").unwrap().seats("ops", 1).unwrap()]);
    let policy = PolicyFn::new("p/1", move |facts| match facts.action().as_str() {
        "free" => Verdict::Allow,
        _ => Verdict::Review(one.clone()),
    });
    let gate = Gate::builder()
        .ledger(Arc::clone(&ledger))
        .policy(policy.unwrap())
        .directory(people())
        .approver(InMemoryApprover::new())
        .recorder_key(key(2))
        .grant_key(key(3))
        .requester(Requester::new(Principal::agent("agent:a").unwrap()));
    (gate.build().await.unwrap(), ledger)
}

#[tokio::test]
async fn a_stop_at_the_counter_stops_the_gate_and_the_log_still_holds() {
    let (gate, ledger) = log().await;
    let policy = ledger.history(None).await.unwrap().len();
    let counter = Counter::open(Arc::clone(&ledger), people(), key(2), SystemClock).await.unwrap();
    assert_eq!(ledger.history(None).await.unwrap().len(), policy, "opening it writes nothing");
    counter.stop(&identity("mira"), Stop::Everything, "odd calls").await.unwrap();
    let free = DynamicAction::from_json("free", b"{}").unwrap();
    let ran = gate.run(free, |_, _| async { Ok::<_, Denied>(()) }).await;
    assert!(matches!(ran, Err(Denied::Stopped { .. })), "{ran:?}");
    let mut trail = Trail::new("example.org/test");
    for entry in ledger.entries(0, 100).await.unwrap() {
        trail.read(&entry).unwrap();
    }
    assert_eq!(trail.control().stops().count(), 1);
}

#[tokio::test]
async fn a_stranger_states_nothing_and_a_key_of_another_log_opens_nothing() {
    let (_gate, ledger) = log().await;
    let counter = Counter::open(Arc::clone(&ledger), people(), key(2), SystemClock).await.unwrap();
    let stranger = counter.stop(&identity("eve"), Stop::Everything, "x").await;
    assert!(matches!(stranger, Err(DeskError::Refused(Refusal::Unmapped(_)))), "{stranger:?}");
    for other in [3, 9] {
        let opened = Counter::open(Arc::clone(&ledger), people(), key(other), SystemClock).await;
        assert!(matches!(opened, Err(CounterError::OtherKey)), "key {other}");
    }
}

#[tokio::test]
async fn nothing_is_granted_at_a_counter() {
    assert!(Never(key(2).public_key()).sign(b"x").await.is_err());
}
