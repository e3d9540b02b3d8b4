//! What a tool of an MCP server cannot be made to say.

use approvals::{Denied, Gate, requires_approval};
use approvals_rmcp::refused;
use approvals_testkit::{MockApprover, TestGate};
use rmcp::ErrorData;
use rmcp::model::{CallToolResult, ContentBlock};

#[requires_approval(
    action = "shop.pay",
    key = "pay-{order}",
    gate = gate,
    skip(gate),
    on_denied = refused
)]
async fn pay(gate: &Gate, order: &str) -> Result<CallToolResult, ErrorData> {
    // As MCP has it: that a tool has failed is a result, so that the model reads why.
    Ok(CallToolResult::error(vec![ContentBlock::text("the bank is closed")]))
}

#[tokio::test(start_paused = true)]
async fn a_result_that_a_tool_marks_as_an_error_itself_is_of_a_call_that_was_carried_out() {
    let gate = TestGate::asking(&MockApprover::approving()).await;
    let failed = pay(&gate, "o-7").await.unwrap();
    assert_eq!(failed.is_error, Some(true));
    let again = pay(&gate, "o-7").await.unwrap();
    let told = &again.content.first().unwrap().as_text().unwrap().text;
    // Said in the docs: the log tells `Ok` from `Err`, and cannot look into a result.
    assert!(told.contains("has been carried out already"), "{told}");
}

#[test]
fn what_is_refused_is_an_error_in_every_type() {
    let refusal: Result<CallToolResult, ErrorData> = refused(Denied::Expired);
    assert_eq!(refusal.unwrap().is_error, Some(true));
}
