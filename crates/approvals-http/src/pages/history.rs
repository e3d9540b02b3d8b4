//! `GET /history`: what is over, with search and filters.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;

use super::frame::{page, shown};
use super::shell::shell;
use crate::access::viewer::Viewer;
use crate::inbox::{Ending, HistoryPage, Past};
use crate::index::summary::Summary;
use crate::phase::Ended;
use crate::problem::Problem;
use crate::query::{Cursor, Params};
use crate::reviews::list::has_text;
use crate::shared::Shared;

const PAGE: usize = 25;
const MAX_TEXT: usize = 200;

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Which {
    #[serde(default)]
    q: String,
    #[serde(default)]
    outcome: String,
    cursor: Option<Cursor>,
}

pub(super) async fn history(
    State(shared): State<Arc<Shared>>,
    viewer: Viewer,
    which: Result<Params<Which>, Problem>,
) -> Response {
    let page = match which {
        Ok(Params(which)) => read(&shared, &viewer, which).await,
        Err(problem) => Err(problem),
    };
    shown(&shared, page)
}

async fn read(shared: &Shared, viewer: &Viewer, which: Which) -> Result<Response, Problem> {
    let query: String = which.q.trim().chars().take(MAX_TEXT).collect();
    let ending = Ending::ALL.into_iter().find(|ending| ending.as_str() == which.outcome);
    shared.freshen().await?;
    let text = query.to_lowercase();
    let (ids, next) = {
        let view = shared.follower.view();
        let is_wanted = |one: &&Summary| {
            one.concerns(viewer.reviewer.person())
                && one
                    .outcome
                    .is_some_and(|outcome| ending.is_none_or(|ending| ending == of(outcome)))
                && (text.is_empty() || has_text(one, &text))
        };
        let mut found = view.index.newest(which.cursor.map(|cursor| cursor.0)).filter(is_wanted);
        let page: Vec<_> = found.by_ref().take(PAGE).map(|one| (one.id, one.first)).collect();
        let next = page.last().filter(|_| found.next().is_some());
        let next = next.map(|(_, first)| Cursor(*first).to_string());
        (page, next)
    };
    let mut past = Vec::new();
    for (id, _) in ids {
        let read = shared.state_of(id).await?;
        past.extend(read.map(|(card, state)| Past::of(&card, &state)));
    }
    let is_later = which.cursor.is_some();
    page(&HistoryPage { shell: shell(shared, viewer), query, ending, found: past, next, is_later })
}

fn of(outcome: Ended) -> Ending {
    match outcome {
        Ended::Succeeded | Ended::ResolvedDone => Ending::Done,
        Ended::Failed
        | Ended::Panicked
        | Ended::Dropped
        | Ended::Changed
        | Ended::NotRun
        | Ended::ResolvedNotDone => Ending::Failed,
        Ended::Rejected | Ended::Revoked => Ending::Rejected,
        Ended::Denied | Ended::Stopped => Ending::Denied,
        Ended::Expired => Ending::Expired,
        Ended::Withdrawn | Ended::Undeliverable | Ended::Unsatisfiable => Ending::Withdrawn,
    }
}
