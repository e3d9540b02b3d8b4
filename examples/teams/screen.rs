//! What a person sees of a message in Teams, as text: what is bold between `*`, what stands in a frame after `|`.

use fake_teams::Message;
use serde_json::Value;

/// The first lines of the message, with a line around them.
pub(crate) fn framed(message: &Message, most: usize) -> String {
    let text = text(message);
    let mut lines = text.lines().map(|line| format!("  ┃ {line}\n"));
    let body: String = lines.by_ref().take(most).collect();
    let rest = lines.next().map_or("", |_more| "  ┃ …and the card as it was\n");
    format!("  ┏━ Deploys\n{body}{rest}  ┗━")
}

pub(crate) fn text(message: &Message) -> String {
    message.card().map(|card| elements(&card["body"], "")).unwrap_or_default()
}

fn elements(all: &Value, margin: &str) -> String {
    list(all).map(|element| self::element(element, margin)).collect()
}

fn element(element: &Value, margin: &str) -> String {
    match element["type"].as_str() {
        Some("RichTextBlock") => {
            let line: String = list(&element["inlines"]).map(inline).collect();
            format!("{margin}{line}\n")
        }
        Some("Container") if element["style"] == "emphasis" => elements(&element["items"], "| "),
        Some("Container") => elements(&element["items"], margin),
        Some("Input.Toggle") => format!("( ) {}\n", string(&element["title"])),
        Some("Input.Text") => format!("____ {}\n", string(&element["placeholder"])),
        Some("ActionSet") => {
            let titles: Vec<_> =
                list(&element["actions"]).map(|button| string(&button["title"])).collect();
            format!("[{}]\n", titles.join("] ["))
        }
        _other => String::new(),
    }
}

fn inline(run: &Value) -> String {
    // A blank that is not folded into the one before looks like any other.
    let text = string(&run["text"]).replace('\u{a0}', " ");
    if run["weight"] == "Bolder" { format!("*{text}*") } else { text }
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn string(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
