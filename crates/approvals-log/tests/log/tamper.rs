//! What an adversary can do to a stored log, and how it shows, or that it cannot show without a head kept elsewhere.

use std::slice::from_ref;

use approvals_log::{
    Checkpoint, Hash, MAX_ENTRY, ProofError, Report, SignedNote, Verifier, VerifyError, Vkey,
    hash_tiles, leaf_hash, prove_consistency, prove_inclusion, root_of, verify_consistency,
    verify_inclusion,
};
use proptest::prelude::*;

use crate::support::{Log, base64_hashes, text, vectors};

const ORIGIN: &str = "example.com/t1/prod/approvals";

fn log() -> Log {
    Log::new(ORIGIN, 1)
}

fn entries(count: usize) -> Vec<Vec<u8>> {
    (0..count).map(|i| format!("entry {i}").into_bytes()).collect()
}

fn hashes(entries: &[Vec<u8>]) -> Vec<Hash> {
    entries.iter().map(|entry| leaf_hash(entry)).collect()
}

/// Reads a whole log, with the leaf hashes that were stored beside the entries.
fn verify(
    entries: &[Vec<u8>],
    stored: &[Hash],
    seen: &[Checkpoint],
    head: &Checkpoint,
) -> (Vec<(u64, u64)>, Result<Report, VerifyError>) {
    let mut verifier = Verifier::new(log().vkey);
    for seen in seen {
        let _told_at_the_end = verifier.expect(seen.clone());
    }
    let mut damage = Vec::new();
    for (index, entry) in entries.iter().enumerate() {
        if let Err(tampered) = verifier.push(entry, stored.get(index)) {
            damage.push((tampered.first, tampered.last));
        }
    }
    (damage, verifier.finish(head))
}

/// The first damage, which the verdict at the end repeats.
fn range(verdict: &Result<Report, VerifyError>) -> Option<(u64, u64)> {
    match verdict {
        Err(VerifyError::Tampered(tampered)) => Some((tampered.first, tampered.last)),
        _ => None,
    }
}

#[test]
fn an_honest_log_verifies_with_every_head_it_ever_had() {
    let (log, entries) = (log(), entries(40));
    let seen: Vec<Checkpoint> = (0..=40).map(|size| log.head(&entries[..size])).collect();
    let (damage, report) = verify(&entries, &hashes(&entries), &seen, &seen[40]);
    let report = report.unwrap();
    assert_eq!((damage.len(), report.size, report.confirmed), (0, 40, 40));
    assert_eq!(report.root, root_of(hashes(&entries)));
    let (_, empty) = verify(&[], &[], &seen[..1], &seen[0]);
    assert_eq!(empty.unwrap().size, 0);
}

#[test]
fn damage_without_stored_leaves_is_narrowed_to_between_two_heads() {
    let (log, good) = (log(), entries(40));
    let seen = [10, 20, 30].map(|size| log.head(&good[..size]));
    let mut bad = good.clone();
    bad[17].push(b'!');
    let (damage, verdict) = verify(&bad, &[], &seen, &log.head(&good));
    assert_eq!(damage, [(10, 19), (10, 29)]);
    assert_eq!(range(&verdict), Some((10, 19)));
    let said = verdict.unwrap_err().to_string();
    assert_eq!(
        said,
        "the entries do not have the root that was signed for them (entries 10 to 19)"
    );
    // With no head in between, all that can be said is that the root is another.
    let (_, verdict) = verify(&bad, &[], &seen[..1], &log.head(&good));
    assert_eq!(verdict, Err(VerifyError::Root { size: 40, first: 10 }));
}

#[test]
fn swapped_entries_are_both_found() {
    let (log, good) = (log(), entries(40));
    let mut bad = good.clone();
    bad.swap(3, 30);
    let (damage, verdict) = verify(&bad, &hashes(&good), &[], &log.head(&good));
    assert_eq!(damage, [(3, 3), (30, 30)]);
    assert_eq!(range(&verdict), Some((3, 3)));
    // Swapped together with their stored hashes, the root still tells.
    let (damage, verdict) = verify(&bad, &hashes(&bad), &[], &log.head(&good));
    assert_eq!((damage.len(), verdict), (0, Err(VerifyError::Root { size: 40, first: 0 })));
}

