//! `GET /v1/reviews/events`: what changes of what one may see.

use std::sync::Arc;
use std::time::Duration;

use approvals_core::{Digest, Timestamp};
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;

use crate::access::reviewer::Reviewer;
use crate::index::changes::Change;
use crate::index::follower::View;
use crate::problem::Problem;
use crate::shared::Shared;
use crate::stream::{self, Told, Watch};

/// The longest that a stream lasts: sessions end meanwhile.
const LONGEST: Duration = Duration::from_secs(60 * 60);

/// Watch what one may see
///
/// Server-sent events, as of `/v1/events`. A stream ends after an hour; whoever may still watch opens it again.
#[utoipa::path(
    get,
    path = "/v1/reviews/events",
    tag = "reviewer",
    security(("session" = []), ("oidc" = [])),
    params(("Last-Event-ID" = Option<u64>, Header, description = "The id of the last event that was seen")),
    responses((status = 200, description = "Events.", body = String, content_type = "text/event-stream")),
)]
pub(crate) async fn watch(
    State(shared): State<Arc<Shared>>,
    reviewer: Reviewer,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let until = shared.clock.now().after(LONGEST);
    stream::open(&shared, &headers, Watching { reviewer, until })
}

/// A reviewer, and until when they are believed to be who they were.
#[derive(Debug)]
struct Watching {
    reviewer: Reviewer,
    until: Timestamp,
}

impl Watch for Watching {
    fn whose(&self) -> Digest {
        Digest::of("reviewer", self.reviewer.identity().to_string().as_bytes())
    }

    fn told(&self, view: &View, change: &Change) -> Option<Told> {
        let summary = view.index.get(change.request?)?;
        summary.concerns(self.reviewer.person()).then(|| Told::changed(change))
    }

    fn may_still(&self, shared: &Shared) -> bool {
        shared.clock.now() < self.until
    }
}
