//! Why a value has no canonical form, and where in it.

use std::fmt;

use serde::ser;

/// The deepest nesting that is accepted.
pub const MAX_DEPTH: usize = 64;

/// A value that has no canonical form.
///
/// ```
/// # use approvals_core as approvals;
/// use approvals::canonical;
///
/// let error = canonical::parse(br#"{"pay": [{"cents": 1e300}]}"#, 1000).unwrap_err();
/// assert_eq!(error.path(), "pay[0].cents");
/// assert_eq!(error.to_string(), "`pay[0].cents` is a number too large to be exact; pass it as text");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CanonicalError {
    path: String,
    problem: Problem,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Problem {
    NotFinite,
    DuplicateKey,
    BadKey,
    AmbiguousNull,
    TooDeep,
    TooLarge(usize),
    Inexact,
    NotJson(String),
    Other(String),
}

impl CanonicalError {
    /// Where the offending field is, such as `filter.tags[3]`; empty for the value itself.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    pub(super) fn smuggled() -> Self {
        Self::other("it is a raw or arbitrary-precision value of `serde_json`; pass it as text")
    }

    pub(super) fn inexact() -> Self {
        Problem::Inexact.into()
    }

    pub(super) fn duplicate(key: &str) -> Self {
        Self::from(Problem::DuplicateKey).under_key(key)
    }

    pub(super) fn too_deep() -> Self {
        Problem::TooDeep.into()
    }

    pub(super) fn too_large(limit: usize) -> Self {
        Problem::TooLarge(limit).into()
    }

    /// Text that is not JSON, or is of another shape.
    pub(crate) fn not_json(message: impl fmt::Display) -> Self {
        Problem::NotJson(message.to_string().chars().take(200).collect()).into()
    }

    pub(crate) fn other(message: impl fmt::Display) -> Self {
        Problem::Other(message.to_string().chars().take(200).collect()).into()
    }

    /// The same error of a value that nobody may read: neither where in it, nor in words that may be of it.
    pub(crate) fn hidden(self) -> Self {
        let words = || "what is wrong with it is hidden, as it is".to_owned();
        match self.problem {
            Problem::NotJson(_) => Problem::NotJson(words()).into(),
            Problem::Other(_) => Problem::Other(words()).into(),
            problem @ (Problem::NotFinite
            | Problem::DuplicateKey
            | Problem::BadKey
            | Problem::AmbiguousNull
            | Problem::TooDeep
            | Problem::TooLarge(_)
            | Problem::Inexact) => problem.into(),
        }
    }

    /// The same error, seen from the value that holds `key`.
    pub(crate) fn under_key(mut self, key: &str) -> Self {
        let key: String = key.chars().take(60).flat_map(char::escape_debug).collect();
        let joint = if self.path.is_empty() || self.path.starts_with('[') { "" } else { "." };
        self.path = format!("{key}{joint}{}", self.path);
        self
    }

    pub(super) fn under_index(mut self, index: usize) -> Self {
        let joint = if self.path.is_empty() || self.path.starts_with('[') { "" } else { "." };
        self.path = format!("[{index}]{joint}{}", self.path);
        self
    }
}

impl From<Problem> for CanonicalError {
    fn from(problem: Problem) -> Self {
        Self { path: String::new(), problem }
    }
}

impl fmt::Display for CanonicalError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.path.as_str() {
            "" => f.write_str("the value")?,
            path => write!(f, "`{path}`")?,
        }
        match &self.problem {
            Problem::NotFinite => f.write_str(" is NaN or infinite, which JSON cannot carry"),
            Problem::DuplicateKey => f.write_str(" stands twice in the same object"),
            Problem::BadKey => f.write_str(" has a key that is neither text nor an integer"),
            Problem::AmbiguousNull => {
                f.write_str(" is `Some` of nothing, which reads the same as `None`")
            }
            Problem::TooDeep => write!(f, " is nested deeper than {MAX_DEPTH} levels"),
            Problem::TooLarge(limit) => write!(f, " is larger than {limit} bytes"),
            Problem::Inexact => f.write_str(" is a number too large to be exact; pass it as text"),
            Problem::NotJson(message) => write!(f, " is not valid JSON: {message}"),
            Problem::Other(message) => write!(f, " cannot be serialized: {message}"),
        }
    }
}

impl std::error::Error for CanonicalError {}

impl ser::Error for CanonicalError {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self::other(message)
    }
}
