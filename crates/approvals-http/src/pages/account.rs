//! `GET /account`: who the viewer is here, and their passkeys.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;

use super::frame::{page, shown};
use super::shell::shell;
use crate::access::viewer::Viewer;
use crate::inbox::{AccountPage, OwnKey};
use crate::problem::Problem;
use crate::shared::Shared;

pub(super) async fn account(State(shared): State<Arc<Shared>>, viewer: Viewer) -> Response {
    shown(&shared, read(&shared, &viewer).await)
}

async fn read(shared: &Shared, viewer: &Viewer) -> Result<Response, Problem> {
    let control = shared.gate.desk().control().await?;
    let own = control.reviewer_keys().filter(|(owner, ..)| *owner == viewer.reviewer.identity());
    let keys = own
        .map(|(_, key, since)| OwnKey {
            id: key.credential(),
            since: since.into(),
            is_in_use: false,
        })
        .collect();
    page(&AccountPage::new(shell(shared, viewer), viewer.reviewer.person(), keys))
}
