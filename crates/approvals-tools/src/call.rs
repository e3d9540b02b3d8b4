//! One call of a tool, as a model makes it.

use serde_json::Value;

/// A call of a tool: its name, and JSON arguments.
///
/// Arguments that a model wrote as text are best read by [`canonical::parse`](approvals_core::canonical::parse), which
/// refuses members that stand twice.
///
/// ```
/// # mod approvals { pub use approvals_core::*; pub use approvals_tools::*; }
/// use approvals::{ToolCall, canonical};
///
/// let arguments = canonical::parse(br#"{"path": "notes/a.md"}"#, 64 * 1024)?;
/// let call = ToolCall::new("deleteFile", arguments).key("call_2").reason("it is empty");
/// assert_eq!((call.tool(), &call.arguments()["path"]), ("deleteFile", &"notes/a.md".into()));
/// assert!(canonical::parse(br#"{"path": "a", "path": "b"}"#, 1024).is_err());
/// # Ok::<(), canonical::CanonicalError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct ToolCall {
    pub(crate) tool: String,
    pub(crate) arguments: Value,
    pub(crate) key: Option<String>,
    pub(crate) reason: Option<String>,
}

impl ToolCall {
    /// A call of `tool`. The arguments are a JSON object, or `null` for none.
    pub fn new(tool: impl Into<String>, arguments: Value) -> Self {
        Self { tool: tool.into(), arguments, key: None, reason: None }
    }

    /// The same call, named by an idempotency key, such as the model's own id of it; see
    /// [`Action::key`](approvals_core::Action::key).
    #[must_use]
    pub fn key(self, key: impl Into<String>) -> Self {
        Self { key: Some(key.into()), ..self }
    }

    /// The same call with the reason that the model gives, shown as its claim.
    #[must_use]
    pub fn reason(self, reason: impl Into<String>) -> Self {
        Self { reason: Some(reason.into()), ..self }
    }

    /// The tool's name, as the list has it.
    #[must_use]
    pub fn tool(&self) -> &str {
        &self.tool
    }

    /// The arguments, which are what was approved once the body has them.
    #[must_use]
    pub fn arguments(&self) -> &Value {
        &self.arguments
    }
}
