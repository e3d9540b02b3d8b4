//! `GET /v1/events`: what changes of one's own requests, as it changes.

use std::sync::Arc;

use approvals_core::Digest;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;

use crate::access::requester::Requester;
use crate::index::changes::Change;
use crate::index::follower::View;
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
    stream::open(&shared, &headers, requester)
}

impl Watch for Requester {
    fn whose(&self) -> Digest {
        self.token()
    }

    fn told(&self, view: &View, change: &Change) -> Option<Told> {
        let summary = view.index.get(change.request?)?;
        self.may_see(&summary.action, &summary.everybody).then(|| Told::changed(change))
    }

    fn may_still(&self, shared: &Shared) -> bool {
        self.is_good(shared)
    }
}
