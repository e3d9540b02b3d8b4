//! What stands around every route: names, time, mistakes, and one form for every error.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use futures_util::FutureExt as _;

use crate::access::origin::is_for;
use crate::pages::frame::PAGE;
use crate::problem::{self, MEDIA_TYPE, Problem};
use crate::requests::read::MAX_WAIT;
use crate::shared::Shared;

/// Calls of a route of the API, from outside in: a panic is a problem, so is everything that takes too long, and each error
/// that somebody else has written.
pub(crate) async fn guard(
    State(shared): State<Arc<Shared>>,
    request: Request,
    next: Next,
) -> Response {
    let mut response = match admit(&shared, &request) {
        Err(problem) => problem.into_response(),
        Ok(()) => answer(&shared, request, next).await,
    };
    let headers = response.headers_mut();
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

fn admit(shared: &Shared, request: &Request) -> Result<(), Problem> {
    // Whoever probes a host by its address may.
    let is_probe = matches!(request.uri().path(), "/healthz" | "/readyz");
    if is_probe || is_for(&shared.access.addresses, request.uri(), request.headers()) {
        return Ok(());
    }
    Err(Problem::new(
        problem::HOST,
        "the header `Host` is none of this server's addresses; use one, or have its owner add this one",
    ))
}

async fn answer(shared: &Shared, request: Request, next: Next) -> Response {
    // Waiting that was asked for has a limit of its own.
    let asks_to_wait = request.uri().query().is_some_and(|query| query.contains("wait="));
    let patience = if asks_to_wait { MAX_WAIT } else { std::time::Duration::ZERO };
    // The body has its time, and what comes after it as well.
    let time = shared.capacity.answer_within.saturating_mul(2).saturating_add(patience);
    let running = AssertUnwindSafe(next.run(request)).catch_unwind();
    match tokio::time::timeout(time, running).await {
        Ok(Ok(response)) => as_problem(response),
        Ok(Err(_panic)) => {
            tracing::error!("a route has panicked");
            Problem::new(problem::INTERNAL, "this server has made a mistake; its log says which")
                .into_response()
        }
        Err(_elapsed) => Problem::new(
            problem::TIMEOUT,
            "it took too long, and it is not known whether it was done; send it again, with the same key if it has one",
        )
        .retryable()
        .into_response(),
    }
}

/// Errors that the framework has written say the same in our form.
fn as_problem(response: Response) -> Response {
    let status = response.status();
    let kind = response.headers().get(CONTENT_TYPE);
    let is_told = kind.is_some_and(|kind| kind == MEDIA_TYPE || kind == PAGE);
    if is_told || !(status.is_client_error() || status.is_server_error()) {
        return response;
    }
    let mut told = of_status(status).into_response();
    // Such as which methods there are.
    if let Some(allow) = response.headers().get(axum::http::header::ALLOW) {
        told.headers_mut().insert(axum::http::header::ALLOW, allow.clone());
    }
    told
}

fn of_status(status: StatusCode) -> Problem {
    match status {
        StatusCode::NOT_FOUND => Problem::new(
            problem::NOT_FOUND,
            "there is no such route; `/openapi.json` lists all of them",
        ),
        StatusCode::METHOD_NOT_ALLOWED => Problem::new(
            problem::METHOD,
            "this route takes other methods; the header `Allow` lists them",
        ),
        other if other.is_server_error() => {
            Problem::new(problem::INTERNAL, "this server has made a mistake; its log says which")
        }
        other => {
            Problem::new(problem::OTHER, "the call was refused; `/openapi.json` says what is taken")
                .with_status(other)
        }
    }
}

/// What is answered where there is no route.
pub(crate) async fn nowhere() -> Problem {
    of_status(StatusCode::NOT_FOUND)
}

/// What is answered where a route takes other methods.
pub(crate) async fn not_so() -> Problem {
    of_status(StatusCode::METHOD_NOT_ALLOWED)
}
