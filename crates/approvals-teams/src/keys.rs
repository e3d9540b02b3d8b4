//! The keys with which Microsoft's service for bots signs. Pure.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents};
use serde::Deserialize;

/// The most bytes of a set of keys that are read.
pub(crate) const MAX_BYTES: usize = 1 << 20;

/// The most keys of a set. Microsoft's has some ten.
const MAX_KEYS: usize = 200;

/// A set of keys, as RFC 7517 writes it, with what each key is endorsed for (Microsoft's own field).
#[derive(Clone, Debug, Default)]
pub(crate) struct KeySet(Vec<Key>);

/// A key with which something can be verified.
#[derive(Clone, Debug)]
pub(crate) struct Key {
    id: String,
    modulus: Vec<u8>,
    exponent: Vec<u8>,
    endorsements: BTreeSet<String>,
}

/// A set that cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum KeysError {
    #[error("the set of keys is larger than any of Microsoft's")]
    TooLarge,
    #[error("the set of keys cannot be read")]
    Unreadable,
    #[error("there is no key in the set with which a signature could be verified")]
    Empty,
}

#[derive(Deserialize)]
struct Set {
    keys: Vec<Jwk>,
}

#[derive(Deserialize)]
struct Jwk {
    kty: String,
    #[serde(rename = "use")]
    usage: Option<String>,
    alg: Option<String>,
    kid: Option<String>,
    n: Option<String>,
    e: Option<String>,
    #[serde(default)]
    endorsements: BTreeSet<String>,
}

impl KeySet {
    /// The keys of a set that verify RS256. Others are left out, and so are all that share an id.
    pub(crate) fn read(json: &[u8]) -> Result<Self, KeysError> {
        if json.len() > MAX_BYTES {
            return Err(KeysError::TooLarge);
        }
        let set: Set = serde_json::from_slice(json).map_err(|_quotes| KeysError::Unreadable)?;
        if set.keys.len() > MAX_KEYS {
            return Err(KeysError::TooLarge);
        }
        let keys: Vec<Key> = set.keys.into_iter().filter_map(Key::read).collect();
        let is_only = |id: &str| keys.iter().filter(|key| key.id == id).count() == 1;
        let keys: Vec<Key> = keys.iter().filter(|key| is_only(&key.id)).cloned().collect();
        if keys.is_empty() { Err(KeysError::Empty) } else { Ok(Self(keys)) }
    }

    pub(crate) fn find(&self, id: &str) -> Option<&Key> {
        self.0.iter().find(|key| key.id == id)
    }
}

impl Key {
    fn read(jwk: Jwk) -> Option<Self> {
        let is_for_signatures = jwk.kty == "RSA"
            && jwk.usage.is_none_or(|usage| usage == "sig")
            && jwk.alg.is_none_or(|alg| alg == "RS256");
        let decode = |text: Option<String>| URL_SAFE_NO_PAD.decode(text?).ok();
        let (id, modulus, exponent) = (jwk.kid?, decode(jwk.n)?, decode(jwk.e)?);
        is_for_signatures.then_some(Self { id, modulus, exponent, endorsements: jwk.endorsements })
    }

    /// Whether the key signs what comes from that channel.
    pub(crate) fn is_endorsed_for(&self, channel: &str) -> bool {
        self.endorsements.contains(channel)
    }

    /// Whether the key has made that signature (RSASSA-PKCS1-v1_5 with SHA-256: RFC 7518, section 3.3).
    pub(crate) fn has_signed(&self, message: &[u8], signature: &[u8]) -> bool {
        let Self { modulus: n, exponent: e, .. } = self;
        let key = RsaPublicKeyComponents { n, e };
        key.verify(&RSA_PKCS1_2048_8192_SHA256, message, signature).is_ok()
    }
}
