//! Counts and times of what this process writes into the log; `Gate` says which there are.

use metrics::{counter, gauge, histogram};

use super::denied::Denied;

use crate::policy::policy::Verdict;
use crate::record::event::{Cause, Event, Execution, What};
use crate::record::state::State;
use crate::record::transition::Refusal;
use crate::review::decision::{Choice, Decision};

/// What one event adds, once it is in the log.
#[derive(Debug)]
pub(super) enum Measure {
    Requested(&'static str),
    Decided { choice: &'static str, seconds: f64 },
    DecidedLate { choice: &'static str },
    Ended(&'static str),
}

impl Measure {
    /// What `event` adds to a request that is in this state before it.
    pub(super) fn of(before: &State, event: &Event) -> Option<Self> {
        match &event.what {
            What::Requested { request, .. } => {
                Some(Self::Requested(match request.ruling.verdict {
                    Verdict::Allow => "allow",
                    Verdict::Deny(_) => "deny",
                    Verdict::Review(_) => "review",
                }))
            }
            What::Decided { envelope } => {
                let Decision { choice, at, .. } = envelope.unverified().ok()?;
                let seconds = before.request()?.asked_at.until(at).as_secs_f64();
                Some(Self::Decided { choice: name(choice), seconds })
            }
            What::Late { envelope } => {
                Some(Self::DecidedLate { choice: name(envelope.unverified().ok()?.choice) })
            }
            What::Finished { execution, .. } => Some(Self::Ended(match execution {
                Execution::Succeeded => "succeeded",
                Execution::Failed => "failed",
                Execution::Panicked => "panicked",
                Execution::Dropped => "dropped",
                Execution::Changed => "changed",
                Execution::NotRun => "not_run",
            })),
            What::Closed { cause } => Some(Self::Ended(match cause {
                Cause::Denied { .. } => "denied",
                Cause::Rejected { .. } => "rejected",
                Cause::Expired => "expired",
                Cause::Withdrawn => "withdrawn",
                Cause::Revoked { .. } => "revoked",
                Cause::Undeliverable => "undeliverable",
                Cause::Unsatisfiable { .. } => "unsatisfiable",
                Cause::Stopped { .. } => "stopped",
            })),
            What::KeyAdded { .. }
            | What::PolicyLoaded { .. }
            | What::Stated { .. }
            | What::Lifted { .. }
            | What::StandingIssued { .. }
            | What::StandingUsed { .. }
            | What::Routed { .. }
            | What::Presented { .. }
            | What::Undelivered { .. }
            | What::Post { .. }
            | What::Pressed { .. }
            | What::Dismissed { .. }
            | What::Challenged { .. }
            | What::Nudged { .. }
            | What::Granted { .. }
            | What::Started { .. } => None,
        }
    }

    pub(super) fn record(self) {
        match self {
            Self::Requested(verdict) => {
                counter!("approvals_requests_total", "verdict" => verdict).increment(1);
            }
            Self::Decided { choice, seconds } => {
                decided(choice, "true");
                histogram!("approvals_decision_seconds", "choice" => choice).record(seconds);
            }
            Self::DecidedLate { choice } => decided(choice, "false"),
            Self::Ended(end) => counter!("approvals_ended_total", "end" => end).increment(1),
        }
    }
}

/// An emergency was not reviewed in time.
pub(super) fn review_overdue() {
    counter!("approvals_review_overdue_total").increment(1);
}

/// A call did not run, and this is what its caller is told.
pub(super) fn denied(denied: Denied) -> Denied {
    let reason = match &denied {
        Denied::ByPolicy { .. } => "policy",
        Denied::Rejected { .. } => "rejected",
        Denied::Expired => "expired",
        Denied::Withdrawn => "withdrawn",
        Denied::Revoked { .. } => "revoked",
        Denied::Undeliverable => "undeliverable",
        Denied::Unsatisfiable { .. } => "unsatisfiable",
        Denied::Stopped { .. } => "stopped",
        Denied::TooMany { .. } => "too_many",
        Denied::JustRejected { .. } => "just_rejected",
        Denied::NoGate => "no_gate",
        Denied::NoRequester => "no_requester",
        Denied::Invalid(_) => "invalid",
        Denied::Changed => "changed",
        Denied::Conflict { .. } => "conflict",
        Denied::AlreadyRan { .. } => "already_ran",
        Denied::NotYours { .. } => "not_yours",
        Denied::InDoubt { .. } => "in_doubt",
        Denied::Unavailable { .. } => "unavailable",
    };
    counter!("approvals_denied_total", "reason" => reason).increment(1);
    // In words it may say what was asked for.
    tracing::info!(reason, "a call was denied");
    denied
}

/// A vote was not taken, and this is what the reviewer is told.
pub(super) fn refused(reason: &'static str) {
    counter!("approvals_refused_votes_total", "reason" => reason).increment(1);
}

/// Why a vote was not taken, in one word.
pub(super) fn word(refusal: &Refusal) -> &'static str {
    match refusal {
        Refusal::Unknown => "unknown_request",
        Refusal::Unmapped(_) => "unknown_person",
        Refusal::Ineligible(_) => "ineligible",
        Refusal::Twice => "twice",
        Refusal::OtherDigest => "other_card",
        Refusal::TooLate | Refusal::Over => "over",
        Refusal::NotChallenged | Refusal::NotSigned(_) | Refusal::NoKey => "not_signed",
        Refusal::NotGranted
        | Refusal::PolicyStops(_)
        | Refusal::PolicyAsksMore
        | Refusal::SetsMoreAside
        | Refusal::StandsNoMore
        | Refusal::Stopped(_)
        | Refusal::Fenced
        | Refusal::ApproversGone
        | Refusal::NotStarted
        | Refusal::OutcomeKnown
        | Refusal::NoEmergency
        | Refusal::ReviewedAlready
        | Refusal::NoStanding
        | Refusal::RetiredAlready
        | Refusal::NotInvited => "other",
    }
}

/// A request that people are to decide, while this process looks after it.
#[derive(Debug)]
pub(super) struct Pending(());

impl Pending {
    pub(super) fn begin() -> Self {
        gauge!("approvals_pending").increment(1.0);
        Self(())
    }
}

impl Drop for Pending {
    fn drop(&mut self) {
        gauge!("approvals_pending").decrement(1.0);
    }
}

fn decided(choice: &'static str, in_time: &'static str) {
    counter!("approvals_decisions_total", "choice" => choice, "in_time" => in_time).increment(1);
}

fn name(choice: Choice) -> &'static str {
    match choice {
        Choice::Approve => "approve",
        Choice::Reject => "reject",
    }
}
