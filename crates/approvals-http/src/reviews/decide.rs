//! `POST /v1/reviews/{id}/decide` and `…/revoke`, and `…/challenge` for those who sign what they decide.

use std::sync::Arc;

use approvals_core::{Ballot, Choice, Digest, Phase, RequestId};
use axum::Json as Answer;
use axum::extract::State;
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::read::{Review, review, seen};
use super::sign::{self, Signature};
use crate::access::reviewer::Reviewer;
use crate::body::{Json, SMALL};
use crate::problem::{self, Problem};
use crate::query::Id;
use crate::requests::view::Chosen;
use crate::shared::Shared;

/// What is about to be signed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ToSign {
    /// The digest of the card that was shown.
    #[schema(value_type = String, pattern = "^sha256:[0-9a-f]{64}$")]
    card: Digest,
    /// Approve, or reject: also where that revokes.
    choice: Chosen,
    /// Why.
    #[schema(max_length = 4096)]
    reason: Option<String>,
}

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
    /// The challenge that was given for exactly this, if it is signed.
    challenge: Option<String>,
    /// What the browser's `navigator.credentials.get` has answered to it, with its bytes in base64url.
    #[schema(value_type = Option<Object>)]
    proof: Option<Value>,
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
    /// The challenge that was given for exactly this rejection, if it is signed.
    challenge: Option<String>,
    /// What the browser's `navigator.credentials.get` has answered to it, with its bytes in base64url.
    #[schema(value_type = Option<Object>)]
    proof: Option<Value>,
}

/// Ask for what a passkey is to sign
///
/// What is about to be decided is recorded first. The answer is for `navigator.credentials.get`; what that answers is sent
/// with the decision, within five minutes and once, beside the `challenge` in it.
#[utoipa::path(
    post,
    path = "/v1/reviews/{id}/challenge",
    tag = "reviewer",
    security(("session" = []), ("oidc" = [])),
    params(("id" = String, Path, description = "The request", format = "uuid")),
    request_body = ToSign,
    responses((status = 200, description = "Options of Web Authentication.", body = Object)),
)]
pub(crate) async fn challenge(
    State(shared): State<Arc<Shared>>,
    reviewer: Reviewer,
    Id(id): Id,
    Json(ToSign { card, choice, reason }): Json<ToSign, SMALL>,
) -> Result<Answer<Value>, Problem> {
    let ballot = ballot(&shared, &reviewer, id, (card, choice, reason)).await?;
    sign::ask(&shared, &reviewer, &ballot).await.map(Answer)
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
    let Revoke { card, reason, challenge, proof } = revoke;
    let (choice, reason) = (Chosen::Reject, Some(reason));
    take(&shared, &reviewer, id, Decide { card, choice, reason, challenge, proof }).await
}

async fn take(
    shared: &Shared,
    reviewer: &Reviewer,
    id: RequestId,
    decide: Decide,
) -> Result<Answer<Review>, Problem> {
    let Decide { card, choice, reason, challenge, proof } = decide;
    let mut ballot = ballot(shared, reviewer, id, (card, choice, reason)).await?;
    match (challenge, proof) {
        (None, None) => {}
        (Some(challenge), Some(proof)) => {
            let signature = Signature { challenge, proof };
            ballot = sign::signed(shared, reviewer, ballot, signature).await?;
        }
        (Some(_), None) | (None, Some(_)) => {
            let detail = "what is signed has a `challenge` and a `proof`; send both, or neither";
            return Err(Problem::new(problem::MALFORMED, detail).about(id));
        }
    }
    record(shared, reviewer, ballot).await?;
    let (card, state) = seen(shared, reviewer, id).await?;
    review(shared, reviewer, &card, &state).await.map(Answer)
}

/// What this person says, as a ballot about what is asked now.
async fn ballot(
    shared: &Shared,
    reviewer: &Reviewer,
    id: RequestId,
    (digest, choice, reason): (Digest, Chosen, Option<String>),
) -> Result<Ballot, Problem> {
    // What one may not see, one cannot decide either.
    let (card, _) = seen(shared, reviewer, id).await?;
    let mut ballot = Ballot::approve(&card)?;
    ballot.card = digest;
    ballot.choice = Choice::from(choice);
    ballot.reason = reason.filter(|reason| !reason.trim().is_empty());
    Ok(ballot)
}

/// Hands in what this person has decided.
pub(crate) async fn record(
    shared: &Shared,
    reviewer: &Reviewer,
    ballot: Ballot,
) -> Result<(), Problem> {
    let id = ballot.request;
    let decided = shared.gate.desk().decide(reviewer.identity(), ballot).await;
    decided.map_err(|error| Problem::from(error).about(id))?;
    shared.follower.look();
    Ok(())
}
