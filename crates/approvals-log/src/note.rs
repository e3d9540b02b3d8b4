//! Signed notes of C2SP `signed-note` v1.0.0: a text and signature lines, parsed strictly and verified strictly.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use thiserror::Error;

use crate::key::{BadSignature, KeyError};
use crate::vkey::Vkey;

/// The longest text in bytes.
const MAX_TEXT: usize = 1_000_000;
/// The longest note in bytes: the longest text and signature lines.
const MAX_NOTE: usize = 2_200_000;
/// The most signature lines. The format asks readers to take at least 16.
const MAX_SIGNATURES: usize = 100;
/// The longest name of a key in bytes.
const MAX_NAME: usize = 255;
/// The longest signature in bytes: room for post-quantum ones, which are skipped here.
const MAX_SIGNATURE: usize = 8_192;
/// How a signature line begins: an em dash and a space.
const PREFIX: &str = "\u{2014} ";

/// A text with signature lines under it. Parsed is not verified: call [`verify`](Self::verify), or
/// [`Checkpoint::open`](crate::Checkpoint::open).
///
/// `Display` gives the exact bytes that were parsed.
///
/// ```
/// use approvals_log::{SignedNote, Vkey};
///
/// let vkey: Vkey = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k".parse()?;
/// let note = SignedNote::parse(
///     "This is an example message.\n\n\
///      — example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n",
/// )?;
/// note.verify(&vkey)?;
/// assert_eq!(note.text(), "This is an example message.\n");
/// # Ok::<(), approvals_log::NoteError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedNote {
    text: String,
    signatures: Vec<Line>,
}

/// One signature line.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Line {
    name: String,
    id: u32,
    signature: Vec<u8>,
}

impl SignedNote {
    /// Parses a note. Bounds: a text of 1,000,000 bytes, 100 signature lines, names of 255 bytes.
    ///
    /// # Errors
    /// Anything that is not exactly the format: control characters (a carriage return among them), a missing blank line
    /// or last newline, a signature line that is empty or malformed, or more than the bounds.
    pub fn parse(note: &str) -> Result<Self, NoteError> {
        if note.len() > MAX_NOTE {
            return Err(NoteError::TooLong);
        }
        // Signature lines are never empty, so the last blank line is the one that divides.
        let (before, lines) = note.rsplit_once("\n\n").ok_or(NoteError::NoSignatures)?;
        let text = format!("{before}\n");
        check_text(&text)?;
        let lines = match lines.strip_suffix('\n') {
            Some(lines) if !lines.is_empty() => lines,
            Some(_) => return Err(NoteError::NoSignatures),
            None if lines.is_empty() => return Err(NoteError::NoSignatures),
            None => return Err(NoteError::NoNewline),
        };
        if lines.split('\n').count() > MAX_SIGNATURES {
            return Err(NoteError::TooManySignatures);
        }
        let signatures = lines.split('\n').map(Line::parse).collect::<Result<_, _>>()?;
        Ok(Self { text, signatures })
    }

    /// Puts a text and a signature over it together. The signature is verified, so that a signer which holds another
    /// key than it says is found out before the note is published.
    ///
    /// # Errors
    /// A text that is no note text (it must end with a newline and have no other control character), or a signature
    /// that is not by this key over this text.
    pub fn assemble(text: String, vkey: &Vkey, signature: [u8; 64]) -> Result<Self, NoteError> {
        check_text(&text)?;
        let line =
            Line { name: vkey.name().to_owned(), id: vkey.id(), signature: signature.to_vec() };
        let note = Self { text, signatures: vec![line] };
        note.verify(vkey)?;
        Ok(note)
    }

    /// The text that the signatures are over, with its last newline.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Verifies that this key signed the text. Lines of other keys are passed over.
    ///
    /// # Errors
    /// No line of this key, two of them, or one that does not verify.
    pub fn verify(&self, vkey: &Vkey) -> Result<(), NoteError> {
        let mut lines =
            self.signatures.iter().filter(|line| line.id == vkey.id() && line.name == vkey.name());
        let line =
            lines.next().ok_or_else(|| NoteError::NotSigned { name: vkey.name().to_owned() })?;
        if lines.next().is_some() {
            return Err(NoteError::SignedTwice { name: vkey.name().to_owned() });
        }
        Ok(vkey.key().verify(self.text.as_bytes(), &line.signature)?)
    }
}

