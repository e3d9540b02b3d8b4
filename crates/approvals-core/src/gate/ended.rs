//! What a caller is told about a request that cannot be started.

use super::denied::Denied;
use super::journal::Loaded;
use crate::action::clock::Timestamp;
use crate::action::id::RequestId;
use crate::record::event::{Cause, Execution};
use crate::record::state::{Outcome, Phase};
use crate::record::transition::Refusal;
use crate::review::statement::Resolution;

/// What ends a request that was not let through at the last check, if it ends.
pub(super) fn cause_of(refusal: &Refusal) -> Option<Cause> {
    match refusal {
        Refusal::PolicyStops(reason) => Some(Cause::Denied { reason: reason.clone() }),
        Refusal::TooLate => Some(Cause::Expired),
        Refusal::PolicyAsksMore
        | Refusal::SetsMoreAside
        | Refusal::ApproversGone
        | Refusal::StandsNoMore => Some(Cause::Revoked { by: None, reason: refusal.to_string() }),
        // The caller's arguments are at fault, not the grant: others may hold the same key. And a stop
        // may be lifted while the grant holds.
        Refusal::OtherDigest
        | Refusal::Stopped(_)
        | Refusal::Fenced
        | Refusal::Unknown
        | Refusal::Unmapped(_)
        | Refusal::Ineligible(_)
        | Refusal::Twice
        | Refusal::Over
        | Refusal::NotStarted
        | Refusal::OutcomeKnown
        | Refusal::NoEmergency
        | Refusal::ReviewedAlready
        | Refusal::NoStanding
        | Refusal::RetiredAlready
        | Refusal::NotChallenged
        | Refusal::NotSigned(_)
        | Refusal::NoKey
        | Refusal::NotInvited
        | Refusal::NotGranted => None,
    }
}

impl Loaded {
    /// Why this request cannot be started, if it cannot.
    pub(super) fn ensure_startable(
        &self,
        request: RequestId,
        now: Timestamp,
    ) -> Result<(), Denied> {
        if self.state.restart_at().is_some_and(|from| now >= from) {
            return Ok(());
        }
        match self.state.phase() {
            Phase::Allowed | Phase::Granted => Ok(()),
            Phase::Absent | Phase::Pending | Phase::Ended(Outcome::Executed(Execution::NotRun)) => {
                Err(Denied::Withdrawn)
            }
            Phase::Started | Phase::Ended(Outcome::Executed(Execution::Dropped)) => {
                Err(Denied::InDoubt { request, retry_from: self.state.restart_at() })
            }
            Phase::Ended(Outcome::Executed(Execution::Changed)) => Err(Denied::Changed),
            Phase::Ended(
                Outcome::Executed(Execution::Succeeded) | Outcome::Resolved(Resolution::Done),
            ) => Err(Denied::AlreadyRan { request, succeeded: true }),
            Phase::Ended(Outcome::Executed(Execution::Failed | Execution::Panicked)) => {
                Err(Denied::AlreadyRan { request, succeeded: false })
            }
            Phase::Ended(Outcome::Resolved(Resolution::NotDone)) => Err(Denied::Revoked {
                reason: "a person has found that it was not carried out".into(),
            }),
            Phase::Ended(Outcome::Closed(cause)) => Err(self.closed(cause)),
        }
    }

    /// What a caller is told about a request that was closed for this cause.
    pub(super) fn closed(&self, cause: &Cause) -> Denied {
        match cause.clone() {
            Cause::Denied { reason } => Denied::ByPolicy { reason },
            Cause::Rejected { by } => Denied::Rejected { by, reason: self.rejection() },
            Cause::Expired => Denied::Expired,
            Cause::Withdrawn => Denied::Withdrawn,
            Cause::Revoked { by: None, reason } => Denied::Revoked { reason },
            Cause::Revoked { by: Some(by), reason } => {
                Denied::Revoked { reason: format!("{by} has taken it back: {reason}") }
            }
            Cause::Undeliverable => Denied::Undeliverable,
            Cause::Unsatisfiable { reason } => Denied::Unsatisfiable { reason },
            Cause::Stopped { reason, .. } => Denied::Stopped { reason },
        }
    }
}
