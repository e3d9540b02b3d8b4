//! Inclusion and consistency proofs of RFC 6962, on the `ct-merkle` crate.
//!
//! `ct-merkle` says which nodes a proof needs and verifies consistency. It panics on sizes that make no sense, so every
//! size is checked before it gets there. Inclusion is verified here, since `ct-merkle` wants the entry itself where a
//! receipt holder may have only its hash.

use ct_merkle::{
    ConsistencyProof, RootHash, indices_for_consistency_proof, indices_for_inclusion_proof,
};
use sha2::Sha256;
use thiserror::Error;

use crate::merkle::{Hash, SIZE_LIMIT, node_hash, root_of};

/// No proof is longer: one hash a level, and one more.
const MAX_PROOF: usize = 64;

/// Proves that the leaf `index` is in the tree over these leaf hashes.
///
/// The work is linear in the number of leaves, the proof logarithmic.
///
/// ```
/// use approvals_log::{leaf_hash, prove_inclusion, root_of, verify_inclusion};
///
/// let leaves = [b"a", b"b", b"c"].map(|entry| leaf_hash(entry));
/// let proof = prove_inclusion(&leaves, 1)?;
/// verify_inclusion(root_of(leaves), 3, 1, leaves[1], &proof)?;
/// assert!(verify_inclusion(root_of(leaves), 3, 2, leaves[1], &proof).is_err());
/// # Ok::<(), approvals_log::ProofError>(())
/// ```
///
/// # Errors
/// An index that is not in the tree.
pub fn prove_inclusion(leaves: &[Hash], index: u64) -> Result<Vec<Hash>, ProofError> {
    let size = size_of(leaves)?;
    if index >= size {
        return Err(ProofError::NotInTree { index, size });
    }
    nodes(leaves, &indices_for_inclusion_proof(size, index))
}

/// Verifies that the leaf with this hash is entry `index` of the tree with this root and size.
///
/// ```
/// use approvals_log::{ProofError, leaf_hash, prove_inclusion, root_of, verify_inclusion};
///
/// // The log's side: all leaves.
/// let leaves = [b"a", b"b", b"c"].map(|entry| leaf_hash(entry));
/// let (root, receipt) = (root_of(leaves), prove_inclusion(&leaves, 2)?);
///
/// // The side of whoever has a signed root, one entry and its receipt.
/// verify_inclusion(root, 3, 2, leaf_hash(b"c"), &receipt)?;
/// let forged = verify_inclusion(root, 3, 2, leaf_hash(b"x"), &receipt);
/// assert_eq!(forged, Err(ProofError::Mismatch));
/// # Ok::<(), ProofError>(())
/// ```
///
/// # Errors
/// An index outside the tree, a size beyond 2^62, a proof of another length than the size asks for, or one that does
/// not lead from the leaf to the root.
pub fn verify_inclusion(
    root: Hash,
    size: u64,
    index: u64,
    leaf: Hash,
    proof: &[Hash],
) -> Result<(), ProofError> {
    check_size(size)?;
    if index >= size {
        return Err(ProofError::NotInTree { index, size });
    }
    check_length(proof, indices_for_inclusion_proof(size, index).len())?;
    // RFC 9162, section 2.1.3.2: `last` is the position of the last node of the level.
    let (mut position, mut last) = (index, size.saturating_sub(1));
    let mut hash = leaf;
    for sibling in proof {
        if position & 1 == 1 || position == last {
            hash = node_hash(sibling, &hash);
            while position & 1 == 0 && position != 0 {
                position >>= 1;
                last >>= 1;
            }
        } else {
            hash = node_hash(&hash, sibling);
        }
        position >>= 1;
        last >>= 1;
    }
    // The proof has exactly the hashes that lead to the top, so this is the root and no node below it.
    if hash == root { Ok(()) } else { Err(ProofError::Mismatch) }
}

/// Proves that the tree over these leaf hashes begins with the tree over the first `old_size` of them.
///
/// ```
/// use approvals_log::{leaf_hash, prove_consistency, root_of, verify_consistency};
///
/// let leaves = [b"a", b"b", b"c"].map(|entry| leaf_hash(entry));
/// let (old, new) = (root_of(leaves[..2].iter().copied()), root_of(leaves));
/// verify_consistency(2, old, 3, new, &prove_consistency(&leaves, 2)?)?;
/// assert!(verify_consistency(2, new, 3, new, &prove_consistency(&leaves, 2)?).is_err());
/// # Ok::<(), approvals_log::ProofError>(())
/// ```
///
/// # Errors
/// An old size above the number of leaves.
pub fn prove_consistency(leaves: &[Hash], old_size: u64) -> Result<Vec<Hash>, ProofError> {
    let new_size = size_of(leaves)?;
    let added = added(old_size, new_size)?;
    if old_size == 0 {
        return Ok(Vec::new());
    }
    nodes(leaves, &indices_for_consistency_proof(old_size, added))
}

