//! Verification of a whole log from its entries: every hash is recomputed, none is taken from storage.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use thiserror::Error;

use crate::checkpoint::Checkpoint;
use crate::merkle::{Frontier, Hash, leaf_hash, root_of};
use crate::tile::MAX_ENTRY;
use crate::vkey::Vkey;

/// Reads a log entry by entry and says whether it is what its checkpoints say.
///
/// Give it the heads that you or others hold ([`expect`](Self::expect)), then all entries in order
/// ([`push`](Self::push)), then the current head ([`finish`](Self::finish)). Checkpoints are taken as verified: make
/// them with [`Checkpoint::open`]. The memory needed does not grow with the log. Whatever was refused on the way,
/// `finish` refuses too: ignoring an error never ends in a [`Report`].
///
/// ```
/// use approvals_log::{Verifier, Vkey, leaf_hash};
///
/// let vkey: Vkey = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k".parse()?;
/// let mut verifier = Verifier::new(vkey);
/// verifier.push(b"one", Some(&leaf_hash(b"one")))?;
/// let tampered = verifier.push(b"2", Some(&leaf_hash(b"two"))).unwrap_err();
/// assert_eq!((tampered.first, tampered.last), (1, 1));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Verifier {
    vkey: Vkey,
    tree: Frontier,
    /// Heads to be met, by size.
    expected: BTreeMap<u64, Checkpoint>,
    /// How many heads were met.
    confirmed: u64,
    /// Entries below this index are under a root that was confirmed.
    good_until: u64,
    /// The first failure, which `finish` does not forget.
    failure: Option<VerifyError>,
}

impl Verifier {
    /// A verifier of the log whose origin and key this is.
    #[must_use]
    pub fn new(vkey: Vkey) -> Self {
        Self {
            vkey,
            tree: Frontier::new(),
            expected: BTreeMap::new(),
            confirmed: 0,
            good_until: 0,
            failure: None,
        }
    }

    /// Remembers a head of this log that must be met on the way: one seen earlier, or one that somebody else holds.
    /// The same head twice is one head.
    ///
    /// # Errors
    /// A head of another log, one of a size that was already passed, or a second root for one size: then the log has
    /// been forked, and its key has signed both.
    pub fn expect(&mut self, seen: Checkpoint) -> Result<(), VerifyError> {
        let result = self.remember(seen);
        // A head that was not taken up is a head that is not checked, so it must not be forgotten.
        self.keep(result.as_ref().err());
        result
    }

    /// Takes the next entry, and the leaf hash that was stored beside it, if there is one: it lets a change be found
    /// to the entry. A caller may go on after damage, to look for more.
    ///
    /// # Errors
    /// [`Tampered`], with the entries that are affected.
    pub fn push(&mut self, entry: &[u8], stored_leaf: Option<&Hash>) -> Result<(), Tampered> {
        let index = self.tree.size();
        let leaf = leaf_hash(entry);
        self.tree.push(leaf);
        let met = self.meet_head(index);
        if entry.len() > MAX_ENTRY {
            return self.refuse(index, index, Damage::TooLong);
        }
        if stored_leaf.is_some_and(|stored| *stored != leaf) {
            return self.refuse(index, index, Damage::Leaf);
        }
        if met { Ok(()) } else { self.refuse(self.good_until, index, Damage::Root) }
    }

    /// Says whether the entries were the log that this head is of.
    ///
    /// # Errors
    /// A head of another log, or older than one that was [expected](Self::expect); damage that `push` found; more or
    /// fewer entries than the head has; another root.
    pub fn finish(self, head: &Checkpoint) -> Result<Report, VerifyError> {
        if let Some(failure) = self.failure {
            return Err(failure);
        }
        self.check_origin(head)?;
        if let Some((&seen, _)) = self.expected.last_key_value()
            && seen > head.size()
        {
            return Err(VerifyError::RolledBack { seen, head: head.size() });
        }
        if self.expected.get(&head.size()).is_some_and(|seen| seen.root() != head.root()) {
            return Err(VerifyError::Forked { size: head.size() });
        }
        let (entries, size) = (self.tree.size(), head.size());
        if entries < size {
            return Err(VerifyError::Missing { entries, size });
        }
        if entries > size {
            return Err(VerifyError::Surplus { entries, size });
        }
        if self.tree.root() != head.root() {
            return Err(VerifyError::Root { size, first: self.good_until });
        }
        Ok(Report { size, root: head.root(), confirmed: self.confirmed })
    }

    fn remember(&mut self, seen: Checkpoint) -> Result<(), VerifyError> {
        self.check_origin(&seen)?;
        let (size, at) = (seen.size(), self.tree.size());
        if size == 0 && seen.root() != root_of([]) {
            return Err(VerifyError::Root { size, first: 0 });
        }
        if size != 0 && size <= at {
            return Err(VerifyError::TooLate { size, at });
        }
        match self.expected.entry(size) {
            Entry::Vacant(slot) => {
                slot.insert(seen);
                Ok(())
            }
            Entry::Occupied(first) if *first.get() == seen => Ok(()),
            Entry::Occupied(_) => Err(VerifyError::Forked { size }),
        }
    }

    /// After entry `last`: whether the head that is expected here, if any, has the root that was recomputed.
    fn meet_head(&mut self, last: u64) -> bool {
        let size = last.saturating_add(1);
        match self.expected.get(&size) {
            Some(head) if head.root() != self.tree.root() => return false,
            Some(_) => {
                self.confirmed = self.confirmed.saturating_add(1);
                self.good_until = size;
            }
            None => {}
        }
        true
    }

