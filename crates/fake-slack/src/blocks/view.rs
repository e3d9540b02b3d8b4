//! Modals.

use serde_json::Value;

use super::check::Check;
use super::layout;
use super::text::{self, Kind};

pub(super) fn check(check: &mut Check, view: &Value) {
    let at = "/view";
    if view["type"] != "modal" {
        check.wrong("must be a modal", "/view/type");
    }
    let optional = [
        "submit",
        "close",
        "private_metadata",
        "callback_id",
        "external_id",
        "clear_on_close",
        "notify_on_close",
        "submit_disabled",
    ];
    let Some(object) = check.object(view, at, &["title", "blocks"], &optional) else { return };
    for name in ["title", "submit", "close"] {
        text::field(check, object, name, at, Kind::Plain, 24);
    }
    check.string(object, "private_metadata", at, 0, 3000);
    check.string(object, "callback_id", at, 0, 255);
    check.string(object, "external_id", at, 0, 255);
    for name in ["clear_on_close", "notify_on_close", "submit_disabled"] {
        check.flag(object, name, at);
    }
    let Some(Value::Array(blocks)) = object.get("blocks") else {
        return check.wrong("must be an array", "/view/blocks");
    };
    layout::check(check, blocks, "/view/blocks", 100);
    let has_input = blocks.iter().any(|block| block["type"] == "input");
    if has_input && !object.contains_key("submit") {
        check.wrong("`submit` is required when an `input` block is within blocks", at);
    }
}