#[test]
fn a_removed_an_inserted_and_a_doubled_entry_are_found() {
    let (log, good) = (log(), entries(40));
    let head = log.head(&good);
    let mut removed = good.clone();
    removed.remove(5);
    let (damage, verdict) = verify(&removed, &hashes(&good), &[], &head);
    assert_eq!((damage[0], damage.len()), ((5, 5), 34));
    assert_eq!(range(&verdict), Some((5, 5)));
    let (_, verdict) = verify(&removed, &hashes(&removed), &[], &head);
    assert_eq!(verdict, Err(VerifyError::Missing { entries: 39, size: 40 }));
    let mut doubled = good.clone();
    doubled.insert(5, good[4].clone());
    let (_, verdict) = verify(&doubled, &hashes(&doubled), &[], &head);
    assert_eq!(verdict, Err(VerifyError::Surplus { entries: 41, size: 40 }));
    let mut moved = removed.clone();
    moved.push(good[5].clone());
    let (_, verdict) = verify(&moved, &hashes(&moved), &[], &head);
    assert_eq!(verdict, Err(VerifyError::Root { size: 40, first: 0 }));
}

#[test]
fn a_rollback_to_an_old_head_is_found_by_who_has_seen_a_newer_one() {
    let (log, good) = (log(), entries(40));
    let (old, new) = (log.head(&good[..30]), log.head(&good));
    let (_, unseen) = verify(&good[..30], &hashes(&good[..30]), &[], &old);
    assert_eq!(unseen.unwrap().size, 30);
    let (_, seen) = verify(&good[..30], &hashes(&good[..30]), from_ref(&new), &old);
    assert_eq!(seen, Err(VerifyError::RolledBack { seen: 40, head: 30 }));
    let proof = verify_consistency(new.size(), new.root(), old.size(), old.root(), &[]);
    assert_eq!(proof, Err(ProofError::Shrinks { old_size: 40, new_size: 30 }));
}

#[test]
fn newest_entries_removed_and_the_rest_signed_again_shows_only_with_a_head_kept_elsewhere() {
    let (log, good) = (log(), entries(40));
    let mut shorter = good[..30].to_vec();
    let resigned = log.head(&shorter);
    let (_, alone) = verify(&shorter, &hashes(&shorter), &[], &resigned);
    assert!(alone.is_ok(), "a log alone cannot show what its key holder removed");
    let (_, seen) = verify(&shorter, &hashes(&shorter), &[log.head(&good)], &resigned);
    assert_eq!(seen, Err(VerifyError::RolledBack { seen: 40, head: 30 }));
    // Grown past the old size with other entries, it is the old root that is missing.
    shorter.extend((30..50).map(|i| format!("other {i}").into_bytes()));
    let (damage, verdict) = verify(
        &shorter,
        &hashes(&shorter),
        &[log.head(&good[..20]), log.head(&good)],
        &log.head(&shorter),
    );
    assert_eq!((damage.clone(), range(&verdict)), (vec![(20, 39)], Some((20, 39))));
}

#[test]
fn a_history_rewritten_with_the_logs_key_shows_only_with_a_head_kept_elsewhere() {
    let (log, good) = (log(), entries(40));
    let rewritten: Vec<Vec<u8>> = (0..40).map(|i| format!("other {i}").into_bytes()).collect();
    let head = log.head(&rewritten);
    let (_, alone) = verify(&rewritten, &hashes(&rewritten), &[], &head);
    assert!(alone.is_ok(), "a log alone cannot show that its key holder rewrote it");
    let seen = log.head(&good[..10]);
    let (damage, _) = verify(&rewritten, &hashes(&rewritten), from_ref(&seen), &head);
    assert_eq!(damage, [(0, 9)]);
    // The holder of the old head cannot be given a proof either.
    let proof = prove_consistency(&hashes(&rewritten), 10).unwrap();
    let verdict = verify_consistency(10, seen.root(), 40, head.root(), &proof);
    assert_eq!(verdict, Err(ProofError::Mismatch));
}

