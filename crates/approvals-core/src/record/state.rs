//! The state of a request: a fold over its events, and nothing that is stored anywhere else.

use super::event::{Cause, Event, Execution, What};
use crate::action::clock::Timestamp;
use crate::action::digest::Digest;
use crate::action::id::PrincipalId;
use crate::policy::policy::Verdict;
use crate::review::decision::{Choice, Decision};
use crate::review::grant::Claims;
use crate::review::quorum;
use crate::review::request::Request;

/// Where a request stands.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "a new phase must not be overlooked by anybody who acts on it"
)]
pub enum Phase {
    /// There is no such request.
    Absent,
    /// The policy allows it; it has not run yet.
    Allowed,
    /// People are to decide.
    Pending,
    /// There is a grant, not used yet.
    Granted,
    /// The body was about to run. If that was in a process that is gone, what it did is unknown.
    Started,
    /// It is over.
    Ended(Outcome),
}

/// How a request ended. There is no way back from here.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "how a request ended must not be overlooked")]
pub enum Outcome {
    /// The body ran, or had started to.
    Executed(Execution),
    /// It did not run and never will.
    Closed(Cause),
}

/// A request as its events tell it.
#[derive(Clone, Debug, PartialEq)]
pub struct State {
    phase: Phase,
    version: u64,
    last_at: Timestamp,
    request: Option<Request>,
    request_digest: Option<Digest>,
    decisions: Vec<Decision>,
    grant: Option<Claims>,
}

impl Default for State {
    fn default() -> Self {
        Self {
            phase: Phase::Absent,
            version: 0,
            last_at: Timestamp::from_millis(0),
            request: None,
            request_digest: None,
            decisions: Vec::new(),
            grant: None,
        }
    }
}

/// An event that cannot follow those before it: the log was not written by this library.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("event {version} of the request cannot follow the ones before it: {problem}")]
pub struct Impossible {
    version: u64,
    problem: &'static str,
}

