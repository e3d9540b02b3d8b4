//! The file as evidence: read without any key, changed by nothing.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use approvals_core::{Append, Appended, Entry, Ledger, LedgerError, RequestId, SignedHead};
use approvals_log::{Checkpoint, Vkey};
use async_trait::async_trait;
use rusqlite::Connection;

use crate::connect::{self, Stamp};
use crate::error::{OpenError, VerifyError};
use crate::open;
use crate::read::{self, unavailable};
use crate::scan::{Scan, ScanError};

/// The log in a ledger's file, for auditors: no key, no write, no lock that a writer would notice.
///
/// It may be read while ledgers append to it. If the file has no `-wal` beside it, nobody has it open; it is
/// then read without creating anything, on a read-only medium too. To copy a ledger that is open, or that a
/// crash left behind, copy its `-wal` file with it, into a folder that may be written.
///
/// As a [`Ledger`] it refuses to append, and answers the rest on the calling thread, reading the disk: it is
/// meant for programs that do one thing, not for servers.
///
/// What [`verify`](Self::verify) cannot show is in the documentation of the [crate](crate).
///
/// ```
/// # mod approvals { pub use approvals_core::*; pub use approvals_sqlite::*; }
/// use approvals::{Append, Event, Keyring, Ledger, SqliteLedger};
/// use approvals_sqlite::SqliteLog;
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let folder = std::env::temp_dir().join(format!("approvals-doc-log-{}", std::process::id()));
/// # std::fs::create_dir_all(&folder)?;
/// # let path = folder.join("ledger.db");
/// # let keys = Keyring::generate()?;
/// # let ledger = SqliteLedger::open(&path, "example.com/team/test", keys.log).await?;
/// # let bytes = br#"{"at":0,"request":"0199b3c5-6f00-7000-8000-000000000000","v":1,"what":{"closed":{"cause":"expired"}}}"#.to_vec();
/// # let request = Event::parse(&bytes)?.request;
/// # let entry = approvals::NewEntry { bytes, attachments: vec![] };
/// # ledger.append(Append { request, expected: 0, log_expected: None, entries: vec![entry] }).await?;
/// let log = SqliteLog::open_read_only(&path)?;
/// assert_eq!(log.origin(), "example.com/team/test");
/// log.verify(None, &[])?;
/// for entry in log.events(0) {
///     let event = Event::parse(&entry?.bytes)?;
///     assert!(event.request.is_some());
/// }
/// # ledger.close().await;
/// # std::fs::remove_dir_all(&folder)?;
/// # Ok(()) }
/// ```
#[derive(Debug)]
pub struct SqliteLog {
    path: PathBuf,
    vkey: Vkey,
    conn: Mutex<Connection>,
    /// How the file looked, if it is read without locks.
    stamp: Option<Stamp>,
}

/// What [`verify`] found to hold; it has an example.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Report {
    /// The key that signed the log: the trusted one, or else only what the file itself says.
    pub vkey: Vkey,
    /// The newest head. Its events are all events, and have its root.
    pub head: SignedHead,
    /// How many stored checkpoints are signed, and agree with the events.
    pub checkpoints: u64,
    /// How many of the heads that were seen before were met, the empty one not counted.
    pub confirmed: u64,
    /// How many events are not JSON objects: under which request they are stored was not compared.
    pub opaque: u64,
}

/// Verifies the ledger at `path`: see [`SqliteLog::verify`].
///
/// ```
/// # mod approvals { pub use approvals_core::*; pub use approvals_sqlite::*; }
/// use approvals::{Append, Ledger, LocalSigner, NewEntry, SqliteLedger};
/// use approvals_sqlite::verify;
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let folder = std::env::temp_dir().join(format!("approvals-doc-report-{}", std::process::id()));
/// # std::fs::create_dir_all(&folder)?;
/// # let path = folder.join("ledger.db");
/// # let ledger = SqliteLedger::open(&path, "example.com/team/test", LocalSigner::generate()?).await?;
/// # let entry = NewEntry { bytes: b"{}".to_vec(), attachments: vec![] };
/// // Kept elsewhere: the log's key, and a head from some time ago.
/// let vkey = ledger.vkey().clone();
/// let append = Append { request: None, expected: 0, log_expected: None, entries: vec![entry] };
/// let receipt = ledger.append(append).await?.head.checkpoint;
///
/// let report = verify(&path, Some(&vkey), &[receipt])?;
/// assert_eq!((report.head.checkpoint.size(), report.confirmed), (1, 1));
/// # ledger.close().await;
/// # std::fs::remove_dir_all(&folder)?;
/// # Ok(()) }
/// ```
///
/// # Errors
/// See [`VerifyError`].
pub fn verify(
    path: impl AsRef<Path>,
    trusted: Option<&Vkey>,
    seen: &[Checkpoint],
) -> Result<Report, VerifyError> {
    SqliteLog::open_read_only(path)?.verify(trusted, seen)
}

