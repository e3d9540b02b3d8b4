//! `POST /requests/{id}/decide`: a decision that this queue attests.

use std::sync::Arc;

use approvals_core::{Ballot, Card, Choice, Digest, RequestId};
use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::Deserialize;

use super::frame::shown;
use crate::access::reviewer::Reviewer;
use crate::access::viewer::Sent;
use crate::inbox::tick;
use crate::problem::{self, Problem};
use crate::query::Id;
use crate::requests::view::Chosen;
use crate::reviews::read::seen;
use crate::shared::Shared;

/// What somebody says on a page about the card that they see there.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Said {
    pub(super) card: Digest,
    pub(super) choice: Chosen,
    pub(super) reason: Option<String>,
    pub(super) confirm: Option<String>,
}

impl Said {
    /// The same as a ballot, about what is asked now.
    pub(super) async fn ballot(
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

async fn take(
    shared: &Shared,
    reviewer: &Reviewer,
    id: RequestId,
    said: Said,
) -> Result<Response, Problem> {
    let ballot = said.ballot(shared, reviewer, id).await?;
    let decided = shared.gate.desk().decide(reviewer.identity(), ballot).await;
    decided.map_err(|error| Problem::from(error).about(id))?;
    shared.follower.look();
    Ok(Redirect::to(&format!("/requests/{id}")).into_response())
}
