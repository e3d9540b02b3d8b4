//! One sensitive operation, as its author describes it.

use serde::{Deserialize, Serialize};

use super::document::{DescribeError, Description};
use super::id::IdempotencyKey;

/// One sensitive operation that is about to be performed.
///
/// Duties: tell the truth about what the body will do, in full, each time it is asked. It is asked twice:
/// at intake, for what policy and reviewers judge, and again just before the body runs. If the two
/// differ in one byte, the body does not run.
///
/// Contract: `describe` is pure and quick, names the action once, and binds every value that the body
/// depends on, or names it as [`unbound`](Description::unbound). An error or a panic denies.
///
/// [`#[requires_approval]`](https://docs.rs/action-approvals) writes this for an async function.
/// [`DynamicAction`](crate::DynamicAction) is the one for tool dispatchers. By hand:
///
/// ```
/// use approvals_core::{Action, DescribeError, Description, Risk};
///
/// struct Refund {
///     to: String,
///     cents: u64,
/// }
///
/// impl Action for Refund {
///     fn describe(&self, call: &mut Description) -> Result<(), DescribeError> {
///         call.action("payments.refund", Risk::High)?;
///         call.summary(format_args!("Refund {} cents to {}", self.cents, self.to))?;
///         call.bind("to", &self.to)?;
///         call.bind("cents", &self.cents)
///     }
/// }
/// ```
pub trait Action {
    /// Says what is about to be done.
    fn describe(&self, call: &mut Description) -> Result<(), DescribeError>;

    /// What names this attempt in every process that retries it: asking again with the same key and the
    /// same arguments joins the request that is there, or picks up its decision. Without one, every call
    /// is a request of its own, which is withdrawn when its caller stops waiting.
    fn key(&self) -> Option<&IdempotencyKey> {
        None
    }
}

impl<A: Action + ?Sized> Action for &A {
    fn describe(&self, call: &mut Description) -> Result<(), DescribeError> {
        (**self).describe(call)
    }

    fn key(&self) -> Option<&IdempotencyKey> {
        (**self).key()
    }
}

/// How much harm an action can do, as its author sees it. Policies match on it.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
#[expect(
    clippy::exhaustive_enums,
    reason = "a new level must not be overlooked by anybody who judges it"
)]
pub enum Risk {
    /// Easily undone, nobody else affected.
    Low,
    /// Undone with some work.
    Medium,
    /// Hard to undo, or others are affected. What is assumed where nothing is said.
    #[default]
    High,
    /// Cannot be undone, or affects everyone.
    Critical,
}

impl Risk {
    /// The word used in policies and events.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }
}
