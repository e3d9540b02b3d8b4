//! Gates a whole dispatcher of tools: names, JSON arguments and JSON schemas that are known only at run time, as with
//! the tools of an MCP server.
//!
//! ```
//! # mod approvals { pub use approvals_core::*; pub use approvals_tools::*; }
//! use approvals::{Denied, Gate, PolicyFn, Verdict};
//! use approvals_testkit::MockApprover;
//! use approvals::{ToolCall, Tools};
//! use serde_json::{Value, json};
//!
//! # use approvals_core::*;
//! # async fn gate(policy: impl Policy + 'static, reviewer: &MockApprover) -> Result<Gate, Box<dyn std::error::Error>> {
//! #     let keys = Keyring::generate()?;
//! #     Ok(Gate::builder()
//! #         .policy(policy)
//! #         .ledger(MemoryLedger::new("example.org/test", keys.log).await?)
//! #         .directory(MockApprover::directory(["ops"])?)
//! #         .approver(reviewer.clone())
//! #         .recorder_key(keys.recorder)
//! #         .grant_key(keys.grant)
//! #         .requester(Requester::new(Principal::agent("agent:a")?))
//! #         .build()
//! #         .await?)
//! # }
//! /// What runs a tool that may run.
//! async fn dispatch(call: ToolCall) -> Result<String, Denied> {
//!     Ok(format!("{} is done", call.tool()))
//! }
//!
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! // As the server lists them.
//! let tools = Tools::new("files", &json!([{
//!     "name": "deleteFile",
//!     "inputSchema": {
//!         "type": "object",
//!         "properties": { "path": { "type": "string" } },
//!         "required": ["path"],
//!         "additionalProperties": false,
//!     },
//!     "annotations": { "readOnlyHint": true },
//! }]))?;
//! let policy = PolicyFn::new("no-etc/1", |facts| match facts.argument("path").and_then(Value::as_str) {
//!     Some(path) if !path.starts_with("/etc") => Verdict::Allow,
//!     _ => Verdict::Deny("not there".into()),
//! })?;
//! let gate = gate(policy, &MockApprover::approving()).await?;
//!
//! let done = tools.run(&gate, ToolCall::new("deleteFile", json!({ "path": "/var/a" })), |_permit, call| dispatch(call)).await;
//! assert_eq!(done, Ok("deleteFile is done".to_owned()));
//!
//! // What the tool does not take is refused before anybody is asked, in words that help the model.
//! let wrong = ToolCall::new("deleteFile", json!({ "path": 7 }));
//! let denied = tools.run(&gate, wrong, |_permit, call| dispatch(call)).await.unwrap_err();
//! assert!(denied.to_string().contains("/path: value is not of type \"string\""), "{denied}");
//! # Ok(()) }
//! ```

mod call;
mod cost;
mod definition;
mod error;
mod naming;
mod tools;

pub use call::ToolCall;
pub use error::ToolsError;
pub use tools::Tools;
