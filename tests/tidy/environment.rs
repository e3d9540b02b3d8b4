//! No environment variable is read where the gate is built: there is no switch that turns it off.

use crate::source::{self, Kind, Token, starts_with};
use crate::tree::{File, Problem};

/// The one file that may: what a person types on a command line may have a default in the environment.
const MAY: &str = "crates/approvals-cli/src/main.rs";

const READERS: [&str; 4] = ["var", "var_os", "vars", "vars_os"];

pub(crate) fn check(files: &[File]) -> Vec<Problem> {
    let held = files.iter().filter(|file| {
        file.is_production() && file.path != MAY && !file.path.starts_with("xtask/")
    });
    held.flat_map(reads).collect()
}

fn reads(file: &File) -> Vec<Problem> {
    let tokens = source::production(&file.text);
    (0..tokens.len())
        .filter_map(|at| tokens.get(at..))
        .filter(|rest| is_read(rest))
        .map(|rest| {
            let line = rest.first().map_or(0, |token| token.line);
            file.problem(
                line,
                "reads the environment; what changes the gate is given in code or in a file",
            )
        })
        .collect()
}

fn is_read(rest: &[Token<'_>]) -> bool {
    if starts_with(rest, "option_env !") || starts_with(rest, "env as") {
        return true;
    }
    if starts_with(rest, "env !") {
        let named = rest
            .iter()
            .find_map(|token| if let Kind::Text(text) = token.kind { Some(text) } else { None });
        return !named.is_some_and(|name| name.starts_with("CARGO_"));
    }
    if !starts_with(rest, "env : :") {
        return false;
    }
    let after = rest.get(3..).unwrap_or_default();
    let mut names = after
        .iter()
        .take_while(|token| !matches!(token.kind, Kind::Mark('}' | ';' | '(')))
        .take(40);
    let is_group = starts_with(after, "{");
    let is_reader = |token: &Token<'_>| {
        token.kind == Kind::Mark('*')
            || matches!(token.kind, Kind::Word(word) if READERS.contains(&word))
    };
    if is_group { names.any(is_reader) } else { after.first().is_some_and(is_reader) }
}

#[test]
fn every_way_to_read_the_environment_is_found() {
    for planted in [
        "fn a() { std::env::var(\"X\"); }",
        "fn a() { env::var_os(\"X\"); }",
        "use std::env::{args, vars};",
        "use std::env::*;",
        "use std::env as outside;",
        "const A: Option<&str> = option_env!(\"CARGO_X\");",
        "const A: &str = env!(\"X\");",
    ] {
        assert_eq!(check(&[File::new("crates/a/src/a.rs", planted)]).len(), 1, "{planted}");
    }
}

#[test]
fn what_reads_nothing_passes() {
    let fine = "// std::env::var\nuse std::env::{args, temp_dir};\nconst A: &str = env!(\"CARGO_PKG_VERSION\");\n\
                #[cfg(test)]\nmod tests { fn a() { std::env::var(\"X\"); } }\n";
    assert_eq!(check(&[File::new("src/a.rs", fine)]).len(), 0);
    assert_eq!(check(&[File::new(MAY, "fn a() { std::env::var(\"X\"); }")]).len(), 0);
}
