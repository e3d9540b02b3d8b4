//! What is named as a file of tests is compiled for tests alone: the other checks pass over it.

use crate::source::{self, Kind, Token};
use crate::tree::{File, Problem};

pub(crate) fn check(files: &[File]) -> Vec<Problem> {
    files.iter().filter(|file| file.is_production()).flat_map(shipped).collect()
}

/// The `mod` lines that bring a file of tests into the product.
fn shipped(file: &File) -> Vec<Problem> {
    let tokens = source::tokens(&file.text);
    let items = tokens.split(|token| matches!(token.kind, Kind::Mark(';' | '{' | '}')));
    items
        .filter(|item| {
            names_tests(item)
                && !has(item, &[Kind::Word("cfg"), Kind::Mark('('), Kind::Word("test")])
        })
        .map(|item| {
            file.problem(item.last().map_or(0, |token| token.line), "tests without `#[cfg(test)]`")
        })
        .collect()
}

fn names_tests(item: &[Token<'_>]) -> bool {
    let is_module = matches!(
        item,
        [.., Token { kind: Kind::Word("mod"), .. }, Token { kind: Kind::Word(_), .. }]
    );
    let is_tests = |token: &Token<'_>| match token.kind {
        Kind::Word(name) => name == "tests" || name.ends_with("_tests"),
        Kind::Text(path) => path.contains("tests"),
        Kind::Mark(_) => false,
    };
    is_module && item.iter().any(is_tests)
}

fn has(item: &[Token<'_>], pattern: &[Kind<'_>]) -> bool {
    item.windows(pattern.len())
        .any(|window| window.iter().map(|token| token.kind).eq(pattern.iter().copied()))
}

#[test]
fn a_file_of_tests_in_the_product_is_found() {
    for planted in [
        "mod a_tests;",
        "mod tests;",
        "use b;\n#[path = \"a_tests.rs\"]\nmod a;",
        "#[cfg(unix)] mod tests {}",
    ] {
        assert_eq!(check(&[File::new("src/a.rs", planted)]).len(), 1, "{planted}");
    }
    for fine in [
        "#[cfg(test)]\nmod tests;",
        "#[cfg(test)]\n#[path = \"a_tests.rs\"]\nmod tests;",
        "fn tests() {}",
    ] {
        assert_eq!(check(&[File::new("src/a.rs", fine)]).len(), 0, "{fine}");
    }
}
