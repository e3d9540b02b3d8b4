//! The gate of the process, and the scopes of another: on its own, since there is one for good.

#![cfg(feature = "macros")]

use approvals::*;
use approvals_testkit::{MockApprover, TestGate};

#[requires_approval(action = "deploy.start")]
async fn deploy() -> Result<(), Denied> {
    Ok(())
}

#[tokio::test]
async fn what_loses_the_scope_of_another_gate_is_no_call_of_the_requester_of_the_process() {
    let keys = Keyring::generate().unwrap();
    let process = Gate::builder()
        .policy(PolicyFn::new("lax/1", |_| Verdict::Allow).unwrap())
        .ledger(MemoryLedger::new("example.org/process", keys.log).await.unwrap())
        .directory(MockApprover::directory(["ops"]).unwrap())
        .approver(MockApprover::approving())
        .recorder_key(keys.recorder)
        .grant_key(keys.grant)
        .requester(Requester::new(Principal::agent("agent:process").unwrap()));
    process.build().await.unwrap().install().unwrap();
    deploy().await.unwrap();

    let other = TestGate::asking(&MockApprover::approving()).await;
    let agent = Requester::new(Principal::agent("agent:scoped").unwrap());
    let lost = other.scope(agent.clone(), async { tokio::spawn(deploy()).await.unwrap() }).await;
    assert_eq!(lost, Err(Denied::NoRequester));
    other.scope(agent, async { tokio::spawn(inherit(deploy())).await.unwrap() }).await.unwrap();
}
