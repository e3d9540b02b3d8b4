//! From a denial to what a tool returns.

use approvals_core::Denied;
use rmcp::Json;
use rmcp::model::{CallToolResponse, CallToolResult, ContentBlock};

/// What a tool returns in place of its result when it was not allowed to run: a result that is marked as an error, and
/// whose text is that of `denied`.
///
/// For `on_denied = approvals_rmcp::refused`; [`Refusal`] lists the types that a tool may return.
///
/// ```
/// use approvals_core::Denied;
/// use rmcp::model::CallToolResult;
///
/// let told: CallToolResult = approvals_rmcp::refused(Denied::Expired);
/// assert_eq!(told.is_error, Some(true));
/// let text = &told.content[0].as_text().unwrap().text;
/// assert_eq!(*text, Denied::Expired.to_string());
/// ```
#[must_use]
#[expect(clippy::needless_pass_by_value, reason = "that is how `on_denied` hands it over")]
pub fn refused<R: Refusal>(denied: Denied) -> R {
    R::refusal(CallToolResult::error(vec![ContentBlock::text(denied.to_string())]))
}

/// A type that a gated tool may return: one that can carry a refusal to where a model reads it.
///
/// These are [`CallToolResult`] and [`CallToolResponse`], a `Result` of one of them with any error, and
/// `Result<Json<T>, CallToolResult>`; types of your own implement it. A `Result<_, String>` needs none of this: leave `on_denied` out, and the text of the
/// denial becomes the error, which rmcp shows as such.
///
/// ```
/// use approvals::Denied;
/// use approvals_rmcp::Refusal;
/// use rmcp::model::CallToolResult;
///
/// /// What the tools of this server return, with how long each took.
/// struct Timed {
///     result: CallToolResult,
///     millis: u64,
/// }
///
/// impl Refusal for Timed {
///     fn refusal(result: CallToolResult) -> Self {
///         Self { result, millis: 0 }
///     }
/// }
///
/// let told: Timed = approvals_rmcp::refused(Denied::Expired);
/// assert_eq!((told.result.is_error, told.millis), (Some(true), 0));
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no place for a refusal that a model can read",
    note = "clients hide an `ErrorData`; return `Result<CallToolResult, ErrorData>`, `Result<Json<T>, CallToolResult>`, or `Result<_, String>` without `on_denied`"
)]
pub trait Refusal {
    /// This result, which is marked as an error, as a value of this type.
    fn refusal(result: CallToolResult) -> Self;
}

impl Refusal for CallToolResult {
    fn refusal(result: CallToolResult) -> Self {
        result
    }
}

impl Refusal for CallToolResponse {
    fn refusal(result: CallToolResult) -> Self {
        result.into()
    }
}

impl<E> Refusal for Result<CallToolResult, E> {
    fn refusal(result: CallToolResult) -> Self {
        Ok(result)
    }
}

impl<E> Refusal for Result<CallToolResponse, E> {
    fn refusal(result: CallToolResult) -> Self {
        Ok(result.into())
    }
}

impl<T> Refusal for Result<Json<T>, CallToolResult> {
    fn refusal(result: CallToolResult) -> Self {
        Err(result)
    }
}
