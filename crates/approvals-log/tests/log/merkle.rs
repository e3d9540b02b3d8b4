//! Trees and proofs: published vectors, every size up to 300 against a naive tree and `ct-merkle`, and hostile input.

use approvals_log::{
    Frontier, FrontierError, Hash, ProofError, leaf_hash, prove_consistency, prove_inclusion,
    root_of, verify_consistency, verify_inclusion,
};
use ct_merkle::mem_backed_tree::MemoryBackedTree;
use ct_merkle::{InclusionProof, RootHash};
use proptest::prelude::*;
use sha2::Sha256;

use crate::support::{hex, hex_hashes, leaves, list, naive_root, number, vectors};

const ALL: usize = 300;

#[test]
fn published_roots_are_reproduced() {
    let vectors = vectors("rfc6962_merkle.json");
    let inputs = list(&vectors["leaf_inputs_hex"]);
    let roots = hex_hashes(&vectors["root_hashes_by_size"]);
    assert_eq!((inputs.len(), roots.len()), (8, 9));
    let mut tree = Frontier::new();
    assert_eq!(tree.root(), roots[0]);
    for (input, root) in inputs.iter().zip(&roots[1..]) {
        tree.push(leaf_hash(&hex(input)));
        assert_eq!(tree.root(), *root);
    }
}

#[test]
fn published_inclusion_proofs_are_made_and_accepted() {
    let vectors = vectors("rfc6962_merkle.json");
    let leaves: Vec<Hash> =
        list(&vectors["leaf_inputs_hex"]).iter().map(|input| leaf_hash(&hex(input))).collect();
    for case in
        ["published_inclusion", "exhaustive_inclusion"].map(|name| list(&vectors[name])).concat()
    {
        let (index, size) = (number(&case["index"]), number(&case["size"]));
        let tree = &leaves[..usize::try_from(size).unwrap()];
        let proof = hex_hashes(&case["proof"]);
        assert_eq!(prove_inclusion(tree, index).unwrap(), proof);
        let leaf = tree[usize::try_from(index).unwrap()];
        verify_inclusion(naive_root(tree), size, index, leaf, &proof).unwrap();
    }
}

#[test]
fn published_consistency_proofs_are_made_and_accepted() {
    let vectors = vectors("rfc6962_merkle.json");
    let leaves: Vec<Hash> =
        list(&vectors["leaf_inputs_hex"]).iter().map(|input| leaf_hash(&hex(input))).collect();
    for case in ["published_consistency", "exhaustive_consistency"]
        .map(|name| list(&vectors[name]))
        .concat()
    {
        let (old_size, new_size) = (number(&case["size1"]), number(&case["size2"]));
        let old = &leaves[..usize::try_from(old_size).unwrap()];
        let new = &leaves[..usize::try_from(new_size).unwrap()];
        let proof = hex_hashes(&case["proof"]);
        assert_eq!(prove_consistency(new, old_size).unwrap(), proof);
        verify_consistency(old_size, naive_root(old), new_size, naive_root(new), &proof).unwrap();
    }
}

#[test]
fn the_frontier_has_the_naive_root_at_every_size_and_survives_bytes() {
    let leaves = leaves(ALL);
    let mut tree = Frontier::new();
    let mut other = MemoryBackedTree::<Sha256, String>::new();
    for size in 0..=ALL {
        assert_eq!(tree.size(), u64::try_from(size).unwrap());
        assert_eq!(tree.root(), naive_root(&leaves[..size]));
        assert_eq!(Frontier::from_bytes(&tree.to_bytes()).unwrap(), tree);
        if size > 0 {
            assert_eq!(tree.root()[..], other.root().as_bytes()[..]);
        }
        if let Some(leaf) = leaves.get(size) {
            tree.push(*leaf);
            other.push(size.to_string());
        }
    }
}

#[test]
fn every_entry_is_proved_in_every_size_and_nowhere_else() {
    let leaves = leaves(ALL + 1);
    let mut other = MemoryBackedTree::<Sha256, String>::new();
    for size in 1..=ALL {
        other.push((size - 1).to_string());
        let (tree, root) = (&leaves[..size], root_of(leaves[..size].iter().copied()));
        let size = u64::try_from(size).unwrap();
        for (index, leaf) in (0..size).zip(tree) {
            let proof = prove_inclusion(tree, index).unwrap();
            let theirs = other.prove_inclusion(usize::try_from(index).unwrap());
            assert_eq!(proof.as_flattened(), theirs.as_bytes());
            verify_inclusion(root, size, index, *leaf, &proof).unwrap();
            for elsewhere in [index ^ 1, index + 1, size] {
                assert!(verify_inclusion(root, size, elsewhere, *leaf, &proof).is_err());
            }
            assert!(verify_inclusion(root, size, index, leaves[ALL], &proof).is_err());
        }
    }
}

