//! Checks a whole log as a stranger would: every event follows from those before it, every signature holds.

use std::collections::BTreeMap;

use approvals_log::{Frontier, Hash, PublicKey, leaf_hash};

use super::event::{Body, Event, What};
use super::ledger::Entry;
use super::state::State;
use crate::action::clock::Timestamp;
use crate::action::digest::Digest;
use crate::action::document::Document;
use crate::action::id::RequestId;
use crate::action::principal::Principal;
use crate::policy::assurance::Assurance;
use crate::review::card::Card;
use crate::review::decision::{Envelope, SeenHead};
use crate::review::grant::{Claims, Grant};
use crate::review::key::{Purpose, key_id};

/// Everything that a log says, read entry by entry and believed only where it holds.
///
/// That the entries are those that were written is for the Merkle tree to show. That they make sense is shown
/// here: every event follows from those before it, the right keys signed it, a decision was made about the
/// card that the log shows and on a head that the log had, a grant says what was decided, and everything is
/// of this log and no other.
#[derive(Debug)]
pub struct Trail {
    origin: String,
    tree: Frontier,
    /// The root of each size that the log has had, from 0.
    roots: Vec<Hash>,
    keys: Vec<(Purpose, PublicKey)>,
    events: BTreeMap<RequestId, Vec<Event>>,
    states: BTreeMap<RequestId, State>,
    documents: BTreeMap<RequestId, Document>,
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
    /// A trail of nothing yet, of the log with this origin.
    #[must_use]
    pub fn new(origin: impl Into<String>) -> Self {
        let tree = Frontier::new();
        Self {
            origin: origin.into(),
            roots: vec![tree.root()],
            tree,
            keys: Vec::new(),
            events: BTreeMap::new(),
            states: BTreeMap::new(),
            documents: BTreeMap::new(),
        }
    }

    /// Reads the next entry.
    ///
    /// # Errors
    ///
    /// If it is not an event, cannot follow those before it, or something that it says does not hold.
    pub fn read(&mut self, entry: &Entry) -> Result<(), TrailError> {
        let failed = |problem| TrailError { index: entry.index, problem };
        let event = self.check(entry).map_err(failed)?;
        self.tree.push(leaf_hash(&entry.bytes));
        self.roots.push(self.tree.root());
        match (event.request, &event.what) {
            (Some(id), _) => self.events.entry(id).or_default().push(event),
            (None, What::KeyAdded { purpose, key }) => {
                self.keys.extend(key.key().map(|key| (*purpose, key)));
            }
            (None, _) => {}
        }
        Ok(())
    }

    fn check(&mut self, entry: &Entry) -> Result<Event, String> {
        if entry.index != self.tree.size() {
            return Err(format!("event {} is missing", self.tree.size()));
        }
        let event = Event::parse(&entry.bytes).map_err(|error| error.to_string())?;
        if event.request != entry.request {
            return Err("it is filed under another request".into());
        }
        self.check_attachments(&event, entry)?;
        let Some(id) = event.request else {
            let What::KeyAdded { key, .. } = &event.what else {
                return Err("it belongs to no request".into());
            };
            return match key.key() {
                Some(_sound) => Ok(event),
                None => Err("a key that is weak or none".into()),
            };
        };
        let before = self.states.remove(&id).unwrap_or_default();
        match &event.what {
            What::Decided { envelope } => self.check_decision(&before, envelope)?,
            What::Granted { grant } => self.check_grant(&before, grant)?,
            What::KeyAdded { .. }
            | What::Requested { .. }
            | What::Presented { .. }
            | What::Undelivered { .. }
            | What::Started { .. }
            | What::Finished { .. }
            | What::Closed { .. } => {}
        }
        self.states.insert(id, before.apply(&event).map_err(|error| error.to_string())?);
        Ok(event)
    }

    /// Beside an event stand the document that it names, and what its commitments hide; nothing else.
    fn check_attachments(&mut self, event: &Event, entry: &Entry) -> Result<(), String> {
        let What::Requested { request, document } = &event.what else {
            return if entry.attachments.is_empty() {
                Ok(())
            } else {
                Err("something stands beside it".into())
            };
        };
        let beside = |digest: Digest| {
            let found = entry.attachments.iter().find(|one| one.digest == digest && !one.erasable);
            found.map(|one| one.bytes.as_slice())
        };
        let bytes = document
            .bytes(request.action, beside)
            .ok_or("its document is missing or is another one")?;
        let parsed = Document::parse(bytes).map_err(|error| error.to_string())?;
        let chain = request.requester.chain().iter().map(Principal::id);
        if parsed.requester != *request.requester.principal().id()
            || !parsed.on_behalf_of.iter().eq(chain)
        {
            return Err("its document is of another requester".into());
        }
        if parsed.log != self.origin {
            return Err(format!("its document is of the log `{}`", parsed.log.escape_debug()));
        }
        for one in &entry.attachments {
            let is_document = *document == Body::Beside(one.digest) && !one.erasable;
            let is_hidden =
                one.erasable && parsed.redacted.values().any(|known| *known == one.digest);
            let fits = Digest::of("redacted", &one.bytes) == one.digest;
            if !(is_document || (is_hidden && fits)) {
                return Err("what stands beside it is not what it names".into());
            }
        }
        self.documents.insert(request.id, parsed);
        Ok(())
    }

    fn check_decision(&self, before: &State, envelope: &Envelope) -> Result<(), String> {
        self.signed_by(Purpose::Recorder, |key| envelope.verify(key).is_ok())?;
        let decision = envelope.decision().map_err(|error| error.to_string())?;
        if decision.assurance != Assurance::ChannelAttested {
            return Err(
                "a decision claims the reviewer's own key, and the recorder key signed it".into()
            );
        }
        let card = self.card(before).ok_or("it decides about nothing that was asked")?;
        if card.digest() != Ok(decision.card) {
            return Err("the reviewer was shown another card".into());
        }
        let seen = usize::try_from(decision.seen.size).ok().and_then(|size| self.roots.get(size));
        if seen.is_none_or(|root| SeenHead::of(*root, decision.seen.size) != decision.seen) {
            return Err("it was made on a head that this log never had".into());
        }
        Ok(())
    }

    fn check_grant(&self, before: &State, grant: &Grant) -> Result<(), String> {
        self.signed_by(Purpose::Grant, |key| grant.verify(key).is_ok())?;
        let claims = grant.claims().map_err(|error| error.to_string())?;
        let card = self.card(before).ok_or("it grants nothing that was asked")?;
        let approvers = before.approvals().map(|decision| decision.reviewer.id().clone()).collect();
        let issued = Timestamp::from_millis(claims.iat.saturating_mul(1000));
        let action = card.document().action.as_str();
        let expected = Claims::new(&self.origin, card.request(), action, approvers, issued);
        // A lifetime that is no whole number of seconds may be rounded either way.
        let expected = expected.map_err(|error| error.to_string())?;
        let late = claims.exp.saturating_sub(expected.exp);
        if (Claims { exp: claims.exp, ..expected }) != claims || !(0..=1).contains(&late) {
            return Err("the grant says something else than what was decided".into());
        }
        Ok(())
    }

    fn card(&self, state: &State) -> Option<Card> {
        let request = state.request()?;
        Card::new(request.clone(), self.documents.get(&request.id)?.clone()).ok()
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
        self.events.get(&request).map(Vec::as_slice).unwrap_or_default()
    }
}

#[cfg(test)]
#[path = "trail_tests.rs"]
mod tests;
