//! The fold over the log: one summary a request, and no more of them than there is room for.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use approvals_core::{Entry, Event, Jwk, Purpose, RequestId, What};

use super::changes::Change;
use super::summary::Summary;

/// What the log says, in short.
#[derive(Debug)]
pub(crate) struct Index {
    room: usize,
    summaries: HashMap<RequestId, Summary>,
    /// By the index of the first event.
    order: BTreeMap<u64, RequestId>,
    ended: BTreeSet<u64>,
    dropped: u64,
    keys: Vec<(Purpose, Jwk)>,
}

impl Index {
    /// With room for so many requests.
    pub(crate) fn new(room: usize) -> Self {
        Self {
            room: room.max(1),
            summaries: HashMap::new(),
            order: BTreeMap::new(),
            ended: BTreeSet::new(),
            dropped: 0,
            keys: Vec::new(),
        }
    }

    /// Takes the next entry of the log, and says what has changed by it.
    pub(crate) fn read(&mut self, entry: &Entry) -> Result<Change, String> {
        let event = Event::parse(&entry.bytes)
            .map_err(|error| format!("event {} is not understood: {error}", entry.index))?;
        if let What::KeyAdded { purpose, key } = &event.what {
            self.keys.push((*purpose, key.clone()));
        }
        let change = Change { index: entry.index, request: entry.request, now: None };
        let Some(id) = entry.request else { return Ok(change) };
        if let Some(summary) = self.summaries.get_mut(&id) {
            summary.apply(&event);
        } else if let Some(summary) = Summary::begin(entry, &event) {
            self.order.insert(summary.first, id);
            self.summaries.insert(id, summary);
        }
        let Some(summary) = self.summaries.get(&id) else { return Ok(change) };
        let now = Some((summary.stands, summary.outcome));
        if summary.is_ended() {
            self.ended.insert(summary.first);
        } else {
            self.ended.remove(&summary.first);
        }
        self.make_room();
        Ok(Change { now, ..change })
    }

    /// What ended longest ago goes first; what people are still to decide, last.
    fn make_room(&mut self) {
        while self.summaries.len() > self.room {
            let oldest = self.ended.first().or_else(|| self.order.keys().next()).copied();
            let Some(oldest) = oldest else { return };
            self.ended.remove(&oldest);
            if let Some(id) = self.order.remove(&oldest) {
                self.summaries.remove(&id);
            }
            self.dropped = self.dropped.saturating_add(1);
        }
    }

    pub(crate) fn get(&self, id: RequestId) -> Option<&Summary> {
        self.summaries.get(&id)
    }

    /// Those whose first event is below `before`, newest first.
    pub(crate) fn newest(&self, before: Option<u64>) -> impl Iterator<Item = &Summary> {
        let below = ..before.unwrap_or(u64::MAX);
        self.order.range(below).rev().filter_map(|(_, id)| self.summaries.get(id))
    }

    /// How many requests of the log are not in lists any more.
    pub(crate) fn dropped(&self) -> u64 {
        self.dropped
    }

    /// The public keys that the log names.
    pub(crate) fn keys(&self) -> &[(Purpose, Jwk)] {
        &self.keys
    }
}
