//! `GET /v1/reviews/{id}`: one request, as a reviewer sees it.

use std::sync::Arc;

use approvals_core::{Card, Principal, RequestId, State as Stand};
use axum::Json as Answer;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::card::Shown;
use super::powers::powers;
use super::timeline::{Step, steps};
use crate::access::reviewer::Reviewer;
use crate::inbox::May as Power;
use crate::index::summary::{concerns, groups};
use crate::problem::Problem;
use crate::query::Id;
use crate::requests::view::Asked;
use crate::shared::Shared;

/// A request, with all that a reviewer needs.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Review {
    /// Where it stands.
    request: Asked,
    /// Who asks, and after that for whom.
    requester: Vec<String>,
    /// What is to be decided about.
    card: Shown,
    /// Whether this person may approve it.
    approve: May,
    /// Whether this person may reject it.
    reject: May,
    /// What has happened so far.
    timeline: Vec<Step>,
}

/// Whether something may be done.
#[derive(Debug, Serialize, ToSchema)]
#[expect(clippy::struct_field_names, reason = "the names of its JSON")]
pub(crate) struct May {
    /// Whether it may.
    may: bool,
    /// Whether it takes a passkey: then ask for a `challenge` first.
    sign: bool,
    /// Why not.
    #[serde(skip_serializing_if = "Option::is_none")]
    because: Option<String>,
}

/// Read one request with its card
#[utoipa::path(
    get,
    path = "/v1/reviews/{id}",
    tag = "reviewer",
    security(("session" = []), ("oidc" = [])),
    params(("id" = String, Path, description = "The request", format = "uuid")),
    responses((status = 200, description = "The request.", body = Review)),
)]
pub(crate) async fn read(
    State(shared): State<Arc<Shared>>,
    reviewer: Reviewer,
    Id(id): Id,
) -> Result<Answer<Review>, Problem> {
    let (card, state) = seen(&shared, &reviewer, id).await?;
    review(&shared, &reviewer, &card, &state).await.map(Answer)
}

/// The request of this id, if this person may see it.
pub(crate) async fn seen(
    shared: &Shared,
    reviewer: &Reviewer,
    id: RequestId,
) -> Result<(Card, Stand), Problem> {
    let found = shared.state_of(id).await?;
    found
        .filter(|(card, state)| may_see(reviewer.person(), card, state))
        .ok_or_else(Problem::no_request)
}

fn may_see(person: &Principal, card: &Card, state: &Stand) -> bool {
    let request = card.request();
    let everybody: Vec<_> = request.requester.everybody().map(Principal::id).cloned().collect();
    let has_decided = state.decisions().iter().any(|one| one.reviewer.is_same_person(person));
    has_decided || concerns(person, &groups(request), &everybody)
}

pub(super) async fn review(
    shared: &Shared,
    reviewer: &Reviewer,
    card: &Card,
    state: &Stand,
) -> Result<Review, Problem> {
    let entries = shared.ledger.history(Some(card.id())).await?;
    let (now, has_keys) = (shared.clock.now(), shared.has_keys(reviewer).await?);
    let powers = powers(reviewer, has_keys, state, now);
    Ok(Review {
        request: Asked::new(card, state).ok_or_else(Problem::no_request)?,
        requester: card.request().requester.everybody().map(|one| one.id().to_string()).collect(),
        card: Shown::new(card)?,
        approve: powers.approve.into(),
        reject: powers.reject.into(),
        timeline: steps(&entries),
    })
}

impl From<Power> for May {
    fn from(power: Power) -> Self {
        match power {
            Power::Attest => Self { may: true, sign: false, because: None },
            Power::Sign => Self { may: true, sign: true, because: None },
            Power::Not(why) => Self { may: false, sign: false, because: Some(why) },
        }
    }
}
