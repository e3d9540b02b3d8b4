//! What a person sees of a message, and what they have to see of its sheet: two ways to the same lines, which share nothing.

use approvals_chat::{Paragraph, Sheet, Span};
use serde_json::Value;

use super::{APPROVE, FIRM_SPACE, Message};

/// Begins and ends what is bold. Nothing that is shown holds these characters.
const BOLD: (char, char) = ('\u{1}', '\u{2}');

/// Begins a line in a frame.
const FRAME: char = '\u{3}';

/// Whether it matters what is bold, and what stands in a frame.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    Shown,
    Left,
}

/// The lines of a card, in which spaces are spaces.
pub(super) fn looks(card: &Value, style: Style) -> Vec<String> {
    let mut lines = Vec::new();
    elements(&card["body"], "", style, &mut lines);
    lines.iter().map(|line| line.replace(FIRM_SPACE, " ")).collect()
}

fn elements(all: &Value, lead: &str, style: Style, lines: &mut Vec<String>) {
    for element in all.as_array().unwrap() {
        match element["type"].as_str().unwrap() {
            "RichTextBlock" => {
                let runs = element["inlines"].as_array().unwrap().iter();
                let line: String = runs.map(|run| inline(run, style)).collect();
                lines.push(format!("{lead}{line}").replace(&format!("{}{}", BOLD.1, BOLD.0), ""));
            }
            "Container" => {
                let is_frame = element["style"] == "emphasis" && style == Style::Shown;
                let lead = if is_frame { FRAME.to_string() } else { lead.to_owned() };
                elements(&element["items"], &lead, style, lines);
            }
            "Input.Toggle" | "Input.Text" | "ActionSet" => {}
            other => panic!("{other}"),
        }
    }
}

fn inline(run: &Value, style: Style) -> String {
    let text = run["text"].as_str().unwrap();
    if run["weight"] == "Bolder" && style == Style::Shown {
        format!("{}{text}{}", BOLD.0, BOLD.1)
    } else {
        text.to_owned()
    }
}

/// The lines that a sheet says are to be seen.
pub(super) fn wanted(sheet: &Sheet, style: Style) -> Vec<String> {
    let bold = |text: &str| match style {
        // An end of a line is not bold.
        Style::Shown => {
            format!("{}{text}{}", BOLD.0, BOLD.1).replace('\n', &format!("{}\n{}", BOLD.1, BOLD.0))
        }
        Style::Left => text.to_owned(),
    };
    let lead = if style == Style::Shown { FRAME.to_string() } else { String::new() };
    let mut text: Vec<String> = sheet.heading.iter().map(|title| bold(title) + "\n").collect();
    for paragraph in sheet.parts.iter().flatten() {
        match paragraph {
            Paragraph::Text(spans) => text.extend(spans.iter().map(|span| match span {
                Span::Strong(words) => bold(words),
                Span::Plain(words) | Span::Address(words) => words.clone(),
                Span::Person(_) | Span::Wake(_) => String::new(),
            })),
            Paragraph::Frame(lines) => {
                text.extend([lead.clone(), lines.replace('\n', &format!("\n{lead}"))]);
            }
        }
        text.push("\n".to_owned());
    }
    let offer = sheet.buttons.as_ref().filter(|offer| offer.may_approve);
    let asked = offer.and_then(|offer| offer.confirm.as_ref());
    text.extend(asked.map(|asked| format!("You approve {asked}\n")));
    let nothing = format!("{}{}", BOLD.0, BOLD.1);
    let joined = format!("{}{}", BOLD.1, BOLD.0);
    let text = text.concat();
    let lines = text.split('\n').map(|line| line.replace(&nothing, "").replace(&joined, ""));
    lines.filter(|line| !line.is_empty()).collect()
}

/// Whether there is a button that approves.
pub(super) fn can_approve(message: &Message) -> bool {
    message.card.to_string().contains(&format!("\"verb\":\"{APPROVE}\""))
}