impl SqliteLog {
    /// Opens the file of a ledger for reading, and reads which log it is. Nothing is verified yet.
    ///
    /// # Errors
    /// No such file, or not a ledger of this version.
    pub fn open_read_only(path: impl AsRef<Path>) -> Result<Self, OpenError> {
        let path = std::path::absolute(&path).map_err(|error| open::file(path.as_ref(), error))?;
        let (conn, stamp) = connect::auditor(&path).map_err(|error| open::file(&path, error))?;
        let vkey = open::identity(&conn, &path)?;
        Ok(Self { path, vkey, conn: Mutex::new(conn), stamp })
    }

    /// The name of the log, as the file says.
    #[must_use]
    pub fn origin(&self) -> &str {
        self.vkey.name()
    }

    /// The key that signs it, as the file says. Whoever can replace the file can replace the key.
    #[must_use]
    pub fn vkey(&self) -> &Vkey {
        &self.vkey
    }

    /// The newest signed head.
    pub fn newest(&self) -> Result<SignedHead, LedgerError> {
        self.read(|conn| read::head(conn, &self.vkey))
    }

    /// Up to `limit` stored heads, from size `from` on, each with its signature verified.
    pub fn checkpoints(&self, from: u64, limit: usize) -> Result<Vec<SignedHead>, LedgerError> {
        self.read(|conn| read::checkpoints(conn, &self.vkey, from, limit))
    }

    /// All events from index `from` on, with their attachments, read a page at a time. It ends at the first
    /// error.
    pub fn events(&self, from: u64) -> impl Iterator<Item = Result<Entry, LedgerError>> {
        const PAGE: usize = 32;
        let mut next = Some(from);
        let pages = std::iter::from_fn(move || {
            let start = next?;
            let (page, after) = match self.read(|conn| read::entries(conn, start, PAGE)) {
                Ok(page) if page.is_empty() => return None,
                Ok(page) => {
                    let after = page.last().and_then(|entry| entry.index.checked_add(1));
                    (page.into_iter().map(Ok).collect::<Vec<_>>(), after)
                }
                Err(error) => (vec![Err(error)], None),
            };
            next = after;
            Some(page)
        });
        pages.flatten()
    }

    /// Verifies everything in the file that hashes and signatures cover.
    ///
    /// Every event is hashed anew; the tree must have the root of the newest head and of every stored
    /// checkpoint, each signed by the log's key; rows and indexes must say what the events themselves say; and
    /// the heads `seen` before must be met on the way. `trusted` is the log's key from a source other than
    /// the file. Without it a report means only that the file agrees with itself.
    ///
    /// # Errors
    /// See [`VerifyError`]; damage comes with the events affected.
    pub fn verify(
        &self,
        trusted: Option<&Vkey>,
        seen: &[Checkpoint],
    ) -> Result<Report, VerifyError> {
        if let Some(trusted) = trusted.filter(|trusted| **trusted != self.vkey) {
            let (found, trusted) = (self.vkey.to_string(), trusted.to_string());
            return Err(VerifyError::Key { found, trusted });
        }
        let scan = Scan { vkey: &self.vkey, seen, thorough: true, streams: false };
        let scanned = scan.run(&self.conn.lock().unwrap_or_else(PoisonError::into_inner));
        self.unchanged().map_err(|reason| VerifyError::Read(reason.into()))?;
        let scanned = scanned.map_err(|error| match error {
            ScanError::Damaged(damages) => VerifyError::Damaged(damages),
            ScanError::Seen(source) => VerifyError::Seen(source),
            ScanError::Store(error) => VerifyError::Read(error.into()),
        })?;
        Ok(Report {
            vkey: self.vkey.clone(),
            head: scanned.head.signed,
            checkpoints: scanned.checkpoints,
            confirmed: scanned.confirmed,
            opaque: scanned.opaque,
        })
    }

    fn read<T>(
        &self,
        question: impl FnOnce(&Connection) -> Result<T, LedgerError>,
    ) -> Result<T, LedgerError> {
        let answer = question(&self.conn.lock().unwrap_or_else(PoisonError::into_inner));
        self.unchanged().map_err(unavailable)?;
        answer
    }

    /// A file that is read without locks must not have been written meanwhile: the answer may be a mixture.
    fn unchanged(&self) -> Result<(), &'static str> {
        match &self.stamp {
            Some(stamp) if !stamp.still_holds(&self.path) => {
                Err("a ledger opened the file while it was read: open it again")
            }
            _ => Ok(()),
        }
    }
}

#[async_trait]
impl Ledger for SqliteLog {
    async fn append(&self, _: Append) -> Result<Appended, LedgerError> {
        Err(unavailable("the log was opened for reading only"))
    }

    async fn history(&self, of: Option<RequestId>) -> Result<Vec<Entry>, LedgerError> {
        self.read(|conn| read::history(conn, of, |_event| Ok(())))
    }

    async fn entries(&self, from: u64, limit: usize) -> Result<Vec<Entry>, LedgerError> {
        self.read(|conn| read::entries(conn, from, limit))
    }

    async fn head(&self) -> Result<SignedHead, LedgerError> {
        self.newest()
    }
}
