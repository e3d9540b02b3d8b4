//! What can be wrong with a ledger's file.

use std::fmt;
use std::path::PathBuf;

use approvals_core::LedgerError;
use approvals_log::NoteError;

pub(crate) type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// How many stretches of damage one check lists; a file with more is as lost.
const MAX_DAMAGES: usize = 100;

/// Events that are not what was signed, or may not be.
///
/// ```
/// # mod approvals { pub use approvals_core::*; pub use approvals_sqlite::*; }
/// # use approvals::{Append, Ledger, LocalSigner, NewEntry};
/// use approvals::{OpenError, SqliteLedger};
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let folder = std::env::temp_dir().join(format!("approvals-doc-damage-{}", std::process::id()));
/// # std::fs::create_dir_all(&folder)?;
/// # let path = folder.join("ledger.db");
/// # let log_key = std::sync::Arc::new(LocalSigner::generate()?);
/// # let ledger = SqliteLedger::open(&path, "example.com/team/test", log_key.clone()).await?;
/// # let entry = NewEntry { bytes: b"{}".to_vec(), attachments: vec![] };
/// # ledger.append(Append { request: None, expected: 0, log_expected: None, entries: vec![entry] }).await?;
/// # ledger.close().await;
/// # rusqlite::Connection::open(&path)?.execute_batch("UPDATE event SET entry = x'5b5d' WHERE idx = 0")?;
/// // Somebody has changed the first event in the file.
/// let opened = SqliteLedger::open(&path, "example.com/team/test", log_key).await;
/// let Err(OpenError::Damaged { damages, .. }) = opened else { panic!("it was opened") };
/// let damage = &damages.as_slice()[0];
/// assert_eq!((damage.first, damage.last), (0, 0));
/// assert_eq!(damage.to_string(), format!("event 0: {}", damage.detail));
/// # std::fs::remove_dir_all(&folder)?;
/// # Ok(()) }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("event {first}{}: {detail}", if .first == .last { String::new() } else { format!(" to {last}") })]
#[non_exhaustive]
pub struct Damage {
    /// The first index that can be affected.
    pub first: u64,
    /// The last index that can be affected; equal to `first` where the event is known.
    pub last: u64,
    /// What does not hold.
    pub detail: String,
}

impl Damage {
    pub(crate) fn at(index: u64, detail: impl Into<String>) -> Self {
        Self::between(index, index, detail)
    }

    pub(crate) fn between(first: u64, last: u64, detail: impl Into<String>) -> Self {
        Self { first, last: last.max(first), detail: detail.into() }
    }
}

impl From<Damage> for LedgerError {
    fn from(Damage { first, last, detail }: Damage) -> Self {
        Self::Damaged { first, last, detail }
    }
}

/// All [`Damage`] that a check found, in the order found: at least one, at most 100.
/// [`Damage`] has an example.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Damages(Vec<Damage>);

impl Damages {
    /// `None` of an empty list.
    pub(crate) fn of(list: Vec<Damage>) -> Option<Self> {
        if list.is_empty() { None } else { Some(Self(list)) }
    }

    /// Each stretch of events that is damaged.
    #[must_use]
    pub fn as_slice(&self) -> &[Damage] {
        &self.0
    }
}

impl From<Damage> for Damages {
    fn from(damage: Damage) -> Self {
        Self(vec![damage])
    }
}

impl fmt::Display for Damages {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.as_slice() {
            [] => f.write_str("nothing"),
            [only] => only.fmt(f),
            [first, rest @ ..] => write!(f, "{first}, and {} more", rest.len()),
        }
    }
}

/// Collects damage without growing beyond a list that somebody can read.
#[derive(Debug, Default)]
pub(crate) struct Found(Vec<Damage>);

impl Found {
    pub(crate) fn add(&mut self, damage: Damage) {
        if self.0.len() < MAX_DAMAGES {
            self.0.push(damage);
        }
    }

    /// Whether something at `from` or later was found.
    pub(crate) fn any_from(&self, from: u64) -> bool {
        self.0.iter().any(|damage| damage.last >= from)
    }

    pub(crate) fn into_list(self) -> Vec<Damage> {
        self.0
    }
}

