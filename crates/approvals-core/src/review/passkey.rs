//! The key of a reviewer's own that a passkey is, and what it signs: assertions of Web Authentication (W3C, level 3).
//!
//! Pure: bytes in, yes or a refusal out. That is all that is needed to check a decision years later, from the log alone.

use approvals_log::PublicKey;
use ring::signature::{
    ECDSA_P256_SHA256_ASN1, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents, UnparsedPublicKey,
};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::base64url::Bytes;
use crate::action::parse::parse;

/// The longest id of a credential, in bytes (Web Authentication, section 4).
const MAX_CREDENTIAL: usize = 1023;
/// The longest of the other parts, in bytes: far more than any authenticator makes.
const MAX_PART: usize = 4096;
/// The longest name of a site.
const MAX_SITE: usize = 253;

/// A public key of which a reviewer's authenticator alone has the other half: a passkey.
///
/// Which site it is for is part of it, since an authenticator signs for one site only.
///
/// ```
/// # use approvals_core as approvals;
/// use approvals::ReviewerKey;
///
/// let key = ReviewerKey::es256("approvals.example.com", b"credential-1", &[7; 32], &[9; 32])?;
/// assert_eq!((key.site(), key.credential().as_str()), ("approvals.example.com", "Y3JlZGVudGlhbC0x"));
/// assert!(ReviewerKey::es256("not a host", b"credential-1", &[7; 32], &[9; 32]).is_err());
/// # Ok::<(), approvals_core::PasskeyError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Parts", into = "Parts")]
pub struct ReviewerKey(Parts);

/// As it stands in the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Parts {
    /// Whether it may be copied to other devices of its owner, as the authenticator said when it was enrolled.
    backup_eligible: bool,
    credential: Bytes,
    key: Key,
    site: String,
}

/// A JSON Web Key (RFC 7517, RFC 7518, RFC 8037) of a kind that authenticators make.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kty", deny_unknown_fields)]
enum Key {
    #[serde(rename = "EC")]
    Ec { crv: P256, x: Bytes, y: Bytes },
    #[serde(rename = "OKP")]
    Okp { crv: Ed25519, x: Bytes },
    #[serde(rename = "RSA")]
    Rsa { e: Bytes, n: Bytes },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum P256 {
    #[serde(rename = "P-256")]
    P256,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Ed25519 {
    Ed25519,
}

/// The parts of a passkey's public key. [`ReviewerKey`] has an example of the key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "whoever stores keys has to store every kind")]
pub enum PasskeyPublic<'a> {
    /// A point of the curve P-256.
    Es256 {
        /// Its first coordinate, of 32 bytes.
        x: &'a [u8],
        /// Its second coordinate, of 32 bytes.
        y: &'a [u8],
    },
    /// A point of Ed25519, of 32 bytes.
    Ed25519(&'a [u8]),
    /// A key for RSA.
    Rs256 {
        /// Its modulus.
        n: &'a [u8],
        /// Its exponent.
        e: &'a [u8],
    },
}

/// What an authenticator has signed: an assertion. The other parts of it are in [`Decision`](crate::Decision)s as they
/// came, so that anybody can check them again. [`ReviewerKey`] has an example of the key for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Proof {
    authenticator_data: Bytes,
    client_data: Bytes,
    credential: Bytes,
    signature: Bytes,
}

/// Why something is no passkey, or proves nothing. [`ReviewerKey`] has an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PasskeyError {
    /// The site is not the name of a host.
    #[error("the site of a passkey is the name of a host, such as `approvals.example.com`")]
    Site,
    /// A part is empty, too long, or not what it should be.
    #[error("a part of the passkey, or of what it signed, is malformed")]
    Malformed,
    /// It was signed by another passkey.
    #[error("it was signed with another passkey")]
    Credential,
    /// The browser was on another page.
    #[error("it was signed on another site")]
    OtherSite,
    /// The authenticator has not made sure who is there.
    #[error("the authenticator has not verified its user, by a PIN, a finger or a face")]
    Unverified,
    /// It says something else of itself than it did.
    #[error("the authenticator says something else of its copies than when it was enrolled")]
    Changed,
    /// The signature does not hold.
    #[error("the signature does not verify")]
    Signature,
}

impl ReviewerKey {
    /// A key for ECDSA with SHA-256 on the curve P-256, given by the coordinates of its point.
    pub fn es256(site: &str, credential: &[u8], x: &[u8], y: &[u8]) -> Result<Self, PasskeyError> {
        let (x, y) = (x.into(), y.into());
        Self::new(site, credential, Key::Ec { crv: P256::P256, x, y })
    }

