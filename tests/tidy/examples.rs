//! Every public type and trait is shown in use: in its documentation, or in that of another one that it names.

use crate::tree::{File, Problem};

/// How a page says so, from its first line to its last.
const SHOWN: [&str; 3] = ["```", "example", "#[doc = include_str!("];

pub(crate) fn check(files: &[File]) -> Vec<Problem> {
    let libraries = files.iter().filter(|file| file.is_production() && is_of_a_library(file));
    libraries.flat_map(undocumented).collect()
}

/// What a program or a test has is for nobody else, and what macros expand to is for no reader.
fn is_of_a_library(file: &File) -> bool {
    let is_apart = ["crates/approvals-cli/", "tests/", "examples/", "xtask/"];
    !is_apart.iter().any(|folder| file.path.starts_with(folder))
        && !file.path.ends_with("/private.rs")
}

fn undocumented(file: &File) -> Vec<Problem> {
    let (mut problems, mut page) = (Vec::new(), String::new());
    for (line, text) in (1..).zip(file.text.lines()) {
        let words: Vec<&str> = text.split([' ', '<', '(', ';', ':']).take(3).collect();
        if let ["pub", "struct" | "enum" | "trait", name] = words.as_slice()
            && !SHOWN.iter().any(|shown| page.contains(shown))
        {
            problems.push(file.problem(line, format!("`{name}` has no example: show its use")));
        }
        // A page ends with the item that it is about.
        if text.is_empty() || text.starts_with('}') {
            page.clear();
        }
        page.push_str(text);
    }
    problems
}

#[test]
fn a_type_without_an_example_is_found() {
    let of = |text: &str| check(&[File::new("crates/b/src/b.rs", text)]).len();
    assert_eq!(of("//! B.\n\n/// A list.\n#[derive(Debug)]\npub struct List;\n"), 1);
    assert_eq!(of("//! B.\n\n/// ```\n/// b::list();\n/// ```\npub struct List;\n"), 0);
    assert_eq!(of("//! B.\n\n/// [`List`] has an example.\npub enum Item {}\n"), 0);
    assert_eq!(of("//! B.\n\n/// ```\n/// ```\nfn a() {}\n\npub trait Says<T>: Sized {}\n"), 1);
    assert_eq!(of("//! B.\n\npub(crate) struct List;\n"), 0);
}
