//! Rust source as words and marks: no comments, and strings are never mistaken for code.

/// A piece of source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind<'a> {
    /// An identifier, a keyword or a number.
    Word(&'a str),
    /// What stands between the quotes of a string.
    Text(&'a str),
    /// One character of punctuation.
    Mark(char),
}

/// A piece with its line, counted from 1.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Token<'a> {
    pub(crate) kind: Kind<'a>,
    pub(crate) line: usize,
}

/// Whether the source goes on with these words and marks, written with spaces between them.
pub(crate) fn starts_with(tokens: &[Token<'_>], pattern: &str) -> bool {
    let mut tokens = tokens.iter();
    pattern.split_whitespace().all(|wanted| {
        tokens.next().is_some_and(|token| match token.kind {
            Kind::Word(word) => word == wanted,
            Kind::Mark(mark) => wanted.chars().eq([mark]),
            Kind::Text(_) => false,
        })
    })
}

/// The source without its `#[cfg(test)] mod … { … }`.
pub(crate) fn production(text: &str) -> Vec<Token<'_>> {
    let mut left = tokens(text);
    let mut kept = Vec::new();
    while let Some((start, end)) = test_module(&left) {
        let after = left.split_off(end);
        left.truncate(start);
        kept.append(&mut left);
        left = after;
    }
    kept.append(&mut left);
    kept
}

/// How many lines stand outside `#[cfg(test)] mod … { … }`.
pub(crate) fn production_lines(text: &str) -> usize {
    let mut left = tokens(text);
    let mut tests: usize = 0;
    while let Some((start, end)) = test_module(&left) {
        let after = left.split_off(end);
        let first = left.get(start).map_or(0, |token| token.line);
        let last = left.last().map_or(0, |token| token.line);
        tests = tests.saturating_add(last.saturating_sub(first).saturating_add(1));
        left = after;
    }
    text.lines().count().saturating_sub(tests)
}

/// Where the first inline test module begins, and where it is over.
fn test_module(tokens: &[Token<'_>]) -> Option<(usize, usize)> {
    let start = (0..tokens.len()).find(|at| {
        let rest = tokens.get(*at..).unwrap_or_default();
        starts_with(rest, "# [ cfg ( test ) ] mod")
            && rest.get(9).is_some_and(|token| token.kind == Kind::Mark('{'))
    })?;
    let mut depth: usize = 0;
    for (at, token) in tokens.iter().enumerate().skip(start) {
        match token.kind {
            Kind::Mark('{') => depth = depth.saturating_add(1),
            Kind::Mark('}') if depth <= 1 => return Some((start, at.saturating_add(1))),
            Kind::Mark('}') => depth = depth.saturating_sub(1),
            Kind::Mark(_) | Kind::Word(_) | Kind::Text(_) => {}
        }
    }
    None
}

/// Takes the source apart.
pub(crate) fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut found = Vec::new();
    let mut rest = text;
    let mut line: usize = 1;
    while let Some(first) = rest.chars().next() {
        let (kind, length) = piece(rest, first);
        if let Some(kind) = kind {
            found.push(Token { kind, line });
        }
        let (taken, after) = rest.split_at_checked(length).unwrap_or((rest, ""));
        line = line.saturating_add(taken.matches('\n').count());
        rest = after;
    }
    found
}

/// The piece at the start of `rest`, and its length in bytes. Space and comments are no piece.
fn piece(rest: &str, first: char) -> (Option<Kind<'_>>, usize) {
    if first.is_whitespace() {
        return (None, first.len_utf8());
    }
    if rest.starts_with("//") {
        return (None, rest.find('\n').unwrap_or(rest.len()));
    }
    if rest.starts_with("/*") {
        return (None, block_comment(rest));
    }
    if let Some((text, length)) = string(rest) {
        return (Some(Kind::Text(text)), length);
    }
    if let Some(length) = character(rest) {
        return (None, length);
    }
    if first.is_alphanumeric() || first == '_' {
        let length = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
        return (rest.get(..length).map(Kind::Word), length);
    }
    (Some(Kind::Mark(first)), first.len_utf8())
}

