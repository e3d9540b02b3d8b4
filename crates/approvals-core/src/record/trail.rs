//! Checks a whole log as a stranger would: every event follows from those before it, every signature holds.

use std::collections::BTreeMap;

use approvals_log::{Frontier, Hash, PublicKey, leaf_hash};

use super::beside;
use super::control::Control;
use super::event::{Event, What};
use super::in_force::Standing;
use super::ledger::Entry;
use super::own_act::OwnAct;
use super::state::State;
use crate::action::clock::Timestamp;
use crate::action::digest::Digest;
use crate::action::document::Document;
use crate::action::id::RequestId;
use crate::policy::assurance::Assurance;
use crate::policy::policy::{Ruling, Verdict};
use crate::review::card::Card;
use crate::review::decision::SeenHead;
use crate::review::envelope::{Envelope, Payload};
use crate::review::grant::{Claims, Grant};
use crate::review::key::{Purpose, key_id};
use crate::review::quorum::Vote;
use crate::review::request::Request;
use crate::review::statement::Statement;

/// Everything that a log says, read entry by entry and believed only where it holds.
///
/// That the entries are those that were written is for the Merkle tree to show. That they make sense is shown
/// here: every event follows from those before it, the right keys signed it, a decision was made about the
/// card that the log shows and on a head that the log had, a grant says what was decided, and everything is
/// of this log and no other. [`Report`](crate::Report) has an example.
#[derive(Debug)]
pub struct Trail {
    origin: String,
    tree: Frontier,
    /// The root of each size that the log has had, from 0.
    roots: Vec<Hash>,
    keys: Vec<(Purpose, PublicKey)>,
    control: Control,
    events: BTreeMap<RequestId, Vec<Event>>,
    states: BTreeMap<RequestId, State>,
    documents: BTreeMap<RequestId, Document>,
}

