//! The paths in a source file, as far as they stay inside the crate.

use crate::source::{Kind, Token, starts_with};

/// A path from the root of the crate, and where it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Path {
    /// `["review", "card", "Card"]` for `crate::review::card::Card`; a glob ends with `*`.
    pub(crate) segments: Vec<String>,
    /// The name that it has here: its last segment, or what `as` makes of it.
    pub(crate) name: String,
    pub(crate) line: usize,
}

/// Every path that begins with `crate`, `self` or `super`, in the module of this name.
pub(crate) fn rooted(tokens: &[Token<'_>], module: &[String]) -> Vec<Path> {
    let mut found = Vec::new();
    // Modules written inside the file, each with the depth of its braces.
    let mut inline: Vec<(String, usize)> = Vec::new();
    let mut depth: usize = 0;
    for at in 0..tokens.len() {
        let rest = tokens.get(at..).unwrap_or_default();
        match rest.first().map(|token| token.kind) {
            Some(Kind::Mark('{')) => {
                depth = depth.saturating_add(1);
                if let Some(name) = inline_module(tokens, at) {
                    inline.push((name.to_owned(), depth));
                }
            }
            Some(Kind::Mark('}')) => {
                inline.retain(|(_, opened)| *opened != depth);
                depth = depth.saturating_sub(1);
            }
            Some(Kind::Word("crate" | "self" | "super"))
                if starts_with(rest.get(1..).unwrap_or_default(), ": :") =>
            {
                let here: Vec<String> =
                    module.iter().chain(inline.iter().map(|(name, _)| name)).cloned().collect();
                follow_root(rest, &here, &mut found);
            }
            Some(Kind::Mark(_) | Kind::Word(_) | Kind::Text(_)) | None => {}
        }
    }
    found
}

/// What the `use` lines of a module file name: rooted paths, and those that begin with a child module.
pub(crate) fn used(tokens: &[Token<'_>], module: &[String], children: &[String]) -> Vec<Path> {
    let mut found = Vec::new();
    for at in 0..tokens.len() {
        let rest = tokens.get(at..).unwrap_or_default();
        if !starts_with(rest, "use") {
            continue;
        }
        let after = rest.get(1..).unwrap_or_default();
        match after.first().map(|token| token.kind) {
            Some(Kind::Word("crate" | "self" | "super")) => follow_root(after, module, &mut found),
            Some(Kind::Word(child)) if children.iter().any(|known| known == child) => {
                follow(after, module, &mut found);
            }
            Some(Kind::Mark(_) | Kind::Word(_) | Kind::Text(_)) | None => {}
        }
    }
    found
}

/// The name of the module whose brace is at this place.
fn inline_module<'a>(tokens: &[Token<'a>], brace: usize) -> Option<&'a str> {
    let before = tokens.get(brace.checked_sub(2)?..brace)?;
    match before {
        [Token { kind: Kind::Word("mod"), .. }, Token { kind: Kind::Word(name), .. }] => Some(name),
        _ => None,
    }
}

/// Resolves `crate`, `self` and `super`, then goes on with what follows.
fn follow_root(mut rest: &[Token<'_>], module: &[String], found: &mut Vec<Path>) {
    let mut at = module.to_vec();
    loop {
        match rest.first().map(|token| token.kind) {
            Some(Kind::Word("crate")) => at.clear(),
            Some(Kind::Word("self")) => {}
            Some(Kind::Word("super")) => drop(at.pop()),
            _ => {
                follow(rest, &at, found);
                return;
            }
        }
        if !starts_with(rest.get(1..).unwrap_or_default(), ": :") {
            return;
        }
        rest = rest.get(3..).unwrap_or_default();
    }
}

/// Goes through one tree of a path; gives back what follows it.
fn follow<'a, 'b>(
    rest: &'b [Token<'a>],
    prefix: &[String],
    found: &mut Vec<Path>,
) -> &'b [Token<'a>] {
    let Some((first, mut after)) = rest.split_first() else { return rest };
    match first.kind {
        Kind::Mark('{') => {
            while !after.is_empty() && !starts_with(after, "}") {
                after = follow(after, prefix, found);
            }
            after.get(1..).unwrap_or_default()
        }
        Kind::Mark(mark) => {
            if mark == '*' {
                push(prefix, "*", first.line, found);
            }
            after
        }
        Kind::Word("self") => {
            let name = prefix.last().cloned().unwrap_or_default();
            found.push(Path { segments: prefix.to_vec(), name, line: first.line });
            after
        }
        Kind::Word(word) => {
            let longer: Vec<String> = prefix.iter().cloned().chain([word.to_owned()]).collect();
            let next = after.get(2..).unwrap_or_default();
            if starts_with(after, ": :") && !starts_with(next, "<") {
                return follow(next, &longer, found);
            }
            push(prefix, word, first.line, found);
            rename(after, found)
        }
        Kind::Text(_) => after,
    }
}

fn push(prefix: &[String], word: &str, line: usize, found: &mut Vec<Path>) {
    let segments = prefix.iter().cloned().chain([word.to_owned()]).collect();
    found.push(Path { segments, name: word.to_owned(), line });
}

/// Takes up `as name`.
fn rename<'a, 'b>(after: &'b [Token<'a>], found: &mut [Path]) -> &'b [Token<'a>] {
    if let [Token { kind: Kind::Word("as"), .. }, Token { kind: Kind::Word(name), .. }, rest @ ..] =
        after
    {
        if let Some(last) = found.last_mut() {
            (*name).clone_into(&mut last.name);
        }
        return rest;
    }
    after
}

#[test]
fn paths_are_followed_through_groups_and_renames() {
    let text = "use crate::a::{b::C, d::{self, E as F}, *};\nfn g() { super::h::i::<J>(); self::k(); }\n\
                mod l { use super::m; }\npub(crate) struct N;\n";
    let tokens = crate::source::tokens(text);
    let module = ["x".to_owned(), "y".to_owned()];
    let seen: Vec<String> = rooted(&tokens, &module)
        .iter()
        .map(|path| format!("{} {}", path.segments.join("/"), path.name))
        .collect();
    assert_eq!(seen, ["a/b/C C", "a/d d", "a/d/E F", "a/* *", "x/h/i i", "x/y/k k", "x/y/m m"]);
}
