//! What a reviewer is asked to sign with a key of their own, recorded before they are asked.

use serde::{Deserialize, Serialize};

use super::base64url::Bytes;
use super::decision::Choice;
use super::directory::ChannelIdentity;
use crate::action::digest::Digest;
use crate::action::id::RequestId;

/// The shortest challenge, in bytes (Web Authentication, section 13.4.3).
const SHORTEST: usize = 16;
/// The longest one.
const LONGEST: usize = 64;

/// What the signature over a challenge stands for: everything that is signed by the recorder. Good for one decision that
/// says exactly this, and for a few minutes. [`Desk::challenge`](crate::Desk::challenge) has an example.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Challenge {
    /// The digest of the card that the reviewer is shown.
    pub card: Digest,
    /// What they are about to say.
    pub choice: Choice,
    /// Who is asked to sign.
    pub identity: ChannelIdentity,
    pub(crate) nonce: Bytes,
    /// Why, in their words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The request that they decide about.
    pub request: RequestId,
    /// The digest of the request.
    pub request_digest: Digest,
}

impl Challenge {
    /// The random bytes that are signed, in base64url.
    #[must_use]
    pub fn nonce(&self) -> String {
        self.nonce.to_string()
    }
}

/// Whether these bytes can be a challenge.
pub(crate) fn is_nonce(bytes: &[u8]) -> bool {
    (SHORTEST..=LONGEST).contains(&bytes.len())
}