#[test]
fn every_tree_is_proved_to_begin_with_every_smaller_one() {
    let leaves = leaves(ALL);
    let mut roots = vec![naive_root(&[])];
    let mut other = MemoryBackedTree::<Sha256, String>::new();
    for new in 1..=ALL {
        other.push((new - 1).to_string());
        let (tree, root) = (&leaves[..new], naive_root(&leaves[..new]));
        roots.push(root);
        for (old, old_root) in roots.iter().enumerate() {
            let (old_size, new_size) = (u64::try_from(old).unwrap(), u64::try_from(new).unwrap());
            let proof = prove_consistency(tree, old_size).unwrap();
            if old > 0 {
                assert_eq!(proof.as_flattened(), other.prove_consistency(new - old).as_bytes());
            }
            verify_consistency(old_size, *old_root, new_size, root, &proof).unwrap();
            let wrong = leaf_hash(b"wrong");
            assert!(verify_consistency(old_size, wrong, new_size, root, &proof).is_err());
            // Nothing is known of a tree that begins with the empty one.
            if old > 0 {
                assert!(verify_consistency(old_size, *old_root, new_size, wrong, &proof).is_err());
            }
        }
    }
}

#[test]
fn proofs_of_other_lengths_are_refused() {
    let leaves = leaves(100);
    let root = root_of(leaves.iter().copied());
    let old_root = root_of(leaves[..37].iter().copied());
    let inclusion = prove_inclusion(&leaves, 41).unwrap();
    let consistency = prove_consistency(&leaves, 37).unwrap();
    verify_inclusion(root, 100, 41, leaves[41], &inclusion).unwrap();
    verify_consistency(37, old_root, 100, root, &consistency).unwrap();
    for other in (0..300).filter(|length| *length != inclusion.len()) {
        let proof: Vec<Hash> = inclusion.iter().copied().cycle().take(other).collect();
        let refused = verify_inclusion(root, 100, 41, leaves[41], &proof);
        assert_eq!(refused, Err(ProofError::Length { expected: inclusion.len(), got: other }));
    }
    for other in (0..300).filter(|length| *length != consistency.len()) {
        let proof: Vec<Hash> = consistency.iter().copied().cycle().take(other).collect();
        let refused = verify_consistency(37, old_root, 100, root, &proof);
        assert_eq!(refused, Err(ProofError::Length { expected: consistency.len(), got: other }));
    }
}

#[test]
fn sizes_and_indices_that_make_no_sense_are_errors_not_panics() {
    let hash = leaf_hash(b"x");
    assert_eq!(prove_inclusion(&[], 0), Err(ProofError::NotInTree { index: 0, size: 0 }));
    assert_eq!(prove_inclusion(&[hash], 1), Err(ProofError::NotInTree { index: 1, size: 1 }));
    assert_eq!(
        prove_consistency(&[hash], 2),
        Err(ProofError::Shrinks { old_size: 2, new_size: 1 })
    );
    assert_eq!(prove_consistency(&[], 0), Ok(vec![]));
    assert!(verify_consistency(0, root_of([]), 0, root_of([]), &[]).is_ok());
    assert_eq!(verify_consistency(0, hash, 0, hash, &[]), Err(ProofError::Mismatch));
    assert_eq!(verify_consistency(0, root_of([]), 0, hash, &[]), Err(ProofError::Mismatch));
    assert_eq!(verify_consistency(0, hash, 9, hash, &[]), Err(ProofError::Mismatch));
    assert!(matches!(
        verify_consistency(0, hash, 9, hash, &[hash]),
        Err(ProofError::Length { .. })
    ));
    for huge in [1 << 62, u64::MAX / 2, u64::MAX / 2 + 1, u64::MAX - 1, u64::MAX] {
        let too_large = Err(ProofError::TooLarge { size: huge });
        assert_eq!(verify_inclusion(hash, huge, 0, hash, &[]), too_large);
        assert_eq!(verify_inclusion(hash, huge, huge - 1, hash, &[hash; 64]), too_large);
        assert_eq!(verify_consistency(1, hash, huge, hash, &[hash; 64]), too_large);
        assert_eq!(verify_consistency(huge, hash, huge, hash, &[]), too_large);
        assert_eq!(
            verify_inclusion(hash, 1, huge, hash, &[]),
            Err(ProofError::NotInTree { index: huge, size: 1 })
        );
    }
    let largest = (1 << 62) - 1;
    assert_eq!(
        verify_inclusion(hash, largest, largest - 1, hash, &[hash; 61]),
        Err(ProofError::Mismatch)
    );
}