/// Verifies that the tree with the new root begins with the tree with the old root: nothing that was in it is gone,
/// changed or moved. Every tree begins with the empty one.
///
/// ```
/// use approvals_log::{ProofError, leaf_hash, prove_consistency, root_of, verify_consistency};
///
/// let leaves = [b"a", b"b", b"c"].map(|entry| leaf_hash(entry));
/// let proof = prove_consistency(&leaves, 2)?;
/// let (old, new) = (root_of([leaves[0], leaves[1]]), root_of(leaves));
/// verify_consistency(2, old, 3, new, &proof)?;
///
/// let rewritten = root_of([leaf_hash(b"x"), leaves[1], leaves[2]]);
/// assert_eq!(verify_consistency(2, old, 3, rewritten, &proof), Err(ProofError::Mismatch));
/// # Ok::<(), ProofError>(())
/// ```
///
/// # Errors
/// A new tree smaller than the old one, a size beyond 2^62, a proof of another length than the sizes ask for, or one
/// that does not give both roots.
pub fn verify_consistency(
    old_size: u64,
    old_root: Hash,
    new_size: u64,
    new_root: Hash,
    proof: &[Hash],
) -> Result<(), ProofError> {
    check_size(new_size)?;
    let added = added(old_size, new_size)?;
    if old_size == 0 {
        check_length(proof, 0)?;
        let empty = root_of([]);
        let holds = old_root == empty && (new_size != 0 || new_root == empty);
        return if holds { Ok(()) } else { Err(ProofError::Mismatch) };
    }
    check_length(proof, indices_for_consistency_proof(old_size, added).len())?;
    let proof = ConsistencyProof::<Sha256>::try_from_bytes(proof.as_flattened().to_vec())
        .map_err(|_detail| ProofError::Mismatch)?;
    RootHash::new(new_root.into(), new_size)
        .verify_consistency(&RootHash::new(old_root.into(), old_size), &proof)
        .map_err(|_detail| ProofError::Mismatch)
}

/// The hashes of nodes in the array layout that `ct-merkle` counts in.
fn nodes(leaves: &[Hash], indices: &[u64]) -> Result<Vec<Hash>, ProofError> {
    indices.iter().map(|index| node(leaves, *index).ok_or(ProofError::Mismatch)).collect()
}

/// The hash of one node: its level is the number of trailing ones of its index, and it covers `2^level` leaves, or as
/// many as there are.
fn node(leaves: &[Hash], index: u64) -> Option<Hash> {
    let level = index.trailing_ones();
    let width = 1_u64.checked_shl(level)?;
    let start = index.checked_shr(level.checked_add(1)?)?.checked_mul(width)?;
    let start = usize::try_from(start).ok()?;
    let end = start.checked_add(usize::try_from(width).ok()?)?.min(leaves.len());
    Some(root_of(leaves.get(start..end)?.iter().copied()))
}

fn size_of(leaves: &[Hash]) -> Result<u64, ProofError> {
    let size = u64::try_from(leaves.len()).unwrap_or(u64::MAX);
    check_size(size)?;
    Ok(size)
}

fn check_size(size: u64) -> Result<(), ProofError> {
    if size >= SIZE_LIMIT { Err(ProofError::TooLarge { size }) } else { Ok(()) }
}

fn added(old_size: u64, new_size: u64) -> Result<u64, ProofError> {
    new_size.checked_sub(old_size).ok_or(ProofError::Shrinks { old_size, new_size })
}

fn check_length(proof: &[Hash], expected: usize) -> Result<(), ProofError> {
    if proof.len() == expected && expected <= MAX_PROOF {
        Ok(())
    } else {
        Err(ProofError::Length { expected, got: proof.len() })
    }
}

/// Why a proof cannot be made or does not hold.
///
/// ```
/// use approvals_log::{ProofError, leaf_hash, prove_inclusion};
///
/// let error = prove_inclusion(&[leaf_hash(b"only")], 1).unwrap_err();
/// assert_eq!(error, ProofError::NotInTree { index: 1, size: 1 });
/// assert_eq!(error.to_string(), "entry 1 is not in a log of 1 entries");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ProofError {
    /// The tree has no such leaf.
    #[error("entry {index} is not in a log of {size} entries")]
    NotInTree {
        /// The index that was asked for.
        index: u64,
        /// The size of the tree.
        size: u64,
    },
    /// The new tree is smaller than the old one.
    #[error("a log of {new_size} entries cannot begin with one of {old_size}")]
    Shrinks {
        /// The old size.
        old_size: u64,
        /// The new size.
        new_size: u64,
    },
    /// No log has so many entries.
    #[error("a log of {size} entries is too large")]
    TooLarge {
        /// The size that was given.
        size: u64,
    },
    /// The proof has another length than the sizes ask for.
    #[error("the proof has {got} hashes instead of {expected}")]
    Length {
        /// The only length that fits.
        expected: usize,
        /// The length of the proof.
        got: usize,
    },
    /// The hashes do not lead to the root.
    #[error("the proof does not lead to the root")]
    Mismatch,
}
