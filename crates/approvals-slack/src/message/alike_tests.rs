//! No two cards look alike.

use std::collections::HashMap;

use approvals_core::Card;
use serde_json::{Map, Value, json};

use super::cards_tests::*;
use super::looks_tests::{can_approve, looks};
use super::said_tests::*;
use super::tests::BUTTONS;
use crate::callback::genuine_tests::Dice;

/// The same with a little difference, or with none.
fn near(dice: &mut Dice, fields: &Map<String, Value>) -> Map<String, Value> {
    let mut near = fields.clone();
    let texts = ["resource", "reason", "summary", "break_glass"];
    let name = dice.of(&texts);
    match dice.below(6) {
        0 => {
            let other = dice.of(&texts);
            let (one, two) = (near[name].clone(), near[other].clone());
            near.insert(name.to_owned(), two);
            near.insert(other.to_owned(), one);
        }
        1 => drop(near.insert(name.to_owned(), json!(dice.of(HOSTILE)))),
        2 => {
            let arguments = near["arguments"].as_object_mut().unwrap();
            let value = arguments.values().next().map(|value| json!(value.to_string()));
            let name = arguments.keys().next().cloned();
            arguments.extend(name.zip(value));
        }
        3 => {
            let arguments = near["arguments"].as_object_mut().unwrap();
            arguments
                .insert(dice.of(&["rows", "cents  1", "\"a\" 1", "e\u{301}"]).to_owned(), json!(1));
        }
        _ => {
            let text = near[name].as_str().unwrap_or_default();
            let at = dice.below(text.chars().count().saturating_add(1));
            let skip = dice.below(2);
            let (before, after) =
                (text.chars().take(at), text.chars().skip(at.saturating_add(skip)));
            let changed: String =
                before.chain(dice.of(HOSTILE).chars().take(1)).chain(after).collect();
            near.insert(name.to_owned(), json!(changed));
        }
    }
    near
}

/// Draws so many cards of one and the same request, and returns how many pairs were compared and those that look alike.
fn alike(cards: usize, draw: impl Fn(&Card) -> String) -> (usize, Vec<String>) {
    let mut dice = Dice::new(21);
    let mut seen: HashMap<String, Value> = HashMap::new();
    let (mut drawn, mut alike) = (0_usize, Vec::new());
    let mut last = fields(&mut dice);
    for n in 0..cards {
        // Some are near the one before, and some are near a short one that all know.
        last = match n % 4 {
            0 => fields(&mut dice),
            3 => near(&mut dice, json!({"resource": "a", "reason": "b", "summary": null, "break_glass": null, "arguments": {"a": "b"}}).as_object().unwrap()),
            _ => near(&mut dice, &last),
        };
        let fields = Value::Object(last.clone());
        let card = card(fields.clone());
        // What is not shown whole shows the digest of the request, which is of all that is not shown.
        if !can_approve(&asking(&card, Some(BUTTONS), None)) {
            continue;
        }
        drawn = drawn.saturating_add(1);
        let looks = draw(&card);
        let shown = of_document(&card);
        if let Some(other) = seen.insert(looks, shown.clone()).filter(|other| *other != shown) {
            alike.push(format!("{other}\n{shown}"));
        }
    }
    (drawn.saturating_mul(drawn.saturating_sub(1)) / 2, alike)
}

/// Everything that the document says: what must not look the same unless it is the same.
fn of_document(card: &Card) -> Value {
    let document = card.document();
    json!([
        document.action.as_str(),
        document.arguments,
        document.break_glass,
        document.log,
        document.reason,
        document.redacted,
        document.resource,
        document.risk,
        document.shown,
        document.summary,
        document.tags,
        document.unbound,
    ])
}

fn as_slack_shows_it(card: &Card) -> String {
    looks(&asking(card, Some(BUTTONS), None).blocks)
}

#[test]
fn no_two_of_a_million_pairs_of_cards_look_alike() {
    let (pairs, alike) = alike(1_900, as_slack_shows_it);
    assert!(pairs > 1_000_000, "{pairs}");
    assert_eq!(alike, [""; 0]);
}

/// The suite above, on messages that leave out what does not show, or do not tell where a text ends, must fail.
#[test]
fn a_message_that_hides_something_would_be_found() {
    let strips = |card: &Card| as_slack_shows_it(card).replace("\\u{200b}", "");
    assert_ne!(alike(1_300, strips).1, [""; 0]);
    let joins = |card: &Card| as_slack_shows_it(card).replace(['"', '\\'], "");
    assert_ne!(alike(1_300, joins).1, [""; 0]);
}

#[test]
fn cards_that_differ_in_what_is_not_shown_differ_in_their_digests() {
    let long = |letter: &str| {
        let mut request = request();
        let document = document(json!({"arguments": {"a": letter.repeat(20_000)}}));
        request.action = approvals_core::Digest::of("test", letter.as_bytes());
        Card::new(request, document).unwrap()
    };
    let (one, other) = (long("x"), long("y"));
    assert_ne!(as_slack_shows_it(&one), as_slack_shows_it(&other));
    assert!(as_slack_shows_it(&one).contains(&one.request_digest().to_string()));
}

#[test]
fn no_line_of_a_frame_is_wide_and_none_begins_like_what_goes_on() {
    let mut dice = Dice::new(22);
    for _ in 0..300 {
        let page = as_slack_shows_it(&any_card(&mut dice));
        for line in page.lines().filter_map(|line| line.strip_prefix("\u{3} ")) {
            let columns: usize = line.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum();
            assert!(columns <= 37, "{line}");
            let begins_as_ours = line.starts_with('"')
                || line.starts_with("  > ")
                || line.starts_with("  ")
                || line.starts_with(|c: char| c.is_ascii_lowercase());
            assert!(begins_as_ours, "{line}");
            assert!(
                line.chars().all(|c| c == ' '
                    || c.is_ascii_graphic()
                    || c.is_alphanumeric()
                    || c == '\u{fffd}'),
                "{line:?}"
            );
        }
    }
}
