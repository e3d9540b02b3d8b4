//! The ledger that gates use: appends go to the writer, questions to the readers.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use approvals_core::{
    Append, Appended, Entry, Ledger, LedgerError, MAX_ATTACHMENT, RequestId, SignedHead, Signer,
};
use approvals_log::{Checkpoint, MAX_ENTRY, Vkey};
use async_trait::async_trait;
use tokio::sync::oneshot;

use crate::answer;
use crate::error::OpenError;
use crate::event::{names, request_column};
use crate::open::file;
use crate::read::unavailable;
use crate::threads::Threads;
use crate::writer::Job;

/// A [`Ledger`] in one SQLite file.
///
/// Several ledgers, in one process or in many on one host, may have the same file open; it must not be on a
/// network file system. Each append is on the disk when it is answered. Appends that wait at the same time
/// share one transaction, one flush and one signature.
///
/// An entry that is a JSON object must name its request in its member `request`, as events do, or have none
/// if it is the log's own: then a changed request column is found. Other bytes are stored as they are.
///
/// What is read is held against what the signed heads cover, so that rows which somebody else put into the
/// file, changed or removed while it is open are an error and never an answer. For that a ledger keeps about
/// 100 bytes of memory for each request that the log has, and three for each event. [`entries`](Ledger::entries)
/// reads, besides those asked for, up to 62 events around them. Attachments are given out as they are stored.
///
/// After an error of the disk the file is opened and checked anew before the next append. Dropping the ledger
/// lets what was queued finish in the background; [`close`](Self::close) waits for it.
///
/// ```
/// # mod approvals { pub use approvals_core::*; pub use approvals_sqlite::*; }
/// use approvals::{Append, Ledger, LocalSigner, NewEntry, SqliteLedger};
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let folder = std::env::temp_dir().join(format!("approvals-doc-{}", std::process::id()));
/// # std::fs::create_dir_all(&folder)?;
/// # let path = folder.join("ledger.db");
/// let log_key = LocalSigner::generate()?;
/// let ledger = SqliteLedger::open(&path, "example.com/team/test", log_key).await?;
/// let entry = NewEntry { bytes: b"{}".to_vec(), attachments: vec![] };
/// let appended = ledger.append(Append { request: None, expected: 0, log_expected: None, entries: vec![entry] }).await?;
/// assert_eq!(appended.head.checkpoint.size(), 1);
/// ledger.close().await;
///
/// let report = approvals_sqlite::verify(&path, None, &[appended.head.checkpoint])?;
/// assert_eq!((report.head.checkpoint.size(), report.confirmed), (1, 1));
/// # std::fs::remove_dir_all(&folder)?;
/// # Ok(()) }
/// ```
pub struct SqliteLedger {
    path: PathBuf,
    vkey: Vkey,
    threads: Threads,
}

impl SqliteLedger {
    /// Opens the ledger at `path`, or makes one, readable by its owner only.
    ///
    /// All events are read and hashed before this returns (a few seconds for a million), and must be those
    /// that the newest head was signed over.
    ///
    /// # Errors
    /// See [`OpenError`]: nothing is repaired, and nothing is changed in a file that is refused.
    pub async fn open(
        path: impl AsRef<Path>,
        origin: &str,
        log_key: impl Signer + 'static,
    ) -> Result<Self, OpenError> {
        Self::open_after(path, origin, log_key, &[]).await
    }

    /// As [`open`](Self::open), and the ledger must go on from the heads that were `seen` before.
    ///
    /// A file alone cannot show that its newest events were removed, and what was used up would be unused
    /// again. Whoever keeps the last head elsewhere can tell.
    pub async fn open_after(
        path: impl AsRef<Path>,
        origin: &str,
        log_key: impl Signer + 'static,
        seen: &[Checkpoint],
    ) -> Result<Self, OpenError> {
        let named = Vkey::new(origin, log_key.public_key());
        let vkey = named.map_err(|source| OpenError::Name { origin: origin.to_owned(), source })?;
        // An absolute path is never taken for a URI or for SQLite's special names.
        let path = std::path::absolute(&path).map_err(|error| file(path.as_ref(), error))?;

        let threads = Threads::start(&path, vkey.clone(), Arc::new(log_key), seen).await?;
        Ok(Self { path, vkey, threads })
    }

    /// The key that verifies the heads, with the name of the log.
    #[must_use]
    pub fn vkey(&self) -> &Vkey {
        &self.vkey
    }

    /// Stores what is queued, closes the file, and waits for both. The file is then complete by itself,
    /// unless others have it open too.
    pub async fn close(self) {
        self.threads.join().await;
    }
}

impl fmt::Debug for SqliteLedger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteLedger")
            .field("path", &self.path)
            .field("vkey", &self.vkey)
            .finish_non_exhaustive()
    }
}

#[async_trait]
impl Ledger for SqliteLedger {
    async fn append(&self, append: Append) -> Result<Appended, LedgerError> {
        check(&append)?;
        let (answer, answered) = oneshot::channel();
        let job = Job { append, answer };
        self.threads
            .appends
            .send(job)
            .await
            .map_err(|_gone| unavailable("the ledger's writer has stopped"))?;
        answered.await.unwrap_or_else(|gone| Err(LedgerError::Unknown(gone.into())))
    }

    async fn history(&self, of: Option<RequestId>) -> Result<Vec<Entry>, LedgerError> {
        let known = self.threads.known.clone();
        self.threads.questions.ask(move |conn| answer::history(conn, &known, of)).await
    }

    async fn entries(&self, from: u64, limit: usize) -> Result<Vec<Entry>, LedgerError> {
        let known = self.threads.known.clone();
        self.threads.questions.ask(move |conn| answer::entries(conn, &known, from, limit)).await
    }

    async fn head(&self) -> Result<SignedHead, LedgerError> {
        let known = self.threads.known.clone();
        self.threads.questions.ask(move |conn| answer::head(conn, &known)).await
    }
}

/// What can be refused without asking the file.
fn check(append: &Append) -> Result<(), LedgerError> {
    if append.entries.is_empty() {
        return Err(unavailable("an append must have at least one entry"));
    }
    let request = request_column(append.request);
    let fits = |size, limit| {
        if size <= limit { Ok(()) } else { Err(LedgerError::TooLarge { size, limit }) }
    };
    append.entries.iter().try_for_each(|entry| {
        fits(entry.bytes.len(), MAX_ENTRY)?;
        entry.attachments.iter().try_for_each(|beside| fits(beside.bytes.len(), MAX_ATTACHMENT))?;
        if !names(&entry.bytes).agrees_with(&request) {
            return Err(unavailable("an event must be appended to the request that it names"));
        }
        Ok(())
    })
}
