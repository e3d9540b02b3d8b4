//! `GET /`: what waits.

use std::cmp::Reverse;
use std::sync::Arc;

use approvals_core::RequestId;
use axum::extract::State;
use axum::response::Response;

use super::frame::{page, shown};
use super::shell::shell;
use crate::access::viewer::Viewer;
use crate::inbox::{InboxPage, May, Row};
use crate::problem::Problem;
use crate::reviews::powers::powers;
use crate::shared::Shared;

/// The most rows that are shown at once: what is more urgent comes first.
const MOST: usize = 200;

pub(super) async fn inbox(State(shared): State<Arc<Shared>>, viewer: Viewer) -> Response {
    shown(&shared, list(&shared, &viewer).await)
}

async fn list(shared: &Shared, viewer: &Viewer) -> Result<Response, Problem> {
    shared.freshen().await?;
    let (now, reviewer) = (shared.clock.now(), &viewer.reviewer);
    let has_keys = shared.has_keys(reviewer).await?;
    let (mut mine, mut others) = (Vec::new(), Vec::new());
    for id in waiting(shared, viewer) {
        let Some((card, state)) = shared.state_of(id).await? else { continue };
        let (row, powers) = (Row::of(&card, &state, now), powers(reviewer, has_keys, &state, now));
        match (powers.approve, powers.reject) {
            (May::Not(why), May::Not(_)) => others.push(row.not_mine(why)),
            _one_of_them => mine.push(row),
        }
    }
    page(&InboxPage::new(shell(shared, viewer), mine, others))
}

/// What is open and concerns them, the most urgent first.
fn waiting(shared: &Shared, viewer: &Viewer) -> Vec<RequestId> {
    let (now, view) = (shared.clock.now(), shared.follower.view());
    let open = view.index.newest(None).filter(|one| {
        one.pending.is_some() && now < one.approve_by && one.concerns(viewer.reviewer.person())
    });
    let mut open: Vec<_> = open.map(|one| (Reverse(one.risk), one.approve_by, one.id)).collect();
    open.sort();
    open.into_iter().take(MOST).map(|(_, _, id)| id).collect()
}
