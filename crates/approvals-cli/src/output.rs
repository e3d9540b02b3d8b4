//! Text and JSON for people and programs: nothing in it can move a cursor or hide.

use std::io::{self, Write};

use approvals_core::{Digest, visible};
use serde::Serialize;

use crate::error::Error;
use crate::progress::Progress;

/// Where a command writes, and how.
pub(crate) struct Console<'a> {
    pub(crate) out: &'a mut dyn Write,
    pub(crate) err: &'a mut dyn Write,
    pub(crate) format: Format,
    pub(crate) progress: Progress<'a>,
}

/// How a report is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    Text,
    Json,
}

/// What a command found: its fields are the JSON.
pub(crate) trait Report: Serialize {
    /// The same for people.
    fn text(&self) -> String;
}

impl Console<'_> {
    pub(crate) fn report(&mut self, report: &impl Report) -> Result<(), Error> {
        let text = match self.format {
            Format::Text => report.text(),
            Format::Json => json(report).map_err(|error| Error::Output(error.into()))?,
        };
        self.out.write_all(text.as_bytes()).map_err(Error::Output)
    }

    /// What went well and is probably not what was meant.
    pub(crate) fn warn(&mut self, text: &str) -> Result<(), Error> {
        writeln!(self.err, "warning: {}", printable(text)).map_err(Error::Output)
    }
}

/// Indented JSON in ASCII: a terminal shows what is there, and a parser reads the same.
fn json(value: &impl Serialize) -> serde_json::Result<String> {
    let mut ascii = String::new();
    for letter in serde_json::to_string_pretty(value)?.chars() {
        if letter == '\n' || letter == ' ' || letter.is_ascii_graphic() {
            ascii.push(letter);
        } else {
            let units = &mut [0; 2];
            ascii.extend(letter.encode_utf16(units).iter().map(|unit| format!("\\u{unit:04x}")));
        }
    }
    ascii.push('\n');
    Ok(ascii)
}

/// Text of messages, names and paths on one line of printable ASCII, the rest as escapes.
pub(crate) fn printable(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for letter in text.chars() {
        if letter == ' ' || letter.is_ascii_graphic() {
            line.push(letter);
        } else {
            line.push_str(visible::text(letter.encode_utf8(&mut [0; 4])).trim_matches('"'));
        }
    }
    line
}

/// Bytes as lower-case hex.
pub(crate) fn hex(bytes: &[u8]) -> String {
    let digit = |nibble: u8| char::from_digit(u32::from(nibble), 16);
    bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]).filter_map(digit).collect()
}

/// How wide a page is.
pub(crate) const WIDTH: usize = 80;

/// A page of text, no line over [`WIDTH`] but for those that end in a digest, which is there to be copied.
#[derive(Debug, Default)]
pub(crate) struct Page(String);

impl Page {
    /// A line that begins with `label`; what does not fit goes on below its beginning.
    pub(crate) fn line(&mut self, label: &str, text: &str) {
        let is_digest = text.parse::<Digest>().is_ok();
        let room = if is_digest { text.len() } else { WIDTH.saturating_sub(label.len()).max(20) };
        let mut margin = label.to_owned();
        for piece in pieces(text, room) {
            self.0.push_str(if piece.is_empty() { margin.trim_end() } else { &margin });
            self.0.push_str(piece);
            self.0.push('\n');
            margin = " ".repeat(label.len());
        }
    }

    pub(crate) fn gap(&mut self) {
        self.0.push('\n');
    }

    pub(crate) fn text(&mut self, text: &str) {
        self.0.push_str(text);
    }

    pub(crate) fn into_text(self) -> String {
        self.0
    }
}

/// `text`, cut after a blank where there is one, so that no letter is lost; ASCII letters count one column.
fn pieces(text: &str, room: usize) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some((full, _)) = rest.char_indices().nth(room) {
        let (piece, _) = rest.split_at_checked(full).unwrap_or((rest, ""));
        let cut = piece.rfind(' ').map_or(full, |blank| blank.saturating_add(1));
        let (piece, after) = rest.split_at_checked(cut).unwrap_or((rest, ""));
        pieces.push(piece);
        rest = after;
    }
    pieces.push(rest);
    pieces
}

/// A writer to whom nobody need listen: a closed pipe is the reader's choice and no error.
#[derive(Debug)]
pub(crate) struct Pipe<W> {
    inner: W,
    is_closed: bool,
}

impl<W: Write> Pipe<W> {
    pub(crate) fn new(inner: W) -> Self {
        Self { inner, is_closed: false }
    }

    fn unless_closed<T>(
        &mut self,
        otherwise: T,
        write: impl FnOnce(&mut W) -> io::Result<T>,
    ) -> io::Result<T> {
        if self.is_closed {
            return Ok(otherwise);
        }
        match write(&mut self.inner) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
                self.is_closed = true;
                Ok(otherwise)
            }
            other => other,
        }
    }
}

impl<W: Write> Write for Pipe<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.unless_closed(bytes.len(), |inner| inner.write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.unless_closed((), W::flush)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_but_printable_ascii_leaves() {
        let hostile = "a\u{1b}[2J\u{9b}\u{202e}\"\\\n\u{1f600}";
        for text in [json(&hostile).unwrap(), printable(hostile)] {
            assert!(text.trim_end().bytes().all(|byte| (0x20..0x7f).contains(&byte)), "{text}");
        }
        assert_eq!(serde_json::from_str::<String>(&json(&hostile).unwrap()).unwrap(), hostile);
        assert_eq!(printable("a\nb\u{9b}c"), "a\\nb\\u{9b}c");
        assert_eq!(hex(&[0, 0x9f, 0xff]), "009fff");
    }

    #[test]
    fn a_page_loses_no_letter_and_no_line_is_too_long() {
        let long = "word ".repeat(40) + &"x".repeat(300);
        let mut page = Page::default();
        page.line("  label  ", &long);
        let text = page.into_text();
        assert!(text.lines().all(|line| line.len() <= WIDTH), "{text}");
        let joined: String = text.lines().filter_map(|line| line.get(9..)).collect();
        assert_eq!(joined, long);
    }

    #[test]
    fn a_digest_is_not_cut_and_no_other_word_that_long_passes_for_one() {
        let digest = Digest::of("policy", b"x").to_string();
        for (text, lines) in [(&digest, 1), (&format!("{digest}0"), 2)] {
            let mut page = Page::default();
            page.line("         policy     ", text);
            assert_eq!(page.into_text().lines().count(), lines, "{text}");
        }
    }

    #[test]
    fn a_closed_pipe_is_no_error_and_a_full_disk_is() {
        struct Failing(io::ErrorKind);
        impl Write for Failing {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                Err(self.0.into())
            }
            fn flush(&mut self) -> io::Result<()> {
                Err(self.0.into())
            }
        }
        let mut closed = Pipe::new(Failing(io::ErrorKind::BrokenPipe));
        assert!(
            closed.write_all(b"x").is_ok()
                && closed.write_all(b"y").is_ok()
                && closed.flush().is_ok()
        );
        let mut full = Pipe::new(Failing(io::ErrorKind::StorageFull));
        assert!(full.write_all(b"x").is_err());
    }
}
