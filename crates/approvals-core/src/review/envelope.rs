//! DSSE envelopes around what people decide and state.

use std::marker::PhantomData;

use approvals_log::PublicKey;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::challenge::Challenge;
use super::decision::Decision;
use super::key::key_id;
use super::press::Press;
use super::statement::Statement;
use crate::action::canonical;
use crate::action::digest::Digest;
use crate::action::noncanonical::CanonicalError;
use crate::action::parse::parse;

/// What an envelope can carry.
///
/// ```
/// # use approvals_core as approvals;
/// use approvals::{Decision, Payload, Statement};
///
/// assert_eq!(Decision::TYPE, "application/vnd.approvals.decision.v1+json");
/// assert_eq!(Statement::TYPE, "application/vnd.approvals.statement.v1+json");
/// ```
pub trait Payload: Serialize + DeserializeOwned + sealed::Sealed {
    /// The media type that the envelope names.
    const TYPE: &'static str;
}

impl Payload for Challenge {
    const TYPE: &'static str = "application/vnd.approvals.challenge.v1+json";
}

impl Payload for Decision {
    const TYPE: &'static str = "application/vnd.approvals.decision.v1+json";
}

impl Payload for Press {
    const TYPE: &'static str = "application/vnd.approvals.press.v1+json";
}

impl Payload for Statement {
    const TYPE: &'static str = "application/vnd.approvals.statement.v1+json";
}

#[expect(unnameable_types, reason = "that is what seals")]
mod sealed {
    pub trait Sealed {}
    impl Sealed for super::Challenge {}
    impl Sealed for super::Decision {}
    impl Sealed for super::Press {}
    impl Sealed for super::Statement {}
}

/// A DSSE envelope (secure-systems-lab/dsse v1) around one signed [`Challenge`], [`Decision`], [`Press`] or
/// [`Statement`].
///
/// ```
/// # use approvals_core::{self as approvals, *};
/// use approvals::{Ballot, Choice, EnvelopeError, Ledger, LocalSigner, Signer, Trail, What};
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let keys = Keyring::generate()?;
/// # let one = Obligations::new([Obligation::new("one-of-ops")?.seats("ops", 1)?]);
/// # let mira = Principal::human("u:mira")?.member_of(["ops"])?;
/// # let (inbox, account) = (InMemoryApprover::new(), ChannelIdentity::new("memory", "mira")?);
/// # let ledger = std::sync::Arc::new(MemoryLedger::new("example.org/shop/test", keys.log).await?);
/// # let recorder = keys.recorder.public_key();
/// # let gate = Gate::builder()
/// #     .policy(PolicyFn::new("ask/1", move |_| Verdict::Review(one.clone()))?)
/// #     .ledger(ledger.clone())
/// #     .directory(StaticDirectory::new().with(&mira, [account.clone()]))
/// #     .recorder_key(keys.recorder)
/// #     .grant_key(keys.grant)
/// #     .approver(inbox.clone())
/// #     .requester(Requester::new(Principal::agent("agent:deployer")?))
/// #     .build().await?;
/// # let deploy = DynamicAction::from_json("app.deploy", br#"{"version": 7}"#)?.key("deploy-7")?;
/// # gate.submit(deploy).await?;
/// let card = inbox.next().await;
/// inbox.decide(&account, Ballot::approve(&card)?).await?;
/// # let mut trail = Trail::new("example.org/shop/test");
/// # for entry in ledger.entries(0, 100).await? {
/// #     trail.read(&entry)?;
/// # }
/// let decided = trail.events(card.id()).iter().find_map(|event| match &event.what {
///     What::Decided { envelope } => Some(envelope),
///     _other => None,
/// });
/// let envelope = decided.ok_or("no decision")?;
/// assert_eq!(envelope.verify(&recorder)?.choice, Choice::Approve);
///
/// let another = LocalSigner::generate()?.public_key();
/// assert!(matches!(envelope.verify(&another), Err(EnvelopeError::Key(_))));
/// # Ok(()) }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, bound = "")]
pub struct Envelope<T = Decision> {
    payload: String,
    #[serde(rename = "payloadType")]
    payload_type: String,
    signatures: Vec<EnvelopeSignature>,
    #[serde(skip)]
    of: PhantomData<fn() -> T>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct EnvelopeSignature {
    keyid: String,
    sig: String,
}

/// An envelope that does not hold.
///
/// ```
/// # use approvals_core as approvals;
/// use approvals::Envelope;
///
/// let other: Envelope = serde_json::from_str(r#"{"payload": "e30=", "payloadType": "text/plain", "signatures": []}"#)?;
/// let error = other.unverified().unwrap_err();
/// assert_eq!(error.to_string(), "the envelope is not of type `application/vnd.approvals.decision.v1+json`");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EnvelopeError {
    /// Not the type that was expected.
    #[error("the envelope is not of type `{0}`")]
    Type(&'static str),
    /// Not exactly one signature, or not base64.
    #[error("the envelope is malformed")]
    Malformed,
    /// Signed by another key.
    #[error("the envelope names key `{0}`, which is not the one expected")]
    Key(String),
    /// The signature does not verify.
    #[error("the signature does not verify")]
    Signature,
    /// The payload is not what its type says.
    #[error("the payload of the envelope is not what its type says: {0}")]
    Payload(CanonicalError),
}

/// DSSE's pre-authentication encoding: what is signed.
fn pae(payload_type: &str, payload: &[u8]) -> Vec<u8> {
    let mut out =
        format!("DSSEv1 {} {payload_type} {} ", payload_type.len(), payload.len()).into_bytes();
    out.extend_from_slice(payload);
    out
}

/// Something on its way into an envelope: its bytes, and what is to be signed.
pub(crate) struct Unsigned<T> {
    payload: Vec<u8>,
    pub(crate) message: Vec<u8>,
    of: PhantomData<fn() -> T>,
}

impl<T: Payload> Unsigned<T> {
    pub(crate) fn new(contents: &T) -> Result<Self, CanonicalError> {
        let payload = canonical::to_bytes(contents, canonical::MAX_BYTES)?;
        Ok(Self { message: pae(T::TYPE, &payload), payload, of: PhantomData })
    }