    /// A key for Ed25519.
    pub fn ed25519(site: &str, credential: &[u8], key: &[u8]) -> Result<Self, PasskeyError> {
        Self::new(site, credential, Key::Okp { crv: Ed25519::Ed25519, x: key.into() })
    }

    /// A key for RSA (PKCS #1 v1.5 with SHA-256) of 2048 to 8192 bits, given by its modulus and exponent.
    pub fn rs256(site: &str, credential: &[u8], n: &[u8], e: &[u8]) -> Result<Self, PasskeyError> {
        Self::new(site, credential, Key::Rsa { e: e.into(), n: n.into() })
    }

    fn new(site: &str, credential: &[u8], key: Key) -> Result<Self, PasskeyError> {
        let (credential, site) = (credential.into(), site.to_owned());
        Self::try_from(Parts { backup_eligible: false, credential, key, site })
    }

    /// The same, as one that may be copied to other devices of its owner.
    #[must_use]
    pub fn backup_eligible(mut self) -> Self {
        self.0.backup_eligible = true;
        self
    }

    /// Whether it may be copied to other devices of its owner.
    #[must_use]
    pub fn is_backup_eligible(&self) -> bool {
        self.0.backup_eligible
    }

    /// The site that it is for: the host's name, or a domain above it.
    #[must_use]
    pub fn site(&self) -> &str {
        &self.0.site
    }

    /// What the credential is called by, in base64url.
    #[must_use]
    pub fn credential(&self) -> String {
        self.0.credential.to_string()
    }

    /// The same in bytes.
    #[must_use]
    pub fn credential_bytes(&self) -> &[u8] {
        self.0.credential.as_slice()
    }

    /// The key itself, by its kind.
    #[must_use]
    pub fn public(&self) -> PasskeyPublic<'_> {
        match &self.0.key {
            Key::Ec { x, y, .. } => PasskeyPublic::Es256 { x: x.as_slice(), y: y.as_slice() },
            Key::Okp { x, .. } => PasskeyPublic::Ed25519(x.as_slice()),
            Key::Rsa { e, n } => PasskeyPublic::Rs256 { n: n.as_slice(), e: e.as_slice() },
        }
    }

    /// Whether `proof` was signed with this key, on its site, by an authenticator that has verified its user.
    ///
    /// What was signed is the challenge in it; what that stands for, the log says.
    pub fn verify(&self, proof: &Proof) -> Result<(), PasskeyError> {
        let Parts { backup_eligible, credential, key, site } = &self.0;
        if proof.credential != *credential {
            return Err(PasskeyError::Credential);
        }
        proof.client()?.is_on(site)?;
        let flags = proof.authenticator(site)?;
        if (flags & BACKUP_ELIGIBLE != 0) != *backup_eligible {
            return Err(PasskeyError::Changed);
        }
        let client = Sha256::digest(proof.client_data.as_slice());
        let message = [proof.authenticator_data.as_slice(), client.as_slice()].concat();
        key.verify(&message, proof.signature.as_slice())
    }
}

impl TryFrom<Parts> for ReviewerKey {
    type Error = PasskeyError;

    fn try_from(parts: Parts) -> Result<Self, PasskeyError> {
        let Parts { credential, key, site, .. } = &parts;
        let is_host =
            |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b".-".contains(&byte);
        let is_site = (1..=MAX_SITE).contains(&site.len()) && site.bytes().all(is_host);
        if !is_site || site.starts_with('.') || site.ends_with('.') {
            return Err(PasskeyError::Site);
        }
        let is_credential = (1..=MAX_CREDENTIAL).contains(&credential.as_slice().len());
        if is_credential && key.is_sound() { Ok(Self(parts)) } else { Err(PasskeyError::Malformed) }
    }
}

impl From<ReviewerKey> for Parts {
    fn from(key: ReviewerKey) -> Self {
        key.0
    }
}

impl Key {
    fn is_sound(&self) -> bool {
        match self {
            Self::Ec { x, y, .. } => [x, y].iter().all(|part| part.as_slice().len() == 32),
            Self::Okp { x, .. } => PublicKey::from_bytes(x.as_slice()).is_ok(),
            Self::Rsa { e, n } => {
                let is_long_enough = (256..=1024).contains(&n.as_slice().len());
                is_long_enough && (1..=8).contains(&e.as_slice().len())
            }
        }
    }

    fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), PasskeyError> {
        let holds = match self {
            Self::Ec { x, y, .. } => {
                let point = [&[4], x.as_slice(), y.as_slice()].concat();
                let key = UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, point);
                key.verify(message, signature).is_ok()
            }
            Self::Okp { x, .. } => PublicKey::from_bytes(x.as_slice())
                .is_ok_and(|key| key.verify(message, signature).is_ok()),
            Self::Rsa { e, n } => {
                let key = RsaPublicKeyComponents { n: n.as_slice(), e: e.as_slice() };
                key.verify(&RSA_PKCS1_2048_8192_SHA256, message, signature).is_ok()
            }
        };
        if holds { Ok(()) } else { Err(PasskeyError::Signature) }
    }
}

/// What the browser says of where it was asked to sign what.
#[derive(Debug, Deserialize)]
struct Client {
    #[serde(rename = "type")]
    kind: String,
    challenge: Bytes,
    origin: String,
    #[serde(default, rename = "crossOrigin")]
    is_in_a_frame: bool,
}

impl Client {
    fn is_on(&self, site: &str) -> Result<(), PasskeyError> {
        let host = match self.origin.split_once("://") {
            Some(("https", host)) => host,
            // The one origin without TLS that browsers trust.
            Some(("http", host)) if site == "localhost" => host,
            Some(_) | None => return Err(PasskeyError::OtherSite),
        };
        let host = host.split_once(':').map_or(host, |(host, _port)| host);
        let is_below =
            host.strip_suffix(site).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
        let is_here = is_below && !self.is_in_a_frame && self.kind == "webauthn.get";
        if is_here { Ok(()) } else { Err(PasskeyError::OtherSite) }
    }
}

/// The bits of an assertion's flags: the user was there, and the authenticator has verified them.
const PRESENT_AND_VERIFIED: u8 = 0b101;
/// The bit that says that the key may be copied.
const BACKUP_ELIGIBLE: u8 = 0b1000;

impl Proof {
    /// The parts of an assertion as the browser has given them.
    pub fn new(
        credential: &[u8],
        client_data: &[u8],
        authenticator_data: &[u8],
        signature: &[u8],
    ) -> Result<Self, PasskeyError> {
        let longest = [client_data, authenticator_data, signature].map(<[u8]>::len);
        if credential.len() > MAX_CREDENTIAL || longest.iter().any(|length| *length > MAX_PART) {
            return Err(PasskeyError::Malformed);
        }
        Ok(Self {
            authenticator_data: authenticator_data.into(),
            client_data: client_data.into(),
            credential: credential.into(),
            signature: signature.into(),
        })
    }

    /// What the credential that has signed is called by, in base64url.
    #[must_use]
    pub fn credential(&self) -> String {
        self.credential.to_string()
    }

    /// The challenge that was signed, in bytes.
    pub fn challenge(&self) -> Result<Vec<u8>, PasskeyError> {
        Ok(self.client()?.challenge.as_slice().to_vec())
    }

    fn client(&self) -> Result<Client, PasskeyError> {
        // Members that are not known here are to be ignored (section 5.8.1); one that stands there twice is not.
        let value = parse(self.client_data.as_slice(), MAX_PART);
        let value = value.map_err(|_malformed| PasskeyError::Malformed)?;
        serde_json::from_value(value).map_err(|_malformed| PasskeyError::Malformed)
    }

    /// Holds what the authenticator says against `site` (section 6.1: a hash, the flags, a counter, and perhaps
    /// more), and gives the flags.
    fn authenticator(&self, site: &str) -> Result<u8, PasskeyError> {
        let data = self.authenticator_data.as_slice();
        let (hash, rest) = data.split_first_chunk::<32>().ok_or(PasskeyError::Malformed)?;
        let ([flags], rest) = rest.split_first_chunk::<1>().ok_or(PasskeyError::Malformed)?;
        rest.first_chunk::<4>().ok_or(PasskeyError::Malformed)?;
        if hash.as_slice() != Sha256::digest(site).as_slice() {
            return Err(PasskeyError::OtherSite);
        }
        if flags & PRESENT_AND_VERIFIED == PRESENT_AND_VERIFIED {
            Ok(*flags)
        } else {
            Err(PasskeyError::Unverified)
        }
    }
}

#[cfg(test)]
#[path = "passkey_tests.rs"]
mod tests;
