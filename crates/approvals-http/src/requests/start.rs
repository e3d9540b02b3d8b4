//! `POST /v1/requests/{id}/start` and `…/finish`: the body of the action runs at the caller.

use std::sync::Arc;

use approvals_core::{Consumed, Phase, RequestId, Told};
use axum::Json as Answer;
use axum::extract::State;
use serde::Deserialize;
use utoipa::ToSchema;

use super::action::{Form, Submitted};
use super::key::Key;
use super::view::{Asked, own};
use crate::access::requester::Requester;
use crate::body::{ACTION, Json, SMALL};
use crate::problem::{self, Problem};
use crate::query::Id;
use crate::shared::Shared;

/// How it ended.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Finished {
    /// Which start it was, as that was answered.
    fence: u64,
    /// How it ended.
    #[schema(value_type = Reported)]
    told: Told,
}

/// Start what is granted or allowed, to be carried out by the caller
///
/// The action is sent again, and all is looked at once more. After this answer the caller carries it out, once, and tells
/// how that ended. The key names this one attempt: made up at random, and used for no other. If the answer was lost, the
/// same attempt gets the same answer again, and any other is told that the action is in doubt.
#[utoipa::path(
    post,
    path = "/v1/requests/{id}/start",
    tag = "requester",
    security(("requester" = [])),
    request_body = Form,
    params(
        ("id" = String, Path, description = "The request", format = "uuid"),
        ("Idempotency-Key" = String, Header, description = "The caller's own name for this attempt", min_length = 1, max_length = 202),
    ),
    responses((status = 200, description = "It is started.", body = Permitted)),
)]
pub(crate) async fn start(
    State(shared): State<Arc<Shared>>,
    requester: Requester,
    Id(id): Id,
    Key(attempt): Key,
    Json(submitted): Json<Submitted, ACTION>,
) -> Result<Answer<Consumed>, Problem> {
    // Whose it is, and whether the token is for its action.
    let (_card, state) = own(&shared, &requester, id).await?;
    let (call, context) = submitted.of(&requester)?;
    if *state.phase() == Phase::Pending {
        return Err(undecided(id));
    }
    let started = shared.gate.scope(context, shared.gate.consume(id, call, &attempt)).await;
    shared.follower.look();
    started.map(Answer).map_err(|denied| Problem::from(denied).about(id))
}

/// Tell how it ended
///
/// To tell the same twice is as good as once.
#[utoipa::path(
    post,
    path = "/v1/requests/{id}/finish",
    tag = "requester",
    security(("requester" = [])),
    request_body = Finished,
    params(("id" = String, Path, description = "The request", format = "uuid")),
    responses((status = 200, description = "It is recorded.", body = Asked)),
)]
pub(crate) async fn finish(
    State(shared): State<Arc<Shared>>,
    requester: Requester,
    Id(id): Id,
    Json(finished): Json<Finished, SMALL>,
) -> Result<Answer<Asked>, Problem> {
    own(&shared, &requester, id).await?;
    let Finished { fence, told } = finished;
    let report = shared.gate.report(id, fence, told);
    let reported = shared.gate.scope(requester.principal().clone(), report).await;
    reported.map_err(|error| Problem::from(error).about(id))?;
    shared.follower.look();
    let (card, state) = own(&shared, &requester, id).await?;
    Asked::new(&card, &state).map(Answer).ok_or_else(Problem::no_request)
}

fn undecided(id: RequestId) -> Problem {
    let detail = "people have not decided about this yet; wait with `GET`, `?wait=25`";
    Problem::new(problem::UNDECIDED, detail).retryable().about(id)
}

/// That the action may be carried out now, once.
#[derive(ToSchema)]
#[expect(dead_code, reason = "for the OpenAPI document alone: it is core's")]
pub(crate) struct Permitted {
    /// The request.
    #[schema(format = "uuid")]
    request: String,
    /// The digest of what may be carried out.
    #[schema(pattern = "^sha256:[0-9a-f]{64}$")]
    action: String,
    /// What may be carried out, as people were asked about it: the text of which that is the digest.
    document: String,
    /// Which start this is, from 1: to be named when it has ended.
    #[schema(minimum = 1)]
    fence: u64,
    /// The grant, if people were asked: a JWS for whoever holds the credentials.
    grant: Option<String>,
}

/// What a caller can say of how it ended.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
#[expect(dead_code, reason = "for the OpenAPI document alone: it is core's")]
pub(crate) enum Reported {
    Succeeded,
    Failed,
    Panicked,
    Dropped,
}
