//! No two cards look alike.

use any_card::alike;
use approvals_core::Card;

use super::looks_tests::{Style, can_approve, looks};
use super::said_tests::asking;

/// What Teams shows of a card, where it can be approved.
fn approvable(card: &Card) -> Option<String> {
    let message = asking(card, None).message;
    can_approve(&message).then(|| looks(&message.card, Style::Shown).join("\n"))
}

#[test]
fn no_two_of_a_million_pairs_of_cards_look_alike_in_teams() {
    let (pairs, alike) = alike(1_900, approvable);
    assert!(pairs > 1_000_000, "{pairs}");
    assert_eq!(alike, [""; 0]);
}

/// The suite above, on cards that leave out what does not show, or do not tell where a text ends, must fail.
#[test]
fn a_card_of_teams_that_hides_something_would_be_found() {
    let strips = |card: &Card| Some(approvable(card)?.replace("\\u{200b}", ""));
    assert_ne!(alike(1_300, strips).1, [""; 0]);
    let joins = |card: &Card| Some(approvable(card)?.replace(['"', '\\'], ""));
    assert_ne!(alike(1_300, joins).1, [""; 0]);
}