/// An entry that does not hold. [`Report`](crate::Report) has an example.
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
            control: Control::default(),
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
        if let Some((request, document)) = beside::document(&event, entry, &self.origin)? {
            self.documents.insert(request, document);
        }
        let Some(id) = event.request else {
            self.check_log(&event)?;
            return Ok(event);
        };
        let before = self.states.remove(&id).unwrap_or_default();
        match &event.what {
            What::Requested { request, .. } => self.check_request(request, event.at)?,
            What::Presented { card, .. } => {
                let shown = self.card(&before).and_then(|card| card.digest().ok());
                if shown != Some(*card) {
                    return Err("another card was put before people".into());
                }
            }
            What::Decided { envelope } | What::Late { envelope } => {
                self.check_decision(&before, envelope)?;
            }
            What::Granted { grant } => self.check_grant(&before, grant, event.at)?,
            What::Started { policy, .. } => self.check_start(&before, id, *policy, event.at)?,
            What::Stated { envelope } => self.check_statement(envelope)?,
            What::Pressed { envelope } => {
                self.check_about(&before, envelope, |press| press.card)?;
            }
            What::Challenged { envelope } => {
                self.check_about(&before, envelope, |challenge| challenge.card)?;
            }
            What::KeyAdded { .. }
            | What::PolicyLoaded { .. }
            | What::Lifted { .. }
            | What::StandingIssued { .. }
            | What::StandingUsed { .. }
            | What::Routed { .. }
            | What::Undelivered { .. }
            | What::Post { .. }
            | What::Dismissed { .. }
            | What::Nudged { .. }
            | What::Finished { .. }
            | What::Closed { .. } => {}
        }
        self.states.insert(id, before.apply(&event).map_err(|error| error.to_string())?);
        Ok(event)
    }

    /// An event of the log as a whole: it follows, and where it takes people's consent, they gave it.
    fn check_log(&mut self, event: &Event) -> Result<(), String> {
        if let What::KeyAdded { key, .. } = &event.what
            && key.key().is_none()
        {
            return Err("a key that is weak or none".into());
        }
        if let What::Stated { envelope } = &event.what {
            self.check_statement(envelope)?;
        }
        if let Some((request, act, by_people)) = OwnAct::behind(&event.what, &self.control) {
            self.check_act(request, &act, by_people, event.at)?;
        }
        let before = std::mem::take(&mut self.control);
        self.control = before.apply(&event.what, event.at)?;
        Ok(())
    }

    /// An act on the approvals themselves is carried out under the request that was made for exactly it.
    fn check_act(
        &self,
        request: RequestId,
        act: &OwnAct,
        by_people: bool,
        at: Timestamp,
    ) -> Result<(), String> {
        let made_for = self.states.get(&request).zip(self.documents.get(&request));
        let is_carried_out = |(state, document): (&State, &Document)| {
            act.is_carried_out(state, document, by_people, at)
        };
        if made_for.is_some_and(is_carried_out) {
            Ok(())
        } else {
            Err("no request for exactly this was being carried out".into())
        }
    }

    /// What a request says about others holds.
    fn check_request(&self, request: &Request, at: Timestamp) -> Result<(), String> {
        if request.asked_at != at || request.approve_by != request.due() {
            return Err("its times are not those of its event and its obligations".into());
        }
        let Ruling { verdict, policy, break_glass, .. } = &request.ruling;
        if !matches!(verdict, Verdict::Deny(_)) && !self.rules(*policy) {
            return Err("another policy than the one in force ruled on it".into());
        }
        let document = self.documents.get(&request.id).ok_or("its document is missing")?;
        if !request.notes.fit(request.id) {
            return Err("it is not among the calls that it was made with".into());
        }
        if !request.is_on_terms_of(document) {
            return Err("it is on other terms than its document has".into());
        }
        if break_glass.is_some() && document.break_glass.is_none() {
            return Err("it breaks the glass, and its caller did not".into());
        }
        if let Some(standing) = request.standing {
            let one = self.control.standing().find(|(id, _)| *id == standing).map(|(_, one)| one);
            let asked = request.obligations();
            let covers = |one: &Standing| {
                one.used.contains(&request.id)
                    && asked.is_some_and(|asked| one.terms.cover(document, asked, request.asked_at))
            };
            if !one.is_some_and(covers) {
                return Err("the standing grant that it names does not cover it".into());
            }
        }
        if let Some(earlier) = &request.earlier {
            let told = self.states.get(&earlier.request).zip(self.documents.get(&earlier.request));
            if !told.is_some_and(|(state, was)| earlier.tells_of(state, was, document)) {
                return Err("the earlier attempt that it names was another one".into());
            }
        }
        Ok(())
    }

    /// Whether a policy may rule: any, unless the one in force takes people's consent to be replaced.
    fn rules(&self, policy: Digest) -> bool {
        let guarded = self.control.policy().filter(|in_force| in_force.guarded);
        guarded.is_none_or(|in_force| in_force.digest == policy)
    }

    fn check_start(
        &self,
        before: &State,
        id: RequestId,
        policy: Digest,
        at: Timestamp,
    ) -> Result<(), String> {
        let document = self.documents.get(&id).ok_or("its document is missing")?;
        if !self.rules(policy) {
            return Err("another policy than the one in force was asked again".into());
        }
        let request = before.request().ok_or("nobody asked for it")?;
        if request.standing.is_some() && self.control.used_for(document, request, at).is_none() {
            return Err("the standing grant that it rests on did not cover it any more".into());
        }
        if before.granted_at().is_some_and(|at| !self.is_still_agreed(before, at)) {
            return Err(
                "votes that it rests on were taken back from those whom they were lent to".into()
            );
        }
        match self.control.stop_of(&document.action, &request.requester) {
            None => Ok(()),
            Some(stop) => Err(format!("it was started although {stop}")),
        }
    }

    /// Whether those who had agreed at `then` are enough without the votes that were taken back since.
    fn is_still_agreed(&self, state: &State, then: Timestamp) -> bool {
        let votes = state.approvers(then).filter(|one| self.control.upholds(one));
        let votes: Vec<_> = votes.map(Vote::of).collect();
        state.question().is_some_and(|question| question.is_agreed(&votes, then))
    }

    /// What the recorder says of a card must be about the one that was asked about.
    fn check_about<T: Payload>(
        &self,
        before: &State,
        envelope: &Envelope<T>,
        card_of: impl Fn(&T) -> Digest,
    ) -> Result<(), String> {
        self.signed_by(Purpose::Recorder, |key| envelope.verify(key).is_ok())?;
        let said = envelope.unverified().map_err(|error| error.to_string())?;
        let card = self.card(before).ok_or("it is about nothing that was asked")?;
        let is_of_it = card.digest() == Ok(card_of(&said));
        is_of_it.then_some(()).ok_or_else(|| "it is about another card".into())
    }

    fn check_statement(&self, envelope: &Envelope<Statement>) -> Result<(), String> {
        self.signed_by(Purpose::Recorder, |key| envelope.verify(key).is_ok())?;
        let said = envelope.unverified().map_err(|error| error.to_string())?;
        if said.log != self.origin {
            return Err("it was stated about another log".into());
        }
        self.check_person(said.assurance, &said.seen)
    }

    /// How sure one can be of who it was, and when at the earliest.
    fn check_person(&self, assurance: Assurance, seen: &SeenHead) -> Result<(), String> {
        if assurance != Assurance::ChannelAttested {
            return Err("it claims the person's own key, and the recorder key signed it".into());
        }
        self.check_seen(seen)
    }

    fn check_seen(&self, seen: &SeenHead) -> Result<(), String> {
        let root = usize::try_from(seen.size).ok().and_then(|size| self.roots.get(size));
        if root.is_none_or(|root| SeenHead::of(*root, seen.size) != *seen) {
            return Err("it was made on a head that this log never had".into());
        }
        Ok(())
    }

    fn check_decision(&self, before: &State, envelope: &Envelope) -> Result<(), String> {
        self.signed_by(Purpose::Recorder, |key| envelope.verify(key).is_ok())?;
        let decision = envelope.unverified().map_err(|error| error.to_string())?;
        let card = self.card(before).ok_or("it decides about nothing that was asked")?;
        if card.digest() != Ok(decision.card) {
            return Err("the reviewer was shown another card".into());
        }
        if let Some(delegator) = &decision.delegator {
            let mut lent = self.control.lent_to(&decision.reviewer, decision.at);
            if !lent
                .any(|one| one.from == *delegator.id() && delegator.groups().is_subset(&one.groups))
            {
                return Err("nobody had lent the reviewer that vote".into());
            }
        }
        match (decision.assurance, &decision.proof) {
            (Assurance::ReviewerKey, Some(proof)) => {
                let key = self.control.key_behind(&decision);
                let key = key.ok_or("it was signed with no key that its account had enrolled")?;
                key.verify(proof).map_err(|error| error.to_string())?;
                self.check_seen(&decision.seen)
            }
            (assurance, _none) => self.check_person(assurance, &decision.seen),
        }
    }

    fn check_grant(&self, before: &State, grant: &Grant, at: Timestamp) -> Result<(), String> {
        self.signed_by(Purpose::Grant, |key| grant.verify(key).is_ok())?;
        let claims = grant.claims().map_err(|error| error.to_string())?;
        let card = self.card(before).ok_or("it grants nothing that was asked")?;
        let approvers =
            before.approvers(at).map(|decision| decision.reviewer.id().clone()).collect();
        let action = card.document().action.as_str();
        let expected =
            Claims::new(&self.origin, card.request(), action, approvers, claims.issued_at());
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

    /// What holds for the whole log.
    #[must_use]
    pub fn control(&self) -> &Control {
        &self.control
    }

    /// The action of one request.
    #[must_use]
    pub fn document(&self, request: RequestId) -> Option<&Document> {
        self.documents.get(&request)
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
