//! `GET /requests/{id}/evidence`: what a browser needs to check by itself that a request is in the log as it is shown.

use std::sync::Arc;

use approvals_log::Vkey;
use axum::Json as Answer;
use axum::extract::State;

use crate::access::viewer::Viewer;
use crate::inbox::{Evidence, Proven};
use crate::log::checkpoint::head;
use crate::problem::{self, Problem};
use crate::query::Id;
use crate::reviews::read::seen;
use crate::shared::Shared;

pub(super) async fn evidence(
    State(shared): State<Arc<Shared>>,
    viewer: Viewer,
    Id(id): Id,
) -> Result<Answer<Evidence>, Problem> {
    seen(&shared, &viewer.reviewer, id).await?;
    shared.freshen().await?;
    let entries = shared.ledger.history(Some(id)).await?;
    let head = head(&shared)?;
    let (size, view) = (head.checkpoint.size(), shared.follower.view());
    let mut proven = Vec::new();
    for entry in entries.iter().filter(|entry| entry.index < size) {
        let path = view.tree.proof(entry.index, size);
        let none = || Problem::new(problem::UNAVAILABLE, "the log is being read; try again");
        proven.push(Proven::new(entry.index, &entry.bytes, &path.ok_or_else(none)?));
    }
    let key = shared.access.vkey.as_ref().map(Vkey::to_string).unwrap_or_default();
    Ok(Answer(Evidence { checkpoint: head.note, key, entries: proven }))
}
