//! Whatever the denial says, and whatever a tool returns, the model reads it, marked as an error.

use approvals::Denied;
use approvals_rmcp::{Refusal, refused};
use proptest::prelude::*;
use rmcp::handler::server::tool::IntoCallToolResult;
use rmcp::model::{CallToolResponse, CallToolResult};
use rmcp::{ErrorData, Json};
use serde_json::Value;

use crate::text;

fn denials() -> impl Strategy<Value = Denied> {
    prop_oneof![
        ".*".prop_map(|reason| Denied::ByPolicy { reason }),
        ".*".prop_map(|reason| Denied::Revoked { reason }),
        ".*".prop_map(|reason| Denied::Stopped { reason }),
        Just(Denied::Expired),
        Just(Denied::NoGate),
        Just(Denied::Undeliverable),
    ]
}

/// What rmcp would send.
fn sent<R: Refusal + IntoCallToolResult>(denied: &Denied) -> CallToolResult {
    match refused::<R>(denied.clone()).into_call_tool_result() {
        Ok(CallToolResponse::Complete(result)) => result,
        other => panic!("no complete result: {other:?}"),
    }
}

proptest! {
    #[test]
    fn every_type_that_a_tool_may_return_carries_every_denial(denied in denials()) {
        for result in [
            sent::<CallToolResult>(&denied),
            sent::<CallToolResponse>(&denied),
            sent::<Result<CallToolResult, ErrorData>>(&denied),
            sent::<Result<CallToolResponse, String>>(&denied),
            sent::<Result<Json<Value>, CallToolResult>>(&denied),
        ] {
            prop_assert_eq!(result.is_error, Some(true));
            prop_assert_eq!(text(&result), denied.to_string());
        }
    }
}