impl Line {
    fn parse(line: &str) -> Result<Self, NoteError> {
        let rest = line.strip_prefix(PREFIX).ok_or(NoteError::SignatureLine)?;
        let (name, encoded) = rest.split_once(' ').ok_or(NoteError::SignatureLine)?;
        check_name(name)?;
        let decoded = STANDARD.decode(encoded).map_err(|_detail| NoteError::SignatureLine)?;
        let (id, signature) = decoded.split_first_chunk().ok_or(NoteError::SignatureLine)?;
        if signature.is_empty() || signature.len() > MAX_SIGNATURE {
            return Err(NoteError::SignatureLine);
        }
        Ok(Self {
            name: name.to_owned(),
            id: u32::from_be_bytes(*id),
            signature: signature.to_vec(),
        })
    }
}

impl fmt::Display for SignedNote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.text)?;
        self.signatures.iter().try_for_each(|line| {
            let mut bytes = line.id.to_be_bytes().to_vec();
            bytes.extend_from_slice(&line.signature);
            writeln!(f, "{PREFIX}{} {}", line.name, STANDARD.encode(bytes))
        })
    }
}

/// Whether a key, and so a log, may have this name.
pub(crate) fn check_name(name: &str) -> Result<(), NoteError> {
    let forbidden = |c: char| c.is_whitespace() || c.is_control() || c == '+';
    if name.is_empty() || name.len() > MAX_NAME || name.contains(forbidden) {
        return Err(NoteError::Name);
    }
    Ok(())
}

fn check_text(text: &str) -> Result<(), NoteError> {
    if text.len() > MAX_TEXT {
        return Err(NoteError::TooLong);
    }
    if !text.ends_with('\n') {
        return Err(NoteError::NoNewline);
    }
    if text.contains(|c: char| c < ' ' && c != '\n') {
        return Err(NoteError::ControlCharacter);
    }
    Ok(())
}

/// Why a note or a verifier key is refused.
///
/// ```
/// use approvals_log::{NoteError, SignedNote, Vkey};
///
/// assert_eq!(SignedNote::parse("only a text\n"), Err(NoteError::NoSignatures));
///
/// // The name of another log before the same key.
/// let copied = "example.com/bar+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
/// assert_eq!(copied.parse::<Vkey>(), Err(NoteError::KeyId));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum NoteError {
    /// The note is longer than any that is read.
    #[error("the note is too long")]
    TooLong,
    /// The text or the note does not end with a newline.
    #[error("the note does not end with a newline")]
    NoNewline,
    /// A control character other than a newline.
    #[error("the note holds a control character")]
    ControlCharacter,
    /// No blank line with signature lines after it.
    #[error("the note has no signature lines")]
    NoSignatures,
    /// More signature lines than are read.
    #[error("the note has more than {MAX_SIGNATURES} signatures")]
    TooManySignatures,
    /// A signature line that is not a dash, a name and base64.
    #[error("a signature line of the note is malformed")]
    SignatureLine,
    /// A name that a key cannot have.
    #[error(
        "a name must have 1 to {MAX_NAME} bytes without spaces, plus signs and control characters"
    )]
    Name,
    /// The line is not `name+id+base64`.
    #[error("a verifier key must look like `name+id+base64`")]
    Vkey,
    /// The key id is not the hash of the name and the key.
    #[error("the key id does not belong to the name and the key: copy the verifier key again")]
    KeyId,
    /// A kind of key that is not read here.
    #[error("key type {found:#04x} is not supported: use an Ed25519 key (type 0x01)")]
    KeyType {
        /// The type byte.
        found: u8,
    },
    /// The bytes of the key are refused.
    #[error("the public key is refused")]
    Key(#[from] KeyError),
    /// No signature by this key.
    #[error("the note is not signed by `{name}` with this key")]
    NotSigned {
        /// The name of the key.
        name: String,
    },
    /// Two signatures by this key, of which one may be false.
    #[error("the note is signed twice by `{name}`")]
    SignedTwice {
        /// The name of the key.
        name: String,
    },
    /// A signature under this key's name and id that is not by it.
    #[error("the signature of the note is refused")]
    Signature(#[from] BadSignature),
}
