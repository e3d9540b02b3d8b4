//! What a log is held against: a key and checkpoints from elsewhere.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use approvals_core::private::open_regular;
use approvals_log::{Checkpoint, CheckpointError, NoteError, SignedNote, Vkey};

use crate::error::Error;

/// No note is longer.
const MAX_FILE: u64 = 4 << 20;

/// The verifier key that was given: the line itself, or the path of a file with it.
pub(crate) fn vkey(given: &Path) -> Result<Vkey, Error> {
    let invalid = |source| Error::Vkey { given: given.to_owned(), source };
    let refused = match given.to_str().ok_or(NoteError::Vkey).and_then(str::parse) {
        Ok(vkey) => return Ok(vkey),
        Err(refused) => refused,
    };
    match read(given) {
        Ok(text) => text.trim_end_matches(['\n', '\r']).parse().map_err(invalid),
        Err(Error::File { source, .. }) if source.kind() == io::ErrorKind::NotFound => {
            Err(invalid(refused))
        }
        Err(unreadable) => Err(unreadable),
    }
}

/// The checkpoints in these files, if the log's key signed them.
pub(crate) fn seen(paths: &[PathBuf], vkey: &Vkey) -> Result<Vec<Checkpoint>, Error> {
    paths.iter().map(|path| checkpoint(path, vkey)).collect()
}

/// The checkpoint in this file, if the log's key signed it.
pub(crate) fn checkpoint(path: &Path, vkey: &Vkey) -> Result<Checkpoint, Error> {
    let note = |source: CheckpointError| Error::Note { path: path.to_owned(), source };
    let parsed = SignedNote::parse(&read(path)?).map_err(|error| note(error.into()))?;
    Checkpoint::parse_text(parsed.text()).map_err(note)?;
    Checkpoint::open(&parsed, vkey)
        .map_err(|source| Error::NotSeen { path: path.to_owned(), source })
}

/// A small text file.
pub(crate) fn read(path: &Path) -> Result<String, Error> {
    let failed = |source| Error::File { path: path.to_owned(), source };
    text(path, open_regular(path).map_err(failed)?)
}

/// The text of a small file that was opened.
pub(crate) fn text(path: &Path, file: File) -> Result<String, Error> {
    let failed = |source| Error::File { path: path.to_owned(), source };
    let mut text = String::new();
    let length = file.take(MAX_FILE).read_to_string(&mut text).map_err(failed)?;
    if u64::try_from(length).is_ok_and(|length| length < MAX_FILE) {
        return Ok(text);
    }
    Err(failed(io::Error::new(io::ErrorKind::FileTooLarge, "the file is too large")))
}
