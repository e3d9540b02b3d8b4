//! An endpoint that a service calls when somebody clicks, and that anybody else can call as well.

use std::fmt;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Bytes, HttpBody};
use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode};
use axum::response::IntoResponse;
use axum::routing::post;
use futures_util::StreamExt as _;
use tokio::sync::Semaphore;
use tokio::time::timeout_at;

use crate::backoff::moment;

/// Services wait for three seconds; half of one is for the way.
const ANSWER_WITHIN: Duration = Duration::from_millis(2500);

/// How many calls are handled at once.
const ROOM: usize = 256;

/// How many bytes of calls are held that are still read. They are counted as they come: whoever only announces some, or
/// sends them slowly, takes nobody's place.
const SPACE: usize = 64 * 1024 * 1024;

/// A call as it came. What it says is not printed: it may be what a button carries. [`endpoint`] has an example.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Incoming {
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body.
    pub body: Bytes,
}

impl Incoming {
    /// All values of a header: who signs a call has it there once.
    pub fn all<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a [u8]> {
        self.headers.get_all(name).into_iter().map(axum::http::HeaderValue::as_bytes)
    }
}

impl fmt::Debug for Incoming {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Incoming").field("bytes", &self.body.len()).finish_non_exhaustive()
    }
}

/// Hands each `POST` at this path to the handler, with a body of at most `most` bytes. What is not answered after two and
/// a half seconds is answered with `late`, while the handler goes on: one that has begun goes on to its end, whoever
/// hangs up.
///
/// It answers itself with 413 to what is larger, with 408 to a body that does not come in time, and with 503 to what
/// comes while 256 calls are handled or 64 megabytes are read, or where the handler panics.
///
/// ```
/// use approvals_chat::{Incoming, endpoint};
/// use axum::http::StatusCode;
///
/// async fn take(call: Incoming) -> StatusCode {
///     if call.all("x-signature").count() == 1 { StatusCode::OK } else { StatusCode::UNAUTHORIZED }
/// }
/// let router = endpoint("/clicks", 64 * 1024, take, || StatusCode::OK);
/// # drop(router);
/// ```
pub fn endpoint<H, F, L>(path: &str, most: usize, handler: H, late: L) -> Router
where
    H: Fn(Incoming) -> F + Send + Sync + 'static,
    F: Future<Output: IntoResponse> + Send + 'static,
    L: Fn() -> F::Output + Clone + Send + Sync + 'static,
{
    let (handler, room) = (Arc::new(handler), Arc::new(Semaphore::new(ROOM)));
    let space = Arc::new(Semaphore::new(SPACE));
    let called = move |request: Request| {
        let (handler, room, late) = (Arc::clone(&handler), Arc::clone(&room), late.clone());
        let space = Arc::clone(&space);
        async move {
            let until = moment(ANSWER_WITHIN);
            if request.body().size_hint().lower() > most as u64 {
                return StatusCode::PAYLOAD_TOO_LARGE.into_response();
            }
            let incoming = match timeout_at(until, read(request, most, &space)).await {
                Ok(Ok(incoming)) => incoming,
                Ok(Err(status)) => return status.into_response(),
                Err(_late) => return StatusCode::REQUEST_TIMEOUT.into_response(),
            };
            let Ok(room) = room.try_acquire_owned() else {
                return StatusCode::SERVICE_UNAVAILABLE.into_response();
            };
            let handling = tokio::spawn(async move {
                let response = handler(incoming).await.into_response();
                drop(room);
                response
            });
            match timeout_at(until, handling).await {
                Ok(Ok(response)) => response,
                Ok(Err(_panic)) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
                Err(_late) => late().into_response(),
            }
        }
    };
    Router::new().route(path, post(called))
}

/// Nobody has proved yet to be the service.
async fn read(request: Request, most: usize, space: &Semaphore) -> Result<Incoming, StatusCode> {
    let full = |_full| StatusCode::SERVICE_UNAVAILABLE;
    let (parts, body) = request.into_parts();
    let (mut chunks, mut read) = (body.into_data_stream(), Vec::new());
    let mut held = space.try_acquire_many(0).map_err(full)?;
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|_cut| StatusCode::BAD_REQUEST)?;
        if read.len().saturating_add(chunk.len()) > most {
            return Err(StatusCode::PAYLOAD_TOO_LARGE);
        }
        let size = u32::try_from(chunk.len()).unwrap_or(u32::MAX);
        held.merge(space.try_acquire_many(size).map_err(full)?);
        read.extend_from_slice(&chunk);
    }
    Ok(Incoming { headers: parts.headers, body: read.into() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_call_carries_is_not_printed() {
        let mut headers = HeaderMap::new();
        headers.insert("x-signature", "CANARY".parse().unwrap());
        let incoming = Incoming { headers, body: Bytes::from_static(b"CANARY") };
        let (printed, numbers) = (format!("{incoming:?}"), format!("{:?}", b"CANARY"));
        assert!(!printed.contains("CANARY") && !printed.contains(&numbers), "{printed}");
    }
}
