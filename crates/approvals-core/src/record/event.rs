//! What is written down. Events are the state; nothing else is.

use serde::{Deserialize, Serialize};

use crate::action::canonical;
use crate::action::clock::Timestamp;
use crate::action::digest::Digest;
use crate::action::document::Document;
use crate::action::id::{PrincipalId, RequestId};
use crate::action::noncanonical::CanonicalError;
use crate::action::parse::parse;
use crate::review::decision::{Decision, Envelope};
use crate::review::grant::Grant;
use crate::review::key::{Jwk, Purpose};
use crate::review::request::Request;

/// One event: when, about which request, and what.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Event {
    /// When, by the clock of the gate that wrote it. A claim: order comes from the log.
    pub at: Timestamp,
    /// The request; none for events of the log itself.
    pub request: Option<RequestId>,
    /// The version of this format: 1.
    pub v: u32,
    /// What happened.
    pub what: What,
}

/// What can happen. An event of a kind that is not known here is refused, never skipped.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[expect(
    clippy::exhaustive_enums,
    clippy::large_enum_variant,
    reason = "an event that somebody overlooks is a hole; events are few at a time"
)]
pub enum What {
    /// The log names a key and what it may sign from here on.
    KeyAdded {
        /// What it signs.
        purpose: Purpose,
        /// The key.
        key: Jwk,
    },
    /// An action was asked for, and the policy ruled on it.
    Requested {
        /// The question.
        request: Request,
        /// The action's document.
        document: Body,
    },
    /// A channel put the card before people.
    Presented {
        /// The channel.
        channel: String,
        /// The digest of the card.
        card: Digest,
        /// The channel's message, if it has such.
        #[serde(skip_serializing_if = "Option::is_none")]
        message: Option<String>,
    },
    /// A channel could not.
    Undelivered {
        /// The channel.
        channel: String,
        /// Why.
        error: String,
    },
    /// A reviewer decided.
    Decided {
        /// The signed decision.
        envelope: Envelope,
    },
    /// Enough reviewers approved.
    Granted {
        /// The signed grant.
        grant: Grant,
    },
    /// The body is about to run: the grant, if there is one, is used up.
    Started {
        /// The digest of the action's document.
        action: Digest,
        /// The digest of the policy that was asked again.
        policy: Digest,
    },
    /// The body ended.
    Finished {
        /// How.
        execution: Execution,
    },
    /// The request ended without running.
    Closed {
        /// How.
        cause: Cause,
    },
}

/// A document in its event, or beside it when it is too large for an entry.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[expect(clippy::exhaustive_enums, reason = "there is nothing between inside and beside")]
pub enum Body {
    /// The bytes, as text.
    Inline(String),
    /// The bytes are an attachment with the action's digest.
    Beside(Digest),
}

/// Larger documents stand beside their event.
const MAX_INLINE: usize = 24 * 1024;

impl Body {
    pub(crate) fn of(document: &[u8]) -> Self {
        match std::str::from_utf8(document) {
            Ok(text) if document.len() <= MAX_INLINE => Self::Inline(text.to_owned()),
            _large => Self::Beside(Document::digest(document)),
        }
    }

    /// The bytes, from here or from `beside`, if they have the digest `expected`.
    pub fn bytes<'a>(
        &'a self,
        expected: Digest,
        beside: impl FnOnce(Digest) -> Option<&'a [u8]>,
    ) -> Option<&'a [u8]> {
        let bytes = match self {
            Self::Inline(text) => text.as_bytes(),
            Self::Beside(digest) => beside(*digest)?,
        };
        (Document::digest(bytes) == expected).then_some(bytes)
    }
}

/// How a body ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "what became of an action must not be overlooked")]
pub enum Execution {
    /// It returned `Ok`.
    Succeeded,
    /// It returned `Err`.
    Failed,
    /// It panicked.
    Panicked,
    /// Its future was dropped before it was done: what it did until then is unknown.
    Dropped,
    /// It was not run: the arguments were no longer those that were approved.
    Changed,
    /// It was not run: its caller went away before it began.
    NotRun,
}

/// How a request ended without running.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[expect(clippy::exhaustive_enums, reason = "how a request ended must not be overlooked")]
pub enum Cause {
    /// The policy said no, when asked or when asked again.
    Denied {
        /// Why.
        reason: String,
    },
    /// A reviewer said no.
    Rejected {
        /// Who.
        by: PrincipalId,
    },
    /// Nobody decided, or nobody used the grant, in time.
    Expired,
    /// The caller stopped waiting.
    Withdrawn,
    /// What was granted no longer holds.
    Revoked {
        /// Why.
        reason: String,
    },
    /// No channel could put it before anybody.
    Undeliverable,
    /// There are not enough people who could approve it.
    Unsatisfiable,
}

impl Event {
    pub(crate) fn new(at: Timestamp, request: Option<RequestId>, what: What) -> Self {
        Self { at, request, v: 1, what }
    }

    /// The bytes that are stored.
    pub(crate) fn to_bytes(&self) -> Result<Vec<u8>, CanonicalError> {
        canonical::to_bytes(self, canonical::MAX_BYTES)
    }

    /// Reads an event. Unknown fields, kinds and versions are errors.
    pub fn parse(bytes: &[u8]) -> Result<Self, CanonicalError> {
        let value = parse(bytes, approvals_log::MAX_ENTRY)?;
        let event: Self = serde_json::from_value(value).map_err(CanonicalError::other)?;
        if event.v == 1 { Ok(event) } else { Err(CanonicalError::other("an unknown version")) }
    }
}

impl What {
    /// The decision in it, if it is one.
    #[must_use]
    pub fn decision(&self) -> Option<Decision> {
        match self {
            Self::Decided { envelope } => envelope.decision().ok(),
            Self::KeyAdded { .. }
            | Self::Requested { .. }
            | Self::Presented { .. }
            | Self::Undelivered { .. }
            | Self::Granted { .. }
            | Self::Started { .. }
            | Self::Finished { .. }
            | Self::Closed { .. } => None,
        }
    }
}
