//! A mistake in a file: where it is, the line with a caret below it, and how to mend it.

use std::ops::Range;
use std::path::Path;

use approvals_core::{RollError, Rules, RulesError, StaticDirectory};
use approvals_http::TokensError;
use serde::Serialize;

use crate::error::Error;
use crate::output::{WIDTH, printable};
use crate::trust;

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Mistake {
    pub(crate) file: String,
    /// From 1.
    pub(crate) line: usize,
    /// In characters, from 1.
    pub(crate) column: usize,
    /// What is wrong, and how to mend it.
    pub(crate) message: String,
    #[serde(skip)]
    source: String,
}

impl Mistake {
    fn new(path: &Path, text: &str, line: usize, column: usize, message: &str) -> Self {
        let source = text.lines().nth(line.saturating_sub(1)).unwrap_or_default().to_owned();
        let file = path.display().to_string();
        Self { file, line, column, message: message.to_owned(), source }
    }

    pub(crate) fn of_rules(path: &Path, text: &str, error: &RulesError) -> Self {
        Self::new(path, text, error.line(), error.column(), error.message())
    }

    pub(crate) fn of_people(path: &Path, text: &str, error: &RollError) -> Self {
        Self::new(path, text, error.line(), error.column(), error.message())
    }

    pub(crate) fn of_tokens(path: &Path, text: &str, error: &TokensError) -> Self {
        Self::new(path, text, error.line(), error.column(), error.message())
    }

    /// At a place in bytes.
    pub(crate) fn at(path: &Path, text: &str, span: Option<Range<usize>>, message: &str) -> Self {
        let before = span.and_then(|span| text.get(..span.start)).unwrap_or_default();
        let line = before.matches('\n').count().saturating_add(1);
        let last = before.rsplit('\n').next().unwrap_or_default();
        Self::new(path, text, line, last.chars().count().saturating_add(1), message)
    }

    pub(crate) fn of_source(path: &Path, text: &str, error: &syn::Error) -> Self {
        let place = error.span().start();
        Self::new(path, text, place.line, place.column.saturating_add(1), &error.to_string())
    }

    /// On one line, as editors understand it.
    pub(crate) fn headline(&self) -> String {
        printable(&format!("{}:{}:{}: {}", self.file, self.line, self.column, self.message))
    }

    /// The line of the file, as much of it as fits, and a caret.
    pub(crate) fn excerpt(&self) -> [String; 2] {
        let gutter = format!("{:>6} | ", self.line);
        let room = WIDTH.saturating_sub(gutter.len());
        let place = self.column.saturating_sub(1);
        let pieces: Vec<String> =
            self.source.chars().map(|letter| printable(&letter.to_string())).collect();
        // What stands before the caret is dropped from its beginning until the caret fits with some room.
        let width = |from: usize| {
            pieces
                .iter()
                .take(place)
                .skip(from)
                .map(String::len)
                .fold(0_usize, usize::saturating_add)
        };
        let from = (0..=place).find(|from| width(*from) <= room / 2).unwrap_or(place);
        let mut shown = String::new();
        for piece in pieces.iter().skip(from) {
            if shown.len().saturating_add(piece.len()) > room {
                break;
            }
            shown.push_str(piece);
        }
        let caret = format!("{:>6} | {}^", "", " ".repeat(width(from)));
        [format!("{gutter}{shown}").trim_end().to_owned(), caret]
    }
}

/// A policy as text.
pub(crate) fn policy(path: &Path) -> Result<String, Error> {
    if path.extension().is_some_and(|extension| extension == "cedar") {
        return Err(Error::Cedar(path.to_owned()));
    }
    trust::read(path)
}

/// The rules in this file.
pub(crate) fn rules(path: &Path) -> Result<Rules, Error> {
    let text = policy(path)?;
    let mistake = |error: RulesError| Error::Mistakes(vec![Mistake::of_rules(path, &text, &error)]);
    text.parse().map_err(mistake)
}

/// The people in this file.
pub(crate) fn people(path: &Path) -> Result<StaticDirectory, Error> {
    people_in(path, &trust::read(path)?)
}

/// The people in this text of the file.
pub(crate) fn people_in(path: &Path, text: &str) -> Result<StaticDirectory, Error> {
    let mistake = |error: RollError| Error::Mistakes(vec![Mistake::of_people(path, text, &error)]);
    text.parse().map_err(mistake)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn excerpt(source: &str, column: usize) -> [String; 2] {
        Mistake::new(Path::new("x"), source, 1, column, "no").excerpt()
    }

    #[test]
    fn the_caret_stands_below_its_place_whatever_stands_before_it() {
        let [line, caret] = excerpt("default = \"allow\"", 11);
        assert_eq!(
            (line.as_str(), caret.as_str()),
            ("     1 | default = \"allow\"", "       |           ^")
        );
        let [line, caret] = excerpt("\u{1b}[2J\u{202e}x = 1", 6);
        assert_eq!(line.find('x'), caret.find('^'), "{line}\n{caret}");
        assert!(line.bytes().all(|byte| (0x20..0x7f).contains(&byte)), "{line}");
        let [line, caret] = excerpt(&format!("{}!{}", "a".repeat(5000), "b".repeat(5000)), 5001);
        assert_eq!(line.find('!'), caret.find('^'), "{line}\n{caret}");
        assert!(line.len() <= WIDTH && caret.len() <= WIDTH);
        assert_eq!(excerpt("", 1)[1], "       | ^");
    }
}
