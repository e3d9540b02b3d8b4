//! What a person sees of a message in Slack, as text: what is bold between `*`, what stands in a frame after `|`.

#![expect(clippy::indexing_slicing, reason = "JSON: where there is nothing, the index gives null")]

use fake_slack::office;
use serde_json::Value;

/// The first lines of the message, with a line around them.
pub(crate) fn framed(blocks: &[Value], most: usize) -> String {
    let text = text(blocks);
    let mut lines = text.lines().map(|line| format!("  ┃ {line}\n"));
    let body: String = lines.by_ref().take(most).collect();
    let rest = lines.next().map_or("", |_more| "  ┃ …and the card as it was\n");
    format!("  ┏━ #deploys\n{body}{rest}  ┗━")
}

pub(crate) fn text(blocks: &[Value]) -> String {
    let shown = blocks.iter().map(|block| match block["type"].as_str() {
        Some("header") => format!("*{}*\n", string(&block["text"]["text"])),
        Some("actions") => {
            let buttons = list(&block["elements"]);
            let texts: Vec<_> = buttons.map(|one| string(&one["text"]["text"])).collect();
            format!("[{}]\n", texts.join("] ["))
        }
        _rich => list(&block["elements"]).map(paragraph).collect(),
    });
    shown.collect()
}

fn paragraph(part: &Value) -> String {
    let text: String = list(&part["elements"]).map(inline).collect();
    if part["type"] == "rich_text_preformatted" {
        return format!("| {}\n", text.trim_end().replace('\n', "\n| "));
    }
    format!("{text}\n")
}

fn inline(part: &Value) -> String {
    match part["type"].as_str() {
        // Slack shows the name that the account has there.
        Some("user") => format!("@{}", string(&part["user_id"]).replace(office::ADA, "ada")),
        Some("usergroup") => format!("@{}", string(&part["usergroup_id"])),
        Some("link") => string(&part["url"]),
        _text if part["style"]["bold"] == true => {
            let text = string(&part["text"]);
            let breaks = if text.starts_with('\n') { "\n" } else { "" };
            format!("{breaks}*{}*", text.trim_start())
        }
        _text => string(&part["text"]),
    }
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn string(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
