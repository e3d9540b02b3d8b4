//! The files of an export: only what holds, only what may be seen, and never changed once written.

use std::fs;

use approvals_core::{Document, Keyring};
use approvals_log::{layout, parse_bundle};

use crate::program::{approvals_in, files, folder};
use crate::specimen::Specimen;
use crate::story::{self, SECRET};

const EXPORT: [&str; 4] = ["log", "export", "approvals.db", "out"];

#[test]
fn an_export_is_the_layout_of_the_log_and_its_entries() {
    let specimen = Specimen::new("export");
    let count = specimen.count();
    let text = specimen.run(&EXPORT).ok().out;
    assert!(text.starts_with(&format!("exported and verified: {count} events\n")), "{text}");
    let out = specimen.folder.join("out");
    let mut expected: Vec<_> = layout(count.into()).map(|path| path.to_string()).collect();
    let attachments: Vec<_> =
        files(&out).into_iter().filter(|name| name.starts_with("attachments/")).collect();
    expected.extend(
        ["checkpoint".to_owned(), "log.vkey".to_owned()].into_iter().chain(attachments.clone()),
    );
    expected.sort();
    assert_eq!(files(&out), expected);

    let bundle = fs::read(out.join(format!("tile/entries/000.p/{count}"))).unwrap();
    let entries: Vec<_> = (0..count).map(|index| specimen.entry(index)).collect();
    assert_eq!(parse_bundle(&bundle, entries.len()).unwrap(), entries);
    let note = specimen.run(&["log", "checkpoint", "approvals.db"]).ok().out;
    assert_eq!(fs::read_to_string(out.join("checkpoint")).unwrap(), note);

    // The large document is there under its digest.
    let [attachment] = attachments.as_slice() else { panic!("{attachments:?}") };
    let document = fs::read(out.join(attachment)).unwrap();
    assert_eq!(
        format!(
            "attachments/{}",
            Document::digest(&document).to_string().trim_start_matches("sha256:")
        ),
        *attachment
    );
}

#[test]
fn what_may_be_erased_is_never_exported() {
    let specimen = Specimen::new("export-secret");
    let stored = fs::read(specimen.path()).unwrap();
    let holds =
        |bytes: &[u8]| bytes.windows(SECRET.len()).any(|window| window == SECRET.as_bytes());
    assert!(holds(&stored), "the ledger has it");
    specimen.run(&EXPORT).ok();
    let out = specimen.folder.join("out");
    for name in files(&out) {
        assert!(!holds(&fs::read(out.join(&name)).unwrap()), "{name}");
    }
}

#[test]
fn an_export_grows_with_its_log_and_writes_nothing_twice() {
    let folder = folder("export-grows");
    let path = folder.join("approvals.db");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (gate, _ledger) =
        runtime.block_on(story::gate(&path, Keyring::generate().unwrap(), vec![]));
    approvals_in(&folder, EXPORT).ok();
    runtime.block_on(story::reads(&gate, 100));
    let json = approvals_in(&folder, ["--json"].iter().chain(&EXPORT)).ok().json();
    assert_eq!((&json["events"], &json["extended_from"]), (&303.into(), &3.into()));
    let out = folder.join("out");
    for path in layout(303) {
        assert!(out.join(path.to_string()).exists(), "{path}");
    }
    let again = approvals_in(&folder, ["--json"].iter().chain(&EXPORT)).ok().json();
    assert_eq!(
        (&again["extended_from"], &again["files_written"]),
        (&303.into(), &1.into()),
        "the checkpoint"
    );

    // An interrupted export has everything but the checkpoint, or less.
    fs::remove_file(out.join("checkpoint")).unwrap();
    fs::remove_file(out.join("tile/0/000")).unwrap();
    let resumed = approvals_in(&folder, ["--json"].iter().chain(&EXPORT)).ok().json();
    assert_eq!(resumed["files_written"], 2);
}

#[test]
fn a_folder_of_something_else_is_left_alone() {
    let specimen = Specimen::new("export-occupied");
    let out = specimen.folder.join("out");
    fs::create_dir(&out).unwrap();
    fs::write(out.join("thesis.txt"), "years of work").unwrap();
    specimen.run(&EXPORT).refused(2, "is not empty, and it is not an export");
    assert_eq!(files(&out), ["thesis.txt"]);

    let other = Specimen::new("export-other");
    fs::write(out.join("log.vkey"), "example.com/other+12345678+AAAA\n").unwrap();
    specimen.run(&EXPORT).refused(2, "it is the export of another log");
    fs::remove_dir_all(&out).unwrap();
    fs::write(&out, "a file").unwrap();
    specimen.run(&EXPORT).refused(2, "`out` cannot be read");
    drop(other);
}

#[test]
fn an_earlier_export_that_was_tampered_with_is_1_and_is_kept() {
    let specimen = Specimen::new("export-tampered");
    let out = specimen.folder.join("out");
    let count = specimen.count();
    for name in [format!("tile/entries/000.p/{count}"), format!("tile/0/000.p/{count}")] {
        specimen.run(&EXPORT).ok();
        let mut bytes = fs::read(out.join(&name)).unwrap();
        bytes[9] ^= 1;
        fs::write(out.join(&name), &bytes).unwrap();
        specimen.run(&EXPORT).refused(1, &format!("`out/{name}` is not what the log has there"));
        assert_eq!(fs::read(out.join(&name)).unwrap(), bytes);
        fs::remove_dir_all(&out).unwrap();
    }
    specimen.run(&EXPORT).ok();
    let note = fs::read_to_string(out.join("checkpoint")).unwrap();
    fs::write(out.join("checkpoint"), note.replacen(&format!("\n{count}\n"), "\n3\n", 1)).unwrap();
    specimen.run(&EXPORT).refused(1, "not signed by its key");
}

#[test]
fn a_log_that_was_rolled_back_does_not_go_over_its_newer_export() {
    let specimen = Specimen::new("export-rolled-back");
    specimen.run(&EXPORT).ok();
    let older = Specimen::new("export-older");
    crate::rollback::roll_back(&older, older.count() - 1);
    let out = specimen.folder.join("out");
    let arguments = ["log", "export", "approvals.db", out.to_str().unwrap()];
    older.run(&arguments).refused(1, "the log was rolled back");
    let note = fs::read_to_string(out.join("checkpoint")).unwrap();
    assert!(note.contains(&format!("\n{}\n", specimen.count())), "{note}");
}
