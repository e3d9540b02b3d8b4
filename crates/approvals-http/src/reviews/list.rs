//! `GET /v1/reviews`: what this person may see, what waits for them first.

use std::sync::Arc;

use approvals_core::{Assurance, Choice, Timestamp};
use axum::Json as Answer;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::access::reviewer::Reviewer;
use crate::approver::CHANNEL;
use crate::index::summary::Summary;
use crate::phase::Stands;
use crate::problem::{self, Problem};
use crate::query::{Cursor, Params, page};
use crate::requests::view::Row;
use crate::shared::Shared;

/// The longest text that is looked for.
const MAX_TEXT: usize = 200;

/// Which requests.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Which {
    /// Only those that stand here; `pending` are those that wait for somebody.
    #[param(inline)]
    state: Option<Stands>,
    /// Only those whose action, resource, requester or id has this text in it.
    #[param(max_length = 200)]
    q: Option<String>,
    /// Where to go on: `next` of the page before.
    #[param(value_type = Option<String>)]
    cursor: Option<Cursor>,
    /// How many at most: 50 unless said otherwise.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<usize>,
}

/// What a reviewer may see.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Reviews {
    /// What waits for this person, the most urgent first: on the first page alone, and all of it.
    waiting: Vec<Row>,
    /// Everything else, newest first.
    items: Vec<Row>,
    /// Where the next page begins, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    next: Option<Cursor>,
    /// How many old requests of this log are in no list any more. They can be read by their ids.
    dropped: u64,
}

/// List what one may see, and what waits for one
#[utoipa::path(
    get,
    path = "/v1/reviews",
    tag = "reviewer",
    security(("session" = []), ("oidc" = [])),
    params(Which),
    responses((status = 200, description = "A page of requests.", body = Reviews)),
)]
pub(crate) async fn list(
    State(shared): State<Arc<Shared>>,
    reviewer: Reviewer,
    Params(which): Params<Which>,
) -> Result<Answer<Reviews>, Problem> {
    let limit = page(which.limit)?;
    let text = which.q.as_deref().unwrap_or_default().to_lowercase();
    if text.len() > MAX_TEXT {
        return Err(Problem::new(
            problem::MALFORMED,
            format_args!("`q` has at most {MAX_TEXT} bytes"),
        ));
    }
    shared.freshen().await?;
    let has_keys = shared.has_keys(&reviewer).await?;
    let by = if has_keys { Assurance::ReviewerKey } else { Assurance::ChannelAttested };
    let (now, view) = (shared.clock.now(), shared.follower.view());
    let wanted = |one: &&Summary| {
        which.state.is_none_or(|state| state == one.stands)
            && one.concerns(reviewer.person())
            && (text.is_empty() || has_text(one, &text))
    };
    let waits = |one: &&Summary| waits_for(one, &reviewer, by, now);
    let mut waiting = Vec::new();
    if which.cursor.is_none() {
        waiting.extend(view.index.newest(None).filter(wanted).filter(waits));
        waiting.sort_by_key(|one| (std::cmp::Reverse(one.risk), one.approve_by, one.first));
    }
    let before = which.cursor.map(|cursor| cursor.0);
    let rest = view.index.newest(before).filter(wanted).filter(|one| !waits(one));
    let mut rest = rest.peekable();
    let (mut items, mut last) = (Vec::new(), None);
    for one in rest.by_ref().take(limit) {
        last = Some(Cursor(one.first));
        items.push(Row::new(one));
    }
    let next = last.filter(|_cursor| rest.peek().is_some());
    let waiting = waiting.into_iter().map(Row::new).collect();
    Ok(Answer(Reviews { waiting, items, next, dropped: view.index.dropped() }))
}

/// Whether this person could approve or reject it now, as they can make sure that it is them.
pub(crate) fn waits_for(one: &Summary, reviewer: &Reviewer, by: Assurance, now: Timestamp) -> bool {
    let may = |choice| {
        one.pending
            .as_ref()
            .is_some_and(|state| state.admits(reviewer.person(), choice, CHANNEL, by, now).is_ok())
    };
    now < one.approve_by && (may(Choice::Approve) || may(Choice::Reject))
}

pub(crate) fn has_text(one: &Summary, text: &str) -> bool {
    let has = |field: &str| field.to_lowercase().contains(text);
    has(&one.action)
        || one.resource.as_deref().is_some_and(has)
        || one.everybody.iter().any(|id| has(id.as_str()))
        || has(&one.id.to_string())
}
