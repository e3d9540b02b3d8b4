//! `GET /requests/{id}`: everything that somebody needs to decide about one request.

use std::sync::Arc;

use approvals_core::{Card, Event, RequestId};
use axum::extract::State;
use axum::response::Response;

use super::frame::{page, shown};
use super::shell::shell;
use crate::access::viewer::Viewer;
use crate::inbox::{Asked, Past, RequestPage};
use crate::problem::Problem;
use crate::query::Id;
use crate::reviews::powers::powers;
use crate::reviews::read::seen;
use crate::shared::Shared;

/// How many earlier decisions are shown beside it.
const SIMILAR: usize = 5;

pub(super) async fn request(
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

async fn read(shared: &Shared, viewer: &Viewer, id: RequestId) -> Result<Response, Problem> {
    let (card, state) = seen(shared, &viewer.reviewer, id).await?;
    shared.freshen().await?;
    let entries = shared.ledger.history(Some(id)).await?;
    let events: Vec<Event> =
        entries.iter().filter_map(|entry| Event::parse(&entry.bytes).ok()).collect();
    let now = shared.clock.now();
    let has_keys = shared.has_keys(&viewer.reviewer).await?;
    let powers = powers(&viewer.reviewer, has_keys, &state, now);
    let asked = Asked { card: &card, state: &state, events: &events, now };
    let similar = similar(shared, viewer, &card).await?;
    page(&RequestPage::new(shell(shared, viewer), asked, powers, similar)?)
}

/// What became of the newest requests for the same action that the viewer may see.
async fn similar(shared: &Shared, viewer: &Viewer, card: &Card) -> Result<Vec<Past>, Problem> {
    let ids: Vec<_> = {
        let view = shared.follower.view();
        let same = view.index.newest(None).filter(|one| {
            one.is_ended()
                && one.id != card.id()
                && one.action == card.document().action.as_str()
                && one.concerns(viewer.reviewer.person())
                && !one.deciders.is_empty()
        });
        same.take(SIMILAR).map(|one| one.id).collect()
    };
    let mut past = Vec::new();
    for id in ids {
        let found = shared.state_of(id).await?;
        past.extend(found.map(|(card, state)| Past::of(&card, &state)));
    }
    Ok(past)
}
