//! What passes between a gate and a body that runs elsewhere.

use serde::{Deserialize, Serialize};

use super::denied::Denied;
use super::journal::StepError;
use crate::action::digest::Digest;
use crate::action::id::RequestId;
use crate::record::event::Execution;
use crate::record::transition::Refusal;
use crate::review::grant::Grant;

/// What was started for a body that runs elsewhere: the answer of [`Gate::consume`](crate::Gate::consume), which has an
/// example. It is no [`Permit`](crate::Permit), and nothing in this process runs by it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Consumed {
    /// The digest of the action's document.
    pub action: Digest,
    /// The action's document, of which people were asked.
    pub document: String,
    /// Which start of the request this is, from 1.
    pub fence: u64,
    /// The grant, used up by this; none where the policy allowed it without asking anybody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grant: Option<Grant>,
    /// The request that it stems from.
    pub request: RequestId,
}

/// What is told of a body that ran elsewhere: the part of [`Execution`] that only it can know.
///
/// ```
/// # use approvals_core as approvals;
/// use approvals::{Execution, Told};
///
/// let told: Told = serde_json::from_str(r#""succeeded""#)?;
/// assert_eq!(Execution::from(told), Execution::Succeeded);
///
/// // Whether the arguments had changed is for the gate to find out.
/// assert!(serde_json::from_str::<Told>(r#""changed""#).is_err());
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "what became of an action must not be overlooked")]
pub enum Told {
    /// It returned `Ok`.
    Succeeded,
    /// It returned `Err`.
    Failed,
    /// It panicked.
    Panicked,
    /// It was given up before it was done, or before it began: what it did until then is unknown.
    Dropped,
}

impl From<Told> for Execution {
    fn from(told: Told) -> Self {
        match told {
            Told::Succeeded => Self::Succeeded,
            Told::Failed => Self::Failed,
            Told::Panicked => Self::Panicked,
            Told::Dropped => Self::Dropped,
        }
    }
}

/// Why it was not recorded how a body ended.
///
/// ```
/// # use approvals_core as approvals;
/// use approvals::{Denied, Refusal, ReportError};
///
/// let late = ReportError::from(Refusal::Fenced);
/// assert_eq!(late.to_string(), "it was started again since, so this end of it does not count");
/// let away = ReportError::from(Denied::Unavailable { what: "the ledger" });
/// assert!(Denied::from(away).is_retryable());
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReportError {
    /// It is not for this caller to tell, or cannot be recorded now.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// It was not started, or not as this one, or something else was told before.
    #[error(transparent)]
    Refused(#[from] Refusal),
}

impl From<ReportError> for Denied {
    fn from(error: ReportError) -> Self {
        match error {
            ReportError::Denied(denied) => denied,
            ReportError::Refused(refusal) => StepError::from(refusal).into(),
        }
    }
}
