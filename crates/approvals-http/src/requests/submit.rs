//! `POST /v1/requests`: asks whether an action may run.

use std::sync::Arc;

use axum::Json as Answer;
use axum::extract::State;
use axum::http::header::LOCATION;
use axum::http::{HeaderMap, HeaderValue, StatusCode};

use super::action::{Form, Submitted};
use super::key::Key;
use super::view::{Asked, own};
use crate::access::requester::Requester;
use crate::body::{ACTION, Json};
use crate::problem::Problem;
use crate::shared::Shared;

/// Ask whether an action may run
///
/// The same key with the same action is the same request, however often it is sent. What the policy denies is recorded as
/// well: the answer is then a request that has ended.
#[utoipa::path(
    post,
    path = "/v1/requests",
    tag = "requester",
    security(("requester" = [])),
    request_body = Form,
    params(("Idempotency-Key" = String, Header, description = "The caller's own name for this action", min_length = 1, max_length = 202)),
    responses(
        (status = 201, description = "It is recorded.", body = Asked, headers(("Location" = String, description = "Where it can be read"))),
        (status = 200, description = "It was recorded before.", body = Asked, headers(("Location" = String, description = "Where it can be read"))),
    ),
)]
pub(crate) async fn submit(
    State(shared): State<Arc<Shared>>,
    requester: Requester,
    Key(key): Key,
    Json(submitted): Json<Submitted, ACTION>,
) -> Result<(StatusCode, HeaderMap, Answer<Asked>), Problem> {
    let (call, context) = submitted.of(&requester)?;
    let before = shared.ledger.head().await?.checkpoint.size();
    let ticket = shared.gate.scope(context, shared.gate.submit(call.keyed(key))).await?;
    let id = ticket.request;
    let (card, state) = own(&shared, &requester, id).await?;
    let first = shared.ledger.history(Some(id)).await?;
    let is_new = first.first().is_some_and(|entry| entry.index >= before);
    let status = if is_new { StatusCode::CREATED } else { StatusCode::OK };
    let mut headers = HeaderMap::new();
    if let Ok(place) = HeaderValue::from_str(&format!("/v1/requests/{id}")) {
        headers.insert(LOCATION, place);
    }
    let asked = Asked::new(&card, &state).ok_or_else(Problem::no_request)?;
    Ok((status, headers, Answer(asked)))
}