#[test]
fn two_roots_for_one_size_are_a_fork_whichever_is_believed() {
    let (log, ours) = (log(), entries(40));
    let mut theirs = ours.clone();
    theirs[39] = b"other".to_vec();
    let heads = [log.head(&ours), log.head(&theirs)];
    for (entries, mine, other) in [(&ours, 0, 1), (&theirs, 1, 0)] {
        let mut verifier = Verifier::new(log.vkey.clone());
        verifier.expect(heads[mine].clone()).unwrap();
        assert_eq!(verifier.expect(heads[mine].clone()), Ok(()), "the same head twice is no fork");
        assert_eq!(verifier.expect(heads[other].clone()), Err(VerifyError::Forked { size: 40 }));
        for entry in entries {
            verifier.push(entry, None).unwrap();
        }
        assert_eq!(verifier.finish(&heads[mine]), Err(VerifyError::Forked { size: 40 }));
        // Met as the head and a head seen before.
        let (_, verdict) = verify(entries, &[], &[heads[mine].clone()], &heads[other]);
        assert_eq!(verdict, Err(VerifyError::Forked { size: 40 }));
    }
}

#[test]
fn heads_of_other_logs_and_heads_given_too_late_are_not_ignored() {
    let (log, good) = (log(), entries(4));
    let other = Log::new("example.com/t2/prod/approvals", 1).head(&good);
    let head = log.head(&good);
    let (_, verdict) = verify(&good, &[], &[], &other);
    assert!(matches!(verdict, Err(VerifyError::OtherLog { .. })));
    let (_, verdict) = verify(&good, &[], &[other], &head);
    assert!(matches!(verdict, Err(VerifyError::OtherLog { .. })));
    for size in [2, 4] {
        let mut verifier = Verifier::new(log.vkey.clone());
        for entry in &good {
            verifier.push(entry, None).unwrap();
        }
        let late = VerifyError::TooLate { size: u64::try_from(size).unwrap(), at: 4 };
        assert_eq!(verifier.expect(log.head(&good[..size])), Err(late.clone()));
        assert_eq!(verifier.finish(&head), Err(late));
    }
    let wrong = Checkpoint::new(ORIGIN, 0, [7; 32]).unwrap();
    let refused = Err(VerifyError::Root { size: 0, first: 0 });
    assert_eq!(verify(&good, &[], from_ref(&wrong), &head).1, refused);
    assert_eq!(verify(&[], &[], &[], &wrong).1, refused);
}

#[test]
fn an_entry_that_no_bundle_can_hold_is_refused() {
    let (log, mut good) = (log(), entries(4));
    good[2] = vec![0; MAX_ENTRY];
    assert!(verify(&good, &[], &[], &log.head(&good)).1.is_ok());
    good[2].push(0);
    let (damage, verdict) = verify(&good, &hashes(&good), &[], &log.head(&good));
    assert_eq!((damage, range(&verdict)), (vec![(2, 2)], Some((2, 2))));
}

