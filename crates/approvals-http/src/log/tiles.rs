//! `GET /v1/log/tile/…`: tiles of hashes and bundles of entries, by the paths of C2SP.

use std::sync::Arc;

use approvals_log::{TilePath, entry_bundles};
use axum::extract::{Path, State};
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;

use super::checkpoint::head;
use crate::access::auditor::Auditor;
use crate::problem::{self, Problem};
use crate::shared::Shared;

/// Read a tile, or a bundle of entries
///
/// By the paths of C2SP tlog-tiles, such as `0/x001/234.p/5` or `entries/000`. What stands beside the log is in none.
#[utoipa::path(
    get,
    path = "/v1/log/tile/{*path}",
    tag = "auditor",
    security(("auditor" = [])),
    params(("path" = String, Path, description = "The path behind `tile/`")),
    responses((status = 200, description = "A tile or a bundle.", body = Vec<u8>, content_type = "application/octet-stream")),
)]
pub(crate) async fn tile(
    State(shared): State<Arc<Shared>>,
    _auditor: Auditor,
    Path(path): Path<String>,
) -> Result<impl IntoResponse, Problem> {
    let none = || {
        Problem::new(problem::NOT_FOUND, "this log has no such tile; check its path and its width")
    };
    let path: TilePath = format!("tile/{path}").parse().map_err(|_other| none())?;
    let size = head(&shared)?.checkpoint.size();
    let bytes = if path.is_entries() {
        bundle(&shared, &path, size).await?
    } else {
        shared.follower.view().tree.tile(&path, size)
    };
    Ok(([(CONTENT_TYPE, "application/octet-stream")], bytes.ok_or_else(none)?))
}

async fn bundle(shared: &Shared, path: &TilePath, size: u64) -> Result<Option<Vec<u8>>, Problem> {
    let width = usize::from(path.width());
    let place = path.index().checked_mul(256);
    let end = place.and_then(|from| from.checked_add(u64::from(path.width())));
    let (Some(from), Some(end)) = (place, end) else { return Ok(None) };
    if end > size {
        return Ok(None);
    }
    let entries = shared.ledger.entries(from, width).await?;
    let bytes: Vec<_> = entries.into_iter().map(|entry| entry.bytes).collect();
    if bytes.len() != width {
        return Ok(None);
    }
    let bundles = entry_bundles(&bytes).unwrap_or_default();
    Ok(bundles.into_iter().next().map(|(_, bytes)| bytes))
}
