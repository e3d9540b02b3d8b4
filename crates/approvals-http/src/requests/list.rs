//! `GET /v1/requests`: what this requester has asked for.

use std::sync::Arc;

use axum::Json as Answer;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::view::Row;
use crate::access::requester::Requester;
use crate::phase::Stands;
use crate::problem::Problem;
use crate::query::{Cursor, Params, page};
use crate::shared::Shared;

/// Which requests.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Which {
    /// Only those that stand here.
    #[param(inline)]
    state: Option<Stands>,
    /// Where to go on: `next` of the page before.
    #[param(value_type = Option<String>)]
    cursor: Option<Cursor>,
    /// How many at most: 50 unless said otherwise.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<usize>,
}

/// A page of requests, newest first.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Rows {
    /// The requests.
    items: Vec<Row>,
    /// Where the next page begins, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    next: Option<Cursor>,
    /// How many old requests of this log are in no list any more. They can be read by their ids.
    dropped: u64,
}

/// List one's own requests, newest first
#[utoipa::path(
    get,
    path = "/v1/requests",
    tag = "requester",
    security(("requester" = [])),
    params(Which),
    responses((status = 200, description = "A page of requests.", body = Rows)),
)]
pub(crate) async fn list(
    State(shared): State<Arc<Shared>>,
    requester: Requester,
    Params(which): Params<Which>,
) -> Result<Answer<Rows>, Problem> {
    let limit = page(which.limit)?;
    shared.freshen().await?;
    let view = shared.follower.view();
    let mut found = view
        .index
        .newest(which.cursor.map(|cursor| cursor.0))
        .filter(|one| which.state.is_none_or(|state| state == one.stands))
        .filter(|one| requester.may_see(&one.action, &one.everybody))
        .peekable();
    let (mut items, mut last) = (Vec::new(), None);
    for one in found.by_ref().take(limit) {
        last = Some(Cursor(one.first));
        items.push(Row::new(one));
    }
    let next = last.filter(|_cursor| found.peek().is_some());
    Ok(Answer(Rows { items, next, dropped: view.index.dropped() }))
}
