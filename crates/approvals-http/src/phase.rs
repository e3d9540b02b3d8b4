//! Where a request stands, in the words of the API.

use approvals_core::{Cause, Execution, Outcome, Phase, Resolution};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Where a request stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Stands {
    /// The policy allows it; it has not been started.
    Allowed,
    /// People are to decide.
    Pending,
    /// People have agreed; it has not been started.
    Granted,
    /// It was started, and how it ended is not known.
    Started,
    /// It is over; `outcome` says how.
    Ended,
}

/// How a request ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Ended {
    Succeeded,
    Failed,
    Panicked,
    Dropped,
    Changed,
    NotRun,
    Denied,
    Rejected,
    Expired,
    Withdrawn,
    Revoked,
    Undeliverable,
    Unsatisfiable,
    Stopped,
    ResolvedDone,
    ResolvedNotDone,
}

impl Stands {
    /// Where this phase is; nowhere if there is no request.
    pub(crate) fn of(phase: &Phase) -> Option<Self> {
        match phase {
            Phase::Absent => None,
            Phase::Allowed => Some(Self::Allowed),
            Phase::Pending => Some(Self::Pending),
            Phase::Granted => Some(Self::Granted),
            Phase::Started => Some(Self::Started),
            Phase::Ended(_) => Some(Self::Ended),
        }
    }
}

impl Ended {
    pub(crate) fn of(outcome: &Outcome) -> Self {
        match outcome {
            Outcome::Executed(execution) => Self::executed(*execution),
            Outcome::Closed(cause) => Self::closed(cause),
            Outcome::Resolved(resolution) => Self::resolved(*resolution),
        }
    }

    pub(crate) fn executed(execution: Execution) -> Self {
        match execution {
            Execution::Succeeded => Self::Succeeded,
            Execution::Failed => Self::Failed,
            Execution::Panicked => Self::Panicked,
            Execution::Dropped => Self::Dropped,
            Execution::Changed => Self::Changed,
            Execution::NotRun => Self::NotRun,
        }
    }

    pub(crate) fn closed(cause: &Cause) -> Self {
        match cause {
            Cause::Denied { .. } => Self::Denied,
            Cause::Rejected { .. } => Self::Rejected,
            Cause::Expired => Self::Expired,
            Cause::Withdrawn => Self::Withdrawn,
            Cause::Revoked { .. } => Self::Revoked,
            Cause::Undeliverable => Self::Undeliverable,
            Cause::Unsatisfiable { .. } => Self::Unsatisfiable,
            Cause::Stopped { .. } => Self::Stopped,
        }
    }

    pub(crate) fn resolved(resolution: Resolution) -> Self {
        match resolution {
            Resolution::Done => Self::ResolvedDone,
            Resolution::NotDone => Self::ResolvedNotDone,
        }
    }
}

/// How it ended, in a sentence.
pub(crate) fn sentence(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Closed(cause) => cause.to_string(),
        Outcome::Executed(Execution::Succeeded) => "it was carried out".to_owned(),
        Outcome::Executed(Execution::Failed) => "it was carried out and failed".to_owned(),
        Outcome::Executed(Execution::Panicked) => "it was started and panicked".to_owned(),
        Outcome::Executed(Execution::Dropped) => {
            "it was started and stopped in the middle: what became of it is unknown".to_owned()
        }
        Outcome::Executed(Execution::Changed) => {
            "its arguments were no longer those that were approved, so it did not run".to_owned()
        }
        Outcome::Executed(Execution::NotRun) => "it was never carried out".to_owned(),
        Outcome::Resolved(Resolution::Done) => "a person found that it was carried out".to_owned(),
        Outcome::Resolved(Resolution::NotDone) => {
            "a person found that it was not carried out".to_owned()
        }
    }
}
