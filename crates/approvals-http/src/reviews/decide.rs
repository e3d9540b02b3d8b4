//! `POST /v1/reviews/{id}/decide` and `…/revoke`.

use std::sync::Arc;

use approvals_core::{Ballot, Choice, Digest, Phase, RequestId};
use axum::Json as Answer;
use axum::extract::State;
use serde::Deserialize;
use utoipa::ToSchema;

use super::read::{Review, review, seen};
use crate::access::reviewer::Reviewer;
use crate::body::{Json, SMALL};
use crate::problem::{self, Problem};
use crate::query::Id;
use crate::requests::view::Chosen;
use crate::shared::Shared;

/// A decision about exactly one card. Who decides is known from the session, and from nothing in here.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Decide {
    /// The digest of the card that was shown.
    #[schema(value_type = String, pattern = "^sha256:[0-9a-f]{64}$")]
    card: Digest,
    /// Approve or reject.
    choice: Chosen,
    /// Why.
    #[schema(max_length = 4096)]
    reason: Option<String>,
}

/// Takes back what is granted and has not started.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Revoke {
    /// The digest of the card that was shown.
    #[schema(value_type = String, pattern = "^sha256:[0-9a-f]{64}$")]
    card: Digest,
    /// Why.
    #[schema(max_length = 4096)]
    reason: String,
}

/// Approve or reject
#[utoipa::path(
    post,
    path = "/v1/reviews/{id}/decide",
    tag = "reviewer",
    security(("session" = []), ("oidc" = [])),
    params(("id" = String, Path, description = "The request", format = "uuid")),
    request_body = Decide,
    responses((status = 200, description = "The decision is recorded.", body = Review)),
)]
pub(crate) async fn decide(
    State(shared): State<Arc<Shared>>,
    reviewer: Reviewer,
    Id(id): Id,
    Json(decide): Json<Decide, SMALL>,
) -> Result<Answer<Review>, Problem> {
    take(&shared, &reviewer, id, decide).await
}

/// Revoke what is granted
#[utoipa::path(
    post,
    path = "/v1/reviews/{id}/revoke",
    tag = "reviewer",
    security(("session" = []), ("oidc" = [])),
    params(("id" = String, Path, description = "The request", format = "uuid")),
    request_body = Revoke,
    responses((status = 200, description = "It no longer holds.", body = Review)),
)]
pub(crate) async fn revoke(
    State(shared): State<Arc<Shared>>,
    reviewer: Reviewer,
    Id(id): Id,
    Json(revoke): Json<Revoke, SMALL>,
) -> Result<Answer<Review>, Problem> {
    let (_, state) = seen(&shared, &reviewer, id).await?;
    if *state.phase() != Phase::Granted {
        let detail =
            "only what is granted and has not started can be revoked; look at the request again";
        return Err(Problem::new(problem::NOT_POSSIBLE_NOW, detail).about(id));
    }
    let Revoke { card, reason } = revoke;
    take(&shared, &reviewer, id, Decide { card, choice: Chosen::Reject, reason: Some(reason) })
        .await
}

async fn take(
    shared: &Shared,
    reviewer: &Reviewer,
    id: RequestId,
    decide: Decide,
) -> Result<Answer<Review>, Problem> {
    // What one may not see, one cannot decide either.
    let (card, _) = seen(shared, reviewer, id).await?;
    let ballot = Ballot::approve(&card).map_err(|error| Problem::new(problem::INTERNAL, error))?;
    let mut ballot = ballot;
    ballot.card = decide.card;
    ballot.choice = Choice::from(decide.choice);
    ballot.reason = decide.reason.filter(|reason| !reason.trim().is_empty());
    let decided = shared.gate.desk().decide(reviewer.identity(), ballot).await;
    decided.map_err(|error| Problem::from(error).about(id))?;
    shared.follower.look();
    let (card, state) = seen(shared, reviewer, id).await?;
    review(shared, reviewer, &card, &state).await.map(Answer)
}