#[test]
fn a_frontier_of_another_length_or_an_absurd_size_is_refused() {
    let mut tree = Frontier::new();
    for leaf in leaves(7) {
        tree.push(leaf);
    }
    let bytes = tree.to_bytes();
    for length in 0..bytes.len() {
        assert_eq!(Frontier::from_bytes(&bytes[..length]), Err(FrontierError::Length));
    }
    for more in 1..=64 {
        let longer = [&bytes[..], &vec![0; more]].concat();
        assert_eq!(Frontier::from_bytes(&longer), Err(FrontierError::Length));
    }
    let absurd = [&(1_u64 << 62).to_be_bytes()[..], &[0; 32]].concat();
    assert_eq!(Frontier::from_bytes(&absurd), Err(FrontierError::TooLarge { size: 1 << 62 }));
}

proptest! {
    #[test]
    fn a_changed_proof_is_judged_as_ct_merkle_judges_it(
        size in 1_usize..200, index in any::<prop::sample::Index>(),
        claimed_size in 0_u64..220, claimed_index in 0_u64..220,
        honest in any::<[bool; 3]>(), byte in any::<prop::sample::Index>(), bit in 0..8,
    ) {
        let leaves = leaves(size);
        let index = index.index(size);
        let root = root_of(leaves.iter().copied());
        let mut proof = prove_inclusion(&leaves, u64::try_from(index).unwrap()).unwrap();
        if !honest[0] && !proof.is_empty() {
            let bytes = proof.as_flattened_mut();
            bytes[byte.index(bytes.len())] ^= 1_u8 << bit;
        }
        let size = if honest[1] { u64::try_from(size).unwrap() } else { claimed_size };
        let position = if honest[2] { u64::try_from(index).unwrap() } else { claimed_index };
        let ours = verify_inclusion(root, size, position, leaves[index], &proof);
        let theirs = InclusionProof::<Sha256>::try_from_bytes(proof.as_flattened().to_vec()).unwrap();
        let theirs = RootHash::<Sha256>::new(root.into(), size).verify_inclusion(&index.to_string(), position, &theirs);
        prop_assert_eq!(ours.is_ok(), theirs.is_ok());
        prop_assert!(honest != [true; 3] || ours.is_ok());
    }

    #[test]
    fn one_flipped_bit_breaks_a_consistency_proof(
        new in 3_usize..300, old in any::<prop::sample::Index>(), byte in any::<prop::sample::Index>(), bit in 0..8,
    ) {
        let leaves = leaves(new);
        let old = 1 + old.index(new - 2);
        let mut proof = prove_consistency(&leaves, u64::try_from(old).unwrap()).unwrap();
        let bytes = proof.as_flattened_mut();
        bytes[byte.index(bytes.len())] ^= 1_u8 << bit;
        let (old_root, root) = (naive_root(&leaves[..old]), naive_root(&leaves));
        let verdict = verify_consistency(
            u64::try_from(old).unwrap(), old_root, u64::try_from(new).unwrap(), root, &proof,
        );
        prop_assert_eq!(verdict, Err(ProofError::Mismatch));
    }

    #[test]
    fn arbitrary_proofs_never_panic(
        numbers in any::<[u64; 3]>(), small in any::<[u8; 3]>(), hash in any::<Hash>(),
        proof in prop::collection::vec(any::<Hash>(), 0..80),
    ) {
        for [a, b, c] in [numbers, small.map(u64::from)] {
            prop_assert!(verify_inclusion(hash, a, b, [0; 32], &proof).is_err());
            prop_assert!(b == 0 || verify_consistency(b, [1; 32], c, hash, &proof).is_err());
        }
    }

    #[test]
    fn frontier_bytes_are_read_back_exactly_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        if let Ok(tree) = Frontier::from_bytes(&bytes) {
            prop_assert_eq!(tree.to_bytes(), bytes);
        }
    }
}
