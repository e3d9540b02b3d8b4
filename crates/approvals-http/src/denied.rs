//! From what core says no with to problem details. Each variant has its line.

use std::time::Duration;

use approvals_core::canonical::CanonicalError;
use approvals_core::{Denied, DeskError, LedgerError, Refusal, ReportError};

use crate::problem::{self, Kind, Members, Problem, Retryable};

/// When to come again to what cannot be reached.
const SOON: Duration = Duration::from_secs(2);

/// When to come again where people are asked too much.
const LATER: Duration = Duration::from_secs(60);

impl From<Denied> for Problem {
    fn from(denied: Denied) -> Self {
        let retryable = if denied.is_retryable() { Retryable::Yes } else { Retryable::No };
        let of = |kind| Self::new(kind, &denied).retryable_if(retryable);
        let problem = match &denied {
            Denied::ByPolicy { .. } => of(problem::DENIED),
            Denied::Rejected { .. } => of(problem::REJECTED),
            Denied::Expired => of(problem::EXPIRED),
            Denied::Withdrawn => of(problem::WITHDRAWN),
            Denied::Revoked { .. } => of(problem::REVOKED),
            Denied::Undeliverable => of(problem::UNDELIVERABLE),
            Denied::Unsatisfiable { .. } => of(problem::UNSATISFIABLE),
            Denied::Stopped { .. } => of(problem::STOPPED),
            Denied::TooMany { .. } => of(problem::TOO_MANY).after(LATER),
            Denied::JustRejected { .. } => of(problem::JUST_REJECTED),
            Denied::NoGate | Denied::NoRequester => of(problem::INTERNAL),
            Denied::Invalid(_) => of(problem::INVALID),
            Denied::Changed => of(problem::CHANGED),
            Denied::Conflict { .. } => of(problem::KEY_REUSED),
            Denied::AlreadyRan { .. } => of(problem::ALREADY_RAN),
            Denied::InDoubt { .. } => of(problem::IN_DOUBT),
            // Whether there is such a request is nobody else's business.
            Denied::NotYours { .. } => return Self::no_request(),
            Denied::Unavailable { .. } => of(problem::UNAVAILABLE).after(SOON),
        };
        problem.with(members(denied))
    }
}

/// What callers in other processes make the same denial of.
fn members(denied: Denied) -> Members {
    let none = Members::default();
    match denied {
        Denied::ByPolicy { reason }
        | Denied::Revoked { reason }
        | Denied::Unsatisfiable { reason }
        | Denied::Stopped { reason }
        | Denied::TooMany { reason } => Members { reason: Some(reason), ..none },
        Denied::Rejected { by, reason } => Members { by: Some(by), reason, ..none },
        Denied::JustRejected { until } => Members { until: Some(until.to_string()), ..none },
        Denied::Invalid(error) => Members { reason: Some(error.to_string()), ..none },
        Denied::Conflict { request } => Members { request: Some(request), ..none },
        Denied::AlreadyRan { request, succeeded } => {
            Members { request: Some(request), succeeded: Some(succeeded), ..none }
        }
        Denied::InDoubt { request, retry_from } => {
            let retry_from = retry_from.map(|from| from.to_string());
            Members { request: Some(request), retry_from, ..none }
        }
        Denied::Expired
        | Denied::Withdrawn
        | Denied::Undeliverable
        | Denied::NoGate
        | Denied::NoRequester
        | Denied::Changed
        | Denied::NotYours { .. }
        | Denied::Unavailable { .. } => none,
    }
}

impl From<ReportError> for Problem {
    fn from(error: ReportError) -> Self {
        match error {
            ReportError::Denied(denied) => denied.into(),
            ReportError::Refused(refusal) => refusal.into(),
            _newer => Self::new(problem::INTERNAL, "it was refused; look at the request again"),
        }
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let kind: Kind = match &refusal {
            Refusal::Unknown => return Self::no_request(),
            Refusal::Unmapped(_) | Refusal::Ineligible(_) => problem::MAY_NOT_DECIDE,
            Refusal::Twice | Refusal::TooLate | Refusal::Over => problem::DECIDED,
            Refusal::OtherDigest => problem::OTHER_CARD,
            Refusal::NotChallenged | Refusal::NotSigned(_) | Refusal::NoKey => problem::NOT_SIGNED,
            Refusal::NotInvited => problem::NOT_INVITED,
            Refusal::Stopped(_) => problem::STOPPED,
            Refusal::NotGranted
            | Refusal::PolicyStops(_)
            | Refusal::PolicyAsksMore
            | Refusal::SetsMoreAside
            | Refusal::StandsNoMore
            | Refusal::Fenced
            | Refusal::ApproversGone
            | Refusal::NotStarted
            | Refusal::OutcomeKnown
            | Refusal::NoEmergency
            | Refusal::ReviewedAlready
            | Refusal::NoStanding
            | Refusal::RetiredAlready => problem::NOT_POSSIBLE_NOW,
        };
        Self::new(kind, refusal)
    }
}

impl From<DeskError> for Problem {
    fn from(error: DeskError) -> Self {
        match error {
            DeskError::Refused(refusal) => refusal.into(),
            DeskError::ReasonTooLong | DeskError::NoReason => Self::new(problem::INVALID, error),
            // Its cause is for the operator: it may name hosts and files.
            DeskError::Unavailable(cause) => {
                tracing::warn!(error = %cause, "a decision could not be recorded");
                Self::new(problem::UNAVAILABLE, "the ledger cannot be reached; send it again")
                    .after(SOON)
            }
            _newer => Self::new(problem::INTERNAL, "it was refused; look at the request again"),
        }
    }
}

impl From<LedgerError> for Problem {
    fn from(error: LedgerError) -> Self {
        tracing::warn!(%error, "the ledger could not be read");
        Self::new(problem::UNAVAILABLE, "the ledger cannot be reached; try again later").after(SOON)
    }
}

impl From<CanonicalError> for Problem {
    fn from(error: CanonicalError) -> Self {
        if error.path().starts_with("redacted") {
            // What stands there is nobody's to read, its names included.
            let detail = "the body is refused: what `redacted` holds cannot be read in one way";
            return Self::new(problem::MALFORMED, detail);
        }
        Self::new(problem::MALFORMED, format_args!("the body is refused: {error}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_denied_says_in_its_problem_what_to_do_and_whether_to_come_again() {
        let reason = || "not on a Friday".to_owned();
        for (denied, status) in [
            (Denied::ByPolicy { reason: reason() }, 403),
            (Denied::Expired, 409),
            (Denied::TooMany { reason: reason() }, 429),
            (Denied::Unavailable { what: "the ledger" }, 503),
        ] {
            let problem = Problem::from(denied.clone());
            assert_eq!(problem.status().as_u16(), status);
            let json = serde_json::to_value(&problem).unwrap();
            assert_eq!(json["detail"], denied.to_string());
            assert_eq!(json["retryable"], denied.is_retryable());
        }
    }

    #[test]
    fn whose_request_it_is_cannot_be_told_from_whether_there_is_one() {
        let request = "0199b3c5-6f00-7000-8000-000000000000".parse().unwrap();
        let theirs = Problem::from(Denied::NotYours { request });
        assert_eq!(theirs, Problem::from(Refusal::Unknown));
        assert!(!serde_json::to_string(&theirs).unwrap().contains("0199b3c5"));
    }
}
