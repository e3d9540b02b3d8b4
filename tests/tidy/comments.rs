//! Every dependency of the workspace says what it is for.
//!
//! On its own line, or above its group: but where one line of a group speaks for itself, all of them do. Our own
//! crates need no reason.

use crate::manifest::{entries, without_comment};
use crate::tree::{File, Problem};

pub(crate) fn check(files: &[File]) -> Vec<Problem> {
    files.iter().filter(|file| file.path == "Cargo.toml").flat_map(silent).collect()
}

fn silent(file: &File) -> Vec<Problem> {
    let lines: Vec<&str> = file.text.lines().collect();
    let entries = entries(&file.text);
    let foreign = entries
        .iter()
        .filter(|entry| entry.table == "workspace.dependencies" && !entry.value.contains("path ="));
    let wrong = foreign.filter(|entry| {
        let before = entry.line.saturating_sub(1);
        let (above, below) = lines.split_at_checked(before).unwrap_or_default();
        let above: Vec<&str> =
            above.iter().rev().take_while(|line| !is_border(line)).copied().collect();
        let mut below = below.iter().take_while(|line| !is_border(line));
        let speaks = |line: &&str| !line.starts_with('#') && without_comment(line) != *line;
        let is_headed = above.iter().any(|line| line.starts_with('#'));
        let some_speak = above.iter().any(speaks) || below.any(speaks);
        let is_silent = !lines.get(before).is_some_and(speaks);
        is_silent && (!is_headed || some_speak)
    });
    wrong
        .map(|entry| {
            file.problem(entry.line, format!("`{}` does not say what it is for", entry.key))
        })
        .collect()
}

/// What ends a group.
fn is_border(line: &str) -> bool {
    line.trim().is_empty() || line.starts_with('[')
}

#[test]
fn a_dependency_without_a_word_is_found() {
    let planted = |lines: &str| {
        check(&[File::new("Cargo.toml", format!("[workspace.dependencies]\n{lines}\n"))]).len()
    };
    assert_eq!(planted("a = \"1\""), 1);
    assert_eq!(planted("# Heading.\n\na = \"1\""), 1);
    assert_eq!(planted("# Heading.\na = \"1\" # for this\nb = \"1\""), 1);
    assert_eq!(planted("# Heading.\nb = \"1\"\na = \"1\" # for this"), 1);
    assert_eq!(planted("a = { version = \"1\", features = [\"#\"] }"), 1);
    assert_eq!(
        planted("a = \"1\" # for this\n\n# Tests.\nb = \"1\"\nc = \"1\"\n\nd = { path = \"d\" }"),
        0
    );
}
