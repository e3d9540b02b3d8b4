//! What was asked for, read back from the bytes that are approved.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::{Map, Value};

use super::canonical;
use super::digest::Digest;
use super::id::{ActionName, PrincipalId};
use super::noncanonical::CanonicalError;
use super::parse::parse;
use super::risk::Risk;

/// An action as reviewers, policies and auditors see it: the parsed form of the approved bytes.
///
/// ```
/// # use approvals_core as approvals;
/// use approvals::{Document, Risk};
///
/// // A card has it as `card.document()`. Here from bytes:
/// let bytes = br#"{"action":"db.export","arguments":{"rows":412},"log":"example.org/shop/test",
///     "on_behalf_of":["u:mira"],"redacted":{},"requester":"agent:night","risk":"high","unbound":[]}"#;
/// let document = Document::parse(bytes)?;
/// assert_eq!((document.action.as_str(), document.risk), ("db.export", Risk::High));
/// assert_eq!(document.arguments["rows"], 412);
///
/// // Approvals are of the bytes, not of what was read from them.
/// assert_ne!(Document::digest(bytes), Document::digest(b"{}"));
/// assert!(Document::parse(b"{}").is_err());
/// # Ok::<(), approvals::canonical::CanonicalError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Document {
    /// The name of the action, which policies match on.
    pub action: ActionName,
    /// The arguments that are shown and bound, by name.
    pub arguments: Map<String, Value>,
    /// Which emergency it is, in the words of the caller.
    pub break_glass: Option<String>,
    /// The question is open for so many milliseconds at most, whatever the policy says.
    pub expires_after_ms: Option<u64>,
    /// The origin of the log, which names tenant and environment.
    pub log: String,
    /// Whom the requester acts for, nearest first.
    pub on_behalf_of: Vec<PrincipalId>,
    /// Why, in the words of the caller.
    pub reason: Option<String>,
    /// The arguments that are hidden, and the commitments that bind them.
    pub redacted: BTreeMap<String, Digest>,
    /// Whose call it is.
    pub requester: PrincipalId,
    /// What the action is done to.
    pub resource: Option<String>,
    /// Doing it twice is as good as once, and after so many milliseconds of silence it may be done again.
    pub retry_after_ms: Option<u64>,
    /// Its author wants people to be asked about this call: what the policy would let run is denied.
    #[serde(default)]
    pub review_required: bool,
    /// The risk, as the action's author sees it.
    pub risk: Risk,
    /// What the program worked out from the arguments and shows beside them, by name.
    #[serde(default)]
    pub shown: Map<String, Value>,
    /// One line, in the words of the caller.
    pub summary: Option<String>,
    /// What kinds of call it is one of, as the action's author sees it.
    #[serde(default)]
    pub tags: BTreeSet<String>,
    /// The arguments that are neither shown nor bound.
    pub unbound: Vec<String>,
}

impl Document {
    /// Reads a document from its bytes.
    pub fn parse(bytes: &[u8]) -> Result<Self, CanonicalError> {
        let value = parse(bytes, canonical::MAX_BYTES.saturating_mul(4))?;
        serde_json::from_value(value).map_err(CanonicalError::other)
    }

    /// The digest that approvals are of.
    #[must_use]
    pub fn digest(bytes: &[u8]) -> Digest {
        Digest::of("action", bytes)
    }
}
