//! The one transition: what a command does to a request, or why it does nothing.

use super::event::{Body, Cause, Execution, What};
use super::state::{Outcome, Phase, State};
use crate::action::clock::Timestamp;
use crate::action::digest::Digest;
use crate::action::principal::Principal;
use crate::policy::policy::{Ruling, Verdict};
use crate::review::decision::{Choice, Decision, Envelope};
use crate::review::grant::Grant;
use crate::review::quorum::{self, Ineligible};
use crate::review::request::Request;

/// What can be asked of a request.
#[derive(Clone, Debug)]
pub(crate) enum Command {
    /// Ask for it.
    Ask { request: Request, document: Body },
    /// Note that a channel presented the card, or could not.
    Note(What),
    /// Decide about it.
    Decide { decision: Decision, envelope: Envelope },
    /// Grant what was agreed.
    Issue(Grant),
    /// Start what the policy allows, or use the grant up.
    Start(Start),
    /// Say how the body ended.
    Finish(Execution),
    /// End it without running.
    Close(Cause),
}

/// What is known just before the body runs.
#[derive(Clone, Debug)]
pub(crate) struct Start {
    /// The digest of the action, described again.
    pub(crate) action: Digest,
    /// What the policy says now.
    pub(crate) ruling: Ruling,
    /// Who the approvers are now; those that are unknown by now are left out.
    pub(crate) approvers: Vec<Principal>,
}

/// Why a command does nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[expect(
    clippy::exhaustive_enums,
    reason = "each refusal has its own answer: a new one must not be overlooked"
)]
pub enum Refusal {
    /// There is no such request.
    #[error("there is no such request")]
    Unknown,
    /// The channel identity is nobody that the directory knows.
    #[error("`{0}` is not known to the directory, so there is no vote")]
    Unmapped(crate::ChannelIdentity),
    /// This person may not decide it.
    #[error(transparent)]
    Ineligible(#[from] Ineligible),
    /// This person has decided before.
    #[error("you have decided about this already")]
    Twice,
    /// The decision is about another request, card or action.
    #[error(
        "this decision is about something else than what is asked now; look at the request again"
    )]
    OtherDigest,
    /// It is too late.
    #[error("it is too late: the request has expired")]
    TooLate,
    /// It has ended, or the body has started.
    #[error("it is too late: the request is decided")]
    Over,
    /// It is not granted, so it cannot run.
    #[error("it is not granted")]
    NotGranted,
    /// The policy as it is now stops it.
    #[error("the policy stops it now: {0}")]
    PolicyStops(String),
    /// The policy as it is now asks for more.
    #[error("the policy has changed and asks for more than was approved")]
    PolicyAsksMore,
    /// The approvers as they are now are not enough.
    #[error("the people who approved it may no longer do so")]
    ApproversGone,
}

/// The events that `command` brings about at `now`, or why there are none.
pub(crate) fn transition(
    state: &State,
    command: Command,
    now: Timestamp,
) -> Result<Vec<What>, Refusal> {
    let now = state.time(now);
    match (state.phase(), command) {
        (Phase::Absent, Command::Ask { request, document }) => Ok(ask(request, document)),
        (Phase::Absent, _) => Err(Refusal::Unknown),
        (Phase::Pending | Phase::Granted, Command::Note(what)) => Ok(vec![what]),
        (Phase::Pending | Phase::Granted, Command::Decide { decision, envelope }) => {
            decide(state, &decision, envelope, now)
        }
        (Phase::Pending, Command::Issue(grant)) if state.is_agreed() => {
            Ok(vec![What::Granted { grant }])
        }
        (Phase::Allowed | Phase::Granted, Command::Start(start)) => self::start(state, &start, now),
        (Phase::Started, Command::Finish(execution)) => Ok(vec![What::Finished { execution }]),
        (Phase::Allowed | Phase::Pending | Phase::Granted, Command::Close(cause)) => {
            Ok(vec![What::Closed { cause }])
        }
        (Phase::Pending, Command::Issue(_) | Command::Start(_)) => Err(Refusal::NotGranted),
        _over => Err(Refusal::Over),
    }
}

