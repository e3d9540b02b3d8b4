//! SHA-256 with a domain line and a length in front: the only hashing of our own documents.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// A SHA-256 digest, written `sha256:` and 64 lower-case hex digits.
///
/// It is taken over the line `approvals/<domain>/v1\n`, the length of the bytes as eight big-endian
/// bytes, and the bytes, so that a digest made for one purpose never stands for another.
///
/// ```
/// # use approvals_core as approvals;
/// use approvals::Digest;
///
/// let digest = Digest::of("policy", b"allow nothing");
/// assert_eq!(digest.to_string().parse(), Ok(digest));
/// assert_ne!(digest, Digest::of("action", b"allow nothing"));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Digest([u8; 32]);

impl Digest {
    /// The digest of nothing that is known.
    pub(crate) const ZERO: Self = Self([0; 32]);

    /// The digest of `bytes` in `domain`, a word that says what the bytes are.
    #[must_use]
    pub fn of(domain: &'static str, bytes: &[u8]) -> Self {
        let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        let mut hash = Sha256::new();
        hash.update(b"approvals/");
        hash.update(domain.as_bytes());
        hash.update(b"/v1\n");
        hash.update(length.to_be_bytes());
        hash.update(bytes);
        Self(hash.finalize().into())
    }

    /// The 32 bytes of the hash.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// A short code for people to type: five characters of Crockford's base32, 25 bits.
    ///
    /// It ties an answer to what was read; it is no proof, since it is far too short for one.
    #[must_use]
    pub fn code(&self) -> String {
        const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
        let bits = self.0.iter().take(4).fold(0_u32, |bits, byte| (bits << 8) | u32::from(*byte));
        (0..5_u32)
            .filter_map(|n| ALPHABET.get(((bits >> n.saturating_mul(5)) & 31) as usize))
            .map(|letter| char::from(*letter))
            .collect()
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("sha256:")?;
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Text that is not a digest.
///
/// ```
/// # use approvals_core as approvals;
/// use approvals::Digest;
///
/// let error = "sha256:C0FFEE".parse::<Digest>().unwrap_err();
/// assert_eq!(error.to_string(), "not a digest: expected `sha256:` and 64 lower-case hex digits");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a digest: expected `sha256:` and 64 lower-case hex digits")]
pub struct DigestError(());

impl FromStr for Digest {
    type Err = DigestError;

    fn from_str(text: &str) -> Result<Self, DigestError> {
        let hex = text.strip_prefix("sha256:").ok_or(DigestError(()))?.as_bytes();
        let nibble = |digit: u8| match digit {
            b'0'..=b'9' => Ok(digit.wrapping_sub(b'0')),
            b'a'..=b'f' => Ok(digit.wrapping_sub(b'a').wrapping_add(10)),
            _ => Err(DigestError(())),
        };
        let (pairs, rest) = hex.as_chunks::<2>();
        if pairs.len() != 32 || !rest.is_empty() {
            return Err(DigestError(()));
        }
        let mut bytes = [0; 32];
        for (byte, [high, low]) in bytes.iter_mut().zip(pairs) {
            *byte = (nibble(*high)? << 4) | nibble(*low)?;
        }
        Ok(Self(bytes))
    }
}

impl TryFrom<String> for Digest {
    type Error = DigestError;

    fn try_from(text: String) -> Result<Self, DigestError> {
        text.parse()
    }
}

impl From<Digest> for String {
    fn from(digest: Digest) -> String {
        digest.to_string()
    }
}
