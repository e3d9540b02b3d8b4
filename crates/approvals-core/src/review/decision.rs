//! One reviewer's approve or reject on one digest.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde::{Deserialize, Serialize};

use super::directory::ChannelIdentity;
use crate::action::clock::Timestamp;
use crate::action::digest::Digest;
use crate::action::id::RequestId;
use crate::action::principal::Principal;
use crate::policy::assurance::Assurance;

/// Approve or reject.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "there is nothing between yes and no")]
pub enum Choice {
    /// It may run, as far as this reviewer is concerned.
    Approve,
    /// It may not run.
    Reject,
}

/// What a decision is: everything that is signed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Decision {
    /// The digest of the action's document.
    pub action: Digest,
    /// How it was authenticated.
    pub assurance: Assurance,
    /// When.
    pub at: Timestamp,
    /// The digest of the card that the reviewer was shown.
    pub card: Digest,
    /// What was decided.
    pub choice: Choice,
    /// Whose place the reviewer took, if they voted for someone who had asked them to: that person as the
    /// directory knew them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delegator: Option<Principal>,
    /// Who the reviewer is in the channel.
    pub identity: ChannelIdentity,
    /// The channel's message, if it has such.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// Why, in the reviewer's words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The request.
    pub request: RequestId,
    /// The digest of the request.
    pub request_digest: Digest,
    /// Who decided, with the groups they were in.
    pub reviewer: Principal,
    /// The head of the log that the decision was made on.
    pub seen: SeenHead,
}

/// A tree head: not before it, a decision was made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct SeenHead {
    /// The root, in base64.
    pub root: String,
    /// The number of entries.
    pub size: u64,
}

impl SeenHead {
    pub(crate) fn new(checkpoint: &approvals_log::Checkpoint) -> Self {
        Self::of(checkpoint.root(), checkpoint.size())
    }

    pub(crate) fn of(root: approvals_log::Hash, size: u64) -> Self {
        Self { root: BASE64.encode(root), size }
    }
}