/// The published log of 70,000 entries, its key and its two heads.
fn published() -> (Vec<Vec<u8>>, Vkey, [Checkpoint; 2]) {
    let vectors = vectors("interop_generated_log.json");
    let vkey: Vkey = text(&vectors["vkey"]).parse().unwrap();
    let pad = "x".repeat(64);
    let entry = |i| format!(r#"{{"seq":{i},"type":"decision","pad":"{pad}"}}"#).into_bytes();
    let heads = ["checkpoint_1000", "checkpoint_70000"].map(|name| {
        Checkpoint::open(&SignedNote::parse(text(&vectors[name])).unwrap(), &vkey).unwrap()
    });
    ((0..70_000).map(entry).collect(), vkey, heads)
}

#[test]
fn the_published_log_verifies_and_its_proofs_are_reproduced() {
    let (entries, vkey, [old, head]) = published();
    let leaves = hashes(&entries);
    let mut verifier = Verifier::new(vkey);
    verifier.expect(old.clone()).unwrap();
    for entry in &entries {
        verifier.push(entry, None).unwrap();
    }
    let report = verifier.finish(&head).unwrap();
    assert_eq!((report.size, report.root, report.confirmed), (70_000, head.root(), 1));

    let vectors = vectors("interop_generated_log.json");
    let consistency = base64_hashes(&vectors["consistency_1000_to_70000_b64"]);
    assert_eq!(prove_consistency(&leaves, 1_000).unwrap(), consistency);
    verify_consistency(1_000, old.root(), 70_000, head.root(), &consistency).unwrap();
    let inclusion = base64_hashes(&vectors["inclusion_12345_in_70000_b64"]);
    assert_eq!(prove_inclusion(&leaves, 12_345).unwrap(), inclusion);
    verify_inclusion(head.root(), 70_000, 12_345, leaves[12_345], &inclusion).unwrap();
}

/// CVE-2026-56865: readers of this tree took the hash of leaf 12,289 from a tampered tile. Here a stored hash is only
/// ever compared, and the root is recomputed.
#[test]
fn a_tampered_tile_is_never_believed() {
    let (good, vkey, [_, head]) = published();
    let stored_in = |tiles: &[(_, Vec<u8>)]| -> Vec<Hash> {
        tiles[..274]
            .iter()
            .flat_map(|(_, tile): &(_, Vec<u8>)| tile.as_chunks().0.to_vec())
            .collect()
    };
    let mut tiles = hash_tiles(&hashes(&good));
    assert_eq!(stored_in(&tiles), hashes(&good));
    let tile = tiles.iter_mut().find(|(path, _)| path.to_string() == "tile/0/048").unwrap();
    tile.1[40] ^= 1;

    // The tile alone: the entry is named.
    let mut verifier = Verifier::new(vkey.clone());
    let stored = stored_in(&tiles);
    for (index, (entry, stored)) in (0_u64..).zip(good.iter().zip(&stored)) {
        let verdict =
            verifier.push(entry, Some(stored)).map_err(|tampered| (tampered.first, tampered.last));
        assert_eq!(verdict, if index == 12_289 { Err((index, index)) } else { Ok(()) });
    }
    assert_eq!(range(&verifier.finish(&head)), Some((12_289, 12_289)));

    // The entry and its hash in the tile, with every tile above made anew or left alone: the root tells.
    let mut bad = good;
    bad[12_289][7] ^= 1;
    let mut verifier = Verifier::new(vkey);
    for (entry, stored) in bad.iter().zip(hashes(&bad)) {
        verifier.push(entry, Some(&stored)).unwrap();
    }
    assert_eq!(verifier.finish(&head), Err(VerifyError::Root { size: 70_000, first: 0 }));
}

proptest! {
    #[test]
    fn any_flipped_bit_in_any_entry_is_found_at_its_index(
        good in prop::collection::vec(prop::collection::vec(any::<u8>(), 1..40), 1..60),
        entry in any::<prop::sample::Index>(), byte in any::<prop::sample::Index>(), bit in 0..8,
    ) {
        let mut bad = good.clone();
        let entry = entry.index(bad.len());
        let byte = byte.index(bad[entry].len());
        bad[entry][byte] ^= 1_u8 << bit;
        let at = u64::try_from(entry).unwrap();
        let (damage, verdict) = verify(&bad, &hashes(&good), &[], &log().head(&good));
        prop_assert_eq!(damage, vec![(at, at)]);
        prop_assert_eq!(range(&verdict), Some((at, at)));
        // Without stored hashes, or with hashes tampered alike, it is refused at the latest at the end.
        for stored in [vec![], hashes(&bad)] {
            prop_assert!(verify(&bad, &stored, &[], &log().head(&good)).1.is_err());
        }
    }

    #[test]
    fn a_log_verifies_only_under_its_own_head(
        ours in prop::collection::vec(0_u8..3, 0..12), theirs in prop::collection::vec(0_u8..3, 0..12),
    ) {
        let entries = |bytes: &[u8]| -> Vec<Vec<u8>> { bytes.iter().map(|byte| vec![*byte]).collect() };
        let (mine, other) = (entries(&ours), entries(&theirs));
        let (_, verdict) = verify(&mine, &[], &[], &log().head(&other));
        prop_assert_eq!(verdict.is_ok(), ours == theirs);
    }
}
