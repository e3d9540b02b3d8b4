//! The append-only store of events: the only source of truth.

use std::fmt;
use std::sync::Arc;

use approvals_log::Checkpoint;
use async_trait::async_trait;

use crate::action::digest::Digest;
use crate::action::id::RequestId;

/// Stores events in order, under a signed Merkle tree.
///
/// Duties: give every entry the next index; keep one tree over all entries (RFC 6962) and sign a
/// checkpoint over it, in the same transaction as the entries.
///
/// Contract of [`append`](Self::append):
/// - *Compare*: it happens only if the request still has exactly `expected` entries, and the log itself
///   `log_expected` if that is given, otherwise [`LedgerError::Conflict`] and nothing is stored. This
///   comparison is what makes a grant single-use, and a stop effective at once.
/// - *Atomic and durable*: when it returns `Ok`, all entries survive a crash; on `Err` other than
///   [`LedgerError::Unknown`], none was stored.
/// - *Cancellation*: dropping the future leaves it undecided whether the entries were stored; read again.
/// - *Ordering*: entries of one append have consecutive indices; an append that began after another
///   returned has higher ones.
///
/// Reads see every append that has returned, from any process.
///
/// A complete implementation that stores in memory is
/// [`MemoryLedger`](crate::MemoryLedger); this one wraps another and refuses to write:
///
/// ```
/// # use approvals_core as approvals;
/// use approvals::{Append, Appended, Entry, Ledger, LedgerError, RequestId, SignedHead};
/// use async_trait::async_trait;
///
/// #[derive(Debug)]
/// struct ReadOnly<L>(L);
///
/// #[async_trait]
/// impl<L: Ledger> Ledger for ReadOnly<L> {
///     async fn append(&self, _: Append) -> Result<Appended, LedgerError> {
///         Err(LedgerError::Unavailable("this ledger is read-only".into()))
///     }
///     async fn history(&self, of: Option<RequestId>) -> Result<Vec<Entry>, LedgerError> {
///         self.0.history(of).await
///     }
///     async fn entries(&self, from: u64, limit: usize) -> Result<Vec<Entry>, LedgerError> {
///         self.0.entries(from, limit).await
///     }
///     async fn head(&self) -> Result<SignedHead, LedgerError> {
///         self.0.head().await
///     }
/// }
/// ```
#[async_trait]
pub trait Ledger: fmt::Debug + Send + Sync {
    /// Stores all entries of `append`, or none.
    async fn append(&self, append: Append) -> Result<Appended, LedgerError>;

    /// All entries of one request, or (`None`) of the log itself, oldest first; empty if there are none.
    async fn history(&self, of: Option<RequestId>) -> Result<Vec<Entry>, LedgerError>;

    /// Up to `limit` entries of the whole log, from index `from` on.
    async fn entries(&self, from: u64, limit: usize) -> Result<Vec<Entry>, LedgerError>;

    /// The newest signed tree head.
    async fn head(&self) -> Result<SignedHead, LedgerError>;
}

/// A shared ledger is a ledger.
#[async_trait]
impl<L: Ledger + ?Sized> Ledger for Arc<L> {
    async fn append(&self, append: Append) -> Result<Appended, LedgerError> {
        (**self).append(append).await
    }

    async fn history(&self, of: Option<RequestId>) -> Result<Vec<Entry>, LedgerError> {
        (**self).history(of).await
    }

    async fn entries(&self, from: u64, limit: usize) -> Result<Vec<Entry>, LedgerError> {
        (**self).entries(from, limit).await
    }

    async fn head(&self) -> Result<SignedHead, LedgerError> {
        (**self).head().await
    }
}

/// What is to be appended: entries of one request, or of the log itself.
///
/// ```
/// # use approvals_core as approvals;
/// use approvals::{Append, Ledger, LedgerError, LocalSigner, MemoryLedger, NewEntry};
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let ledger = MemoryLedger::new("example.org/shop/test", LocalSigner::generate()?).await?;
/// let entry = NewEntry { bytes: b"{}".to_vec(), attachments: vec![] };
/// let first = Append { request: None, expected: 0, log_expected: None, entries: vec![entry] };
/// ledger.append(first.clone()).await?;
///
/// // By now there is one entry, so this one would be decided on what is not so any more.
/// assert!(matches!(ledger.append(first).await, Err(LedgerError::Conflict)));
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
#[expect(
    clippy::exhaustive_structs,
    reason = "ledgers take it apart whole: a new field must not be overlooked"
)]
pub struct Append {
    /// The request that the entries belong to; `None` for events of the log itself.
    pub request: Option<RequestId>,
    /// How many entries this request (or the log itself) has so far.
    pub expected: u64,
    /// If given, how many entries the log itself must have as well: so that nothing starts after a stop.
    pub log_expected: Option<u64>,
    /// What to store, in order; never empty.
    pub entries: Vec<NewEntry>,
}

/// One event to store. [`Entry`] has an example.
#[derive(Clone, Debug)]
#[expect(
    clippy::exhaustive_structs,
    reason = "ledgers take it apart whole: a new field must not be overlooked"
)]
pub struct NewEntry {
    /// The event's bytes, at most [`approvals_log::MAX_ENTRY`]; hashed as stored.
    pub bytes: Vec<u8>,
    /// What the event names by digest and does not contain.
    pub attachments: Vec<Attachment>,
}

/// The largest attachment, in bytes: 1 MiB.
pub const MAX_ATTACHMENT: usize = 1024 * 1024;

