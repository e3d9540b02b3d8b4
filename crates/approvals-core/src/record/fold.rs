//! How one event changes the state of a request, or why it cannot be.

use super::event::{Cause, Event, Execution, What};
use super::nudge::Nudge;
use super::post::PostStage;
use super::state::{Outcome, Phase, Started, State};
use crate::action::clock::Timestamp;
use crate::action::digest::Digest;
use crate::review::challenge::Challenge;
use crate::review::decision::{Choice, Decision};
use crate::review::envelope::Envelope;
use crate::review::grant::{Claims, Grant};
use crate::review::press::Press;
use crate::review::quorum::Vote;
use crate::review::request::Request;
use crate::review::statement::{Says, Statement};

/// An event that cannot follow those before it: the log was not written by this library.
///
/// ```
/// # use approvals_core as approvals;
/// use approvals::{Event, State};
///
/// // A request cannot end that nobody has asked for.
/// let stored = br#"{"at":1767225600000,"request":"0199b3c5-6f00-7000-8000-000000000000","v":1,"what":{"closed":{"cause":"expired"}}}"#;
/// let error = State::fold([&Event::parse(stored)?]).unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "event 0 of the request cannot follow the ones before it: its kind is not one that can come now",
/// );
/// # Ok::<(), approvals_core::canonical::CanonicalError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("event {version} of the request cannot follow the ones before it: {problem}")]
pub struct Impossible {
    version: u64,
    problem: &'static str,
}

/// At most so many late decisions are recorded for one request.
pub(super) const MAX_LATE: usize = 100;

