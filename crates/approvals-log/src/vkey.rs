//! Verifier keys of C2SP `signed-note` v1.0.0: a name and an Ed25519 key in one line.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

use crate::key::PublicKey;
use crate::note::{NoteError, check_name};

/// The signature type of plain Ed25519 notes.
const ED25519: u8 = 0x01;

/// A verifier key: who may sign notes under a name.
///
/// ```
/// use approvals_log::Vkey;
///
/// let line = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
/// let vkey: Vkey = line.parse()?;
/// assert_eq!((vkey.name(), vkey.id()), ("example.com/foo", 0x530d_903a));
/// assert_eq!(vkey.to_string(), line);
/// # Ok::<(), approvals_log::NoteError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Vkey {
    name: String,
    key: PublicKey,
    id: u32,
}

impl Vkey {
    /// Names a key.
    ///
    /// # Errors
    /// A name that is empty or too long, or holds a space, a plus or a control character.
    pub fn new(name: &str, key: PublicKey) -> Result<Self, NoteError> {
        check_name(name)?;
        let digest: [u8; 32] = Sha256::new()
            .chain_update(name)
            .chain_update([b'\n', ED25519])
            .chain_update(key.as_bytes())
            .finalize()
            .into();
        let [a, b, c, d, ..] = digest;
        let id = u32::from_be_bytes([a, b, c, d]);
        Ok(Self { name: name.to_owned(), key, id })
    }

    /// The name; of a log, its origin.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The public key.
    #[must_use]
    pub fn key(&self) -> &PublicKey {
        &self.key
    }

    /// The key id, which signature lines carry to be found by: four bytes of a hash over name and key, not a secret
    /// and not unique.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.id
    }
}

impl fmt::Display for Vkey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut typed = vec![ED25519];
        typed.extend_from_slice(self.key.as_bytes());
        write!(f, "{}+{:08x}+{}", self.name, self.id, STANDARD.encode(typed))
    }
}

impl FromStr for Vkey {
    type Err = NoteError;

    fn from_str(line: &str) -> Result<Self, NoteError> {
        let mut parts = line.splitn(3, '+');
        let (Some(name), Some(id), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(NoteError::Vkey);
        };
        let typed = STANDARD.decode(key).map_err(|_detail| NoteError::Vkey)?;
        let bytes = match typed.split_first() {
            Some((&ED25519, bytes)) => bytes,
            Some((&other, _)) => return Err(NoteError::KeyType { found: other }),
            None => return Err(NoteError::Vkey),
        };
        let vkey = Self::new(name, PublicKey::from_bytes(bytes)?)?;
        // Compared as text, so that every key has one spelling only.
        if format!("{:08x}", vkey.id) == id { Ok(vkey) } else { Err(NoteError::KeyId) }
    }
}
