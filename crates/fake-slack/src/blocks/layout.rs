//! Blocks.

use std::collections::BTreeSet;

use serde_json::Value;

use super::check::Check;
use super::element::{self, Place};
use super::rich_text;
use super::text::{self, Kind};

pub(super) fn check(check: &mut Check, blocks: &[Value], at: &str, max: usize) {
    if blocks.len() > max {
        check.wrong(&format!("no more than {max} items allowed"), at);
    }
    let mut ids = BTreeSet::new();
    for (index, block) in blocks.iter().enumerate() {
        let at = format!("{at}/{index}");
        one(check, block, &at);
        check.unique(&mut ids, block, "block_id", &at);
        if let Some(object) = block.as_object() {
            check.string(object, "block_id", &at, 1, 255);
        }
        unique_actions(check, block, &at);
    }
    let markdown = blocks.iter().filter(|block| block["type"] == "markdown");
    let total: usize = markdown.filter_map(|block| block["text"].as_str()).map(super::length).sum();
    if total > 12_000 {
        check.wrong("must be less than 12001 characters", at);
    }
}

fn one(check: &mut Check, block: &Value, at: &str) {
    match check.kind(block, at) {
        "section" => section(check, block, at),
        "divider" => drop(check.object(block, at, &[], &["block_id"])),
        "header" => {
            if let Some(object) = check.object(block, at, &["text"], &["block_id", "level"]) {
                text::field(check, object, "text", at, Kind::Plain, 150);
                check.integer(object, "level", at);
            }
        }
        "context" => elements(check, block, at, 10, Place::Context),
        "actions" => elements(check, block, at, 25, Place::Actions),
        "image" => {
            let optional = ["block_id", "title"];
            if let Some(object) = check.object(block, at, &["image_url", "alt_text"], &optional) {
                check.string(object, "image_url", at, 1, 3000);
                check.string(object, "alt_text", at, 1, 2000);
                text::field(check, object, "title", at, Kind::Plain, 2000);
            }
        }
        "input" => input(check, block, at),
        "markdown" => {
            if let Some(object) = check.object(block, at, &["text"], &["block_id"]) {
                check.string(object, "text", at, 1, usize::MAX - 1);
            }
        }
        "rich_text" => rich_text::check(check, block, at),
        other => check.unsupported(other, at),
    }
}

fn section(check: &mut Check, block: &Value, at: &str) {
    let optional = ["text", "block_id", "fields", "accessory", "expand"];
    let Some(object) = check.object(block, at, &[], &optional) else { return };
    if !object.contains_key("text") && !object.contains_key("fields") {
        check.wrong("must define either `text` or `fields`", at);
    }
    text::field(check, object, "text", at, Kind::Any, 3000);
    check.flag(object, "expand", at);
    for (field, at) in check.list(object, "fields", at, 10) {
        text::text(check, field, &at, Kind::Any, 2000);
    }
    if let Some(accessory) = object.get("accessory") {
        element::check(check, accessory, &format!("{at}/accessory"), Place::Accessory);
    }
}

fn elements(check: &mut Check, block: &Value, at: &str, max: usize, place: Place) {
    let Some(object) = check.object(block, at, &["elements"], &["block_id"]) else { return };
    for (item, at) in check.list(object, "elements", at, max) {
        element::check(check, item, &at, place);
    }
}

fn input(check: &mut Check, block: &Value, at: &str) {
    let optional = ["block_id", "hint", "optional", "dispatch_action"];
    let Some(object) = check.object(block, at, &["label", "element"], &optional) else { return };
    text::field(check, object, "label", at, Kind::Plain, 2000);
    text::field(check, object, "hint", at, Kind::Plain, 2000);
    check.flag(object, "optional", at);
    check.flag(object, "dispatch_action", at);
    if let Some(item) = object.get("element") {
        element::check(check, item, &format!("{at}/element"), Place::Input);
    }
}

/// No two elements of a block have the same action.
fn unique_actions(check: &mut Check, block: &Value, at: &str) {
    let mut actions = BTreeSet::new();
    for (index, item) in block["elements"].as_array().into_iter().flatten().enumerate() {
        check.unique(&mut actions, item, "action_id", &format!("{at}/elements/{index}"));
    }
}
