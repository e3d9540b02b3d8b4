//! One sensitive operation, as its author describes it.

use super::describe_error::DescribeError;
use super::description::Description;
use super::id::IdempotencyKey;

/// One sensitive operation that is about to be performed.
///
/// Duties: tell the truth about what the body will do, in full, each time it is asked: at intake, for what
/// policy and reviewers judge; again before a grant is used; and once more just before the body runs. If
/// what it says differs in one byte, the body does not run.
///
/// Contract: `describe` is pure and quick, names the action once, and binds every value that the body
/// depends on, or names it as [`unbound`](Description::unbound). An error or a panic denies.
///
/// [`#[requires_approval]`](https://docs.rs/action-approvals) writes this for an async function.
/// [`DynamicAction`](crate::DynamicAction) is the one for tool dispatchers. By hand:
///
/// ```
/// # use approvals_core as approvals;
/// use approvals::{Action, DescribeError, Description, Risk};
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
    /// same arguments joins the request that is there, or picks up its decision. A key is the requester's own,
    /// and another one for each whom it acts for. Without one, every call is a request of its own, which is
    /// withdrawn when its caller stops waiting.
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
