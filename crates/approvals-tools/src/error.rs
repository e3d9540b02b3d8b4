//! Why a list of tools cannot be gated.

/// A list of tools that cannot be gated as it is. Nothing of it is.
///
/// ```
/// # mod approvals { pub use approvals_core::*; pub use approvals_tools::*; }
/// use approvals::{Tools, ToolsError};
/// use serde_json::json;
///
/// let object = json!({ "type": "object" });
/// let both = json!([
///     { "name": "sendMail", "inputSchema": object },
///     { "name": "send-mail", "inputSchema": object },
/// ]);
/// let refused = Tools::new("mail", &both).unwrap_err();
/// assert!(matches!(&refused, ToolsError::SameAction { action, .. } if action == "mail.send-mail"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ToolsError {
    /// It is not a list of tools.
    #[error(
        "this is no list of tools: {0}; give it an array of objects with `name` and `inputSchema`, as MCP's `tools/list` has"
    )]
    NotAList(String),
    /// There are too many tools, or one says too much.
    #[error("{what} is over {limit}; gate a part of the list")]
    TooLarge {
        /// What.
        what: &'static str,
        /// The limit: a count, or bytes.
        limit: usize,
    },
    /// No name of an action can be made of a tool's name.
    #[error(
        "the tool {tool:?} gives the action `{action}`, which is no name that an action may have; rename the tool, or leave it out"
    )]
    Name {
        /// The tool.
        tool: String,
        /// What it would be called.
        action: String,
    },
    /// Two tools would be one action.
    #[error(
        "the tools {one:?} and {other:?} both give the action `{action}`; rename one, or leave it out"
    )]
    SameAction {
        /// One of them.
        one: String,
        /// The other.
        other: String,
        /// The action.
        action: String,
    },
    /// A tool's schema is not a JSON schema that can be used.
    #[error("the schema of the tool {tool:?} cannot be used: {problem}")]
    Schema {
        /// The tool.
        tool: String,
        /// Why.
        problem: String,
    },
    /// There is no such tool.
    #[error("there is no tool {0:?} in the list")]
    Unknown(String),
}