impl State {
    /// The state after these events.
    pub fn fold<'a>(events: impl IntoIterator<Item = &'a Event>) -> Result<Self, Impossible> {
        events.into_iter().try_fold(Self::default(), Self::apply)
    }

    /// Where the request stands.
    #[must_use]
    pub fn phase(&self) -> &Phase {
        &self.phase
    }

    /// How many events there are.
    #[must_use]
    pub fn version(&self) -> u64 {
        self.version
    }

    /// When the last event was.
    #[must_use]
    pub fn last_at(&self) -> Timestamp {
        self.last_at
    }

    /// The question, once there is one.
    #[must_use]
    pub fn request(&self) -> Option<&Request> {
        self.request.as_ref()
    }

    /// The digest of the question, once there is one.
    #[must_use]
    pub fn request_digest(&self) -> Option<Digest> {
        self.request_digest
    }

    /// The decisions so far.
    #[must_use]
    pub fn decisions(&self) -> &[Decision] {
        &self.decisions
    }

    /// What was granted, if something was.
    #[must_use]
    pub fn grant(&self) -> Option<&Claims> {
        self.grant.as_ref()
    }

    /// The people who approved.
    pub fn approvals(&self) -> impl Iterator<Item = &Decision> {
        self.decisions.iter().filter(|decision| decision.choice == Choice::Approve)
    }

    /// Whether `person` has decided.
    #[must_use]
    pub fn has_decided(&self, person: &PrincipalId) -> bool {
        self.decisions.iter().any(|decision| decision.reviewer.id() == person)
    }

    /// Whether the approvals so far fill every seat.
    #[must_use]
    pub fn is_agreed(&self) -> bool {
        let obligations = self.request.as_ref().and_then(Request::obligations);
        let people = self.approvals().map(|decision| &decision.reviewer);
        obligations.is_some_and(|obligations| quorum::is_satisfied(obligations, people))
    }

    /// The time to judge by: never before the last event, so that a clock that steps back reopens nothing.
    #[must_use]
    pub fn time(&self, now: Timestamp) -> Timestamp {
        now.max(self.last_at)
    }

    /// The state after one more event.
    pub fn apply(mut self, event: &Event) -> Result<Self, Impossible> {
        let impossible = |problem| Err(Impossible { version: self.version, problem });
        match (&self.phase, &event.what) {
            (Phase::Absent, What::Requested { request, .. }) => {
                if event.request != Some(request.id) {
                    return impossible("it is about another request");
                }
                self.phase = match request.ruling.verdict {
                    Verdict::Allow => Phase::Allowed,
                    Verdict::Deny(_) | Verdict::Review(_) => Phase::Pending,
                };
                self.request_digest = request.digest().ok();
                self.request = Some(request.clone());
            }
            (
                Phase::Pending | Phase::Granted,
                What::Presented { .. } | What::Undelivered { .. },
            ) => {}
            (Phase::Pending | Phase::Granted, What::Decided { envelope }) => {
                let Ok(decision) = envelope.decision() else {
                    return impossible("no decision in it");
                };
                if let Err(problem) = self.may_take(&decision) {
                    return impossible(problem);
                }
                self.decisions.push(decision);
            }
            (Phase::Pending, What::Granted { grant }) => {
                let Ok(claims) = grant.claims() else { return impossible("no grant in it") };
                if !self.is_agreed() || !self.is_mine(&claims) {
                    return impossible("nobody agreed to this grant");
                }
                self.grant = Some(claims);
                self.phase = Phase::Granted;
            }
            (Phase::Allowed | Phase::Granted, What::Started { action, .. }) => {
                if self.request.as_ref().is_none_or(|request| request.action != *action) {
                    return impossible("another action was started");
                }
                if self.grant.as_ref().is_some_and(|grant| event.at >= grant.expires_at()) {
                    return impossible("the grant had expired");
                }
                self.phase = Phase::Started;
            }
            (Phase::Started, What::Finished { execution }) => {
                self.phase = Phase::Ended(Outcome::Executed(*execution));
            }
            (Phase::Allowed | Phase::Pending | Phase::Granted, What::Closed { cause }) => {
                self.phase = Phase::Ended(Outcome::Closed(cause.clone()));
            }
            _other => return impossible("its kind is not one that can come now"),
        }
        self.version = self.version.saturating_add(1);
        self.last_at = self.last_at.max(event.at);
        Ok(self)
    }

    /// Why `decision` cannot be about this request, if it cannot.
    fn may_take(&self, decision: &Decision) -> Result<(), &'static str> {
        let request = self.request.as_ref().ok_or("there is no request")?;
        let obligations = request.obligations().ok_or("nobody was asked")?;
        if decision.request != request.id
            || self.request_digest != Some(decision.request_digest)
            || decision.action != request.action
        {
            return Err("it decides about something else");
        }
        if self.has_decided(decision.reviewer.id())
            && !(self.phase == Phase::Granted && decision.choice == Choice::Reject)
        {
            return Err("the reviewer has decided before");
        }
        if quorum::may_decide(obligations, &request.requester, &decision.reviewer).is_err() {
            return Err("the reviewer may not decide this");
        }
        if decision.choice == Choice::Approve && self.phase == Phase::Granted {
            return Err("it is granted already");
        }
        if decision.choice == Choice::Approve && decision.at >= request.approve_by {
            return Err("it came too late");
        }
        Ok(())
    }

    fn is_mine(&self, claims: &Claims) -> bool {
        let Some(request) = &self.request else { return false };
        let detail = claims.detail();
        let approvers = self.approvals().map(|decision| decision.reviewer.id());
        claims.jti == request.id
            && detail.action_digest == request.action
            && self.request_digest == Some(detail.request_digest)
            && detail.approvers.iter().eq(approvers)
    }

    /// The digest of the action that is asked for.
    #[must_use]
    pub fn action(&self) -> Option<Digest> {
        self.request.as_ref().map(|request| request.action)
    }
}
