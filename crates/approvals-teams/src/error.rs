//! What keeps the Teams approver from working.

use std::fmt;

use approvals_chat::{Fault, Meaning, whole};
use approvals_core::{ApproverError, DeskError, NameError};

use crate::transport::{SetUpError, WebError};

/// What keeps the Teams approver from working, and what somebody can do about it.
///
/// ```
/// use approvals_teams::{TeamsApprover, TeamsConfig};
///
/// # let (bot, tenant) = ("6f2a0c1e-8d0b-4f57-9c3e-2b7a51d0c001".parse()?, "72f988bf-86f1-41af-91ab-2d7cd011db47".parse()?);
/// let elsewhere = TeamsConfig::new(bot, "abc8Q~secret".parse()?, tenant, "19:deploys@thread.tacv2".parse()?)
///     .stand_in("http://teams.example/");
/// let error = TeamsApprover::new(elsewhere).unwrap_err();
/// assert!(error.to_string().contains("must be on this host"), "{error}");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(thiserror::Error)]
#[error(transparent)]
pub struct TeamsError(#[from] pub(crate) Problem);

/// What `?` in a `main` prints, with all that is behind it.
impl fmt::Debug for TeamsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&whole(self))
    }
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum Problem {
    #[error(transparent)]
    SetUp(#[from] SetUpError),
    #[error(transparent)]
    Web(#[from] WebError),
    #[error(
        "`{0}` cannot be the name of a channel; give one of 1 to 100 letters, digits, `-` and `_`"
    )]
    Name(String),
    #[error("Teams names somebody in a way that has no place in the log")]
    Identity(#[from] NameError),
    #[error("where Teams is reached could not be read")]
    Ledger(#[from] DeskError),
}

impl From<Problem> for ApproverError {
    fn from(problem: Problem) -> Self {
        Self::new(TeamsError(problem))
    }
}

impl From<Problem> for Fault {
    fn from(problem: Problem) -> Self {
        match problem {
            Problem::Web(error) => error.into(),
            Problem::Ledger(_) => {
                Self::new(Meaning::Later(std::time::Duration::ZERO), TeamsError(problem))
            }
            Problem::SetUp(_) | Problem::Name(_) | Problem::Identity(_) => {
                Self::new(Meaning::Refused, TeamsError(problem))
            }
        }
    }
}

impl From<Problem> for approvals_chat::Problem {
    fn from(problem: Problem) -> Self {
        Fault::from(problem).into()
    }
}
