//! `GET /v1/log/events`: the events themselves; and `/v1/log/stream`: that there are more.

use std::sync::Arc;

use approvals_core::{Attachment, Digest, Entry};
use axum::Json as Answer;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::access::auditor::Auditor;
use crate::index::changes::Change;
use crate::index::follower::View;
use crate::problem::Problem;
use crate::query::{Params, page};
use crate::shared::Shared;
use crate::stream::{self, Told, Watch};

/// The most bytes of events and documents in one answer, but for a first event that has more.
const MOST: usize = 4 * 1024 * 1024;

/// Which events.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct From {
    /// The index of the first one: 0 unless said otherwise.
    from: Option<u64>,
    /// How many at most: 50 unless said otherwise.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<usize>,
}

/// Events of the log, oldest first.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Events {
    /// The events.
    items: Vec<One>,
    /// The index of the next one: there may be none yet.
    next: u64,
}

/// One event.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct One {
    /// Its index.
    index: u64,
    /// The request that it belongs to; none for events of the log itself.
    #[schema(format = "uuid")]
    request: Option<String>,
    /// Its text, byte for byte as it is hashed: JSON.
    entry: String,
    /// The documents beside it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    beside: Vec<Beside>,
}

/// A document that an event names by its digest.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Beside {
    /// Its digest.
    digest: String,
    /// Its text, byte for byte as it is hashed: JSON.
    document: String,
}

/// Read events of the log
///
/// What may be erased, such as the values of hidden arguments, is never in it.
#[utoipa::path(
    get,
    path = "/v1/log/events",
    tag = "auditor",
    security(("auditor" = [])),
    params(From),
    responses((status = 200, description = "Events.", body = Events)),
)]
pub(crate) async fn events(
    State(shared): State<Arc<Shared>>,
    _auditor: Auditor,
    Params(which): Params<From>,
) -> Result<Answer<Events>, Problem> {
    let (from, limit) = (which.from.unwrap_or_default(), page(which.limit)?);
    let (mut items, mut bytes, mut next) = (Vec::new(), 0_usize, from);
    for entry in shared.ledger.entries(from, limit).await? {
        bytes = bytes.saturating_add(size(&entry));
        if bytes > MOST && !items.is_empty() {
            break;
        }
        next = entry.index.saturating_add(1);
        items.push(One::new(&entry));
    }
    Ok(Answer(Events { items, next }))
}

fn size(entry: &Entry) -> usize {
    let beside = open(entry).fold(0_usize, |sum, one| sum.saturating_add(one.bytes.len()));
    beside.saturating_add(entry.bytes.len())
}

/// What stands beside it and is nobody's secret.
fn open(entry: &Entry) -> impl Iterator<Item = &Attachment> {
    entry.attachments.iter().filter(|one| !one.erasable)
}

impl One {
    fn new(entry: &Entry) -> Self {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let beside = open(entry)
            .map(|one| Beside { digest: one.digest.to_string(), document: text(&one.bytes) })
            .collect();
        let request = entry.request.map(|id| id.to_string());
        Self { index: entry.index, request, entry: text(&entry.bytes), beside }
    }
}

/// Watch the log grow
///
/// Server-sent events: `hello` first, then `entry` with the index of each new event, and the request that it belongs to.
#[utoipa::path(
    get,
    path = "/v1/log/stream",
    tag = "auditor",
    security(("auditor" = [])),
    params(("Last-Event-ID" = Option<u64>, Header, description = "The id of the last event that was seen")),
    responses((status = 200, description = "Events.", body = String, content_type = "text/event-stream")),
)]
pub(crate) async fn watch(
    State(shared): State<Arc<Shared>>,
    auditor: Auditor,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    stream::open(&shared, &headers, auditor)
}

impl Watch for Auditor {
    fn whose(&self) -> Digest {
        self.token()
    }

    fn told(&self, _view: &View, change: &Change) -> Option<Told> {
        Some(Told::entry(change))
    }

    fn may_still(&self, shared: &Shared) -> bool {
        self.is_good(shared)
    }
}
