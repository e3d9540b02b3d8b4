//! Checkpoints: published vectors, a witness that follows a log, and everything that must be refused.

use approvals_log::{
    BadSignature, Checkpoint, CheckpointError, NoteError, SignedNote, verify_consistency,
};
use proptest::prelude::*;

use crate::support::{Log, base64_hashes, list, naive_root, note, number, text, vectors, vkey};

#[test]
fn published_checkpoints_are_read_and_written_alike() {
    let vectors = vectors("c2sp_checkpoint_cosignature_format.json");
    let example = note(&vectors["checkpoint"]);
    let checkpoint = Checkpoint::parse_text(example.text()).unwrap();
    assert_eq!(
        (checkpoint.origin(), checkpoint.size()),
        ("example.com/behind-the-sofa", 20_852_163)
    );
    assert_eq!(checkpoint.to_text(), example.text());
    // A cosignature below is another key's line.
    let cosigned = format!("{}{}", text(&vectors["checkpoint"]), text(&vectors["cosigned_line"]));
    assert_eq!(SignedNote::parse(&cosigned).unwrap().text(), example.text());
}

#[test]
fn a_signed_head_opens_and_any_edit_is_a_bad_signature() {
    let vectors = vectors("interop_generated_log.json");
    let log = vkey(&vectors["vkey"]);
    for size in [1_000, 70_000] {
        let signed = note(&vectors[format!("checkpoint_{size}")]);
        let head = Checkpoint::open(&signed, &log).unwrap();
        assert_eq!((head.origin(), head.size()), (log.name(), size));
        for (from, to) in [("/log1\n", "/log2\n"), ("000\n", "001\n"), ("=\n\n", "B\n\n")] {
            let edited = signed.to_string().replacen(from, to, 1);
            assert_ne!(edited, signed.to_string());
            let opened = Checkpoint::open(&SignedNote::parse(&edited).unwrap(), &log);
            assert_eq!(opened, Err(CheckpointError::Note(NoteError::Signature(BadSignature))));
        }
    }
}

#[test]
fn a_head_of_another_log_is_refused_though_the_key_signed_it() {
    let log = Log::new("example.com/one", 1);
    let other = Checkpoint::new("example.com/two", 0, naive_root(&[])).unwrap();
    let opened = Checkpoint::open(&log.sign(&other.to_text()), &log.vkey).unwrap_err();
    assert!(matches!(opened, CheckpointError::OtherLog { .. }));
    // The Go checksum database signs under another name than its origin, which has spaces.
    let real = &vectors("c2sp_signed_note.json")["real_checkpoint"];
    let opened = Checkpoint::open(&note(&real["note"]), &vkey(&real["vkey"]));
    assert_eq!(opened, Err(CheckpointError::Note(NoteError::Name)));
}

#[test]
fn checkpoints_out_of_form_are_refused() {
    let good = "example.com/log\n7\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n";
    Checkpoint::parse_text(good).unwrap();
    for (from, to, why) in [
        ("\n7\n", "\n07\n", CheckpointError::Size),
        ("\n7\n", "\n+7\n", CheckpointError::Size),
        ("\n7\n", "\n-7\n", CheckpointError::Size),
        ("\n7\n", "\n 7\n", CheckpointError::Size),
        ("\n7\n", "\n\n", CheckpointError::Size),
        ("\n7\n", "\n0x7\n", CheckpointError::Size),
        ("\n7\n", "\n18446744073709551616\n", CheckpointError::Size),
        ("FU=\n", "FU=\nextension\n", CheckpointError::Lines),
        ("FU=\n", "FU=\n\n", CheckpointError::Lines),
        ("FU=\n", "FU=", CheckpointError::Lines),
        ("\n7\n", "\n", CheckpointError::Lines),
        ("FU=", "FU", CheckpointError::Root),
        ("FU=", "FV=", CheckpointError::Root),
        ("47DE", "", CheckpointError::Root),
        ("example.com/log", "", CheckpointError::Note(NoteError::Name)),
        ("example.com/log", "a b", CheckpointError::Note(NoteError::Name)),
    ] {
        assert_eq!(Checkpoint::parse_text(&good.replacen(from, to, 1)), Err(why), "{to:?}");
    }
}

#[test]
fn a_witness_can_follow_the_log_and_is_not_misled() {
    let vectors = vectors("c2sp_witness_flow.json");
    let log = vkey(&vectors["log_vkey"]);
    let (mut size, mut root) = (0, naive_root(&[]));
    let mut seen = Vec::new();
    for request in list(&vectors["requests"]) {
        let proof = base64_hashes(&request["proof"]);
        // One changed signature is no longer canonical base64, so it does not even parse.
        let head = SignedNote::parse(text(&request["checkpoint"]))
            .map_err(CheckpointError::Note)
            .and_then(|note| Checkpoint::open(&note, &log));
        let status = match head {
            Err(_) => 403,
            Ok(_) if number(&request["old"]) != size => 409,
            Ok(head)
                if verify_consistency(size, root, head.size(), head.root(), &proof).is_err() =>
            {
                422
            }
            Ok(head) => {
                (size, root) = (head.size(), head.root());
                200
            }
        };
        assert_eq!(status, number(&request["expect"]));
        seen.push(status);
    }
    assert_eq!(seen, [200, 403, 422, 422, 200, 409, 200, 409]);
}

proptest! {
    #[test]
    fn one_flipped_bit_in_a_signed_head_is_noticed(at in any::<prop::sample::Index>(), bit in 0..8) {
        let log = Log::new("example.com/log", 3);
        let note = log.note(&[b"one".to_vec(), b"two".to_vec()]);
        let mut bytes = note.to_string().into_bytes();
        let at = at.index(bytes.len());
        bytes[at] ^= 1_u8 << bit;
        let opened = std::str::from_utf8(&bytes)
            .ok()
            .and_then(|note| SignedNote::parse(note).ok())
            .and_then(|note| Checkpoint::open(&note, &log.vkey).ok());
        prop_assert_eq!(opened, None);
    }

    #[test]
    fn a_checkpoint_is_written_as_it_was_read_or_refused(
        text in prop_oneof![any::<String>(), "[a-z/ +]{0,9}\n[0-9+]{0,22}\n[A-Za-z0-9+/]{42,43}=\n{0,2}"],
    ) {
        if let Ok(checkpoint) = Checkpoint::parse_text(&text) {
            prop_assert_eq!(checkpoint.to_text(), text);
        }
    }
}
