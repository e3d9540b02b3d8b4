//! The RFC 6962 tree over SHA-256: leaf and node hashes, and the compact range that an appender keeps.

use sha2::{Digest as _, Sha256};
use thiserror::Error;

/// A SHA-256 hash: of a leaf, of a node, or the root of a tree.
pub type Hash = [u8; 32];

/// Sizes at or above this are refused wherever they are read; no log comes near it.
pub(crate) const SIZE_LIMIT: u64 = 1 << 62;

/// The hash of a leaf: SHA-256 over a zero byte and the entry.
///
/// ```
/// assert_ne!(approvals_log::leaf_hash(b""), approvals_log::root_of([]));
/// ```
#[must_use]
pub fn leaf_hash(entry: &[u8]) -> Hash {
    Sha256::new().chain_update([0]).chain_update(entry).finalize().into()
}

/// The hash of an inner node: SHA-256 over a one byte and both children.
pub(crate) fn node_hash(left: &Hash, right: &Hash) -> Hash {
    Sha256::new().chain_update([1]).chain_update(left).chain_update(right).finalize().into()
}

/// The root over leaf hashes, in order; of none, SHA-256 of nothing.
///
/// ```
/// use approvals_log::{leaf_hash, root_of};
///
/// assert_eq!(root_of([leaf_hash(b"only")]), leaf_hash(b"only"));
/// ```
#[must_use]
pub fn root_of(leaves: impl IntoIterator<Item = Hash>) -> Hash {
    let mut tree = Frontier::new();
    leaves.into_iter().for_each(|leaf| tree.push(leaf));
    tree.root()
}

/// The right edge of a tree: all that is needed to append to it and to know its root.
///
/// It holds one hash for each perfect subtree, at most 64, whatever the size of the log.
///
/// ```
/// use approvals_log::{Frontier, leaf_hash, root_of};
///
/// let mut tree = Frontier::new();
/// tree.push(leaf_hash(b"one"));
/// let mut reopened = Frontier::from_bytes(&tree.to_bytes())?;
/// reopened.push(leaf_hash(b"two"));
/// assert_eq!(reopened.size(), 2);
/// assert_eq!(reopened.root(), root_of([leaf_hash(b"one"), leaf_hash(b"two")]));
/// # Ok::<(), approvals_log::FrontierError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Frontier {
    size: u64,
    /// Roots of the perfect subtrees, largest first: one for each set bit of `size`.
    peaks: Vec<Hash>,
}

impl Frontier {
    /// The empty tree.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Appends one leaf hash.
    pub fn push(&mut self, leaf: Hash) {
        let mut peak = leaf;
        for _ in 0..self.size.trailing_ones() {
            if let Some(left) = self.peaks.pop() {
                peak = node_hash(&left, &peak);
            }
        }
        self.peaks.push(peak);
        // Never saturates: sizes start below 2^62, and nobody lives to push as many again.
        self.size = self.size.saturating_add(1);
    }

    /// How many leaves the tree has.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The root of the tree; of the empty one, SHA-256 of nothing.
    #[must_use]
    pub fn root(&self) -> Hash {
        let smallest_first = self.peaks.iter().rev().copied();
        smallest_first
            .reduce(|right, left| node_hash(&left, &right))
            .unwrap_or_else(|| Sha256::digest([]).into())
    }

    /// The frontier as bytes: the size as eight bytes big-endian, then the hashes, largest subtree first.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = self.size.to_be_bytes().to_vec();
        bytes.extend_from_slice(self.peaks.as_flattened());
        bytes
    }

    /// Reads what [`to_bytes`](Self::to_bytes) wrote. The bytes must come from a place that is trusted, or the root
    /// must be compared with a signed one: any hashes of the right number are a frontier.
    ///
    /// # Errors
    /// A length that does not fit the size, or a size of 2^62 and more.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, FrontierError> {
        let (size, hashes) = bytes.split_first_chunk::<8>().ok_or(FrontierError::Length)?;
        let size = u64::from_be_bytes(*size);
        if size >= SIZE_LIMIT {
            return Err(FrontierError::TooLarge { size });
        }
        let (peaks, rest) = hashes.as_chunks::<32>();
        if !rest.is_empty() || u64::try_from(peaks.len()) != Ok(u64::from(size.count_ones())) {
            return Err(FrontierError::Length);
        }
        Ok(Self { size, peaks: peaks.to_vec() })
    }
}

/// Why bytes are not a [`Frontier`].
///
/// ```
/// use approvals_log::{Frontier, FrontierError, leaf_hash};
///
/// let mut tree = Frontier::new();
/// tree.push(leaf_hash(b"one"));
/// let bytes = tree.to_bytes();
/// assert_eq!(Frontier::from_bytes(&bytes[..39]), Err(FrontierError::Length));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum FrontierError {
    /// The number of bytes does not fit the size that they begin with.
    #[error("the frontier does not have one hash for each subtree of its size")]
    Length,
    /// No log has so many leaves.
    #[error("a frontier of {size} leaves is too large")]
    TooLarge {
        /// The size that was read.
        size: u64,
    },
}
