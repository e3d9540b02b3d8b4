//! The endpoint that Slack calls when somebody clicks, for apps without Socket Mode.

use std::fmt;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use approvals_chat::moment;
use axum::Router;
use axum::body::{Bytes, HttpBody};
use axum::extract::rejection::BytesRejection;
use axum::extract::{DefaultBodyLimit, FromRequest, Request};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use tokio::sync::Semaphore;
use tokio::time::timeout_at;

use crate::callback::MAX_BYTES;

/// The path under which Slack is to call.
pub(crate) const PATH: &str = "/slack/interactivity";

/// How long Slack waits for at most, less half a second on the way.
const ANSWER_WITHIN: Duration = Duration::from_millis(2500);

/// How many calls are read and handled at once.
const ROOM: usize = 256;

/// A call as it came. What it says is not printed: it may be what a button carries.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Incoming {
    /// All values of `X-Slack-Request-Timestamp`.
    pub(crate) timestamps: Vec<Vec<u8>>,
    /// All values of `X-Slack-Signature`.
    pub(crate) signatures: Vec<Vec<u8>>,
    pub(crate) body: Bytes,
}

impl fmt::Debug for Incoming {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Incoming").field("bytes", &self.body.len()).finish_non_exhaustive()
    }
}

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

impl Verdict {
    fn status(self) -> StatusCode {
        match self {
            Self::Accepted => StatusCode::OK,
            Self::Unverified => StatusCode::UNAUTHORIZED,
            Self::Foreign => StatusCode::FORBIDDEN,
            Self::Malformed => StatusCode::BAD_REQUEST,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        }
    }
}

/// Hands each call to the handler, and answers with nothing but a status: after two and a half seconds that all
/// is well, while the handler goes on. A handler that has begun goes on to its end, whoever hangs up.
pub(crate) fn router<H, F>(handler: H) -> Router
where
    H: Fn(Incoming) -> F + Send + Sync + 'static,
    F: Future<Output = Verdict> + Send + 'static,
{
    let (handler, room) = (Arc::new(handler), Arc::new(Semaphore::new(ROOM)));
    let called = move |request: Request| {
        let (handler, room) = (Arc::clone(&handler), Arc::clone(&room));
        async move {
            let until = moment(ANSWER_WITHIN);
            if request.body().size_hint().lower() > MAX_BYTES as u64 {
                return StatusCode::PAYLOAD_TOO_LARGE;
            }
            // Before its body is read: nobody has proved yet to be Slack.
            let Ok(room) = room.try_acquire_owned() else {
                return StatusCode::SERVICE_UNAVAILABLE;
            };
            let incoming = match timeout_at(until, read(request)).await {
                Ok(Ok(incoming)) => incoming,
                Ok(Err(rejection)) => return rejection.status(),
                Err(_late) => return StatusCode::REQUEST_TIMEOUT,
            };
            let handling = tokio::spawn(async move {
                let verdict = handler(incoming).await;
                drop(room);
                verdict
            });
            match timeout_at(until, handling).await {
                Ok(Ok(verdict)) => verdict.status(),
                Ok(Err(_panic)) => StatusCode::SERVICE_UNAVAILABLE,
                Err(_late) => StatusCode::OK,
            }
        }
    };
    Router::new().route(PATH, post(called)).layer(DefaultBodyLimit::max(MAX_BYTES))
}

async fn read(request: Request) -> Result<Incoming, BytesRejection> {
    let timestamps = all(request.headers(), "x-slack-request-timestamp");
    let signatures = all(request.headers(), "x-slack-signature");
    Ok(Incoming { timestamps, signatures, body: Bytes::from_request(request, &()).await? })
}

fn all(headers: &HeaderMap, name: &str) -> Vec<Vec<u8>> {
    headers.get_all(name).iter().map(|value| value.as_bytes().to_vec()).collect()
}
