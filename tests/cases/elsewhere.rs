//! Gated functions whose gate is in another process.

use std::sync::Arc;

use approvals::*;
use approvals_testkit::{MockApprover, TestGate};

use crate::world::*;

#[requires_approval(action = "bank.pay", redact(token), skip(gate), gate = gate)]
async fn pay(gate: &RemoteGate, cents: u64, token: &str) -> Result<u64, Denied> {
    drop(token.to_owned());
    Ok(cents)
}

#[requires_approval(action = "bank.pay")]
async fn pay_from_anywhere(cents: u64) -> Result<u64, Denied> {
    Ok(cents)
}

async fn afar(reviewer: &MockApprover) -> RemoteGate {
    let always = PolicyFn::new("always/1", |_| Verdict::Review(one_of_ops())).unwrap();
    let gate = TestGate::new(always, &reviewer.clone().member_of(["ops"])).await;
    RemoteGate::new(Arc::new(Gate::clone(&gate)))
}

#[tokio::test(start_paused = true)]
async fn a_gated_function_runs_by_a_gate_elsewhere_once_people_there_approve() {
    let reviewer = MockApprover::approving();
    let gate = afar(&reviewer).await;
    assert_eq!(pay(&gate, 1250, "hunter2").await, Ok(1250));
    let card = reviewer.card();
    assert_eq!(card.document().arguments["cents"], 1250);
    assert!(card.document().redacted.contains_key("token"));
    assert!(!card.to_string().contains("hunter2"));

    let gate = afar(&MockApprover::rejecting("no")).await;
    let denied = pay(&gate, 1250, "hunter2").await;
    assert!(matches!(denied, Err(Denied::Rejected { .. })), "{denied:?}");
}

#[tokio::test(start_paused = true)]
async fn the_scope_of_a_gate_elsewhere_is_the_innermost_and_belongs_to_the_task() {
    let (here, afar) =
        (World::new(asks([ask(1, "ops")])).await, afar(&MockApprover::approving()).await);
    assert_eq!(afar.scope(pay_from_anywhere(7)).await, Ok(7));
    assert_eq!(afar.scope(async { Gate::current().err() }).await, Some(Denied::NoGate));
    let spawned = afar.scope(async { tokio::spawn(pay_from_anywhere(7)).await.unwrap() });
    assert_eq!(spawned.await, Err(Denied::NoGate));
    let inherited =
        afar.scope(async { tokio::spawn(inherit(pay_from_anywhere(7))).await.unwrap() });
    assert_eq!(inherited.await, Ok(7));

    // Within a scope of a gate here, it is still known whose calls to that gate these are.
    let known = here.gate.scope(agent(), async {
        let inner = afar.scope(async { (pay_from_anywhere(7).await, Context::current()) });
        inner.await
    });
    let (paid, context) = known.await;
    assert_eq!(paid, Ok(7));
    assert_eq!(context.map(|context| context.requester().clone()), Some(agent()));
    let around = afar.scope(here.gate.scope(agent(), async { Gate::current().is_ok() }));
    assert!(around.await);
}
