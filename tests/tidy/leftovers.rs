//! Nothing is left for later: no reminders, no stubs, no test that is off without a reason.

use crate::source::{self, starts_with};
use crate::tree::{File, Problem, has_extension};

/// Written in two halves, so that this file does not hold them.
const REMINDERS: [&str; 3] = [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("XX", "X")];

const STUBS: [&str; 4] = ["dbg !", "todo !", "unimplemented !", "# [ ignore ]"];

pub(crate) fn check(files: &[File]) -> Vec<Problem> {
    files
        .iter()
        .filter(|file| is_code(&file.path))
        .flat_map(|file| reminders(file).chain(stubs(file)))
        .collect()
}

fn is_code(path: &str) -> bool {
    ["rs", "toml", "py", "sh", "yml", "yaml", "sql"]
        .iter()
        .any(|extension| has_extension(path, extension))
        || path.starts_with(".ci/")
}

fn reminders(file: &File) -> impl Iterator<Item = Problem> {
    let words = |line: &str| {
        line.split(|c: char| !c.is_alphanumeric()).any(|word| REMINDERS.contains(&word))
    };
    file.text.lines().zip(1..).filter(move |(line, _)| words(line)).map(|(_, at)| {
        file.problem(at, "a reminder; do it, or write it down where work is planned")
    })
}

fn stubs(file: &File) -> impl Iterator<Item = Problem> {
    let tokens = if file.is_rust() { source::tokens(&file.text) } else { Vec::new() };
    let mut found = Vec::new();
    for at in 0..tokens.len() {
        let rest = tokens.get(at..).unwrap_or_default();
        for stub in STUBS.iter().filter(|stub| starts_with(rest, stub)) {
            let line = rest.first().map_or(0, |token| token.line);
            found.push(file.problem(
                line,
                format!("`{}` is left over, or has no reason", stub.replace(' ', "")),
            ));
        }
    }
    found.into_iter()
}

#[test]
fn reminders_and_stubs_are_found() {
    for planted in REMINDERS.iter().map(|word| format!("// {word}: later\n")) {
        assert_eq!(check(&[File::new("src/a.rs", planted.as_str())]).len(), 1, "{planted}");
        assert_eq!(check(&[File::new(".ci/run", planted)]).len(), 1);
    }
    for planted in [
        "fn a() { todo!() }",
        "fn a() { dbg!(1); }",
        "fn a() { unimplemented!() }",
        "#[ignore]\nfn a() {}",
    ] {
        assert_eq!(check(&[File::new("tests/a.rs", planted)]).len(), 1, "{planted}");
    }
}

#[test]
fn a_reason_and_a_string_are_no_leftovers() {
    let fine = "#[ignore = \"slow\"]\nfn a() { b(\"todo!\") }\n// mktemp XXXXXX\n";
    assert_eq!(check(&[File::new("tests/a.rs", fine)]).len(), 0);
}
