//! `GET /v1/events`: what changes of one's own requests, as it changes.

use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;

use crate::access::requester::Requester;
use crate::problem::Problem;
use crate::shared::Shared;
use crate::stream::{self, Told, Watch};

/// Watch one's own requests
///
/// Server-sent events: `hello` first, then `changed` with the request and its phase; `reset` if more was missed than is
/// known here, so that all is to be read anew. The id of an event is its place in the log, and `Last-Event-ID` goes on from
/// there.
#[utoipa::path(
    get,
    path = "/v1/events",
    tag = "requester",
    security(("requester" = [])),
    params(("Last-Event-ID" = Option<u64>, Header, description = "The id of the last event that was seen")),
    responses((status = 200, description = "Events.", body = String, content_type = "text/event-stream")),
)]
pub(crate) async fn watch(
    State(shared): State<Arc<Shared>>,
    requester: Requester,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let (own, known) = (requester.clone(), requester.clone());
    let watch = Watch {
        whose: requester.token(),
        told: Box::new(move |view, change| {
            let summary = view.index.get(change.request?)?;
            let is_own = own.may_see(&summary.action, &summary.everybody);
            is_own.then(|| Told::changed(change))
        }),
        is_good: Box::new(move |shared| known.is_good(shared)),
    };
    stream::open(&shared, &headers, watch)
}
