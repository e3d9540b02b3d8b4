//! Why an action did not run, in words that help whoever asked for it to go on.

use crate::action::clock::Timestamp;
use crate::action::describe_error::DescribeError;
use crate::action::id::{PrincipalId, RequestId};

/// The action did not run.
///
/// Every way of not running is here, and the message of each tells the caller, often a model, what to do
/// next. It carries no secrets: reasons come from the policy and the reviewer.
///
/// ```
/// # use approvals_core as approvals;
/// use approvals::Denied;
///
/// assert_eq!(Denied::NoGate.to_string(), "no gate is set up, so nothing runs; install one, or run inside its scope (for a task that is spawned there, wrap the future in `approvals::inherit`)");
/// assert!(!Denied::NoGate.is_retryable());
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[expect(
    clippy::exhaustive_enums,
    reason = "callers act on each way of being denied: a new one must break them on purpose"
)]
pub enum Denied {
    /// The policy denies it.
    #[error(
        "the policy denies this action: {reason}. Asking again helps only once that has changed; until then choose another way"
    )]
    ByPolicy {
        /// Why, in the words of the policy.
        reason: String,
    },
    /// A reviewer rejected it.
    #[error("{by} rejected this action{}. Do not ask for the same again", .reason.as_ref().map(|reason| format!(": {reason}")).unwrap_or_default())]
    Rejected {
        /// Who rejected it.
        by: PrincipalId,
        /// Why, in the reviewer's words.
        reason: Option<String>,
    },
    /// Nobody decided, or nobody used the grant, in time.
    #[error(
        "nobody decided about this action in time, so it did not run; it may be asked for again later{key}", key = OTHER_KEY
    )]
    Expired,
    /// Whoever asked stopped waiting.
    #[error("the request was withdrawn before it was decided; it may be asked for again{key}", key = OTHER_KEY)]
    Withdrawn,
    /// What was granted no longer holds.
    #[error("the approval no longer holds: {reason}; it may be asked for again{key}", key = OTHER_KEY)]
    Revoked {
        /// What has changed since it was given.
        reason: String,
    },
    /// No channel could put it before anybody.
    #[error(
        "no reviewer could be reached, so it did not run; it may be asked for again later{key}", key = OTHER_KEY
    )]
    Undeliverable,
    /// There are not enough people who could approve it.
    #[error(
        "too few people could approve this action for anybody to be asked ({reason}); its owners must change the policy or the groups"
    )]
    Unsatisfiable {
        /// What is missing.
        reason: String,
    },
    /// Someone has stopped calls like this.
    #[error("{reason}. Nothing of this kind runs until people lift that; do not try another way")]
    Stopped {
        /// What is stopped, by whom and why.
        reason: String,
    },
    /// People are asked too much already.
    #[error("people are not asked about this now: {reason}; wait, and ask for less")]
    TooMany {
        /// What there is too much of.
        reason: String,
    },
    /// Exactly this was rejected a moment ago.
    #[error(
        "exactly this was rejected a moment ago. Do not ask for the same again; until {until} nobody is even asked"
    )]
    JustRejected {
        /// When the pause after a rejection is over.
        until: Timestamp,
    },
    /// There is no gate.
    #[error(
        "no gate is set up, so nothing runs; install one, or run inside its scope (for a task that is spawned there, wrap the future in `approvals::inherit`)"
    )]
    NoGate,
    /// It is not known whose call it is.
    #[error(
        "it is not known whose call this is, so nothing runs; run inside `Gate::scope`, and for a task that is spawned there wrap the future in `approvals::inherit` (from the first scope on, a requester of the gate's own counts no more); to a gate elsewhere, show a token that is good there"
    )]
    NoRequester,
    /// The action cannot be described.
    #[error("the action cannot be put before anybody: {0}; mend that before you ask again")]
    Invalid(DescribeError),
    /// The arguments changed between approval and execution.
    #[error(
        "the arguments are no longer those that were approved, so it did not run; ask for what they are now"
    )]
    Changed,
    /// The idempotency key names a request with other arguments.
    #[error("request {request} has the same idempotency key and other arguments; use another key")]
    Conflict {
        /// The request that has the key.
        request: RequestId,
    },
    /// This very call has been run before, and is not run twice.
    #[error("request {request} {} and is never run again under the same key", if *.succeeded { "has been carried out already" } else { "has been tried already, has failed," })]
    AlreadyRan {
        /// The request that has the key.
        request: RequestId,
        /// Whether the body returned `Ok` then, or a person has found that it was carried out.
        succeeded: bool,
    },
    /// Somebody else asked for it.
    #[error("request {request} is not one of yours, so leave it alone")]
    NotYours {
        /// The request that was named.
        request: RequestId,
    },
    /// This very call was started, and nobody knows what became of it.
    #[error("request {request} was started and what became of it is unknown; {}", in_doubt(*.retry_from))]
    InDoubt {
        /// The request that has the key.
        request: RequestId,
        /// From when on it may be started again without a person, if its action says that it may.
        retry_from: Option<Timestamp>,
    },
    /// Something that is needed cannot be reached.
    #[error("{what} cannot be reached, so it did not run; try again later")]
    Unavailable {
        /// What is missing, such as the ledger or the directory.
        what: &'static str,
    },
}

impl Denied {
    /// Whether asking for the same again later can have another end: under another [key](crate::Action::key), if it has
    /// one, since a key stands for one request, whatever becomes of that.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Expired
            | Self::Withdrawn
            | Self::Revoked { .. }
            | Self::Undeliverable
            | Self::Stopped { .. }
            | Self::TooMany { .. }
            | Self::InDoubt { retry_from: Some(_), .. }
            | Self::Unavailable { .. } => true,
            Self::ByPolicy { .. }
            | Self::Rejected { .. }
            | Self::JustRejected { .. }
            | Self::Unsatisfiable { .. }
            | Self::NoGate
            | Self::NoRequester
            | Self::Invalid(_)
            | Self::Changed
            | Self::Conflict { .. }
            | Self::AlreadyRan { .. }
            | Self::NotYours { .. }
            | Self::InDoubt { retry_from: None, .. } => false,
        }
    }
}

const OTHER_KEY: &str = " (with a new idempotency key, if it has one)";

fn in_doubt(retry_from: Option<Timestamp>) -> String {
    match retry_from {
        Some(from) => format!("if it tells nothing more, it may be asked for again from {from} on"),
        None => "a person must look before it is asked for again".to_owned(),
    }
}

impl From<Denied> for String {
    fn from(denied: Denied) -> Self {
        denied.to_string()
    }
}

impl From<Denied> for std::io::Error {
    fn from(denied: Denied) -> Self {
        Self::new(std::io::ErrorKind::PermissionDenied, denied)
    }
}

impl From<DescribeError> for Denied {
    fn from(error: DescribeError) -> Self {
        Self::Invalid(error)
    }
}

#[cfg(test)]
#[path = "denied_tests.rs"]
mod tests;
