//! Signed notes: published vectors, and everything that must be refused.

use approvals_log::{BadSignature, NoteError, SignedNote};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use proptest::prelude::*;
use serde_json::Value;

use crate::support::{Log, go_example, list, note, text, vectors, vkey};

#[test]
fn published_notes_verify() {
    let vectors = vectors("c2sp_signed_note.json");
    let spec = &vectors["spec_example"];
    note(&spec["note"]).verify(&vkey(&spec["vkey"])).unwrap();
    let real = &vectors["real_checkpoint"];
    note(&real["note"]).verify(&vkey(&real["vkey"])).unwrap();
    let (text, [peter, enoch], keys) = go_example();
    let both = SignedNote::parse(&format!("{text}\n{peter}{enoch}")).unwrap();
    assert_eq!(both.text(), text);
    for key in &keys {
        both.verify(key).unwrap();
    }
}

#[test]
fn published_malformed_notes_are_refused() {
    let vectors = vectors("c2sp_signed_note.json");
    let cases = list(&vectors["malformed_or_rejected"]);
    let refusal = |case: &Value| SignedNote::parse(text(&case["note"])).unwrap_err();
    assert_eq!(refusal(&cases[0]), NoteError::NoNewline);
    assert_eq!(refusal(&cases[1]), NoteError::ControlCharacter);
    assert_eq!(refusal(&cases[2]), NoteError::SignatureLine);
    let (_, [_, enoch], [peter, _]) = go_example();
    let corrupted = note(&cases[3]["note"]);
    assert_eq!(corrupted.verify(&peter), Err(NoteError::Signature(BadSignature)));
    let unknown =
        text(&cases[4]["note"]).strip_suffix("(open with PeterNeumann key only)").unwrap();
    assert!(unknown.ends_with(&enoch));
    let refused = SignedNote::parse(unknown).unwrap().verify(&peter);
    assert_eq!(refused, Err(NoteError::NotSigned { name: "PeterNeumann".into() }));
}

#[test]
fn sixteen_signatures_are_read_and_more_than_a_hundred_are_not() {
    let (text, [peter, enoch], [key, _]) = go_example();
    for count in [15, 99] {
        let note = format!("{text}\n{}{peter}", enoch.repeat(count));
        SignedNote::parse(&note).unwrap().verify(&key).unwrap();
    }
    let note = format!("{text}\n{}{peter}", enoch.repeat(100));
    assert_eq!(SignedNote::parse(&note), Err(NoteError::TooManySignatures));
}

#[test]
fn two_lines_of_one_key_are_refused_even_if_both_are_good() {
    let (text, [peter, _], [key, _]) = go_example();
    let note = SignedNote::parse(&format!("{text}\n{peter}{peter}")).unwrap();
    assert_eq!(note.verify(&key), Err(NoteError::SignedTwice { name: "PeterNeumann".into() }));
}

#[test]
fn a_signature_by_another_key_of_the_same_name_does_not_count() {
    let [ours, theirs] = [1, 2].map(|seed| Log::new("example.com/log", seed));
    let note = theirs.sign("text\n");
    assert_eq!(
        note.verify(&ours.vkey),
        Err(NoteError::NotSigned { name: "example.com/log".into() })
    );
    // Nor does it help to write our id in front of it.
    let forged = note.to_string();
    let (head, encoded) = forged.trim_end().rsplit_once(' ').unwrap();
    let mut line = STANDARD.decode(encoded).unwrap();
    line[..4].copy_from_slice(&ours.vkey.id().to_be_bytes());
    let forged = SignedNote::parse(&format!("{head} {}\n", STANDARD.encode(line))).unwrap();
    assert_eq!(forged.verify(&ours.vkey), Err(NoteError::Signature(BadSignature)));
}

