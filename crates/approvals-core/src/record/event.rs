//! What is written down. Events are the state; nothing else is.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::body::Body;
use super::nudge::Nudge;
use super::post::PostStage;
use crate::action::canonical;
use crate::action::clock::Timestamp;
use crate::action::digest::Digest;
use crate::action::id::{PrincipalId, RequestId};
use crate::action::noncanonical::CanonicalError;
use crate::action::parse::parse;
use crate::policy::fact::FactSet;
use crate::policy::policy::Verdict;
use crate::review::challenge::Challenge;
use crate::review::envelope::Envelope;
use crate::review::grant::Grant;
use crate::review::key::{Jwk, Purpose};
use crate::review::press::Press;
use crate::review::request::Request;
use crate::review::standing::StandingTerms;
use crate::review::statement::Statement;

/// One event: when, about which request, and what.
///
/// ```
/// # use approvals_core as approvals;
/// use approvals::{Event, What};
///
/// let stored = br#"{"at":1767225600000,"request":"0199b3c5-6f00-7000-8000-000000000000","v":1,"what":{"closed":{"cause":"expired"}}}"#;
/// let event = Event::parse(stored)?;
/// let What::Closed { cause } = event.what else { panic!("it is over") };
/// assert_eq!(cause.to_string(), "nobody decided, or nobody used the grant, in time");
///
/// let newer = br#"{"at":1767225600000,"request":null,"v":2,"what":{"tomorrow":{}}}"#;
/// assert!(Event::parse(newer).is_err(), "nothing is guessed");
/// # Ok::<(), approvals_core::canonical::CanonicalError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Event {
    /// When, by the clock of the gate that wrote it. A claim: order comes from the log.
    pub at: Timestamp,
    /// The request that it is about; none for events of the log itself.
    pub request: Option<RequestId>,
    /// The version of this format: 1.
    pub v: u32,
    /// What happened, in its details.
    pub what: What,
}

/// What can happen. An event of a kind that is not known here is refused, never skipped. [`Event`] has an example.
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
        /// What the key may sign.
        purpose: Purpose,
        /// The public key.
        key: Jwk,
    },
    /// Another policy rules from here on.
    PolicyLoaded {
        /// The digest of the policy.
        policy: Digest,
        /// The digest of the one before; none for the first.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        replaces: Option<Digest>,
        /// Whether it takes an approval to replace this one in turn.
        guarded: bool,
        /// The request by which people agreed to the change, where the policy before it asks for that.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        request: Option<RequestId>,
    },
    /// Someone stated something: about this request, or about the log as a whole.
    Stated {
        /// The signed statement.
        envelope: Envelope<Statement>,
    },
    /// A stop is over.
    Lifted {
        /// The digest of the statement that made it.
        stop: Digest,
        /// The request by which people agreed to that.
        request: RequestId,
    },
    /// From here on, calls of this kind need no further approval.
    StandingIssued {
        /// The request by which people agreed to that; the standing grant is called by its id.
        request: RequestId,
        /// Which calls, how many, and until when.
        terms: StandingTerms,
    },
    /// A standing grant was used for one call.
    StandingUsed {
        /// The request that issued the standing grant.
        standing: RequestId,
        /// The request of the call that it was used for.
        request: RequestId,
    },
    /// Where a channel reaches a place of its own from here on: told by its service, and needed by whoever posts there.
    Routed {
        /// The name of the channel, such as `teams`.
        channel: String,
        /// The place, in the channel's own words.
        place: String,
        /// Its address; none if it is to be reached no more.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        address: Option<String>,
    },
    /// An action was asked for, and the policy ruled on it.
    Requested {
        /// The question, and what the policy said to it.
        request: Request,
        /// The action's document.
        document: Body,
    },
    /// A channel put the card before people.
    Presented {
        /// The name of the channel, such as `slack`.
        channel: String,
        /// The digest of the card.
        card: Digest,
        /// The channel's message, if it has such.
        #[serde(skip_serializing_if = "Option::is_none")]
        message: Option<String>,
    },
    /// A channel could not put the card before people.
    Undelivered {
        /// The name of the channel, such as `slack`.
        channel: String,
        /// What the channel says went wrong.
        error: String,
    },
    /// A channel has got further with one of its messages that show the card.
    Post {
        /// The name of the channel, such as `slack`.
        channel: String,
        /// Where in the channel the message is, in the channel's own words.
        place: String,
        /// How far it has got.
        stage: PostStage,
    },
    /// Somebody has pressed a button under the card. Nothing is decided by that yet.
    Pressed {
        /// Who pressed which one, and where, signed.
        envelope: Envelope<Press>,
    },
    /// A button was pressed, and nothing came of it.
    Dismissed {
        /// The id of the press.
        press: Digest,
        /// Why nothing came of it.
        reason: String,
    },
    /// More people may decide from here on, or in more channels, or those who may were reminded.
    Nudged {
        /// Whether it was a reminder or an escalation, and when it was due, or why.
        nudge: Nudge,
    },
    /// A reviewer is asked to sign something with a key of their own, and this is what the signature stands for.
    Challenged {
        /// What it stands for, signed by the recorder.
        envelope: Envelope<Challenge>,
    },
    /// A reviewer decided.
    Decided {
        /// The signed decision.
        envelope: Envelope,
    },
    /// A reviewer decided when it was too late. It changes nothing.
    Late {
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
        /// The digest of its caller's name for this one try, where the body runs elsewhere.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        attempt: Option<Digest>,
        /// What trusted providers stated when the policy was asked again.
        #[serde(default, skip_serializing_if = "FactSet::is_empty")]
        facts: FactSet,
        /// How many times it has been started, this time included.
        fence: u64,
        /// The digest of the policy that was asked again.
        policy: Digest,
    },
    /// The body ended.
    Finished {
        /// How the body ended.
        execution: Execution,
        /// Which start of the body has ended, counted from 1.
        fence: u64,
    },
    /// The request ended without running.
    Closed {
        /// How the request ended.
        cause: Cause,
    },
}

