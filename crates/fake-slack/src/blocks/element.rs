//! What people see, push and fill in: the elements of blocks.

use serde_json::{Map, Value};

use super::check::Check;
use super::text::{self, Kind};

/// Where an element stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Actions,
    Accessory,
    Context,
    Input,
}

pub(super) fn check(check: &mut Check, value: &Value, at: &str, place: Place) {
    let kind = check.kind(value, at);
    let pushed = matches!(place, Place::Actions | Place::Accessory);
    match kind {
        "button" if pushed => button(check, value, at),
        "image" if matches!(place, Place::Accessory | Place::Context) => image(check, value, at),
        "plain_text" | "mrkdwn" if place == Place::Context => {
            text::text(check, value, at, Kind::Any, 2000);
        }
        "overflow" if pushed => choice(check, value, at, 5, &[]),
        "static_select" if place != Place::Context => {
            choice(check, value, at, 100, &["placeholder", "initial_option", "focus_on_load"]);
        }
        "checkboxes" | "radio_buttons" if place != Place::Context => {
            choice(check, value, at, 10, &["initial_options", "initial_option", "focus_on_load"]);
        }
        "plain_text_input" if place == Place::Input => input(check, value, at),
        "users_select" if place != Place::Context => {
            let optional = ["action_id", "placeholder", "initial_user", "confirm", "focus_on_load"];
            if let Some(object) = check.object(value, at, &[], &optional) {
                common(check, object, at);
            }
        }
        other => check.unsupported(other, at),
    }
}

fn button(check: &mut Check, value: &Value, at: &str) {
    let optional = ["action_id", "url", "value", "style", "confirm", "accessibility_label"];
    let Some(object) = check.object(value, at, &["text"], &optional) else { return };
    text::field(check, object, "text", at, Kind::Plain, 75);
    check.string(object, "value", at, 0, 2000);
    check.string(object, "url", at, 1, 3000);
    check.string(object, "accessibility_label", at, 1, 75);
    check.one_of(object, "style", at, &["primary", "danger"]);
    common(check, object, at);
}

/// What all have that a person uses.
fn common(check: &mut Check, object: &Map<String, Value>, at: &str) {
    check.string(object, "action_id", at, 1, 255);
    text::field(check, object, "placeholder", at, Kind::Plain, 150);
    check.flag(object, "focus_on_load", at);
    if let Some(value) = object.get("confirm") {
        confirm(check, value, &format!("{at}/confirm"));
    }
}

/// The question before it counts.
fn confirm(check: &mut Check, value: &Value, at: &str) {
    let required = ["title", "text", "confirm", "deny"];
    let Some(object) = check.object(value, at, &required, &["style"]) else { return };
    text::field(check, object, "title", at, Kind::Plain, 100);
    text::field(check, object, "text", at, Kind::Any, 300);
    text::field(check, object, "confirm", at, Kind::Plain, 30);
    text::field(check, object, "deny", at, Kind::Plain, 30);
    check.one_of(object, "style", at, &["primary", "danger"]);
}

fn image(check: &mut Check, value: &Value, at: &str) {
    if let Some(object) = check.object(value, at, &["image_url", "alt_text"], &[]) {
        check.string(object, "image_url", at, 1, 3000);
        check.string(object, "alt_text", at, 1, 2000);
    }
}

fn choice(check: &mut Check, value: &Value, at: &str, max: usize, own: &[&str]) {
    let optional = [&["action_id", "confirm"], own].concat();
    let Some(object) = check.object(value, at, &["options"], &optional) else { return };
    for (option, at) in check.list(object, "options", at, max) {
        let optional = ["description", "url"];
        if let Some(option) = check.object(option, &at, &["text", "value"], &optional) {
            text::field(check, option, "text", &at, Kind::Any, 75);
            check.string(option, "value", &at, 1, 150);
            text::field(check, option, "description", &at, Kind::Any, 75);
        }
    }
    common(check, object, at);
}

fn input(check: &mut Check, value: &Value, at: &str) {
    let optional = [
        "action_id",
        "initial_value",
        "multiline",
        "min_length",
        "max_length",
        "dispatch_action_config",
        "focus_on_load",
        "placeholder",
    ];
    let Some(object) = check.object(value, at, &[], &optional) else { return };
    check.string(object, "initial_value", at, 0, 3000);
    check.flag(object, "multiline", at);
    for name in ["min_length", "max_length"] {
        check.integer(object, name, at);
        if object.get(name).and_then(Value::as_u64).is_some_and(|length| length > 3000) {
            check.wrong("must be less than 3001", &format!("{at}/{name}"));
        }
    }
    common(check, object, at);
}
