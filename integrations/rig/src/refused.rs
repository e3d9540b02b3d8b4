//! From a denial to what a tool returns.

use approvals_core::Denied;
use rig_core::tool::ToolExecutionError;

/// What a tool returns when it was not allowed to run: a refusal that the model reads, with the denial as its source.
///
/// For `on_denied = approvals_rig::refused`, and for `Tool::map_error`; [`Refusal`] lists what it can be.
///
/// ```
/// use approvals_core::Denied;
/// use rig_core::tool::{ToolExecutionError, ToolResult};
///
/// let refusal: ToolExecutionError = approvals_rig::refused(Denied::Expired);
/// assert_eq!(refusal.retryable(), Some(true));
/// assert_eq!(refusal.downcast_ref(), Some(&Denied::Expired));
///
/// let told = ToolResult::failed(refusal);
/// assert!(told.is_refused());
/// assert_eq!(told.output().as_text(), Some(Denied::Expired.to_string().as_str()));
/// ```
#[must_use]
pub fn refused<R: Refusal>(denied: Denied) -> R {
    let refusal = ToolExecutionError::refused(denied.to_string());
    R::refusal(refusal.with_retryable(denied.is_retryable()).with_source(denied))
}

/// What can be a refusal: rig's [`ToolExecutionError`], and a `Result` with it as the error. Errors of your own implement
/// it.
///
/// ```
/// use approvals_core::Denied;
/// use approvals_rig::Refusal;
/// use rig_core::tool::ToolExecutionError;
///
/// struct Timed {
///     refusal: ToolExecutionError,
///     millis: u32,
/// }
///
/// impl Refusal for Timed {
///     fn refusal(refusal: ToolExecutionError) -> Self {
///         Self { refusal, millis: 0 }
///     }
/// }
///
/// let told: Timed = approvals_rig::refused(Denied::Expired);
/// assert_eq!((told.refusal.retryable(), told.millis), (Some(true), 0));
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no place for a refusal that a model can read",
    note = "rig hides the text of other errors; return `Result<_, ToolExecutionError>`, or an error that is `From<Denied>` and make a refusal of it in `Tool::map_error`"
)]
pub trait Refusal {
    /// This refusal as a value of this type.
    fn refusal(refusal: ToolExecutionError) -> Self;
}

impl Refusal for ToolExecutionError {
    fn refusal(refusal: ToolExecutionError) -> Self {
        refusal
    }
}

impl<T> Refusal for Result<T, ToolExecutionError> {
    fn refusal(refusal: ToolExecutionError) -> Self {
        Err(refusal)
    }
}
