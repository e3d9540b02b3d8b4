//! What the requests of one requester have in common: how many wait, how many there were, which were rejected.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Map, Value};

use crate::action::clock::Timestamp;
use crate::action::digest::Digest;
use crate::action::document::Document;
use crate::action::id::{ActionName, PrincipalId, RequestId};
use crate::record::event::{Cause, Event, What};
use crate::record::ledger::{Entry, LedgerError};
use crate::record::state::{Outcome, Phase, State};

const HOUR: Duration = Duration::from_secs(60 * 60);

/// For how long a rejected attempt is shown beside the next one.
const SHOWN: Duration = Duration::from_secs(24 * 60 * 60);

/// Follows the log as it grows. A hint for what people are bothered with; what may run never depends on it.
#[derive(Debug, Default)]
pub(super) struct Overview {
    next: u64,
    /// The requests that people are asked about and that have not ended.
    open: BTreeMap<RequestId, State>,
    asked: Recent,
    /// What was asked about the approvals themselves. It counts apart: no call that is made in a person's name keeps
    /// that person from it.
    acts: Recent,
    refused: Recent,
    /// What was asked last, and by whom.
    newest: Option<(RequestId, PrincipalId)>,
    rejected: BTreeMap<(PrincipalId, ActionName), Vec<Rejected>>,
    documents: BTreeMap<RequestId, Document>,
}

/// Whether less than `span` lies between two moments. What is further ahead was written by a clock that is wrong, and
/// is taken for as old as what lies that far back.
fn is_near(one: Timestamp, other: Timestamp, span: Duration) -> bool {
    one.until(other).max(other.until(one)) < span
}

/// What there was within the last hour, and whose it was.
#[derive(Debug, Default)]
struct Recent(Vec<(Timestamp, PrincipalId)>);

impl Recent {
    fn add(&mut self, at: Timestamp, who: PrincipalId) {
        self.0.push((at, who));
    }

    /// Drops what does not count at `now`. It is in the order of the log, which need not be that of the clocks.
    fn forget(&mut self, now: Timestamp) {
        self.0.retain(|(at, _)| is_near(*at, now, HOUR));
    }

    fn of(&self, who: &PrincipalId) -> usize {
        self.0.iter().filter(|(_, id)| id == who).count()
    }
}

#[derive(Debug)]
struct Rejected {
    at: Timestamp,
    request: RequestId,
    resource: Option<String>,
    arguments: Map<String, Value>,
}

/// What a new request should know of those before it.
#[derive(Debug, Default)]
pub(super) struct Before {
    /// The same request, which waits already.
    pub(super) same: Option<RequestId>,
    /// The attempt at the same action that was rejected last.
    pub(super) rejected: Option<RequestId>,
}

impl Overview {
    /// The index of the entry that it wants next.
    pub(super) fn next(&self) -> u64 {
        self.next
    }

    pub(super) fn read(&mut self, entry: &Entry) -> Result<(), LedgerError> {
        let damaged =
            |detail: String| LedgerError::Damaged { first: entry.index, last: entry.index, detail };
        self.next = entry.index.saturating_add(1);
        let event = Event::parse(&entry.bytes).map_err(|error| damaged(error.to_string()))?;
        let Some(id) = event.request else { return Ok(()) };
        // Who is refused at once is so in the same breath.
        if let (What::Closed { .. }, Some((_, who))) =
            (&event.what, self.newest.take_if(|(newest, _)| *newest == id))
        {
            self.refused.add(event.at, who);
        }
        let state = match (&event.what, self.open.remove(&id)) {
            (What::Requested { request, document }, None) => {
                self.newest = Some((id, request.requester.principal().id().clone()));
                if request.question().is_none() || request.standing.is_some() {
                    return Ok(());
                }
                let beside = |digest| {
                    let mut beside = entry.attachments.iter();
                    beside.find(|one| one.digest == digest).map(|one| one.bytes.as_slice())
                };
                let bytes = document.bytes(request.action, beside);
                let document = bytes.and_then(|bytes| Document::parse(bytes).ok());
                let document = document.ok_or_else(|| damaged("its document is missing".into()))?;
                let asked =
                    if document.action.is_reserved() { &mut self.acts } else { &mut self.asked };
                asked.add(event.at, document.requester.clone());
                self.documents.insert(id, document);
                State::default()
            }
            (_later, Some(state)) => state,
            // It bothers nobody (any more).
            (_other, None) => return Ok(()),
        };
        let state = state.apply(&event).map_err(|error| damaged(error.to_string()))?;
        if let Phase::Ended(outcome) = state.phase() {
            let document = self.documents.remove(&id);
            if let (Outcome::Closed(Cause::Rejected { .. }), Some(document)) = (outcome, document) {
                self.reject(event.at, id, document);
            }
        } else {
            self.open.insert(id, state);
        }
        Ok(())
    }

    fn reject(&mut self, at: Timestamp, request: RequestId, document: Document) {
        let Document { requester, action, resource, arguments, .. } = document;
        let of_action = self.rejected.entry((requester, action)).or_default();
        of_action.retain(|one| is_near(one.at, at, SHOWN));
        of_action.push(Rejected { at, request, resource, arguments });
    }

    /// The requests that wait and count together with this one. What is overdue waits no more, also if those who
    /// would close it are gone.
    pub(super) fn beside<'a>(
        &'a self,
        document: &'a Document,
        now: Timestamp,
    ) -> impl Iterator<Item = (&'a RequestId, &'a State)> {
        let counts = |one: &Document| {
            one.requester == document.requester
                && one.action.is_reserved() == document.action.is_reserved()
        };
        self.open.iter().filter(move |(id, state)| {
            *state.phase() == Phase::Pending
                && state.overdue(now).is_none()
                && self.documents.get(id).is_some_and(counts)
        })
    }

    pub(super) fn before(&self, document: &Document, action: Digest, now: Timestamp) -> Before {
        let waits = |state: &State| {
            let unnamed = state.request().is_some_and(|request| request.key.is_none());
            unnamed && state.action() == Some(action)
        };
        let same = self.beside(document, now).find(|(_, state)| waits(state));
        let key = (document.requester.clone(), document.action.clone());
        let last = self.rejected.get(&key).and_then(|all| all.last());
        let last = last.filter(|one| is_near(one.at, now, SHOWN));
        Before { same: same.map(|(id, _)| *id), rejected: last.map(|one| one.request) }
    }

    /// Until when exactly this may not be asked for again, by another request than the rejected one.
    pub(super) fn cooling_until(
        &self,
        id: RequestId,
        document: &Document,
        pause: Duration,
        now: Timestamp,
    ) -> Option<Timestamp> {
        let key = (document.requester.clone(), document.action.clone());
        let same = |one: &&Rejected| {
            one.request != id
                && is_near(one.at, now, pause)
                && one.resource == document.resource
                && one.arguments == document.arguments
        };
        let last = self.rejected.get(&key)?.iter().rev().find(same)?;
        Some(last.at.after(pause))
    }

    /// Drops what is counted for an hour only, and is older at `now`.
    pub(super) fn forget(&mut self, now: Timestamp) {
        self.asked.forget(now);
        self.acts.forget(now);
        self.refused.forget(now);
    }

    /// How often the requester of this has asked within the last hour for what counts together with it.
    pub(super) fn asked(&self, document: &Document) -> usize {
        let asked = if document.action.is_reserved() { &self.acts } else { &self.asked };
        asked.of(&document.requester)
    }

    /// How many calls of `who` were refused at once within the last hour, as far as they are recorded.
    pub(super) fn refused(&self, who: &PrincipalId) -> usize {
        self.refused.of(who)
    }
}
