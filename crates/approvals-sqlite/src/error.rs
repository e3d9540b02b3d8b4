//! What can be wrong with a ledger's file.

use std::fmt;
use std::path::PathBuf;

use approvals_core::LedgerError;
use approvals_log::NoteError;

pub(crate) type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// How many stretches of damage one check lists; a file with more is as lost.
const MAX_DAMAGES: usize = 100;

/// Events that are not what was signed, or may not be.
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
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Damages(Vec<Damage>);

impl Damages {
    /// `None` of an empty list.
    pub(crate) fn of(list: Vec<Damage>) -> Option<Self> {
        if list.is_empty() { None } else { Some(Self(list)) }
    }

    /// The stretches.
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
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// The file cannot be read or written.
    #[error("`{}` cannot be opened: check that its folder exists and that this user may use both", .path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system or SQLite says.
        source: BoxError,
    },
    /// A file of another kind.
    #[error("`{}` is not a ledger ({detail}): choose another path", .path.display())]
    NotALedger {
        /// The file.
        path: PathBuf,
        /// What is different.
        detail: String,
    },
    /// A file of another version.
    #[error(
        "`{}` is a ledger of format version {found}, and this program knows version {known}: use the program that wrote it, or a newer one",
        .path.display()
    )]
    Version {
        /// The file.
        path: PathBuf,
        /// Its version.
        found: i32,
        /// The version that is known here.
        known: i32,
    },
    /// The ledger of another log.
    #[error("`{}` is the ledger of `{found}`, not of `{given}`: open it as `{found}`, or choose another path", .path.display())]
    Origin {
        /// The file.
        path: PathBuf,
        /// The origin in the file.
        found: String,
        /// The origin that was asked for.
        given: String,
    },
    /// A ledger that another key signs.
    #[error("`{}` is signed by the key `{found}`, not by `{given}`: give the log key that the ledger was made with", .path.display())]
    Key {
        /// The file.
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
        /// The file.
        path: PathBuf,
        /// What does not hold.
        damages: Damages,
    },
    /// A whole ledger, but not the one that was seen before: rolled back, or forked.
    #[error("`{}` was not opened, since it does not continue what was seen before: keep it as evidence, and look for the newest copy", .path.display())]
    Seen {
        /// The file.
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
