//! The endpoint that Slack calls when somebody clicks, for apps without Socket Mode.

use std::future::Future;

use approvals_chat::{Incoming, endpoint};
use axum::Router;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use crate::callback::MAX_BYTES;

/// The path under which Slack is to call.
pub(crate) const PATH: &str = "/slack/interactivity";

/// What to tell whoever has called, without saying why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It is in good hands.
    Accepted,
    /// It is not from Slack, or too old.
    Unverified,
    /// It is for another app or workspace.
    Foreign,
    /// It cannot be read.
    Malformed,
    /// It cannot be kept now.
    Unavailable,
}

impl IntoResponse for Verdict {
    fn into_response(self) -> Response {
        let status = match self {
            Self::Accepted => StatusCode::OK,
            Self::Unverified => StatusCode::UNAUTHORIZED,
            Self::Foreign => StatusCode::FORBIDDEN,
            Self::Malformed => StatusCode::BAD_REQUEST,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        };
        status.into_response()
    }
}

/// Hands each call to the handler, and answers with nothing but a status. What takes too long is answered as if it had
/// been taken, while the handler goes on.
pub(crate) fn router<H, F>(handler: H) -> Router
where
    H: Fn(Incoming) -> F + Send + Sync + 'static,
    F: Future<Output = Verdict> + Send + 'static,
{
    endpoint(PATH, MAX_BYTES, handler, || Verdict::Accepted)
}
