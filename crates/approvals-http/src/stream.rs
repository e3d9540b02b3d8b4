//! Server-sent events: what changes, as it changes, for as many as there is room for.

use std::convert::Infallible;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use approvals_core::Digest;
use axum::body::{Body, Bytes};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{IntoResponse as _, Response};
use futures_util::stream::unfold;
use serde_json::json;
use tokio::sync::mpsc;

use crate::capacity::Place;
use crate::index::changes::{Change, Missed};
use crate::index::follower::View;
use crate::problem::{self, Problem};
use crate::shared::Shared;

/// How often something is sent, so that both sides notice that the other has gone.
const HEARTBEAT: Duration = Duration::from_secs(15);

/// Whoever takes nothing for so long is dropped.
const SLOWEST: Duration = Duration::from_secs(10);

/// How many events lie ready for one consumer.
const AHEAD: usize = 32;

/// How many changes are looked at in one go.
const AT_ONCE: usize = 256;

/// Whoever watches.
pub(crate) trait Watch: fmt::Debug + Send + Sync + 'static {
    /// Whose stream it is.
    fn whose(&self) -> Digest;

    /// What they are told of a change, if anything.
    fn told(&self, view: &View, change: &Change) -> Option<Told>;

    /// Whether they may still be told.
    fn may_still(&self, shared: &Shared) -> bool;
}

/// One event as it is sent.
#[derive(Debug)]
pub(crate) struct Told(String);

impl Told {
    fn new(event: &str, id: Option<u64>, data: &serde_json::Value) -> Self {
        let id = id.map(|id| format!("id: {id}\n")).unwrap_or_default();
        // Data of JSON has no line breaks.
        Self(format!("event: {event}\n{id}data: {data}\n\n"))
    }

    /// That a request has changed.
    pub(crate) fn changed(change: &Change) -> Self {
        let mut data = json!({ "request": change.request.map(|id| id.to_string()) });
        if let (Some((phase, outcome)), Some(data)) = (change.now, data.as_object_mut()) {
            data.insert("phase".to_owned(), json!(phase));
            outcome.map(|outcome| data.insert("outcome".to_owned(), json!(outcome)));
        }
        Self::new("changed", Some(change.index), &data)
    }

    /// That more was missed than is known here, in a log of this size.
    fn reset(size: u64) -> Self {
        Self::new("reset", size.checked_sub(1), &json!({}))
    }

    /// That the log has an entry more.
    pub(crate) fn entry(change: &Change) -> Self {
        let request = change.request.map(|id| id.to_string());
        Self::new(
            "entry",
            Some(change.index),
            &json!({ "index": change.index, "request": request }),
        )
    }
}

/// Opens a stream.
pub(crate) fn open(
    shared: &Arc<Shared>,
    headers: &HeaderMap,
    watch: impl Watch,
) -> Result<Response, Problem> {
    let place = shared.streams.enter(watch.whose())?;
    let size = *shared.follower.sizes().borrow();
    let next = match last_event_id(headers)? {
        Some(last) => last.saturating_add(1),
        None => size,
    };
    let (sender, receiver) = mpsc::channel(AHEAD);
    drop(tokio::spawn(feed(Arc::clone(shared), watch, place, next, sender)));
    let chunks = unfold(receiver, |mut receiver| async {
        let Told(text) = receiver.recv().await?;
        Some((Ok::<_, Infallible>(Bytes::from(text)), receiver))
    });
    let mut response = Body::from_stream(chunks).into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert("x-accel-buffering", HeaderValue::from_static("no"));
    Ok(response)
}

fn last_event_id(headers: &HeaderMap) -> Result<Option<u64>, Problem> {
    let mut values = headers.get_all("last-event-id").iter();
    let refuse = || {
        Problem::new(
            problem::MALFORMED,
            "`Last-Event-ID` is the id of an event of this stream, once",
        )
    };
    match (values.next(), values.next()) {
        (None, _) => Ok(None),
        (Some(value), None) => {
            let text = value.to_str().map_err(|_binary| refuse())?;
            let is_plain = text.bytes().all(|b| b.is_ascii_digit());
            let id = text.parse().ok().filter(|_id| is_plain);
            id.map(Some).ok_or_else(refuse)
        }
        (Some(_), Some(_)) => Err(refuse()),
    }
}

/// Sends what changes, until nobody takes it, it may not be told any more, or the server stops.
async fn feed(
    shared: Arc<Shared>,
    watch: impl Watch,
    _place: Place,
    mut next: u64,
    sender: mpsc::Sender<Told>,
) {
    let (mut sizes, mut leaving) = (shared.follower.sizes(), shared.leaving.subscribe());
    if !send(
        &sender,
        Told::new("hello", next.checked_sub(1), &json!({ "now": shared.clock.now().to_string() })),
    )
    .await
    {
        return;
    }
    if next > *sizes.borrow() {
        // The id is of another log.
        next = *sizes.borrow();
        if !send(&sender, Told::reset(next)).await {
            return;
        }
    }
    loop {
        let size = *sizes.borrow_and_update();
        while next < size {
            let missed = tell(&shared, &watch, next, size);
            next = missed.next;
            for told in missed.told {
                if !send(&sender, told).await {
                    return;
                }
            }
        }
        let heartbeat = tokio::select! {
            changed = sizes.changed() => changed.is_err(),
            () = tokio::time::sleep(HEARTBEAT) => true,
            () = sender.closed() => return,
            _going = leaving.wait_for(|leaving| *leaving) => return,
        };
        if !watch.may_still(&shared) {
            return;
        }
        if heartbeat && !send(&sender, Told(": \n\n".to_owned())).await {
            return;
        }
    }
}

struct Batch {
    told: Vec<Told>,
    next: u64,
}

fn tell(shared: &Shared, watch: &impl Watch, next: u64, size: u64) -> Batch {
    let view = shared.follower.view();
    match view.changes.since(next, AT_ONCE) {
        Missed::These(these) if !these.is_empty() => {
            let last = these.last().map_or(size, |last| last.index.saturating_add(1));
            let told = these.iter().filter_map(|change| watch.told(&view, change)).collect();
            Batch { told, next: last }
        }
        Missed::These(_) | Missed::TooMuch => Batch { told: vec![Told::reset(size)], next: size },
    }
}

async fn send(sender: &mpsc::Sender<Told>, told: Told) -> bool {
    sender.send_timeout(told, SLOWEST).await.is_ok()
}
