//! A statement that a trusted system has signed, such as "this version of the model passed its evaluation".

use approvals_log::PublicKey;
use serde::{Deserialize, Serialize};

use super::jws::{self, JwsError};
use crate::action::clock::Timestamp;
use crate::action::id::FactName;
use crate::action::noncanonical::CanonicalError;

/// What kind of JWS an attestation is.
const TYPE: &str = "approval-attestation+jwt";

/// The longest attestation, in bytes of its compact serialization: 8 KiB.
const MAX: usize = 8 * 1024;

/// What an attestation says, as claims of a JWT (RFC 7519) signed with Ed25519.
///
/// [`sign`](Self::sign) makes one, where the trusted system has its key; [`Attestations`](crate::Attestations)
/// take it, where a policy asks for it.
///
/// ```
/// # use approvals_core as approvals;
/// use approvals::{Attestation, Timestamp};
///
/// let hour = |n: i64| Timestamp::from_millis(n * 3_600_000);
/// let claim = "model.eval_passed".parse()?;
/// let passed = Attestation::new("ci.example.org", "model:fraud@7", claim, true, hour(0), hour(24));
/// assert!(passed.holds_at(hour(23)));
/// assert!(!passed.holds_at(hour(24)));
/// # Ok::<(), approvals::NameError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Attestation {
    /// What is stated: the name of the fact.
    pub claim: FactName,
    /// Until when it holds, in seconds since the Unix epoch.
    pub exp: i64,
    /// Since when it holds, in seconds since the Unix epoch.
    pub iat: i64,
    /// The name of the system that states it.
    pub iss: String,
    /// What it is about, such as `model:fraud@7`.
    pub sub: String,
    /// Whether it is so.
    pub value: bool,
}

/// An attestation that is not taken.
///
/// ```
/// # use approvals_core as approvals;
/// use approvals::{Attestation, AttestationError, Attestations, LocalSigner, Timestamp};
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let evaluations = Attestations::new("model.eval_passed", |call| call.resource().map(str::to_owned))?;
/// assert_eq!(evaluations.add("passed!"), Err(AttestationError::Malformed));
///
/// let [from, until] = [0, 3_600_000].map(Timestamp::from_millis);
/// let claim = "model.eval_passed".parse()?;
/// let passed = Attestation::new("ci.example.org", "model:fraud@7", claim, true, from, until);
/// let signed = passed.sign(&LocalSigner::generate()?).await?;
/// assert_eq!(evaluations.add(&signed), Err(AttestationError::Issuer)); // nobody said `trust`
/// # Ok(()) }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AttestationError {
    /// Not a JWS with the claims of an attestation, or too long.
    #[error("the attestation is malformed")]
    Malformed,
    /// Another type, or a key that its issuer does not have.
    #[error("the attestation's header is not that of an attestation by a key of its issuer")]
    Header,
    /// The signature does not verify.
    #[error("the attestation's signature does not verify")]
    Signature,
    /// Nobody trusts its issuer.
    #[error("the attestation's issuer is not trusted here; name its key with `trust`")]
    Issuer,
    /// It states something else.
    #[error("the attestation states another claim than the one asked for here")]
    Claim,
    /// It would hold at no time.
    #[error("the attestation ends before it begins")]
    Never,
    /// What is known already is newer.
    #[error("a newer attestation is known already")]
    Older,
}

impl From<JwsError> for AttestationError {
    fn from(error: JwsError) -> Self {
        match error {
            JwsError::Malformed => Self::Malformed,
            JwsError::Header => Self::Header,
            JwsError::Signature => Self::Signature,
        }
    }
}

impl Attestation {
    /// `issuer` states that `claim` is, or is not, so of `subject`, from one moment until just before another.
    /// Both are rounded down to whole seconds.
    #[must_use]
    pub fn new(
        issuer: &str,
        subject: &str,
        claim: FactName,
        value: bool,
        from: Timestamp,
        until: Timestamp,
    ) -> Self {
        let seconds = |time: Timestamp| time.as_millis().div_euclid(1000);
        let (iat, exp) = (seconds(from), seconds(until));
        Self { claim, exp, iat, iss: issuer.to_owned(), sub: subject.to_owned(), value }
    }

    /// Whether it says `true`, and says so of this moment.
    #[must_use]
    pub fn holds_at(&self, now: Timestamp) -> bool {
        let millis = |seconds: i64| Timestamp::from_millis(seconds.saturating_mul(1000));
        self.value && millis(self.iat) <= now && now < millis(self.exp)
    }

    /// What `key` is to sign.
    pub(crate) fn signing_input(&self, key: &PublicKey) -> Result<String, CanonicalError> {
        jws::signing_input(TYPE, self, key)
    }

    /// Reads an attestation that one of the keys of its issuer has signed.
    pub(super) fn verify<'a, K: IntoIterator<Item = &'a PublicKey>>(
        text: &str,
        keys_of: impl FnOnce(&str) -> Option<K>,
    ) -> Result<Self, AttestationError> {
        if text.len() > MAX {
            return Err(AttestationError::Malformed);
        }
        let unverified: Self = jws::claims(text)?;
        let keys = keys_of(&unverified.iss).ok_or(AttestationError::Issuer)?;
        let mut refused = JwsError::Header;
        for key in keys {
            match jws::verify::<Self>(text, TYPE, key) {
                Ok(verified) if verified.iat < verified.exp => return Ok(verified),
                Ok(_) => return Err(AttestationError::Never),
                Err(JwsError::Header) => {}
                Err(error) => refused = error,
            }
        }
        Err(refused.into())
    }
}
