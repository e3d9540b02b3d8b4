//! `GET /v1/reviews/events`: what changes of what one may see.

use std::sync::Arc;

use approvals_core::Digest;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;

use crate::access::reviewer::Reviewer;
use crate::problem::Problem;
use crate::shared::Shared;
use crate::stream::{self, Told, Watch};

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
    let whose = Digest::of("reviewer", reviewer.identity().to_string().as_bytes());
    let until = shared.clock.now().after(std::time::Duration::from_secs(60 * 60));
    let watch = Watch {
        whose,
        told: Box::new(move |view, change| {
            let summary = view.index.get(change.request?)?;
            summary.concerns(reviewer.person()).then(|| Told::changed(change))
        }),
        is_good: Box::new(move |shared| shared.clock.now() < until),
    };
    stream::open(&shared, &headers, watch)
}
