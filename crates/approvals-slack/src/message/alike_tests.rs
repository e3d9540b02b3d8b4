//! No two cards look alike.

use any_card::{Dice, alike, any_card, document, request};
use approvals_core::Card;
use serde_json::json;

use super::looks_tests::{can_approve, looks};
use super::said_tests::*;
use super::tests::BUTTONS;

fn as_slack_shows_it(card: &Card) -> String {
    looks(&asking(card, Some(BUTTONS), None).blocks)
}

/// The same, where it can be approved.
fn approvable(card: &Card) -> Option<String> {
    let message = asking(card, Some(BUTTONS), None);
    can_approve(&message).then(|| looks(&message.blocks))
}

#[test]
fn no_two_of_a_million_pairs_of_cards_look_alike() {
    let (pairs, alike) = alike(1_900, approvable);
    assert!(pairs > 1_000_000, "{pairs}");
    assert_eq!(alike, [""; 0]);
}

/// The suite above, on messages that leave out what does not show, or do not tell where a text ends, must fail.
#[test]
fn a_message_that_hides_something_would_be_found() {
    let strips = |card: &Card| Some(approvable(card)?.replace("\\u{200b}", ""));
    assert_ne!(alike(1_300, strips).1, [""; 0]);
    let joins = |card: &Card| Some(approvable(card)?.replace(['"', '\\'], ""));
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