#[test]
fn a_wrong_signature_is_not_assembled() {
    let log = Log::new("example.com/log", 1);
    let assemble = |text: &str| SignedNote::assemble(text.to_owned(), &log.vkey, [7; 64]);
    assert_eq!(assemble("text\n"), Err(NoteError::Signature(BadSignature)));
    assert_eq!(assemble("text"), Err(NoteError::NoNewline));
    assert_eq!(assemble("te\rxt\n"), Err(NoteError::ControlCharacter));
    assert_eq!(assemble(&format!("{}\n", "x".repeat(1_000_000))), Err(NoteError::TooLong));
}

#[test]
fn notes_out_of_form_are_refused() {
    let (text, [peter, _], _) = go_example();
    let good = format!("{text}\n{peter}");
    SignedNote::parse(&good).unwrap();
    let line = peter.trim_end();
    for bad in [
        String::new(),
        "\n".into(),
        "\n\n".into(),
        text.clone(),
        format!("{text}\n"),
        format!("{text}\n\n"),
        format!("{text}{peter}"),
        good.replace('\n', "\r\n"),
        format!("{text}\n{line}\r\n"),
        format!("{text}\n{line}\t\n"),
        format!("{good}\n"),
        format!("{text}\n{line} \n"),
        format!("{text}\n {line}\n"),
        format!("{text}\n{}", peter.replace('\u{2014}', "-")),
        format!("{text}\n{}", peter.replace("Peter", "Peter+")),
        format!("{text}\n{}", peter.replace("PeterNeumann", "")),
        format!("{text}\n{}", peter.replace("PeterNeumann", "Peter\u{a0}Neumann")),
        format!("{text}\n{}", peter.replace("PeterNeumann", &"x".repeat(256))),
        format!("{text}\n{}", peter.replace('=', "")),
        format!("{text}\n{}", peter.replace("AM=", "AN=")),
        format!("{text}\n\u{2014} PeterNeumann \n"),
        format!("{text}\n\u{2014} PeterNeumann\n"),
        format!("{text}\n\u{2014} PeterNeumann x08goA==\n"),
        format!("{text}\n\u{2014} PeterNeumann x08g\n"),
        format!("{text}\n{peter}{line}"),
        format!("{}\n\n{peter}", "x".repeat(1_000_000)),
    ] {
        let refused = SignedNote::parse(&bad);
        assert!(refused.is_err(), "{bad:?}");
    }
}

/// Strings close enough to a note to get past the first checks.
fn nearly_a_note() -> impl Strategy<Value = String> {
    let (text, [peter, enoch], _) = go_example();
    let good = format!("{text}\n{peter}{enoch}");
    let pieces =
        ["\n", "\n\n", "\u{2014} ", "\u{2014} a AAAAAAA=\n", " ", "+", "\r", "\u{0}", "=", "é", ""];
    let edit = (any::<prop::sample::Index>(), 0..3_usize, prop::sample::select(pieces.to_vec()));
    prop::collection::vec(edit, 0..4).prop_map(move |edits| {
        let mut chars: Vec<char> = good.chars().collect();
        for (at, removed, inserted) in edits {
            let at = at.index(chars.len());
            let end = (at + removed).min(chars.len());
            chars.splice(at..end, inserted.chars());
        }
        chars.into_iter().collect()
    })
}

proptest! {
    #[test]
    fn a_note_is_written_as_it_was_read_or_refused(
        note in prop_oneof![nearly_a_note(), any::<String>(), "(?s).{0,20}\n\n\u{2014} [a-z]{1,3} [A-Za-z0-9+/]{8}\n"],
    ) {
        if let Ok(parsed) = SignedNote::parse(&note) {
            prop_assert_eq!(parsed.to_string(), note);
        }
    }

    #[test]
    fn what_a_log_signs_is_read_back(text in "[^\u{0}-\u{1f}]{0,40}(\n[^\u{0}-\u{1f}]{0,9}){0,4}\n") {
        let log = Log::new("example.com/log", 3);
        let parsed = SignedNote::parse(&log.sign(&text).to_string()).unwrap();
        prop_assert_eq!(parsed.text(), &text);
        parsed.verify(&log.vkey).unwrap();
    }
}
