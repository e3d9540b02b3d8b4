//! `GET /v1/log/proof/{index}`: that an event is in the log.

use std::sync::Arc;

use axum::Json as Answer;
use axum::extract::{Path, State};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::checkpoint::head;
use crate::access::auditor::Auditor;
use crate::problem::{self, Problem};
use crate::query::Params;
use crate::shared::Shared;

/// In which tree.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Tree {
    /// The size of the tree: that of the newest checkpoint, unless said otherwise.
    size: Option<u64>,
}

/// What shows that an event is in the log (RFC 6962). Hashes are in base64.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Proof {
    /// The index of the event.
    index: u64,
    /// The size of the tree.
    size: u64,
    /// The hash of the event.
    leaf: String,
    /// The hashes on the way, from the leaf up.
    path: Vec<String>,
    /// The root that they lead to.
    root: String,
    /// The signed head over that root, if it is the newest one.
    #[serde(skip_serializing_if = "Option::is_none")]
    checkpoint: Option<String>,
}

/// Prove that an event is in the log
#[utoipa::path(
    get,
    path = "/v1/log/proof/{index}",
    tag = "auditor",
    security(("auditor" = [])),
    params(("index" = u64, Path, description = "The index of the event, from 0"), Tree),
    responses((status = 200, description = "The proof.", body = Proof)),
)]
pub(crate) async fn proof(
    State(shared): State<Arc<Shared>>,
    _auditor: Auditor,
    Path(index): Path<String>,
    Params(which): Params<Tree>,
) -> Result<Answer<Proof>, Problem> {
    let none =
        || Problem::new(problem::NOT_FOUND, "this log has no such event, or never had this size");
    let index: u64 = index.parse().map_err(|_other| none())?;
    let head = head(&shared)?;
    let newest = head.checkpoint.size();
    let size = which.size.unwrap_or(newest);
    if size > newest {
        return Err(none());
    }
    let view = shared.follower.view();
    let path = view.tree.proof(index, size).ok_or_else(none)?;
    let root = view.tree.root(size).ok_or_else(none)?;
    let leaf = view.tree.leaf(index).ok_or_else(none)?;
    Ok(Answer(Proof {
        index,
        size,
        leaf: BASE64.encode(leaf),
        path: path.iter().map(|hash| BASE64.encode(hash)).collect(),
        root: BASE64.encode(root),
        checkpoint: (size == newest).then_some(head.note),
    }))
}