    fn check_origin(&self, checkpoint: &Checkpoint) -> Result<(), VerifyError> {
        if checkpoint.origin() == self.vkey.name() {
            return Ok(());
        }
        Err(VerifyError::OtherLog {
            found: checkpoint.origin().to_owned(),
            expected: self.vkey.name().to_owned(),
        })
    }

    fn refuse(&mut self, first: u64, last: u64, damage: Damage) -> Result<(), Tampered> {
        let tampered = Tampered { first, last, damage };
        self.keep(Some(&tampered.into()));
        Err(tampered)
    }

    fn keep(&mut self, failure: Option<&VerifyError>) {
        if self.failure.is_none() {
            self.failure = failure.cloned();
        }
    }
}

/// What was verified.
///
/// ```
/// use approvals_log::{Checkpoint, Verifier, Vkey, leaf_hash, root_of};
///
/// # let vkey: Vkey = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k".parse()?;
/// # let leaves = [leaf_hash(b"one"), leaf_hash(b"two")];
/// # let receipt = Checkpoint::new("example.com/foo", 1, leaf_hash(b"one"))?;
/// # let head = Checkpoint::new("example.com/foo", 2, root_of(leaves))?;
/// let mut verifier = Verifier::new(vkey);
/// verifier.expect(receipt)?;
/// verifier.push(b"one", None)?;
/// verifier.push(b"two", None)?;
/// let report = verifier.finish(&head)?;
/// assert_eq!((report.size, report.root, report.confirmed), (2, head.root(), 1));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Report {
    /// How many entries the log has: the indices `0..size` are all of them.
    pub size: u64,
    /// The root, recomputed from the entries.
    pub root: Hash,
    /// How many of the expected heads were met on the way, the empty one not counted.
    pub confirmed: u64,
}

/// Entries that are not what they were when the log was signed.
///
/// ```
/// use approvals_log::{Checkpoint, Verifier, Vkey, leaf_hash, root_of};
///
/// # let vkey: Vkey = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k".parse()?;
/// let leaves = [leaf_hash(b"one"), leaf_hash(b"two")];
/// let mut verifier = Verifier::new(vkey);
/// verifier.expect(Checkpoint::new("example.com/foo", 2, root_of(leaves))?)?;
///
/// // Without stored leaf hashes it is known no closer than from one head to the next.
/// verifier.push(b"ONE", None)?;
/// let tampered = verifier.push(b"two", None).unwrap_err();
/// assert_eq!((tampered.first, tampered.last), (0, 1));
/// let text = "the entries do not have the root that was signed for them (entries 0 to 1)";
/// assert_eq!(tampered.to_string(), text);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("{damage} ({})", affected(*first, *last))]
#[non_exhaustive]
pub struct Tampered {
    /// The first entry that may be affected.
    pub first: u64,
    /// The last entry that may be affected. Equal to `first` where the entry is known.
    pub last: u64,
    damage: Damage,
}

fn affected(first: u64, last: u64) -> String {
    if first == last { format!("entry {first}") } else { format!("entries {first} to {last}") }
}

/// How damage shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
enum Damage {
    #[error("the entry does not have the leaf hash that is stored for it")]
    Leaf,
    #[error("the entries do not have the root that was signed for them")]
    Root,
    #[error("the entry is longer than a log can hold")]
    TooLong,
}

/// Why a log is not what its checkpoints say.
///
/// ```
/// use approvals_log::{Checkpoint, Verifier, VerifyError, Vkey, leaf_hash, root_of};
///
/// # let vkey: Vkey = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k".parse()?;
/// // A receipt from when there were two entries, and a log that has one by now.
/// let leaves = [leaf_hash(b"one"), leaf_hash(b"two")];
/// let receipt = Checkpoint::new("example.com/foo", 2, root_of(leaves))?;
/// let head = Checkpoint::new("example.com/foo", 1, leaf_hash(b"one"))?;
///
/// let mut verifier = Verifier::new(vkey);
/// verifier.expect(receipt)?;
/// verifier.push(b"one", None)?;
/// assert_eq!(verifier.finish(&head), Err(VerifyError::RolledBack { seen: 2, head: 1 }));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum VerifyError {
    /// A checkpoint of another log.
    #[error("the checkpoint is of the log `{found}`, not of `{expected}`")]
    OtherLog {
        /// The origin of the checkpoint.
        found: String,
        /// The log that is verified.
        expected: String,
    },
    /// Damage found while the entries were read.
    #[error(transparent)]
    Tampered(#[from] Tampered),
    /// The head is older than one that was seen: the newest entries were removed.
    #[error("the log was rolled back: its head has {head} entries, one seen before has {seen}")]
    RolledBack {
        /// The size of the largest head that was expected.
        seen: u64,
        /// The size of the head.
        head: u64,
    },
    /// Two roots were signed for one size.
    #[error("the log was forked: two roots are signed for {size} entries")]
    Forked {
        /// The size of both heads.
        size: u64,
    },
    /// Fewer entries than the head has.
    #[error("entries are missing: there are {entries}, the head has {size}")]
    Missing {
        /// How many entries there were.
        entries: u64,
        /// The size of the head.
        size: u64,
    },
    /// More entries than the head has.
    #[error("entries stand outside the head: there are {entries}, the head has {size}")]
    Surplus {
        /// How many entries there were.
        entries: u64,
        /// The size of the head.
        size: u64,
    },
    /// The entries give another root than the head.
    #[error("the entries from {first} on do not have the root that was signed for {size} entries")]
    Root {
        /// The size of the head.
        size: u64,
        /// The first entry that no confirmed root covers.
        first: u64,
    },
    /// The head is of a size that was passed already.
    #[error("a head of {size} entries must be given before the entries are read: {at} were read")]
    TooLate {
        /// The size of the head.
        size: u64,
        /// How many entries were read.
        at: u64,
    },
}