fn ask(request: Request, document: Body) -> Vec<What> {
    let denied = match &request.ruling.verdict {
        Verdict::Deny(reason) => {
            Some(What::Closed { cause: Cause::Denied { reason: reason.clone() } })
        }
        Verdict::Allow | Verdict::Review(_) => None,
    };
    [What::Requested { request, document }].into_iter().chain(denied).collect()
}

fn decide(
    state: &State,
    decision: &Decision,
    envelope: Envelope,
    now: Timestamp,
) -> Result<Vec<What>, Refusal> {
    let request = state.request().ok_or(Refusal::Unknown)?;
    let obligations = request.obligations().ok_or(Refusal::Over)?;
    if decision.request != request.id
        || decision.action != request.action
        || state.request_digest() != Some(decision.request_digest)
    {
        return Err(Refusal::OtherDigest);
    }
    quorum::may_decide(obligations, &request.requester, &decision.reviewer)?;
    let is_granted = *state.phase() == Phase::Granted;
    match decision.choice {
        Choice::Approve if is_granted => return Err(Refusal::Over),
        Choice::Approve | Choice::Reject
            if state.has_decided(decision.reviewer.id()) && !is_granted =>
        {
            return Err(Refusal::Twice);
        }
        Choice::Approve if now >= request.approve_by => return Err(Refusal::TooLate),
        Choice::Approve => return Ok(vec![What::Decided { envelope }]),
        Choice::Reject if now >= request.approve_by && !is_granted => return Err(Refusal::TooLate),
        Choice::Reject => {}
    }
    let cause = Cause::Rejected { by: decision.reviewer.id().clone() };
    Ok(vec![What::Decided { envelope }, What::Closed { cause }])
}

fn start(state: &State, start: &Start, now: Timestamp) -> Result<Vec<What>, Refusal> {
    let request = state.request().ok_or(Refusal::Unknown)?;
    if request.action != start.action {
        return Err(Refusal::OtherDigest);
    }
    match (&start.ruling.verdict, request.obligations(), state.grant()) {
        (Verdict::Deny(reason), _, _) => return Err(Refusal::PolicyStops(reason.clone())),
        (Verdict::Allow, None, None) => {}
        (Verdict::Review(_), None, _) => return Err(Refusal::PolicyAsksMore),
        (Verdict::Review(asked), Some(satisfied), _) if !asked.are_among(satisfied) => {
            return Err(Refusal::PolicyAsksMore);
        }
        (Verdict::Allow | Verdict::Review(_), Some(obligations), Some(grant)) => {
            if now >= grant.expires_at() {
                return Err(Refusal::TooLate);
            }
            let eligible = start.approvers.iter().filter(|person| {
                state.approvals().any(|decision| decision.reviewer.id() == person.id())
                    && quorum::may_decide(obligations, &request.requester, person).is_ok()
            });
            if !quorum::is_satisfied(obligations, eligible) {
                return Err(Refusal::ApproversGone);
            }
        }
        (Verdict::Allow | Verdict::Review(_), Some(_), None) | (Verdict::Allow, None, Some(_)) => {
            return Err(Refusal::NotGranted);
        }
    }
    Ok(vec![What::Started { action: start.action, policy: start.ruling.policy }])
}

impl State {
    /// Whether a decision is still awaited at `now`, and otherwise what ends it.
    pub(crate) fn overdue(&self, now: Timestamp) -> Option<Cause> {
        let now = self.time(now);
        let deadline = match self.phase() {
            Phase::Pending => self.request().map(|request| request.approve_by),
            Phase::Granted => self.grant().map(crate::Claims::expires_at),
            Phase::Absent | Phase::Allowed | Phase::Started | Phase::Ended(_) => None,
        };
        deadline.filter(|deadline| now >= *deadline).map(|_passed| Cause::Expired)
    }

    /// How it ended, if it has.
    #[must_use]
    pub fn outcome(&self) -> Option<&Outcome> {
        match self.phase() {
            Phase::Ended(outcome) => Some(outcome),
            Phase::Absent | Phase::Allowed | Phase::Pending | Phase::Granted | Phase::Started => {
                None
            }
        }
    }
}

#[cfg(test)]
#[expect(
    clippy::arithmetic_side_effects,
    clippy::wildcard_enum_match_arm,
    reason = "a test that overflows or overlooks fails"
)]
#[path = "transition_tests.rs"]
mod tests;
