//! An immutable question put to reviewers.

use serde::{Deserialize, Serialize};

use crate::action::canonical;
use crate::action::clock::Timestamp;
use crate::action::digest::Digest;
use crate::action::id::{IdempotencyKey, RequestId};
use crate::action::noncanonical::CanonicalError;
use crate::action::principal::Requester;
use crate::policy::obligations::Obligations;
use crate::policy::policy::{Ruling, Verdict};

/// What is asked: may exactly this action, of exactly this requester, run under these obligations.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Request {
    /// The digest of the action's document.
    pub action: Digest,
    /// Until when it may be approved.
    pub approve_by: Timestamp,
    /// When it was asked.
    pub asked_at: Timestamp,
    /// Its id.
    pub id: RequestId,
    /// The caller's name for the attempt.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<IdempotencyKey>,
    /// Who asks, and for whom.
    pub requester: Requester,
    /// What the policy said to it.
    pub ruling: Ruling,
}

impl Request {
    pub(crate) fn new(
        id: RequestId,
        key: Option<IdempotencyKey>,
        action: Digest,
        requester: Requester,
        ruling: Ruling,
        asked_at: Timestamp,
    ) -> Self {
        let approve_by = match &ruling.verdict {
            Verdict::Review(obligations) => asked_at.after(obligations.approve_within()),
            Verdict::Allow | Verdict::Deny(_) => asked_at,
        };
        Self { action, approve_by, asked_at, id, key, requester, ruling }
    }

    /// The obligations, if people are to decide.
    #[must_use]
    pub fn obligations(&self) -> Option<&Obligations> {
        match &self.ruling.verdict {
            Verdict::Review(obligations) => Some(obligations),
            Verdict::Allow | Verdict::Deny(_) => None,
        }
    }

    /// The digest of the whole question, which decisions are of.
    pub fn digest(&self) -> Result<Digest, CanonicalError> {
        Ok(Digest::of("request", &canonical::to_bytes(self, canonical::MAX_BYTES)?))
    }
}
