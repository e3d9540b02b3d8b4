//! Decisions on pages: `POST /requests/{id}/decide`, which this queue attests, and `…/challenge` and `…/decide-with-key`,
//! which the reviewer signs.

use std::sync::Arc;

use approvals_core::{Ballot, Card, Choice, Digest, RequestId};
use axum::Json as Answer;
use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::Deserialize;
use serde_json::{Value, json};

use super::frame::shown;
use crate::access::reviewer::Reviewer;
use crate::access::viewer::Sent;
use crate::body::{Json, SMALL};
use crate::inbox::tick;
use crate::problem::{self, Problem};
use crate::query::Id;
use crate::requests::view::Chosen;
use crate::reviews::decide::record;
use crate::reviews::read::seen;
use crate::reviews::sign::{self, Signature};
use crate::shared::Shared;

/// What somebody says on a page about the card that they see there.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Said {
    card: Digest,
    choice: Chosen,
    reason: Option<String>,
    confirm: Option<String>,
}

/// The same, signed.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SaidAndSigned {
    card: Digest,
    choice: Chosen,
    reason: Option<String>,
    confirm: Option<String>,
    challenge: String,
    proof: Value,
}

impl Said {
    /// The same as a ballot, about what is asked now.
    async fn ballot(
        self,
        shared: &Shared,
        reviewer: &Reviewer,
        id: RequestId,
    ) -> Result<Ballot, Problem> {
        let (card, _state) = seen(shared, reviewer, id).await?;
        self.is_confirmed(&card)?;
        let mut ballot = Ballot::approve(&card)?;
        ballot.card = self.card;
        ballot.choice = Choice::from(self.choice);
        // A browser writes line ends in its own way.
        let reason = self.reason.map(|reason| reason.replace("\r\n", "\n"));
        ballot.reason = reason.filter(|reason| !reason.trim().is_empty());
        Ok(ballot)
    }

    /// What is dangerous is approved with a tick that the facts were read.
    fn is_confirmed(&self, card: &Card) -> Result<(), Problem> {
        let is_needed = self.choice == Chosen::Approve && tick(card).is_some();
        if !is_needed || self.confirm.as_deref() == Some("yes") {
            return Ok(());
        }
        let detail =
            "approving this takes the tick that you have read the facts; go back, and set it";
        Err(Problem::new(problem::INVALID, detail).about(card.id()))
    }
}

pub(super) async fn decide(
    State(shared): State<Arc<Shared>>,
    id: Result<Id, Problem>,
    Sent(viewer, said): Sent<Said>,
) -> Response {
    let decided = match id {
        Ok(Id(id)) => take(&shared, &viewer.reviewer, id, said).await,
        Err(problem) => Err(problem),
    };
    shown(&shared, decided)
}

/// `POST /requests/{id}/challenge`
pub(super) async fn challenge(
    State(shared): State<Arc<Shared>>,
    reviewer: Reviewer,
    Id(id): Id,
    Json(said): Json<Said, SMALL>,
) -> Result<Answer<Value>, Problem> {
    let ballot = said.ballot(&shared, &reviewer, id).await?;
    sign::ask(&shared, &reviewer, &ballot).await.map(Answer)
}

/// `POST /requests/{id}/decide-with-key`
pub(super) async fn decide_with_key(
    State(shared): State<Arc<Shared>>,
    reviewer: Reviewer,
    Id(id): Id,
    Json(said): Json<SaidAndSigned, SMALL>,
) -> Result<Answer<Value>, Problem> {
    let SaidAndSigned { card, choice, reason, confirm, challenge, proof } = said;
    let ballot = Said { card, choice, reason, confirm }.ballot(&shared, &reviewer, id).await?;
    let signature = Signature { challenge, proof };
    let ballot = sign::signed(&shared, &reviewer, ballot, signature).await?;
    record(&shared, &reviewer, ballot).await?;
    Ok(Answer(json!({})))
}

async fn take(
    shared: &Shared,
    reviewer: &Reviewer,
    id: RequestId,
    said: Said,
) -> Result<Response, Problem> {
    let ballot = said.ballot(shared, reviewer, id).await?;
    record(shared, reviewer, ballot).await?;
    Ok(Redirect::to(&format!("/requests/{id}")).into_response())
}