/// How a body ended. [`State`](crate::State) has an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "what became of an action must not be overlooked")]
pub enum Execution {
    /// It returned `Ok`.
    Succeeded,
    /// It returned `Err`.
    Failed,
    /// The body panicked.
    Panicked,
    /// Its future was dropped before it was done: what it did until then is unknown.
    Dropped,
    /// It was not run: the arguments were no longer those that were approved.
    Changed,
    /// It was not run: its caller went away before it began.
    NotRun,
}

impl Execution {
    /// Whether the body itself came to this end.
    pub(crate) fn is_told_by_its_body(self) -> bool {
        match self {
            Self::Succeeded | Self::Failed | Self::Panicked => true,
            Self::Dropped | Self::Changed | Self::NotRun => false,
        }
    }
}

/// How a request ended without running. [`Event`] has an example.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[expect(clippy::exhaustive_enums, reason = "how a request ended must not be overlooked")]
pub enum Cause {
    /// The policy said no, when asked or when asked again.
    Denied {
        /// Why, in the policy's words.
        reason: String,
    },
    /// Reviewers said no.
    Rejected {
        /// The reviewer whose rejection was the last that it took.
        by: PrincipalId,
    },
    /// Nobody decided, or nobody used the grant, in time.
    Expired,
    /// The caller stopped waiting, or took it back.
    Withdrawn,
    /// What was granted no longer holds.
    Revoked {
        /// Who took it back; none if it no longer held by itself.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<PrincipalId>,
        /// Why it holds no longer.
        reason: String,
    },
    /// No channel could put it before anybody.
    Undeliverable,
    /// There are not enough people who could approve it.
    Unsatisfiable {
        /// Who is missing, and for what.
        reason: String,
    },
    /// Someone has stopped this kind of call.
    Stopped {
        /// The digest of the statement that made the stop.
        stop: Digest,
        /// What is stopped, by whom and why.
        reason: String,
    },
}

impl Cause {
    /// What ends a request at once to which the policy says this, if anything.
    pub(crate) fn of(verdict: &Verdict) -> Option<Self> {
        match verdict {
            Verdict::Deny(reason) => Some(Self::Denied { reason: reason.clone() }),
            Verdict::Allow | Verdict::Review(_) => None,
        }
    }
}

/// In words that the caller may read.
impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Denied { reason } => write!(f, "the policy denies it: {reason}"),
            Self::Rejected { by } => write!(f, "{by} rejected it"),
            Self::Expired => f.write_str("nobody decided, or nobody used the grant, in time"),
            Self::Withdrawn => f.write_str("the caller took it back"),
            Self::Revoked { by: Some(by), reason } => write!(f, "{by} revoked it: {reason}"),
            Self::Revoked { by: None, reason } => write!(f, "it no longer holds: {reason}"),
            Self::Undeliverable => f.write_str("no channel could put it before anybody"),
            Self::Unsatisfiable { reason } => write!(f, "too few people could approve: {reason}"),
            Self::Stopped { reason, .. } => f.write_str(reason),
        }
    }
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
