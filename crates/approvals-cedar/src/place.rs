//! Where in the text something stands.

use miette::Diagnostic;

use crate::error::CedarError;

/// A place, in lines and characters from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) line: usize,
    pub(crate) column: usize,
}

impl Place {
    /// The place of the byte at `offset`.
    pub(crate) fn at(text: &str, offset: usize) -> Self {
        let before = text.get(..offset).unwrap_or_default();
        let line = before.matches('\n').count().saturating_add(1);
        let column =
            before.rsplit('\n').next().unwrap_or_default().chars().count().saturating_add(1);
        Self { line, column }
    }

    /// The place that Cedar points to, if it points to any.
    pub(crate) fn of(text: &str, found: &dyn Diagnostic) -> Option<Self> {
        let label = found.labels()?.next()?;
        Some(Self::at(text, label.offset()))
    }

    pub(crate) fn refuse(self, message: impl Into<String>) -> CedarError {
        CedarError::Text { line: self.line, column: self.column, message: message.into() }
    }
}

/// What Cedar says, and its advice.
pub(crate) fn told(found: &dyn Diagnostic) -> String {
    match found.help() {
        Some(help) => format!("{found}; {help}"),
        None => found.to_string(),
    }
}
