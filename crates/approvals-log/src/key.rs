//! Ed25519 public keys, checked once when they are read, and strict verification.

use std::fmt;

use ed25519_dalek::{Signature, VerifyingKey};
use thiserror::Error;

/// An Ed25519 public key that is a canonically encoded point and not weak.
///
/// A weak (small-order) key has a fixed signature that verifies any message, so it is refused here, once for all uses.
/// `Display` and `Debug` are the 32 bytes in lowercase hexadecimal.
///
/// ```
/// use approvals_log::{KeyError, PublicKey};
///
/// let mut identity = [0; 32];
/// identity[0] = 1;
/// assert_eq!(PublicKey::from_bytes(&identity), Err(KeyError::Weak));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct PublicKey(VerifyingKey);

impl PublicKey {
    /// Reads the 32 bytes of a key.
    ///
    /// # Errors
    /// Another length, bytes that are no point or not its canonical encoding, and weak keys.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, KeyError> {
        let bytes: &[u8; 32] =
            bytes.try_into().map_err(|_wrong_length| KeyError::Length { got: bytes.len() })?;
        let key = VerifyingKey::from_bytes(bytes).map_err(|_opaque| KeyError::NotAPoint)?;
        if key.is_weak() {
            return Err(KeyError::Weak);
        }
        // Two encodings of one point would be two names for one key.
        if key.to_edwards().compress().as_bytes() != bytes {
            return Err(KeyError::NotCanonical);
        }
        Ok(Self(key))
    }

    /// The 32 bytes of the key.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 32] {
        self.0.as_bytes()
    }

    /// Verifies a signature strictly: canonical, no small-order component, exactly 64 bytes.
    ///
    /// # Errors
    /// [`BadSignature`], which says no more, on purpose.
    pub fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), BadSignature> {
        let signature = Signature::from_slice(signature).map_err(|_opaque| BadSignature)?;
        self.0.verify_strict(message, &signature).map_err(|_opaque| BadSignature)
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_bytes().iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Why bytes are not a usable public key.
///
/// ```
/// use approvals_log::{KeyError, PublicKey};
///
/// let error = PublicKey::from_bytes(&[7; 31]).unwrap_err();
/// assert_eq!(error, KeyError::Length { got: 31 });
/// assert_eq!(error.to_string(), "an Ed25519 public key has 32 bytes, not 31");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum KeyError {
    /// Not 32 bytes.
    #[error("an Ed25519 public key has 32 bytes, not {got}")]
    Length {
        /// How many bytes there were.
        got: usize,
    },
    /// The bytes are not a point of the curve.
    #[error("the bytes are not an Ed25519 public key")]
    NotAPoint,
    /// The point has another, canonical encoding.
    #[error("the public key is not canonically encoded")]
    NotCanonical,
    /// A small-order point: one signature would verify any message.
    #[error("the public key is weak (small order): make a new key")]
    Weak,
}

/// The signature is not one by this key over this message.
///
/// ```
/// use approvals_log::{BadSignature, Vkey};
///
/// let vkey: Vkey = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k".parse()?;
/// assert_eq!(vkey.key().verify(b"a message", &[0; 64]), Err(BadSignature));
/// # Ok::<(), approvals_log::NoteError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the signature does not verify")]
#[expect(clippy::exhaustive_structs, reason = "a failed verification says nothing more")]
pub struct BadSignature;
