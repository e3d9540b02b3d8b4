//! Why an action cannot be asked for.

use super::id::{ActionName, NameError};
use super::noncanonical::CanonicalError;

/// How many tags an action may have, and how long one may be.
pub(super) const MAX_TAGS: usize = 32;
pub(super) const MAX_TAG: usize = 100;

/// An action that could not be described; it is denied.
///
/// ```
/// # use approvals_core as approvals;
/// use approvals::{DescribeError, DynamicAction};
///
/// let unnamed = DynamicAction::from_json("Export!", b"{}").unwrap_err();
/// assert!(matches!(unnamed, DescribeError::Name(_)));
///
/// let unclear = DynamicAction::from_json("db.export", br#"{"rows": 10, "rows": 412}"#).unwrap_err();
/// assert_eq!(unclear.to_string(), "argument `rows` stands twice in the same object");
///
/// // What an action's own `describe` can say:
/// let refused = DescribeError::Refused("the table is being moved".into());
/// assert_eq!(refused.to_string(), "the table is being moved");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DescribeError {
    /// An argument has no canonical form.
    #[error("argument {0}")]
    Argument(CanonicalError),
    /// The action's name does not parse.
    #[error("{0}")]
    Name(NameError),
    /// The action's name is reserved.
    #[error(
        "`{0}` is a name for acts on the approvals themselves; choose one that does not begin with `approvals.`"
    )]
    Reserved(ActionName),
    /// No name was given.
    #[error("the action was not named; call `Description::action`")]
    NoAction,
    /// It was submitted without an idempotency key, so that nobody could pick up what is decided.
    #[error("what is submitted needs an idempotency key, by which its decision is picked up")]
    NoKey,
    /// Something was given twice.
    #[error("`{0}` was described twice")]
    Twice(String),
    /// A text is too long.
    #[error("the {field} is longer than {limit} bytes")]
    TooLong {
        /// Which text is too long: `resource`, `summary`, `reason` or `break_glass`.
        field: &'static str,
        /// How long it may be, in bytes.
        limit: usize,
    },
    /// An argument's name is empty or too long.
    #[error("the name of an argument must have 1 to 200 bytes")]
    ArgumentName,
    /// A tag is empty, too long or not visible ASCII, or there are too many of them.
    #[error(
        "an action has at most {MAX_TAGS} tags, each of 1 to {MAX_TAG} visible ASCII characters"
    )]
    Tags,
    /// The operating system gave no randomness.
    #[error("the operating system gave no randomness to hide an argument with")]
    Randomness,
    /// What the body is to get does not come back from the bytes that are approved.
    #[error(
        "the argument `{0}` does not read back from its bytes as it was; mend its `Deserialize`, or do not bind it `decoded`"
    )]
    NotDecoded(String),
    /// The action itself says why it cannot be asked for.
    #[error("{0}")]
    Refused(String),
    /// `describe` panicked.
    #[error("describing the action panicked")]
    Panicked,
}

impl DescribeError {
    /// The same error about the argument `name`, of which nobody may read anything.
    pub(crate) fn hidden(self, name: &str) -> Self {
        if let Self::Argument(error) = self {
            Self::Argument(error.hidden().under_key(name))
        } else {
            self
        }
    }
}

impl From<NameError> for DescribeError {
    fn from(error: NameError) -> Self {
        Self::Name(error)
    }
}

impl From<CanonicalError> for DescribeError {
    fn from(error: CanonicalError) -> Self {
        Self::Argument(error)
    }
}