/// The length of a block comment, with those inside it.
fn block_comment(rest: &str) -> usize {
    let mut depth: usize = 0;
    let mut at: usize = 0;
    while let Some(here) = rest.get(at..).filter(|here| !here.is_empty()) {
        let step = if here.starts_with("/*") {
            depth = depth.saturating_add(1);
            2
        } else if here.starts_with("*/") {
            depth = depth.saturating_sub(1);
            2
        } else {
            here.chars().next().map_or(1, char::len_utf8)
        };
        at = at.saturating_add(step);
        if depth == 0 {
            break;
        }
    }
    at
}

/// The inside of a string literal of any kind, and the length of the whole.
fn string(rest: &str) -> Option<(&str, usize)> {
    let prefix = ["br", "cr", "b", "c", "r", ""].into_iter().find(|prefix| {
        rest.strip_prefix(prefix).is_some_and(|after| {
            after.starts_with('"')
                || (prefix.ends_with('r') && after.trim_start_matches('#').starts_with('"'))
        }) && (!rest.starts_with("r#") || rest.trim_start_matches(['r', '#']).starts_with('"'))
    })?;
    let after = rest.strip_prefix(prefix)?;
    let hashes = after.len().checked_sub(after.trim_start_matches('#').len())?;
    let open = prefix.len().checked_add(hashes)?.checked_add(1)?;
    let body = rest.get(open..)?;
    let close = format!("\"{}", "#".repeat(hashes));
    let end = if prefix.ends_with('r') { body.find(&close) } else { unescaped_quote(body) }
        .unwrap_or(body.len());
    Some((body.get(..end)?, open.checked_add(end)?.checked_add(close.len())?))
}

fn unescaped_quote(body: &str) -> Option<usize> {
    let mut escaped = false;
    body.char_indices().find_map(|(at, c)| {
        let closes = c == '"' && !escaped;
        escaped = c == '\\' && !escaped;
        closes.then_some(at)
    })
}

/// The length of a character literal; a lifetime is none.
fn character(rest: &str) -> Option<usize> {
    let after = rest.strip_prefix('\'')?;
    let mut chars = after.char_indices();
    let (_, first) = chars.next()?;
    if first == '\\' {
        let close = after.char_indices().skip(2).find(|(_, c)| *c == '\'')?.0;
        return close.checked_add(2);
    }
    let (at, second) = chars.next()?;
    (second == '\'').then_some(at).and_then(|at| at.checked_add(2))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<&str> {
        let word = |token: &Token<'_>| matches!(token.kind, Kind::Word(_));
        let name =
            |token: Token<'static>| if let Kind::Word(word) = token.kind { word } else { "" };
        tokens(Box::leak(text.to_owned().into_boxed_str()))
            .into_iter()
            .filter(word)
            .map(name)
            .collect()
    }

    #[test]
    fn comments_strings_and_characters_hide_what_they_hold() {
        let text = r##"a /* b /* c */ d */ e // f
            "g \" h" r#"i " j"# b"k" '\'' 'l' '"' m<'n> r#type o'"##;
        assert_eq!(words(text), ["a", "e", "m", "n", "r", "type", "o"]);
    }

    #[test]
    fn lines_are_counted_through_comments_and_strings() {
        let found = tokens("/*\n*/ a\n\"x\ny\" b\n");
        let lines: Vec<usize> = found.iter().map(|token| token.line).collect();
        assert_eq!(lines, [2, 3, 4]);
    }

    #[test]
    fn a_test_module_is_left_out_and_what_follows_it_is_not() {
        let text = "fn a() {}\n#[cfg(test)]\nmod tests {\n    fn b() { c(\"}\") }\n}\nfn d() {}\n";
        let kept: Vec<Kind<'_>> = production(text).iter().map(|token| token.kind).collect();
        assert!(kept.contains(&Kind::Word("a")) && kept.contains(&Kind::Word("d")));
        assert!(!kept.contains(&Kind::Word("b")) && !kept.contains(&Kind::Word("c")));
        assert_eq!(production_lines(text), 2);
    }
}