impl State {
    /// The state after these events.
    pub fn fold<'a>(events: impl IntoIterator<Item = &'a Event>) -> Result<Self, Impossible> {
        events.into_iter().try_fold(Self::default(), Self::apply)
    }

    /// The state after one more event.
    pub fn apply(mut self, event: &Event) -> Result<Self, Impossible> {
        match self.take(event) {
            Ok(()) => {
                self.version = self.version.saturating_add(1);
                self.last_at = self.last_at.max(event.at);
                Ok(self)
            }
            Err(problem) => Err(Impossible { version: self.version, problem }),
        }
    }

    fn take(&mut self, event: &Event) -> Result<(), &'static str> {
        if event.at < self.last_at {
            return Err("it is dated before the one before it");
        }
        match (&self.phase, &event.what) {
            (Phase::Absent, What::Requested { request, .. }) => self.ask(request, event)?,
            (Phase::Pending | Phase::Granted, What::Presented { channel, .. }) => {
                self.reach.show(channel);
            }
            (Phase::Pending | Phase::Granted, What::Undelivered { channel, .. }) => {
                self.reach.fail(channel, event.at);
            }
            (Phase::Absent, What::Post { .. } | What::Pressed { .. } | What::Dismissed { .. }) => {
                return Err("there is nothing to show");
            }
            (
                Phase::Allowed | Phase::Started | Phase::Ended(_),
                What::Post { stage: PostStage::Sending, .. } | What::Pressed { .. },
            ) => return Err("there is nothing to decide any more"),
            (phase, What::Post { channel, place, stage }) => {
                let is_over = matches!(phase, Phase::Ended(_));
                self.channels.post((channel, place), stage, is_over, event.at)?;
            }
            (_any, What::Pressed { envelope }) => self.press(envelope)?,
            (_any, What::Dismissed { press, .. }) => self.channels.dismiss(*press)?,
            (Phase::Pending | Phase::Granted, What::Challenged { envelope }) => {
                self.challenge(envelope, event.at)?;
            }
            (Phase::Pending, What::Nudged { nudge }) => self.nudge(nudge, event.at)?,
            (Phase::Pending | Phase::Granted, What::Decided { envelope }) => {
                self.decide(envelope)?;
            }
            (Phase::Absent, What::Late { .. }) => return Err("there is nothing to decide"),
            (_any, What::Late { envelope }) => self.decide_late(envelope, event.at)?,
            (Phase::Pending, What::Granted { grant }) => self.grant_it(grant, event.at)?,
            (_any, What::Started { action, attempt, fence, .. }) => {
                let started = Started { at: event.at, attempt: *attempt, fence: *fence };
                self.start(*action, started)?;
            }
            // A body that somebody gave up on may still tell how it ended.
            (
                Phase::Started | Phase::Ended(Outcome::Resolved(_)),
                What::Finished { execution, fence },
            ) => {
                self.finish(*execution, *fence)?;
            }
            (Phase::Allowed | Phase::Pending | Phase::Granted, What::Closed { cause }) => {
                self.close(cause, event.at)?;
            }
            (_any, What::Stated { envelope }) => self.state(envelope)?,
            _other => return Err("its kind is not one that can come now"),
        }
        Ok(())
    }

    fn ask(&mut self, request: &Request, event: &Event) -> Result<(), &'static str> {
        if event.request != Some(request.id) {
            return Err("it is about another request");
        }
        self.phase = Self::first_phase(request);
        self.request_digest = request.digest().ok();
        self.request = Some(request.clone());
        Ok(())
    }

    /// Whether this may come next.
    pub(super) fn takes(&self, what: &What, at: Timestamp) -> bool {
        let event = Event::new(at, self.id(), what.clone());
        self.clone().apply(&event).is_ok()
    }

    fn press(&mut self, envelope: &Envelope<Press>) -> Result<(), &'static str> {
        let press = envelope.unverified().map_err(|_none| "no press in it")?;
        if Some(press.request) != self.id() {
            return Err("it is about something else");
        }
        self.channels.press(press)
    }

    fn challenge(
        &mut self,
        envelope: &Envelope<Challenge>,
        at: Timestamp,
    ) -> Result<(), &'static str> {
        let challenge = envelope.unverified().map_err(|_none| "no challenge in it")?;
        let is_about_this = Some(challenge.request) == self.id()
            && Some(challenge.request_digest) == self.request_digest;
        if !is_about_this {
            return Err("it is about something else");
        }
        self.challenges.give(challenge, at)
    }

    fn nudge(&mut self, nudge: &Nudge, at: Timestamp) -> Result<(), &'static str> {
        let due = self.next_nudge().is_some_and(|(due, next)| next == *nudge && at >= due);
        if !due {
            return Err("nobody was to be moved now");
        }
        self.reach.nudge(nudge.clone(), at);
        Ok(())
    }

    fn decide(&mut self, envelope: &Envelope) -> Result<(), &'static str> {
        let decision = envelope.unverified().map_err(|_none| "no decision in it")?;
        self.is_about_this(&decision)?;
        let request = self.request.as_ref().ok_or("there is no request")?;
        let question = self.question().ok_or("nobody was asked")?;
        let vote = Vote::of(&decision);
        question.admits(&vote).map_err(|_not| "the reviewer may not decide this")?;
        if self.has_voted(&vote) {
            return Err("the reviewer has decided before");
        }
        if decision.choice == Choice::Approve && self.phase == Phase::Granted {
            return Err("it is granted already");
        }
        if self.phase == Phase::Pending && decision.at >= request.approve_by {
            return Err("it came too late");
        }
        if !self.challenges.cover(&decision) {
            return Err("it was not signed over a challenge that was given for it");
        }
        self.challenges.burn(&decision);
        self.channels.decided(&decision.identity, decision.choice);
        self.decisions.push(decision);
        Ok(())
    }

    fn decide_late(&mut self, envelope: &Envelope, at: Timestamp) -> Result<(), &'static str> {
        let decision = envelope.unverified().map_err(|_none| "no decision in it")?;
        self.is_about_this(&decision)?;
        if !self.is_late(&decision, at) {
            return Err("it was not late");
        }
        self.challenges.burn(&decision);
        self.channels.decided(&decision.identity, decision.choice);
        self.late.push(decision);
        Ok(())
    }

    /// Whether a decision at `at` changes nothing any more and is yet to be recorded.
    pub(super) fn is_late(&self, decision: &Decision, at: Timestamp) -> bool {
        let over = match self.phase {
            Phase::Absent | Phase::Allowed => false,
            Phase::Pending => self.overdue(at).is_some(),
            Phase::Granted => decision.choice == Choice::Approve,
            Phase::Started | Phase::Ended(_) => true,
        };
        let vote = Vote::of(decision);
        let asked = self.question().is_some_and(|question| question.admits(&vote).is_ok());
        let first = !self
            .late
            .iter()
            .any(|late| late.choice == decision.choice && Vote::of(late).is_of_same_person(&vote));
        let covered = self.challenges.cover(decision);
        over && asked && first && covered && self.late.len() < MAX_LATE
    }

    /// Why `decision` cannot be about this request, if it cannot.
    fn is_about_this(&self, decision: &Decision) -> Result<(), &'static str> {
        let request = self.request.as_ref().ok_or("there is no request")?;
        let same = decision.request == request.id
            && self.request_digest == Some(decision.request_digest)
            && decision.action == request.action;
        if same { Ok(()) } else { Err("it decides about something else") }
    }

    fn grant_it(&mut self, grant: &Grant, at: Timestamp) -> Result<(), &'static str> {
        let claims = grant.claims().map_err(|_none| "no grant in it")?;
        if !self.is_agreed(at) || !self.is_mine(&claims, at) {
            return Err("nobody agreed to this grant");
        }
        self.grant = Some(claims);
        self.granted_at = Some(at);
        self.phase = Phase::Granted;
        Ok(())
    }

    fn is_mine(&self, claims: &Claims, at: Timestamp) -> bool {
        let Some(request) = &self.request else { return false };
        let detail = claims.detail();
        let approvers = self.approvers(at).map(|decision| decision.reviewer.id());
        claims.jti == request.id
            && detail.action_digest == request.action
            && self.request_digest == Some(detail.request_digest)
            && detail.approvers.iter().eq(approvers)
    }

    fn start(&mut self, action: Digest, started: Started) -> Result<(), &'static str> {
        let Started { at, fence, .. } = started;
        if self.action() != Some(action) {
            return Err("another action was started");
        }
        let is_spent = self.grant.as_ref().is_some_and(|grant| at >= grant.expires_at());
        if is_spent || self.overdue(at).is_some() {
            return Err("its time was over");
        }
        let first = matches!(self.phase, Phase::Allowed | Phase::Granted);
        let again = self.restart_at().is_some_and(|from| at >= from);
        if !first && !again {
            return Err("its kind is not one that can come now");
        }
        let before = self.started.map_or(0, |started| started.fence);
        if Some(fence) != before.checked_add(1) {
            return Err("its fence is not the next one");
        }
        if self.was_started_as(started.attempt) {
            return Err("this very try was started before");
        }
        self.started = Some(started);
        self.has_ended = false;
        self.phase = Phase::Started;
        Ok(())
    }

    /// Whether the last start was the try of this name: one name is for one try.
    pub(crate) fn was_started_as(&self, attempt: Option<Digest>) -> bool {
        attempt.is_some() && self.started.is_some_and(|started| started.attempt == attempt)
    }

    fn finish(&mut self, execution: Execution, fence: u64) -> Result<(), &'static str> {
        if self.started.is_none_or(|started| started.fence != fence) {
            return Err("it was started again since");
        }
        if !self.awaits(execution) {
            return Err("a person has found out what this leaves open");
        }
        self.has_ended = true;
        self.phase = Phase::Ended(Outcome::Executed(execution));
        Ok(())
    }

    /// Whether this end of the body may still come. After a person has resolved it, only one that the body
    /// itself came to, and only if none came before.
    pub(super) fn awaits(&self, execution: Execution) -> bool {
        self.phase == Phase::Started || (execution.is_told_by_its_body() && !self.has_ended)
    }

    fn close(&mut self, cause: &Cause, at: Timestamp) -> Result<(), &'static str> {
        let last = self.decisions.last().filter(|last| last.choice == Choice::Reject);
        let by = last.map(|last| last.reviewer.id());
        let holds = match cause {
            Cause::Rejected { by: named } => {
                self.phase == Phase::Pending && self.is_vetoed() && by == Some(named)
            }
            Cause::Revoked { by: Some(named), .. } => {
                self.phase == Phase::Granted && by == Some(named)
            }
            Cause::Expired => self.overdue(at).is_some(),
            Cause::Denied { .. }
            | Cause::Withdrawn
            | Cause::Revoked { by: None, .. }
            | Cause::Undeliverable
            | Cause::Unsatisfiable { .. }
            | Cause::Stopped { .. } => true,
        };
        if !holds {
            return Err("nothing before it gives that reason");
        }
        self.phase = Phase::Ended(Outcome::Closed(cause.clone()));
        Ok(())
    }

    fn state(&mut self, envelope: &Envelope<Statement>) -> Result<(), &'static str> {
        let statement = envelope.unverified().map_err(|_none| "no statement in it")?;
        if statement.request().is_none() || statement.request() != self.id() {
            return Err("it is about something else");
        }
        match &statement.says {
            Says::Explain { .. } => {
                let rejection = self.rejection_by(&statement.person);
                if rejection.is_none_or(|rejection| self.is_explained(rejection)) {
                    return Err("there is nothing to explain, or not by this person");
                }
            }
            Says::Resolve { resolution, .. } => {
                if !self.is_in_doubt() || self.may_resolve(&statement.person).is_err() {
                    return Err("there is nothing to resolve, or not by this person");
                }
                self.phase = Phase::Ended(Outcome::Resolved(*resolution));
            }
            Says::Review { .. } => {
                let open = self.review_due().is_some_and(|(_, done)| !done);
                if !open || self.may_review(&statement.person).is_err() {
                    return Err("there is nothing to review, or not by this person");
                }
            }
            Says::Stop { .. }
            | Says::Delegate { .. }
            | Says::Undelegate
            | Says::Retire { .. }
            | Says::Invite { .. }
            | Says::Enrol { .. }
            | Says::RetireKey { .. } => return Err("it is about no request"),
        }
        self.statements.push(statement);
        Ok(())
    }
}

#[cfg(test)]
#[path = "fold_tests.rs"]
mod tests;
