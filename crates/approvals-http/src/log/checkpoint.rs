//! `GET /v1/log/checkpoint`: the newest signed head of the log.

use std::sync::Arc;
use std::time::Duration;

use approvals_core::SignedHead;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;

use crate::access::auditor::Auditor;
use crate::problem::{self, Problem};
use crate::shared::Shared;

/// Read the newest checkpoint
///
/// A C2SP checkpoint. Everything that it covers can be read here.
#[utoipa::path(
    get,
    path = "/v1/log/checkpoint",
    tag = "auditor",
    security(("auditor" = [])),
    responses((status = 200, description = "A signed note.", body = String, content_type = "text/plain")),
)]
pub(crate) async fn checkpoint(
    State(shared): State<Arc<Shared>>,
    _auditor: Auditor,
) -> Result<impl IntoResponse, Problem> {
    shared.freshen().await?;
    let head = head(&shared)?;
    Ok(([(CONTENT_TYPE, "text/plain; charset=utf-8")], head.note))
}

/// The newest head that the tree here is held against.
pub(crate) fn head(shared: &Shared) -> Result<SignedHead, Problem> {
    let head = shared.follower.view().head.clone();
    head.ok_or_else(|| {
        Problem::new(problem::UNAVAILABLE, "the log has not been read yet; try again in a moment")
            .after(Duration::from_secs(1))
    })
}
