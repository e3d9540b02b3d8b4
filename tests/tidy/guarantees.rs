//! A promise without its test is none: every test and file that `GUARANTEES.md` names must exist.

use crate::tree::{File, Problem};

pub(crate) fn check(files: &[File]) -> Vec<Problem> {
    let Some(guarantees) = files.iter().find(|file| file.path == "GUARANTEES.md") else {
        return Vec::new();
    };
    let rules = (1..=12).filter(|rule| !guarantees.text.contains(&format!("\n## {rule}. ")));
    let mut problems: Vec<Problem> =
        rules.map(|rule| guarantees.problem(1, format!("has no rule {rule}"))).collect();
    for (line, text) in guarantees.text.lines().enumerate() {
        let names = text.split('`').skip(1).step_by(2);
        let missing = names.filter(|name| !exists(name, files));
        problems.extend(missing.map(|name| {
            guarantees
                .problem(line.saturating_add(1), format!("names `{name}`, which is not there"))
        }));
    }
    problems
}

/// Whether there is such a file or folder, or such a test. Words that are neither are let pass.
fn exists(name: &str, files: &[File]) -> bool {
    if name.contains('/') {
        return files
            .iter()
            .any(|file| file.path == name || file.path.starts_with(&format!("{name}/")));
    }
    let is_test = name.matches('_').count() >= 2
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    !is_test
        || files.iter().any(|file| file.is_rust() && file.text.contains(&format!("fn {name}(")))
}

#[test]
fn a_promise_without_a_test_is_found() {
    let rules = (1..=12).fold(String::new(), |text, rule| format!("{text}\n## {rule}. A rule\n"));
    let files = |text: String| {
        [File::new("GUARANTEES.md", text), File::new("tests/a.rs", "#[test]\nfn it_is_so() {}\n")]
    };
    assert!(check(&files(format!("{rules}- `tests/a.rs`: `it_is_so`"))).is_empty());
    assert_eq!(check(&files(format!("{rules}- `tests/b.rs`: `it_is_so`"))).len(), 1);
    assert_eq!(check(&files(format!("{rules}- `tests/a.rs`: `it_is_not_so`"))).len(), 1);
    assert_eq!(check(&files(rules.replace("## 7.", "## 77."))).len(), 1);
}