    pub(crate) fn sign(self, key: &PublicKey, signature: [u8; 64]) -> Envelope<T> {
        let signature = EnvelopeSignature { keyid: key_id(key), sig: BASE64.encode(signature) };
        let payload = BASE64.encode(self.payload);
        let (payload_type, signatures) = (T::TYPE.to_owned(), vec![signature]);
        Envelope { payload, payload_type, signatures, of: PhantomData }
    }
}

impl<T: Payload> Envelope<T> {
    /// What is in it, not verified: for looking at, and for what verifies it elsewhere.
    pub fn unverified(&self) -> Result<T, EnvelopeError> {
        if self.payload_type != T::TYPE {
            return Err(EnvelopeError::Type(T::TYPE));
        }
        let payload = self.payload_bytes()?;
        let value = parse(&payload, canonical::MAX_BYTES).map_err(EnvelopeError::Payload)?;
        serde_json::from_value(value)
            .map_err(|error| EnvelopeError::Payload(CanonicalError::other(error)))
    }

    /// The digest of what is in it, by which others refer to it.
    pub fn digest(&self) -> Result<Digest, EnvelopeError> {
        Ok(Digest::of("statement", &self.payload_bytes()?))
    }

    /// The ids of the keys that are said to have signed.
    pub fn key_ids(&self) -> impl Iterator<Item = &str> {
        self.signatures.iter().map(|signature| signature.keyid.as_str())
    }

    /// What is in it, if `key` signed it.
    pub fn verify(&self, key: &PublicKey) -> Result<T, EnvelopeError> {
        let [signature] = self.signatures.as_slice() else { return Err(EnvelopeError::Malformed) };
        if signature.keyid != key_id(key) {
            return Err(EnvelopeError::Key(signature.keyid.chars().take(60).collect()));
        }
        let bytes = BASE64.decode(&signature.sig).map_err(|_bad| EnvelopeError::Malformed)?;
        let message = pae(&self.payload_type, &self.payload_bytes()?);
        key.verify(&message, &bytes).map_err(|_bad| EnvelopeError::Signature)?;
        self.unverified()
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
