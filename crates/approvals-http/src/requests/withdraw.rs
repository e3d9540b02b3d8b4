//! `POST /v1/requests/{id}/withdraw`: takes back what has not been started.

use std::sync::Arc;

use axum::Json as Answer;
use axum::extract::State;

use super::view::{Asked, own};
use crate::access::requester::Requester;
use crate::body::Nothing;
use crate::problem::Problem;
use crate::query::Id;
use crate::shared::Shared;

/// Take back what one has asked for and not started
///
/// What has ended without running stays as it is.
#[utoipa::path(
    post,
    path = "/v1/requests/{id}/withdraw",
    tag = "requester",
    security(("requester" = [])),
    params(("id" = String, Path, description = "The request", format = "uuid")),
    responses((status = 200, description = "It is over.", body = Asked)),
)]
pub(crate) async fn withdraw(
    State(shared): State<Arc<Shared>>,
    requester: Requester,
    Id(id): Id,
    Nothing: Nothing,
) -> Result<Answer<Asked>, Problem> {
    // Whose it is, and whether the token is for its action.
    own(&shared, &requester, id).await?;
    let principal = requester.principal().clone();
    shared.gate.scope(principal, shared.gate.withdraw(id)).await?;
    let (card, state) = own(&shared, &requester, id).await?;
    Asked::new(&card, &state).map(Answer).ok_or_else(Problem::no_request)
}
