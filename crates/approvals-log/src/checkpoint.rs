//! Checkpoints of C2SP `tlog-checkpoint` v1.0.0: a log's origin, size and root in three lines.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use thiserror::Error;

use crate::merkle::Hash;
use crate::note::{NoteError, SignedNote, check_name};
use crate::vkey::Vkey;

/// The head of a log: so many entries, with this root.
///
/// Made by [`open`](Self::open), it is what the log's key signed; made by [`parse_text`](Self::parse_text), it is only
/// what somebody wrote.
///
/// ```
/// use approvals_log::{Checkpoint, root_of};
///
/// let empty = Checkpoint::new("example.com/log", 0, root_of([]))?;
/// assert_eq!(empty.to_text(), "example.com/log\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n");
/// # Ok::<(), approvals_log::NoteError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    origin: String,
    size: u64,
    root: Hash,
}

impl Checkpoint {
    /// The head of the log `origin` with `size` entries.
    ///
    /// # Errors
    /// An origin that is not the name of a key could be: empty, too long, or with a space, a plus or a control character.
    pub fn new(origin: &str, size: u64, root: Hash) -> Result<Self, NoteError> {
        check_name(origin)?;
        Ok(Self { origin: origin.to_owned(), size, root })
    }

    /// Verifies the signature of the log's key, then reads the text.
    ///
    /// # Errors
    /// A note that this key did not sign, a text that is no checkpoint, or one of another log.
    pub fn open(note: &SignedNote, vkey: &Vkey) -> Result<Self, CheckpointError> {
        note.verify(vkey)?;
        let checkpoint = Self::parse_text(note.text())?;
        if checkpoint.origin != vkey.name() {
            return Err(CheckpointError::OtherLog {
                found: checkpoint.origin,
                expected: vkey.name().to_owned(),
            });
        }
        Ok(checkpoint)
    }

    /// Reads the three lines of a checkpoint, without any signature.
    ///
    /// # Errors
    /// More or fewer lines (extension lines are not read, as nothing here would check them), an origin that is no name,
    /// a size with leading zeros or beyond 64 bits, or a root that is not 32 bytes in base64.
    pub fn parse_text(text: &str) -> Result<Self, CheckpointError> {
        let body = text.strip_suffix('\n').ok_or(CheckpointError::Lines)?;
        let mut lines = body.split('\n');
        let (Some(origin), Some(size), Some(root), None) =
            (lines.next(), lines.next(), lines.next(), lines.next())
        else {
            return Err(CheckpointError::Lines);
        };
        let root = STANDARD.decode(root).map_err(|_detail| CheckpointError::Root)?;
        let root = root.try_into().map_err(|_wrong_length| CheckpointError::Root)?;
        Ok(Self::new(origin, parse_size(size)?, root)?)
    }

    /// The text that the log's key signs.
    #[must_use]
    pub fn to_text(&self) -> String {
        format!("{}\n{}\n{}\n", self.origin, self.size, STANDARD.encode(self.root))
    }

    /// The name of the log.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// How many entries the log has.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The root of the tree of that size.
    #[must_use]
    pub fn root(&self) -> Hash {
        self.root
    }
}

fn parse_size(line: &str) -> Result<u64, CheckpointError> {
    let size: u64 = line.parse().map_err(|_detail| CheckpointError::Size)?;
    // One spelling only: no sign, no leading zero.
    if size.to_string() == line { Ok(size) } else { Err(CheckpointError::Size) }
}

/// Why a note is not a checkpoint of the log.
///
/// ```
/// use approvals_log::{Checkpoint, CheckpointError};
///
/// assert_eq!(Checkpoint::parse_text("example.com/log\n7\n"), Err(CheckpointError::Lines));
/// let padded = "example.com/log\n07\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n";
/// assert_eq!(Checkpoint::parse_text(padded), Err(CheckpointError::Size));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum CheckpointError {
    /// The signature, or the origin as a name.
    #[error("the checkpoint is refused")]
    Note(#[from] NoteError),
    /// Not three lines.
    #[error("a checkpoint has exactly three lines: origin, size and root")]
    Lines,
    /// Not a plain decimal number of 64 bits.
    #[error("the size of the checkpoint is not a plain decimal number")]
    Size,
    /// Not 32 bytes in base64.
    #[error("the root of the checkpoint is not 32 bytes in base64")]
    Root,
    /// Signed by this key, but the head of another log.
    #[error("the checkpoint is of the log `{found}`, not of `{expected}`")]
    OtherLog {
        /// The origin in the text.
        found: String,
        /// The name of the key.
        expected: String,
    },
}
