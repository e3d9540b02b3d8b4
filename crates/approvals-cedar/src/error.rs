//! Policies that do not load, and where the mistake is.

use std::error::Error;

/// Policies that do not load: where, what, and how to mend it.
///
/// ```
/// # mod approvals { pub use approvals_cedar::*; pub use approvals_core::*; }
/// use approvals::{CedarError, CedarPolicy};
///
/// let words = "version = 1\ndefault = \"deny\"\n[action.\"db.read\"]\nargs = { table = \"string\" }\n";
/// let unnamed = "permit (principal, action == Action::\"db.read\", resource);";
/// let error = CedarPolicy::new(words, unnamed).unwrap_err();
/// assert!(matches!(error, CedarError::Policy { line: 1, .. }));
/// assert!(error.to_string().starts_with("policy `policy0` (line 1, column 1): "));
/// ```
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CedarError {
    /// The vocabulary does not load: where, and why.
    #[error("the vocabulary does not load: {0}")]
    Vocabulary(Box<dyn Error + Send + Sync>),
    /// The vocabulary gives no schema.
    #[error("the vocabulary gives no Cedar schema: {0}")]
    Schema(String),
    /// The text is no Cedar, or has a template.
    #[error("line {line}, column {column}: {message}")]
    Text {
        /// The line, from 1.
        line: usize,
        /// The column, in characters from 1.
        column: usize,
        /// What is wrong, and what to write.
        message: String,
    },
    /// One policy is not one that this crate lets through.
    #[error("policy `{policy}` (line {line}, column {column}): {message}")]
    Policy {
        /// Its `@id`; `policy0`, `policy1` and so on, by place in the text, if it has none.
        policy: String,
        /// The line, from 1.
        line: usize,
        /// The column, in characters from 1.
        column: usize,
        /// What is wrong, and what to write.
        message: String,
    },
    /// The terms of an emergency list what cannot be set aside.
    #[error("`[break_glass]` lists `{rule}`: {message}")]
    BreakGlass {
        /// The name in the list.
        rule: String,
        /// What is wrong, and what to write.
        message: String,
    },
}
