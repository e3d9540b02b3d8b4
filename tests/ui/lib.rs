//! How the cases that run show it: every call is made twice.

#![expect(clippy::unwrap_used, reason = "a case that fails panics")]

use approvals::{Principal, Requester};
use approvals_testkit::{MockApprover, TestGate};

/// What a call returns once a person has approved it, and what if a person has rejected it.
pub async fn both<T>(call: impl AsyncFn() -> T) -> (T, T) {
    (
        under(MockApprover::approving(), &call).await,
        under(MockApprover::rejecting("no"), &call).await,
    )
}

async fn under<T>(reviewer: MockApprover, call: impl AsyncFn() -> T) -> T {
    let gate = TestGate::asking(&reviewer).await;
    let agent = Requester::new(Principal::agent("agent:ui").unwrap());
    gate.scope(agent, call()).await
}
