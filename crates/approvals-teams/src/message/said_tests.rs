//! What is said, as Teams shows it, with the sheet that it comes from.

use any_card::{Dice, decision, half_approved, hostile, phases};
use approvals_chat::{Fate, Sheet, View};
use approvals_core::{Card, ChannelIdentity, Choice, Group, State};

use super::{Buttons, Message, Teams, message};

/// What buttons carry, as long as it is in earnest.
pub(super) const BUTTONS: Buttons<'_> = Buttons {
    approve: "v1.01890a5d-ac96-774b-bcce-b302099a8057.0123456789abcdef0123456789abcdef",
    reject: "v1.01890a5d-ac96-774b-bcce-b302099a8057.fedcba9876543210fedcba9876543210",
};

/// A message, and what it has to show.
pub(super) struct Said {
    pub(super) sheet: Sheet,
    pub(super) message: Message,
}

fn form(read_at: Option<&str>) -> Teams<'_> {
    Teams { name: "teams", read_at }
}

pub(super) fn asking(card: &Card, read_at: Option<&str>) -> Said {
    became(card, None, Some(BUTTONS), read_at)
}

pub(super) fn state(card: &Card, state: &State, buttons: Option<Buttons<'_>>) -> Said {
    became(card, Some(&Fate::of(state)), buttons, None)
}

pub(super) fn became(
    card: &Card,
    fate: Option<&Fate<'_>>,
    buttons: Option<Buttons<'_>>,
    read_at: Option<&str>,
) -> Said {
    let sheet = Sheet::card(card, fate, buttons.is_some(), &form(read_at));
    Said { message: message(&sheet, buttons), sheet }
}

pub(super) fn said(view: View<'_>) -> Said {
    let sheet = Sheet::of(view, &form(None));
    Said { message: message(&sheet, None), sheet }
}

/// Every message that there may be about a card.
pub(super) fn all_about(card: &Card, dice: &mut Dice) -> Vec<Said> {
    let group: Group = "g*[x](https://evil.example){{x}}".parse().unwrap();
    let elsewhere = dice.of(&[
        None,
        Some("https://approvals.example.org/r/"),
        Some("the \u{202e}web {{DATE()}}"),
    ]);
    let half = half_approved();
    let mut all = vec![
        said(View::Placeholder(card)),
        became(card, None, None, elsewhere),
        asking(card, elsewhere),
        state(card, &half, Some(BUTTONS)),
        said(View::Card { card, state: &half, buttons: None }),
        said(View::Ended { card, state: &half }),
        said(View::Reminder(card)),
        said(View::Escalation { card, group: &group }),
        said(View::Moved(card)),
        said(View::Kept),
        said(View::NotCounted(&hostile(dice))),
    ];
    let (accounts, choices) =
        (["u-1/aad-1", "<at>Ada</at>", "{{x}}"], [Choice::Approve, Choice::Reject]);
    let decisions = (0..dice.below(12)).map(|_| {
        let mut one = decision();
        one.choice = dice.of(&choices);
        one.reason = (!dice.chance(3)).then(|| hostile(dice));
        let channel = dice.of(&["teams", "slack"]);
        one.identity = ChannelIdentity::new(channel, dice.of(&accounts)).unwrap();
        one
    });
    let decisions: Vec<_> = decisions.collect();
    let words = hostile(dice);
    let phase = dice.of(&phases(&words));
    let fate = Fate {
        phase: &phase,
        decisions: &decisions,
        approvals: 1,
        version: dice.next(),
        state: None,
    };
    all.push(became(card, Some(&fate), Some(BUTTONS), elsewhere));
    all
}
