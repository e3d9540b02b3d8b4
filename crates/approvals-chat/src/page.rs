//! The parts of a card: facts as paragraphs with bold labels, and all that others wrote in frames, line by
//! line behind a margin.

use approvals_core::{Card, Group, Line, Obligations, Part as Kind, Section};

use crate::sheet::{Form, Paragraph, Part, Span};

/// How wide a line in a frame may be: narrower than it is on most phones, so that the service does not break it itself. Where
/// it does, what comes to stand at the beginning of a line is a few letters.
const COLUMNS: usize = 36;

/// Stands before what goes on from the line above. No line begins like this.
const MARGIN: &str = "  > ";

/// The most bytes of one piece of text. Slack takes 3,000 characters, counted in a way that it does not tell.
pub(crate) const MAX_TEXT: usize = 2900;

/// The most columns that labels are filled up to.
const MAX_LABEL: usize = 12;

/// The groups whose members may decide a card.
pub(crate) fn groups_of(card: &Card) -> impl Iterator<Item = &Group> {
    let asked = card.request().obligations().into_iter().flat_map(Obligations::iter);
    asked.flat_map(|one| one.quorum.iter().map(|seats| &seats.group))
}

/// These parts of a card, or `None` if they take more than so many bytes.
pub(crate) fn parts<'a>(
    sections: impl Iterator<Item = &'a Section> + Clone,
    most: usize,
    form: &impl Form,
) -> Option<Vec<Part>> {
    // What is far too long is not even laid out.
    if bytes(sections.clone()) > most {
        return None;
    }
    let parts: Vec<_> = sections.map(part).collect();
    (form.size(&parts) <= most).then_some(parts)
}

/// How many bytes the lines of these parts have.
pub(crate) fn bytes<'a>(sections: impl Iterator<Item = &'a Section>) -> usize {
    let lines = sections.flat_map(|section| &section.lines);
    lines.map(|line| line.label.len().saturating_add(line.value.len())).sum()
}

/// Whether it is what the library says, and not what others wrote.
pub(crate) fn is_ours(kind: Kind) -> bool {
    match kind {
        Kind::Emergency | Kind::Facts => true,
        Kind::Earlier
        | Kind::Arguments
        | Kind::WorkedOut
        | Kind::Hidden
        | Kind::Unbound
        | Kind::Claims => false,
    }
}

fn part(section: &Section) -> Part {
    let heading = Paragraph::Text(vec![Span::strong(section.heading.clone())]);
    let facts = || Paragraph::Text(paragraph(&section.lines));
    match section.part {
        Kind::Facts => vec![facts()],
        Kind::Emergency => vec![heading, facts()],
        Kind::Earlier
        | Kind::Arguments
        | Kind::WorkedOut
        | Kind::Hidden
        | Kind::Unbound
        | Kind::Claims => std::iter::once(heading).chain(frames(&section.lines)).collect(),
    }
}

/// A fact a line. What is bold is ours: no value can look like the next label.
fn paragraph(lines: &[Line]) -> Vec<Span> {
    let mut elements = Vec::new();
    for (at, Line { label, value, .. }) in lines.iter().enumerate() {
        let label = match label.trim() {
            "" => "then",
            label => label,
        };
        let lead = if at == 0 { "" } else { "\n" };
        elements.push(Span::strong(format!("{lead}{label}")));
        elements.extend(pieces(&format!("  {}", spaced(value))).map(Span::plain));
    }
    elements
}

/// A value in whose every space can be counted, also where several are shown as one.
fn spaced(value: &str) -> String {
    let mut spaced = String::with_capacity(value.len());
    for letter in value.chars() {
        if letter == ' ' && spaced.ends_with(' ') {
            spaced.push_str("\\u{20}");
        } else {
            spaced.push(letter);
        }
    }
    spaced
}

/// The text in pieces that are not too long.
fn pieces(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let end = (0..=MAX_TEXT).rev().find(|end| rest.is_char_boundary(*end))?;
        let end = if rest.len() <= MAX_TEXT { rest.len() } else { end };
        let (piece, more) = rest.split_at_checked(end)?;
        rest = more;
        (!piece.is_empty()).then_some(piece)
    })
}

/// The lines in frames.
fn frames(lines: &[Line]) -> Vec<Paragraph> {
    let widest = lines.iter().map(|line| line.label.chars().count()).max().unwrap_or(0);
    let (mut frames, mut text) = (Vec::new(), String::new());
    for line in lines.iter().flat_map(|line| laid_out(line, widest.min(MAX_LABEL))) {
        if text.len().saturating_add(line.len()) >= MAX_TEXT {
            frames.push(std::mem::take(&mut text));
        }
        if !text.is_empty() {
            text.push('\n');
        }
        text.push_str(&line);
    }
    frames.push(text);
    frames.into_iter().filter(|text| !text.is_empty()).map(Paragraph::Frame).collect()
}

/// A label and its value, broken where the frame ends, so that no value can end one line and forge the next. Behind a
/// line that is not full stands one space; there is never more than one.
fn laid_out(Line { label, value, .. }: &Line, width: usize) -> Vec<String> {
    let value = spaced(value);
    let line = match label.as_str() {
        "" => value,
        label => format!("{label:<width$} {value}"),
    };
    let (mut rest, mut lines, mut margin) = (line.as_str(), Vec::new(), "");
    while !rest.is_empty() {
        let (line, more) = rest.split_at(fitting(rest, COLUMNS.saturating_sub(margin.len())));
        lines.push(format!("{margin}{line}"));
        (margin, rest) = (MARGIN, more);
    }
    lines
}

/// How much of `text` stands in one line: all, or up to the last space in its second half, or as much as there is room
/// for.
fn fitting(text: &str, columns: usize) -> usize {
    let (mut column, mut end, mut space) = (0_usize, text.len(), None);
    for (at, letter) in text.char_indices() {
        // Letters of other scripts may take two columns.
        column = column.saturating_add(if letter.is_ascii() { 1 } else { 2 });
        if column > columns {
            end = space.unwrap_or(at);
            break;
        }
        if letter == ' ' && column > columns / 2 {
            space = Some(at.saturating_add(1));
        }
    }
    end
}
