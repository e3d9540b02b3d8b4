//! A decision that is signed with the reviewer's own passkey: what is to be signed is recorded first, then asked for.

use std::sync::Arc;

use axum::Json as Answer;
use axum::extract::State;
use serde::Deserialize;
use serde_json::{Value, json};

use super::decide::Said;
use super::door::door;
use crate::access::reviewer::Reviewer;
use crate::body::{Json, SMALL};
use crate::problem::{self, Problem};
use crate::query::Id;
use crate::shared::Shared;

/// What was signed, and what for.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Signed {
    card: approvals_core::Digest,
    choice: crate::requests::view::Chosen,
    reason: Option<String>,
    confirm: Option<String>,
    challenge: String,
    proof: Value,
}

/// `POST /requests/{id}/challenge`
pub(super) async fn challenge(
    State(shared): State<Arc<Shared>>,
    reviewer: Reviewer,
    Id(id): Id,
    Json(said): Json<Said, SMALL>,
) -> Result<Answer<Value>, Problem> {
    let (door, desk) = (door(&shared)?, shared.gate.desk());
    let ballot = said.ballot(&shared, &reviewer, id).await?;
    let keys = desk.keys_of(reviewer.identity()).await?;
    let (asked, nonce, state) = door.passkeys.sign(&keys)?;
    let given = desk.challenge(reviewer.identity(), &ballot, &nonce).await;
    let given = given.map_err(|error| Problem::from(error).about(id))?;
    let whose = (state, reviewer.identity().clone(), id);
    door.signing_off.begin(&given.nonce(), whose, shared.clock.now());
    Ok(Answer(asked))
}

/// `POST /requests/{id}/decide-with-key`
pub(super) async fn decide(
    State(shared): State<Arc<Shared>>,
    reviewer: Reviewer,
    Id(id): Id,
    Json(signed): Json<Signed, SMALL>,
) -> Result<Answer<Value>, Problem> {
    let (door, desk) = (door(&shared)?, shared.gate.desk());
    let Signed { card, choice, reason, confirm, challenge, proof } = signed;
    let begun = door.signing_off.take(&challenge, shared.clock.now());
    let begun = begun.filter(|(_, whose, about)| whose == reviewer.identity() && *about == id);
    let none = || {
        Problem::new(
            problem::NOT_SIGNED,
            "this was not asked for, or is too late; decide once more",
        )
    };
    let (state, ..) = begun.ok_or_else(none)?;
    let said = Said { card, choice, reason, confirm };
    let ballot = said.ballot(&shared, &reviewer, id).await?;
    let keys = desk.keys_of(reviewer.identity()).await?;
    let proof = door.passkeys.signed(&proof, &state, &keys)?;
    let decided = desk.decide(reviewer.identity(), ballot.signed(proof)).await;
    decided.map_err(|error| Problem::from(error).about(id))?;
    shared.follower.look();
    Ok(Answer(json!({})))
}
