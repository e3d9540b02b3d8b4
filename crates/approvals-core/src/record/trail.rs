//! Checks a whole log as a stranger would: every event follows from those before it, every signature holds.

use std::collections::BTreeMap;

use approvals_log::PublicKey;

use super::event::{Event, What};
use super::ledger::Entry;
use super::state::State;
use crate::action::digest::Digest;
use crate::action::document::Document;
use crate::action::id::RequestId;
use crate::review::decision::Assurance;
use crate::review::key::{Purpose, key_id};

/// Everything that a log says, read entry by entry and believed only where it holds.
///
/// That the entries are those that were written is for the Merkle tree to show; that they make sense, and
/// that the right keys signed them, is shown here.
#[derive(Debug, Default)]
pub struct Trail {
    next: u64,
    keys: Vec<(Purpose, PublicKey)>,
    requests: BTreeMap<RequestId, Vec<Event>>,
    states: BTreeMap<RequestId, State>,
}

/// An entry that does not hold.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("event {index}: {problem}")]
pub struct TrailError {
    index: u64,
    problem: String,
}

impl TrailError {
    /// The entry's index in the log.
    #[must_use]
    pub fn index(&self) -> u64 {
        self.index
    }
}

impl Trail {
    /// A trail of nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads the next entry.
    ///
    /// # Errors
    ///
    /// If it is not an event, cannot follow those before it, or a signature in it does not hold.
    pub fn read(&mut self, entry: &Entry) -> Result<(), TrailError> {
        let event =
            self.check(entry).map_err(|problem| TrailError { index: entry.index, problem })?;
        self.next = entry.index.saturating_add(1);
        match (event.request, &event.what) {
            (Some(id), _) => self.requests.entry(id).or_default().push(event),
            (None, What::KeyAdded { purpose, key }) => {
                self.keys.extend(key.key().map(|key| (*purpose, key)));
            }
            (None, _) => {}
        }
        Ok(())
    }

    fn check(&mut self, entry: &Entry) -> Result<Event, String> {
        if entry.index != self.next {
            return Err(format!("event {} is missing", self.next));
        }
        let event = Event::parse(&entry.bytes).map_err(|error| error.to_string())?;
        if event.request != entry.request {
            return Err("it is filed under another request".into());
        }
        match &event.what {
            What::KeyAdded { key, .. } if key.key().is_none() => {
                return Err("a key that is weak or none".into());
            }
            What::Decided { envelope } => {
                self.signed_by(Purpose::Recorder, |key| envelope.verify(key).is_ok())?;
                let decision = envelope.decision().map_err(|error| error.to_string())?;
                if decision.assurance != Assurance::ChannelAttested {
                    return Err(
                        "a decision claims the reviewer's own key, and the recorder key signed it"
                            .into(),
                    );
                }
            }
            What::Granted { grant } => {
                self.signed_by(Purpose::Grant, |key| grant.verify(key).is_ok())?;
            }
            What::Requested { .. } => check_document(&event, entry)?,
            What::KeyAdded { .. }
            | What::Presented { .. }
            | What::Undelivered { .. }
            | What::Started { .. }
            | What::Finished { .. }
            | What::Closed { .. } => {}
        }
        match (event.request, &event.what) {
            (Some(id), _) => {
                let state = self.states.remove(&id).unwrap_or_default();
                self.states.insert(id, state.apply(&event).map_err(|error| error.to_string())?);
            }
            (None, What::KeyAdded { .. }) => {}
            (None, _) => return Err("it belongs to no request".into()),
        }
        Ok(event)
    }

    fn signed_by(
        &self,
        purpose: Purpose,
        holds: impl Fn(&PublicKey) -> bool,
    ) -> Result<(), String> {
        let mut keys = self.keys.iter().filter(|(of, _)| *of == purpose);
        let problem = || format!("no {purpose:?} key of this log has signed it").to_lowercase();
        keys.any(|(_, key)| holds(key)).then_some(()).ok_or_else(problem)
    }

    /// The keys that the log names, with what they may sign, and their ids.
    pub fn keys(&self) -> impl Iterator<Item = (Purpose, String)> {
        self.keys.iter().map(|(purpose, key)| (*purpose, key_id(key)))
    }

    /// The requests, and where they stand.
    pub fn states(&self) -> impl Iterator<Item = (RequestId, &State)> {
        self.states.iter().map(|(id, state)| (*id, state))
    }

    /// The events of one request.
    #[must_use]
    pub fn events(&self, request: RequestId) -> &[Event] {
        self.requests.get(&request).map(Vec::as_slice).unwrap_or_default()
    }
}

/// The document has the digest that everything else is bound to, and what is hidden fits its commitment.
fn check_document(event: &Event, entry: &Entry) -> Result<(), String> {
    let What::Requested { request, document } = &event.what else { return Ok(()) };
    let beside = |digest: Digest| {
        entry.attachments.iter().find(|one| one.digest == digest).map(|one| one.bytes.as_slice())
    };
    let bytes = document
        .bytes(request.action, beside)
        .ok_or("its document is missing or is another one")?;
    let document = Document::parse(bytes).map_err(|error| error.to_string())?;
    if document.requester != *request.requester.principal().id() {
        return Err("its document is of another requester".into());
    }
    let mut hidden = entry.attachments.iter().filter(|attachment| attachment.erasable);
    let fits = |bytes: &[u8], digest: Digest| Digest::of("redacted", bytes) == digest;
    let known = |digest: &Digest| document.redacted.values().any(|commitment| commitment == digest);
    if hidden.all(|one| fits(&one.bytes, one.digest) && known(&one.digest)) {
        Ok(())
    } else {
        Err("a hidden argument does not fit its commitment".into())
    }
}
