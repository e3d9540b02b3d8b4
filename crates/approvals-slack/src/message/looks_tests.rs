//! What a person sees of a message: its texts, what is bold, what is in frames, and who is mentioned.

use serde_json::Value;

use super::Message;
use crate::callback::APPROVE;

/// Begins and ends what is bold. Nothing that is shown holds these characters.
const BOLD: (char, char) = ('\u{1}', '\u{2}');

/// Begins a line in a frame.
const FRAME: char = '\u{3}';

/// The message as lines.
pub(crate) fn looks(blocks: &Value) -> String {
    blocks.as_array().unwrap().iter().map(block).collect()
}

fn block(block: &Value) -> String {
    match block["type"].as_str().unwrap() {
        "header" => format!("{}{}{}\n", BOLD.0, block["text"]["text"].as_str().unwrap(), BOLD.1),
        "rich_text" => block["elements"].as_array().unwrap().iter().map(paragraph).collect(),
        "actions" => {
            let buttons = block["elements"].as_array().unwrap().iter();
            let texts: Vec<_> = buttons.map(|one| one["text"]["text"].as_str().unwrap()).collect();
            format!("[{}]\n", texts.join("] ["))
        }
        other => panic!("{other}"),
    }
}

fn paragraph(rich: &Value) -> String {
    let text: String = rich["elements"].as_array().unwrap().iter().map(inline).collect();
    match rich["type"].as_str().unwrap() {
        "rich_text_section" => format!("{text}\n"),
        "rich_text_preformatted" => {
            format!("{FRAME} {}\n", text.replace('\n', &format!("\n{FRAME} ")))
        }
        other => panic!("{other}"),
    }
}

fn inline(inline: &Value) -> String {
    match inline["type"].as_str().unwrap() {
        "text" if inline["style"]["bold"] == true => {
            format!("{}{}{}", BOLD.0, inline["text"].as_str().unwrap(), BOLD.1)
        }
        "text" => inline["text"].as_str().unwrap().to_owned(),
        "link" => format!("\u{4}{}", inline["url"].as_str().unwrap()),
        "user" => format!("\u{5}{}", inline["user_id"].as_str().unwrap()),
        "usergroup" => format!("\u{5}{}", inline["usergroup_id"].as_str().unwrap()),
        other => panic!("{other}"),
    }
}

/// The same for a document.
pub(crate) fn drawn(blocks: &Value) -> String {
    looks(blocks)
        .replace(['\u{1}', '\u{2}'], "*")
        .replace(FRAME, "|")
        .replace('\u{5}', "@")
        .replace('\u{4}', "")
}

/// Whether there is a button that approves.
pub(crate) fn can_approve(message: &Message) -> bool {
    let all = message.blocks.as_array().unwrap().iter();
    let mut elements = all.flat_map(|block| block["elements"].as_array().into_iter().flatten());
    elements.any(|one| one["action_id"] == APPROVE)
}
