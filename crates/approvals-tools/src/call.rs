//! One call of a tool, as a model makes it.

use serde_json::Value;

/// A call of a tool: its name, and JSON arguments.
///
/// Arguments that a model wrote as text are best read by [`canonical::parse`](approvals_core::canonical::parse), which
/// refuses members that stand twice.
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
