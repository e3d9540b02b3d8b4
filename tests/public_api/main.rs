//! The public names of every library, as written down beside this file: nothing appears, changes or goes unnoticed.
//!
//! After a change that is meant: `UPDATE_EXPECT=1 cargo test --test public_api`, and read the difference.
#![cfg(unix)] // what stands between cargo and rustdoc is a shell script
#![expect(clippy::indexing_slicing, reason = "JSON: where there is nothing, the index gives null")]

mod rustdoc;
mod signature;
mod walk;

use std::collections::BTreeSet;
use std::path::Path;

/// The libraries. A crate that is published stands here.
const CRATES: [&str; 15] = [
    "action-approvals",
    "approvals-cedar",
    "approvals-chat",
    "approvals-core",
    "approvals-http",
    "approvals-log",
    "approvals-macros",
    "approvals-remote",
    "approvals-rmcp",
    "approvals-slack",
    "approvals-sqlite",
    "approvals-teams",
    "approvals-terminal",
    "approvals-testkit",
    "approvals-tools",
];

#[test]
fn the_public_names_are_those_written_down() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/public_api");
    let update = std::env::var_os("UPDATE_EXPECT").is_some();
    let documents = rustdoc::workspace(&CRATES).expect("rustdoc describes the workspace");
    let mut changes = Vec::new();
    for (name, document) in CRATES.iter().zip(documents) {
        let path = folder.join(name).with_extension("txt");
        let found = walk::lines(&document);
        assert!(!found.is_empty(), "no public name was found in `{name}`");
        if update {
            std::fs::write(&path, found.join("\n") + "\n").expect("the snapshot is writable");
            continue;
        }
        let written = std::fs::read_to_string(&path).unwrap_or_default();
        let difference = difference(&written, &found);
        if !difference.is_empty() {
            changes.push(format!("{name}:\n{difference}"));
        }
    }
    assert!(
        changes.is_empty(),
        "the public API differs from `tests/public_api/*.txt`:\n\n{}\n\
         If this is meant, run `UPDATE_EXPECT=1 cargo test --test public_api` and commit what it writes.\n",
        changes.join("\n")
    );
}

/// What went and what came, one a line.
fn difference(written: &str, found: &[String]) -> String {
    let written: BTreeSet<&str> = written.lines().collect();
    let found: BTreeSet<&str> = found.iter().map(String::as_str).collect();
    let gone = written.difference(&found).map(|line| format!("- {line}\n"));
    let new = found.difference(&written).map(|line| format!("+ {line}\n"));
    gone.chain(new).collect()
}

#[test]
fn a_changed_return_type_is_seen() {
    let found = ["fn a::b() -> u8".to_owned(), "struct a::C".to_owned()];
    assert_eq!(difference("fn a::b() -> u8\nstruct a::C\n", &found), "");
    assert_eq!(
        difference("fn a::b() -> u16\nstruct a::C\n", &found),
        "- fn a::b() -> u16\n+ fn a::b() -> u8\n"
    );
}

#[test]
fn all_that_can_be_reached_from_outside_is_listed_and_nothing_else() {
    let document = rustdoc::source("planted", include_str!("planted.rs"))
        .expect("rustdoc describes the source");
    assert_eq!(walk::lines(&document), include_str!("planted.txt").lines().collect::<Vec<_>>());
}
