//! A gated function that calls itself: each of its calls is gated.
#![deny(warnings)]

use std::pin::Pin;

use approvals::{Denied, Principal, Requester, requires_approval};
use approvals_testkit::{MockApprover, TestGate};
use ui::both;

#[requires_approval(action = "dir.delete", summary = "Delete {depth} levels")]
pub async fn delete(depth: u8) -> Result<u8, Denied> {
    if depth == 0 {
        return Ok(0);
    }
    let below = Box::pin(delete(depth - 1)).await?;
    Ok(below + 1)
}

#[requires_approval(action = "dir.delete", summary = "Delete {depth} levels")]
pub fn delete_anywhere(
    depth: u8,
) -> Pin<Box<dyn Future<Output = Result<u8, Denied>> + Send + 'static>> {
    Box::pin(async move {
        if depth == 0 { Ok(0) } else { Ok(delete_anywhere(depth - 1).await? + 1) }
    })
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let (ran, denied) = both(async || delete(3).await).await;
    assert_eq!(ran, Ok(3));
    assert!(matches!(denied, Err(Denied::Rejected { .. })));

    let reviewer = MockApprover::approving();
    let gate = TestGate::asking(&reviewer).await;
    let agent = Requester::new(Principal::agent("agent:ui").unwrap());
    assert_eq!(gate.scope(agent, delete_anywhere(3)).await, Ok(3));
    let asked = reviewer.cards();
    let asked = asked.iter().filter_map(|card| card.document().summary.as_deref());
    let levels = [3, 2, 1, 0].map(|depth| format!("Delete {depth} levels"));
    assert!(asked.eq(levels.iter().map(String::as_str)));
}
