//! Where a request stands, as a queue tells it.

use approvals_core::{Cause, Execution, Outcome, Phase, RequestId, Resolution, Ticket};
use serde::Deserialize;

/// A request: what is needed of it here.
#[derive(Debug, Deserialize)]
pub(crate) struct Asked {
    id: RequestId,
    phase: Stands,
    outcome: Option<Ended>,
    cause: Option<Cause>,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Stands {
    Allowed,
    Pending,
    Granted,
    Started,
    Ended,
}

/// How a body ended, or what people have found. All else has a cause.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Ended {
    Succeeded,
    Failed,
    Panicked,
    Dropped,
    Changed,
    NotRun,
    ResolvedDone,
    ResolvedNotDone,
    #[serde(other)]
    Closed,
}

impl Asked {
    /// The same as a gate tells it, if that can be told.
    pub(crate) fn ticket(body: &[u8]) -> Option<Ticket> {
        let Self { id, phase, outcome, cause } = serde_json::from_slice(body).ok()?;
        let phase = match phase {
            Stands::Allowed => Phase::Allowed,
            Stands::Pending => Phase::Pending,
            Stands::Granted => Phase::Granted,
            Stands::Started => Phase::Started,
            Stands::Ended => Phase::Ended(outcome?.outcome(cause)?),
        };
        Some(Ticket::new(id, phase))
    }
}

impl Ended {
    fn outcome(self, cause: Option<Cause>) -> Option<Outcome> {
        Some(match self {
            Self::Succeeded => Outcome::Executed(Execution::Succeeded),
            Self::Failed => Outcome::Executed(Execution::Failed),
            Self::Panicked => Outcome::Executed(Execution::Panicked),
            Self::Dropped => Outcome::Executed(Execution::Dropped),
            Self::Changed => Outcome::Executed(Execution::Changed),
            Self::NotRun => Outcome::Executed(Execution::NotRun),
            Self::ResolvedDone => Outcome::Resolved(Resolution::Done),
            Self::ResolvedNotDone => Outcome::Resolved(Resolution::NotDone),
            Self::Closed => Outcome::Closed(cause?),
        })
    }
}
