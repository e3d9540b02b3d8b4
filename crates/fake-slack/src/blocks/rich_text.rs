//! `rich_text`: text that is taken as it is.

use serde_json::Value;

use super::check::Check;

const STYLES: [&str; 8] =
    ["bold", "italic", "strike", "code", "underline", "highlight", "client_highlight", "unlink"];

pub(super) fn check(check: &mut Check, value: &Value, at: &str) {
    let Some(object) = check.object(value, at, &["elements"], &["block_id"]) else { return };
    for (element, at) in check.list(object, "elements", at, usize::MAX) {
        match check.kind(element, &at) {
            "rich_text_section" => container(check, element, &at, &[], inline),
            "rich_text_preformatted" => {
                container(check, element, &at, &["border", "language"], preformatted);
            }
            "rich_text_quote" => container(check, element, &at, &["border"], inline),
            "rich_text_list" => {
                let own = ["style", "indent", "offset", "border"];
                container(check, element, &at, &own, item);
                if let Some(object) = element.as_object() {
                    check.one_of(object, "style", &at, &["bullet", "ordered"]);
                    if !object.contains_key("style") {
                        check.wrong("missing required field: style", &at);
                    }
                }
            }
            other => check.unsupported(other, &at),
        }
    }
}

fn container(
    check: &mut Check,
    value: &Value,
    at: &str,
    own: &[&str],
    inside: fn(&mut Check, &Value, &str),
) {
    let Some(object) = check.object(value, at, &["elements"], own) else { return };
    for name in ["indent", "offset", "border"] {
        check.integer(object, name, at);
    }
    check.string(object, "language", at, 1, 100);
    for (element, at) in check.list(object, "elements", at, usize::MAX) {
        inside(check, element, &at);
    }
}

fn item(check: &mut Check, value: &Value, at: &str) {
    match check.kind(value, at) {
        "rich_text_section" => container(check, value, at, &[], inline),
        other => check.unsupported(other, at),
    }
}

fn preformatted(check: &mut Check, value: &Value, at: &str) {
    match check.kind(value, at) {
        "text" | "link" => inline(check, value, at),
        other => check.unsupported(other, at),
    }
}

fn inline(check: &mut Check, value: &Value, at: &str) {
    let (required, optional): (&[&str], &[&str]) = match check.kind(value, at) {
        "text" => (&["text"], &["style"]),
        "link" => (&["url"], &["text", "unsafe", "style"]),
        "user" => (&["user_id"], &["style"]),
        "usergroup" => (&["usergroup_id"], &["style"]),
        "channel" => (&["channel_id"], &["style"]),
        "team" => (&["team_id"], &["style"]),
        "emoji" => (&["name"], &["unicode", "style"]),
        "color" => (&["value"], &[]),
        "broadcast" => (&["range"], &[]),
        "date" => return date(check, value, at),
        other => return check.unsupported(other, at),
    };
    let Some(object) = check.object(value, at, required, optional) else { return };
    for name in required {
        check.string(object, name, at, 1, usize::MAX - 1);
    }
    check.string(object, "text", at, 1, usize::MAX - 1);
    check.flag(object, "unsafe", at);
    check.one_of(object, "range", at, &["here", "channel", "everyone"]);
    if let Some(style) = object.get("style") {
        let at = format!("{at}/style");
        if let Some(style) = check.object(style, &at, &[], &STYLES) {
            for name in STYLES {
                check.flag(style, name, &at);
            }
        }
    }
}

fn date(check: &mut Check, value: &Value, at: &str) {
    let required = ["timestamp", "format"];
    let Some(object) = check.object(value, at, &required, &["url", "fallback", "style"]) else {
        return;
    };
    check.integer(object, "timestamp", at);
    for name in ["format", "url", "fallback"] {
        check.string(object, name, at, 1, usize::MAX - 1);
    }
}
