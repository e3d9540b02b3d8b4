//! `GET /batches/{id}`: calls that were made together, each decided by itself. They are found by the first of them.

use std::sync::Arc;

use approvals_core::RequestId;
use axum::extract::State;
use axum::response::Response;

use super::frame::{page, shown};
use super::shell::shell;
use crate::access::viewer::Viewer;
use crate::inbox::{BatchItem, BatchPage};
use crate::problem::Problem;
use crate::query::Id;
use crate::reviews::powers::powers;
use crate::reviews::read::seen;
use crate::shared::Shared;

pub(super) async fn batch(
    State(shared): State<Arc<Shared>>,
    viewer: Viewer,
    id: Result<Id, Problem>,
) -> Response {
    let page = match id {
        Ok(Id(id)) => read(&shared, &viewer, id).await,
        Err(problem) => Err(problem),
    };
    shown(&shared, page)
}

async fn read(shared: &Shared, viewer: &Viewer, first: RequestId) -> Result<Response, Problem> {
    let (card, _state) = seen(shared, &viewer.reviewer, first).await?;
    let batch = card.request().notes.batch.clone();
    if batch.is_empty() {
        return Err(Problem::no_request());
    }
    let (now, reviewer) = (shared.clock.now(), &viewer.reviewer);
    let has_keys = shared.has_keys(reviewer).await?;
    let mut items = Vec::new();
    for id in &batch {
        // Of those that somebody may not see, they see how many there are.
        let Ok((card, state)) = seen(shared, reviewer, *id).await else { continue };
        let powers = powers(reviewer, has_keys, &state, now);
        items.push(BatchItem::new(&card, &state, powers, viewer.csrf(), now)?);
    }
    page(&BatchPage { shell: shell(shared, viewer), items, made: batch.len() })
}
