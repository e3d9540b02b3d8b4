//! What keeps a channel from doing what it was asked.

use std::time::Duration;

use approvals_core::{ApproverError, DeskError};

use crate::fault::Fault;
use crate::insist::Passing;

/// Nothing that has failed is tried again sooner.
const SHORTEST_PAUSE: Duration = Duration::from_secs(5);

/// When something is tried again that somebody has to mend first.
const AFTER_ALARM: Duration = Duration::from_secs(60);

/// What keeps a channel from doing what it was asked. Becomes what its gate is told, with when to try again where that
/// helps.
///
/// ```
/// use approvals_chat::{Fault, Meaning, Problem};
///
/// let refused = Problem::from(Fault::new(Meaning::Refused, "the bot is not in that channel"));
/// assert!(!refused.is_passing());
/// ```
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
    /// A call of the service has failed.
    #[error(transparent)]
    Service(#[from] Fault),
    /// The message is there, and the app may not change it before somebody mends its set-up.
    #[error("a message cannot be changed for now")]
    Barred(#[source] Fault),
    /// Whoever began to post has not said what became of it, twice.
    #[error(
        "the fate of two posts is unknown, so there is no third; look into the conversation, and at the status of the service"
    )]
    Spent,
    /// Somebody else is at it.
    #[error("another process is posting the card")]
    InOtherHands,
    /// Nobody can see the message any more.
    #[error("somebody has deleted the message")]
    Deleted,
    /// The button is of another ledger, or of none.
    #[error("there is no such request here; press the button again")]
    UnknownRequest,
    /// The ledger is away.
    #[error("it could not be kept")]
    Ledger(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The desk says no.
    #[error(transparent)]
    Desk(#[from] DeskError),
    /// One approver serves one gate.
    #[error("this approver belongs to another gate; make one for each gate")]
    Taken,
    /// There is nobody to decide anything for.
    #[error("its gate is gone")]
    NoGate,
}

impl Problem {
    /// Whether it may be gone later although nobody does anything.
    #[must_use]
    pub fn is_passing(&self) -> bool {
        self.passes_after().is_some()
    }
}

impl Passing for Problem {
    fn passes_after(&self) -> Option<Duration> {
        let pause = match self {
            Self::Service(fault) => fault.passes_after()?,
            Self::Barred(_) => AFTER_ALARM,
            Self::InOtherHands | Self::Ledger(_) | Self::Desk(DeskError::Unavailable(_)) => {
                Duration::ZERO
            }
            Self::Spent
            | Self::Deleted
            | Self::UnknownRequest
            | Self::Desk(_)
            | Self::Taken
            | Self::NoGate => return None,
        };
        Some(pause.max(SHORTEST_PAUSE))
    }
}

impl From<Problem> for ApproverError {
    fn from(problem: Problem) -> Self {
        match problem.passes_after() {
            Some(pause) => Self::later(pause, problem),
            None => Self::new(problem),
        }
    }
}