/// Why a file is not opened as a ledger.
///
/// ```
/// # mod approvals { pub use approvals_core::*; pub use approvals_sqlite::*; }
/// use approvals::{LocalSigner, OpenError, SqliteLedger};
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let folder = std::env::temp_dir().join(format!("approvals-doc-open-{}", std::process::id()));
/// # std::fs::create_dir_all(&folder)?;
/// # let path = folder.join("ledger.db");
/// SqliteLedger::open(&path, "example.com/team/test", LocalSigner::generate()?).await?.close().await;
///
/// // Another key than the log's, such as one that was made anew.
/// let opened = SqliteLedger::open(&path, "example.com/team/test", LocalSigner::generate()?).await;
/// let error = opened.unwrap_err();
/// assert!(matches!(error, OpenError::Key { .. }));
/// assert!(error.to_string().ends_with("give the log key that the ledger was made with"));
/// # std::fs::remove_dir_all(&folder)?;
/// # Ok(()) }
/// ```
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// The file cannot be read or written.
    #[error("`{}` cannot be opened: check that its folder exists and that this user may use both", .path.display())]
    File {
        /// The file that cannot be used.
        path: PathBuf,
        /// What the system or SQLite says.
        source: BoxError,
    },
    /// A file of another kind.
    #[error("`{}` is not a ledger ({detail}): choose another path", .path.display())]
    NotALedger {
        /// The file that is no ledger.
        path: PathBuf,
        /// How it differs from a ledger.
        detail: String,
    },
    /// A file of another version.
    #[error(
        "`{}` is a ledger of format version {found}, and this program knows version {known}: use the program that wrote it, or a newer one",
        .path.display()
    )]
    Version {
        /// The file of that version.
        path: PathBuf,
        /// The format version of the file.
        found: i32,
        /// The format version that this program knows.
        known: i32,
    },
    /// The ledger of another log.
    #[error("`{}` is the ledger of `{found}`, not of `{given}`: open it as `{found}`, or choose another path", .path.display())]
    Origin {
        /// The ledger of the other log.
        path: PathBuf,
        /// The origin in the file.
        found: String,
        /// The origin that was asked for.
        given: String,
    },
    /// A ledger that another key signs.
    #[error("`{}` is signed by the key `{found}`, not by `{given}`: give the log key that the ledger was made with", .path.display())]
    Key {
        /// The ledger that another key signs.
        path: PathBuf,
        /// The verifier key in the file.
        found: String,
        /// The verifier key that was given.
        given: String,
    },
    /// The origin cannot name a log.
    #[error("`{}` cannot name a log: choose an origin such as `example.com/team/prod`", .origin.escape_debug())]
    Name {
        /// The origin that was given.
        origin: String,
        /// What is wrong with it.
        source: NoteError,
    },
    /// What is stored is not what was signed. Nothing was changed.
    #[error("`{}` is damaged and was not opened, {damages}: keep it as evidence, and continue from a copy that verifies", .path.display())]
    Damaged {
        /// The damaged file, which is unchanged.
        path: PathBuf,
        /// What does not hold.
        damages: Damages,
    },
    /// A whole ledger, but not the one that was seen before: rolled back, or forked.
    #[error("`{}` was not opened, since it does not continue what was seen before: keep it as evidence, and look for the newest copy", .path.display())]
    Seen {
        /// The ledger that was rolled back or forked.
        path: PathBuf,
        /// How it differs.
        source: approvals_log::VerifyError,
    },
    /// The log key did not sign the first head.
    #[error("the log key did not sign the head of a new ledger")]
    Sign(#[source] BoxError),
    /// The system gave no thread.
    #[error("the threads of the ledger could not be started")]
    Thread(#[source] BoxError),
}

/// Why a ledger's file does not verify.
///
/// ```
/// # mod approvals { pub use approvals_core::*; pub use approvals_log as log; pub use approvals_sqlite::*; }
/// use approvals::log::Vkey;
/// use approvals::{LocalSigner, Signer, SqliteLedger};
/// use approvals_sqlite::{VerifyError, verify};
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let folder = std::env::temp_dir().join(format!("approvals-doc-verify-{}", std::process::id()));
/// # std::fs::create_dir_all(&folder)?;
/// # let path = folder.join("ledger.db");
/// SqliteLedger::open(&path, "example.com/team/test", LocalSigner::generate()?).await?.close().await;
///
/// // The key that the auditor was told of is not the one in the file.
/// let trusted = Vkey::new("example.com/team/test", LocalSigner::generate()?.public_key())?;
/// assert!(matches!(verify(&path, Some(&trusted), &[]), Err(VerifyError::Key { .. })));
/// # std::fs::remove_dir_all(&folder)?;
/// # Ok(()) }
/// ```
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum VerifyError {
    /// The file is not a ledger that can be read.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The ledger is signed by a key that is not the trusted one.
    #[error("the ledger is signed by the key `{found}`, and the trusted key is `{trusted}`")]
    Key {
        /// The verifier key in the file.
        found: String,
        /// The one that was given as trusted.
        trusted: String,
    },
    /// Events are not what was signed.
    #[error("the ledger is damaged: {0}")]
    Damaged(Damages),
    /// The ledger is whole, but not the one that was seen before: rolled back, or forked.
    #[error("the ledger does not continue what was seen before")]
    Seen(#[source] approvals_log::VerifyError),
    /// The file could not be read to its end.
    #[error("the ledger could not be read to its end: try again")]
    Read(#[source] BoxError),
}
