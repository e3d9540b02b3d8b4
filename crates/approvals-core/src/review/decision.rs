//! One reviewer's approve or reject on one digest, and the envelope that signs it.

use approvals_log::PublicKey;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde::{Deserialize, Serialize};

use super::directory::ChannelIdentity;
use super::key::key_id;
use crate::action::canonical;
use crate::action::clock::Timestamp;
use crate::action::digest::Digest;
use crate::action::id::RequestId;
use crate::action::noncanonical::CanonicalError;
use crate::action::parse::parse;
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

/// A DSSE envelope (secure-systems-lab/dsse v1) around one signed decision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Envelope {
    payload: String,
    #[serde(rename = "payloadType")]
    payload_type: String,
    signatures: Vec<EnvelopeSignature>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct EnvelopeSignature {
    keyid: String,
    sig: String,
}

/// The payload type of a signed decision.
pub const DECISION_TYPE: &str = "application/vnd.approvals.decision.v1+json";

/// An envelope that does not hold.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EnvelopeError {
    /// Not the type that was expected.
    #[error("the envelope is not of type `{DECISION_TYPE}`")]
    Type,
    /// Not exactly one signature, or not base64.
    #[error("the envelope is malformed")]
    Malformed,
    /// Signed by another key.
    #[error("the envelope names key `{0}`, which is not the one expected")]
    Key(String),
    /// The signature does not verify.
    #[error("the signature does not verify")]
    Signature,
    /// The payload is not a decision.
    #[error("the payload is not a decision: {0}")]
    Payload(CanonicalError),
}

/// DSSE's pre-authentication encoding: what is signed.
fn pae(payload_type: &str, payload: &[u8]) -> Vec<u8> {
    let mut out =
        format!("DSSEv1 {} {payload_type} {} ", payload_type.len(), payload.len()).into_bytes();
    out.extend_from_slice(payload);
    out
}

/// A decision on its way into an envelope: its bytes, and what is to be signed.
pub(crate) struct Unsigned {
    payload: Vec<u8>,
    pub(crate) message: Vec<u8>,
}

impl Unsigned {
    pub(crate) fn new(decision: &Decision) -> Result<Self, CanonicalError> {
        let payload = canonical::to_bytes(decision, canonical::MAX_BYTES)?;
        Ok(Self { message: pae(DECISION_TYPE, &payload), payload })
    }

    pub(crate) fn sign(self, key: &PublicKey, signature: [u8; 64]) -> Envelope {
        let signature = EnvelopeSignature { keyid: key_id(key), sig: BASE64.encode(signature) };
        let payload = BASE64.encode(self.payload);
        Envelope { payload, payload_type: DECISION_TYPE.into(), signatures: vec![signature] }
    }
}

impl Envelope {
    /// The decision, not verified: for looking at, and for what verifies it elsewhere.
    pub fn decision(&self) -> Result<Decision, EnvelopeError> {
        if self.payload_type != DECISION_TYPE {
            return Err(EnvelopeError::Type);
        }
        let payload = self.payload_bytes()?;
        let value = parse(&payload, canonical::MAX_BYTES).map_err(EnvelopeError::Payload)?;
        serde_json::from_value(value)
            .map_err(|error| EnvelopeError::Payload(CanonicalError::other(error)))
    }

    /// The ids of the keys that are said to have signed.
    pub fn key_ids(&self) -> impl Iterator<Item = &str> {
        self.signatures.iter().map(|signature| signature.keyid.as_str())
    }

    /// The decision, if `key` signed it.
    pub fn verify(&self, key: &PublicKey) -> Result<Decision, EnvelopeError> {
        let [signature] = self.signatures.as_slice() else { return Err(EnvelopeError::Malformed) };
        if signature.keyid != key_id(key) {
            return Err(EnvelopeError::Key(signature.keyid.chars().take(60).collect()));
        }
        let bytes = BASE64.decode(&signature.sig).map_err(|_bad| EnvelopeError::Malformed)?;
        let message = pae(&self.payload_type, &self.payload_bytes()?);
        key.verify(&message, &bytes).map_err(|_bad| EnvelopeError::Signature)?;
        self.decision()
    }

    fn payload_bytes(&self) -> Result<Vec<u8>, EnvelopeError> {
        BASE64.decode(&self.payload).map_err(|_bad| EnvelopeError::Malformed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// secure-systems-lab/dsse, protocol.md.
    #[test]
    fn the_encoding_is_that_of_the_specification() {
        assert_eq!(
            pae("http://example.com/HelloWorld", b"hello world"),
            b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"
        );
    }
}
