//! A ledger's file, read and verified in one go.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use approvals_core::{Digest, Entry, Ledger as _, RequestId, Trail};
use approvals_log::{Checkpoint, Frontier, Vkey, leaf_hash};
use approvals_sqlite::{Report, SqliteLog};

use crate::args::Which;
use crate::error::Error;
use crate::progress::Progress;

/// Where the ledger is unless said otherwise.
pub(crate) const DEFAULT: &str = "approvals.db";

/// A ledger, opened for reading.
#[derive(Debug)]
pub(crate) struct Ledger {
    path: PathBuf,
    log: SqliteLog,
}

/// A ledger of which everything holds.
#[derive(Debug)]
pub(crate) struct Verified {
    /// Of hashes, heads and the file.
    pub(crate) report: Report,
    /// Of what the events say.
    pub(crate) trail: Trail,
}

impl Which {
    /// Opens the one that is meant.
    pub(crate) fn open(&self) -> Result<Ledger, Error> {
        let path = self.path();
        let is_meant = self.file.is_some() || self.ledger.is_some();
        if is_meant || path.exists() { Ledger::open(&path) } else { Err(Error::NoDefault) }
    }

    pub(crate) fn path(&self) -> PathBuf {
        let given = self.file.as_deref().or(self.ledger.as_deref());
        given.unwrap_or(Path::new(DEFAULT)).to_owned()
    }
}

impl Ledger {
    pub(crate) fn open(path: &Path) -> Result<Self, Error> {
        if !path.exists() {
            return Err(Error::Missing(path.to_owned()));
        }
        let log = SqliteLog::open_read_only(path);
        let log = log.map_err(|source| Error::opening(path, source))?;
        Ok(Self { path: path.to_owned(), log })
    }

    pub(crate) fn log(&self) -> &SqliteLog {
        &self.log
    }

    /// Verifies everything, and hands out the head and each entry under it, in order.
    ///
    /// The entries are read a second time; that they are still those under the verified head is checked
    /// before this returns `Ok`, so only then is what was handed out to be believed.
    pub(crate) fn verify(
        &self,
        trusted: Option<&Vkey>,
        seen: &[Checkpoint],
        progress: &mut Progress<'_>,
        each: impl FnMut(&Checkpoint, Entry) -> Result<(), Error>,
    ) -> Result<Verified, Error> {
        progress.begin(self.log.newest().map_or(0, |head| head.checkpoint.size()));
        let verified = self.read_all(trusted, seen, progress, each);
        progress.end();
        verified
    }

    fn read_all(
        &self,
        trusted: Option<&Vkey>,
        seen: &[Checkpoint],
        progress: &mut Progress<'_>,
        mut each: impl FnMut(&Checkpoint, Entry) -> Result<(), Error>,
    ) -> Result<Verified, Error> {
        let path = || self.path.clone();
        let report = self
            .log
            .verify(trusted, seen)
            .map_err(|source| Error::Verify { path: path(), source })?;
        let head = &report.head.checkpoint;
        let (mut trail, mut tree) = (Trail::new(self.log.origin()), Frontier::new());
        // What was appended since is not under the head.
        for entry in self.log.events(0).take(usize::try_from(head.size()).unwrap_or(usize::MAX)) {
            let entry = entry.map_err(|source| Error::Ledger { path: path(), source })?;
            trail.read(&entry).map_err(|source| Error::Trail { path: path(), source })?;
            tree.push(leaf_hash(&entry.bytes));
            each(head, entry)?;
            progress.reached(tree.size());
        }
        if tree.size() != head.size() || tree.root() != head.root() {
            return Err(Error::Changed(path()));
        }
        Ok(Verified { report, trail })
    }

    /// The entries of one request, or of the log itself; each is checked against its own hash only.
    pub(crate) fn history(&self, of: Option<RequestId>) -> Result<Vec<Entry>, Error> {
        let failed = |source| Error::Ledger { path: self.path.clone(), source };
        // Nothing is awaited in there: the file is read on this thread.
        let runtime = tokio::runtime::Builder::new_current_thread().build();
        let runtime = runtime
            .map_err(|error| failed(approvals_core::LedgerError::Unavailable(error.into())))?;
        runtime.block_on(self.log.history(of)).map_err(failed)
    }
}

/// The one request whose id begins like this.
pub(crate) fn choose(given: &str, ids: &BTreeSet<RequestId>) -> Result<RequestId, Error> {
    let given = given.to_ascii_lowercase();
    let found: Vec<&RequestId> =
        ids.iter().filter(|id| id.to_string().starts_with(&given)).collect();
    match found.as_slice() {
        [] => Err(Error::NoRequest(given)),
        [id] => Ok(**id),
        [..] => {
            let first = found.iter().take(3).map(ToString::to_string).collect();
            Err(Error::Ambiguous { given, count: found.len(), first })
        }
    }
}

/// The bytes beside `entry` that have this digest.
pub(crate) fn beside(entry: &Entry, digest: Digest) -> Option<&[u8]> {
    entry.attachments.iter().find(|one| one.digest == digest).map(|one| one.bytes.as_slice())
}