/// Bytes beside the log: too large for an entry, or erasable.
///
/// ```
/// # use approvals_core as approvals;
/// use approvals::{Attachment, Digest};
///
/// let bytes = br#"["the salt","the card number"]"#.to_vec();
/// let hidden = Attachment { digest: Digest::of("redacted", &bytes), bytes, erasable: true };
/// let shown = format!("{hidden:?}");
/// assert!(shown.contains("30 bytes") && !shown.contains("card number"));
/// ```
#[derive(Clone, PartialEq, Eq)]
#[expect(
    clippy::exhaustive_structs,
    reason = "ledgers take it apart whole: a new field must not be overlooked"
)]
pub struct Attachment {
    /// The digest by which the entry names it.
    pub digest: Digest,
    /// The bytes, at most [`MAX_ATTACHMENT`].
    pub bytes: Vec<u8>,
    /// Whether it may be destroyed later, because it is personal; the log verifies without it.
    pub erasable: bool,
}

/// Without the bytes, which may be somebody's secret.
impl fmt::Debug for Attachment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { digest, bytes, erasable } = self;
        write!(f, "Attachment {{ {digest}, {} bytes, erasable: {erasable} }}", bytes.len())
    }
}

/// One stored event.
///
/// ```
/// # use approvals_core as approvals;
/// use approvals::{Append, Attachment, Digest, Ledger, LocalSigner, MemoryLedger, NewEntry};
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let ledger = MemoryLedger::new("example.org/shop/test", LocalSigner::generate()?).await?;
/// let large = vec![b' '; 100_000];
/// let attachment = Attachment { digest: Digest::of("action", &large), bytes: large, erasable: false };
/// let new = NewEntry { bytes: b"{}".to_vec(), attachments: vec![attachment.clone()] };
/// ledger.append(Append { request: None, expected: 0, log_expected: None, entries: vec![new] }).await?;
///
/// let entry = &ledger.entries(0, 1).await?[0];
/// assert_eq!((entry.index, entry.request, entry.bytes.as_slice()), (0, None, &b"{}"[..]));
/// assert_eq!(entry.attachments, [attachment]);
/// # Ok(()) }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(
    clippy::exhaustive_structs,
    reason = "ledgers build it whole: a new field must not be overlooked"
)]
pub struct Entry {
    /// Its place in the log, from 0.
    pub index: u64,
    /// The request that it belongs to; `None` for events of the log itself.
    pub request: Option<RequestId>,
    /// The event's bytes, as they were appended.
    pub bytes: Vec<u8>,
    /// Its attachments, in the order appended; erased ones are missing.
    pub attachments: Vec<Attachment>,
}

/// A successful append. [`SignedHead`] has an example.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "ledgers build it whole")]
pub struct Appended {
    /// The index of the first entry stored.
    pub first: u64,
    /// A signed head that covers the entries.
    pub head: SignedHead,
}

/// A tree head and the signed note that carries it.
///
/// ```
/// # mod approvals { pub use approvals_core::*; pub use approvals_log as log; }
/// use approvals::log::{Checkpoint, SignedNote};
/// use approvals::{Append, Ledger, LocalSigner, MemoryLedger, NewEntry};
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let ledger = MemoryLedger::new("example.org/shop/test", LocalSigner::generate()?).await?;
/// # let entry = NewEntry { bytes: b"{}".to_vec(), attachments: vec![] };
/// # let append = Append { request: None, expected: 0, log_expected: None, entries: vec![entry] };
/// let appended = ledger.append(append).await?;
/// assert_eq!(appended.first, 0);
///
/// // Whoever has the note and the log's key needs nothing else.
/// let note = SignedNote::parse(&appended.head.note)?;
/// assert_eq!(Checkpoint::open(&note, ledger.vkey())?, appended.head.checkpoint);
/// assert_eq!(appended.head.checkpoint.size(), 1);
/// # Ok(()) }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "ledgers build it whole")]
pub struct SignedHead {
    /// Origin, size and root.
    pub checkpoint: Checkpoint,
    /// The C2SP signed note, as published.
    pub note: String,
}

/// A ledger that could not do what was asked.
///
/// ```
/// # use approvals_core as approvals;
/// use approvals::{Append, Ledger, LocalSigner, MemoryLedger, NewEntry};
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let ledger = MemoryLedger::new("example.org/shop/test", LocalSigner::generate()?).await?;
/// let entry = NewEntry { bytes: vec![b' '; 70_000], attachments: vec![] };
/// let append = Append { request: None, expected: 0, log_expected: None, entries: vec![entry] };
/// let error = ledger.append(append).await.unwrap_err();
/// assert_eq!(error.to_string(), "an entry of 70000 bytes is over the limit of 65535");
/// assert_eq!(ledger.head().await?.checkpoint.size(), 0);
/// # Ok(()) }
/// ```
#[derive(Debug, thiserror::Error)]
#[expect(
    clippy::exhaustive_enums,
    reason = "callers decide by it whether an action may run: a new kind must not be overlooked"
)]
pub enum LedgerError {
    /// The request has other entries by now; nothing was stored. Read again and decide anew.
    #[error("something else was appended first")]
    Conflict,
    /// An entry or attachment is over the limit; nothing was stored.
    #[error("an entry of {size} bytes is over the limit of {limit}")]
    TooLarge {
        /// The size in bytes.
        size: usize,
        /// The limit in bytes.
        limit: usize,
    },
    /// What is stored is not what was stored: tampered with, or damaged.
    #[error("the ledger is damaged at event {first}{}: {detail}", if .first == .last { String::new() } else { format!(" to {last}") })]
    Damaged {
        /// The first index that can be affected.
        first: u64,
        /// The last index that can be affected.
        last: u64,
        /// What does not hold.
        detail: String,
    },
    /// The store cannot be reached or written; nothing was stored.
    #[error("the ledger is unavailable")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// It is not known whether the entries were stored. Read before anything else.
    #[error("it is not known whether the ledger stored the entries")]
    Unknown(#[source] Box<dyn std::error::Error + Send + Sync>),
}
