//! Where the bytes of a document stand.

use serde::{Deserialize, Serialize};

use crate::action::digest::Digest;
use crate::action::document::Document;

/// A document in its event, or beside it when it is too large for an entry.
///
/// ```
/// # use approvals_core as approvals;
/// use approvals::{Body, Document};
///
/// let body = Body::Inline("{}".to_owned());
/// assert_eq!(body.bytes(Document::digest(b"{}"), |_| None), Some(&b"{}"[..]));
/// assert_eq!(body.bytes(Document::digest(b"[]"), |_| None), None, "another was expected");
/// ```
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
