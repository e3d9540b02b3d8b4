//! Whatever the card, the message is one that Slack takes, and what others wrote stands where it is taken literally.

use std::collections::BTreeSet;

use any_card::{Dice, any_card, card, decision, fields, half_approved, hostile, phases, realistic};
use approvals_core::{Card, Choice, Group};
use serde_json::{Value, json};

use super::looks_tests::can_approve;
use super::said_tests::*;
use super::tests::BUTTONS;
use super::*;

/// What Slack would refuse, or what its own library does not look at.
fn faults(message: &Message) -> Vec<String> {
    let mut faults = Vec::new();
    let mut need = |holds: bool, what: &str| {
        if !holds {
            faults.push(what.to_owned());
        }
    };
    let text = &message.text;
    need((1..=200).contains(&text.chars().count()), "a text of 1 to 200 characters");
    let unescaped = text.replace("&amp;", "").replace("&lt;", "").replace("&gt;", "");
    need(!unescaped.contains(['<', '>', '&']), "an escaped text");
    let blocks = message.blocks.as_array().unwrap();
    need((1..=50).contains(&blocks.len()), "1 to 50 blocks");
    need(message.blocks.to_string().len() <= 12_000, "12,000 bytes");
    need(blocks.iter().any(|block| block["type"] == "rich_text"), "a block of rich text");
    let (mut block_ids, mut action_ids) = (BTreeSet::new(), BTreeSet::new());
    for block in blocks {
        let id = block["block_id"].as_str().unwrap();
        need((1..=255).contains(&id.len()) && block_ids.insert(id), "block ids of their own");
        let elements = block["elements"].as_array().map_or(&[][..], Vec::as_slice);
        match block["type"].as_str().unwrap() {
            "header" => need(is_plain(&block["text"], 150), "a title"),
            "rich_text" => need(!elements.is_empty() && elements.iter().all(is_rich), "rich text"),
            "actions" => {
                need(
                    (1..=25).contains(&elements.len()) && elements.iter().all(is_button),
                    "buttons",
                );
                let ids = elements.iter().map(|one| one["action_id"].as_str().unwrap());
                ids.for_each(|id| need(action_ids.insert(id), "action ids of their own"));
            }
            other => need(false, other),
        }
    }
    faults
}

fn has_only(value: &Value, fields: &[&str]) -> bool {
    value.as_object().unwrap().keys().all(|name| fields.contains(&name.as_str()))
}

fn is_plain(text: &Value, most: usize) -> bool {
    let length = text["text"].as_str().unwrap().chars().count();
    has_only(text, &["type", "text", "emoji"])
        && text["type"] == "plain_text"
        && text["emoji"] == false
        && (1..=most).contains(&length)
}

fn is_rich(rich: &Value) -> bool {
    let inline = |one: &Value| match one["type"].as_str().unwrap() {
        "text" => {
            has_only(one, &["type", "text", "style"])
                && (1..=2900).contains(&one["text"].as_str().unwrap().len())
        }
        "link" => has_only(one, &["type", "url"]),
        "user" => has_only(one, &["type", "user_id"]),
        "usergroup" => has_only(one, &["type", "usergroup_id"]),
        _other => false,
    };
    let elements = rich["elements"].as_array().unwrap();
    let is_frame = rich["type"] == "rich_text_preformatted";
    (is_frame || rich["type"] == "rich_text_section")
        && has_only(rich, &["type", "elements"])
        && !elements.is_empty()
        && elements.iter().all(inline)
        && (!is_frame || elements.iter().all(|one| one["type"] == "text" && one["style"].is_null()))
}

fn is_button(button: &Value) -> bool {
    let confirm = &button["confirm"];
    let is_confirm = || {
        has_only(confirm, &["title", "text", "confirm", "deny", "style"])
            && is_plain(&confirm["title"], 100)
            && is_plain(&confirm["text"], 300)
            && is_plain(&confirm["confirm"], 30)
            && is_plain(&confirm["deny"], 30)
    };
    has_only(button, &["type", "action_id", "text", "value", "style", "confirm"])
        && is_plain(&button["text"], 75)
        && (1..=2000).contains(&button["value"].as_str().unwrap().len())
        && (confirm.is_null() || is_confirm())
}

/// All texts of the message that Slack reads rather than shows.
fn read_by_slack<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
    match value {
        Value::String(text) => found.push(text),
        Value::Array(all) => all.iter().for_each(|one| read_by_slack(one, found)),
        Value::Object(all) => {
            let is_literal = value["type"] == "text" || value["type"] == "plain_text";
            let read = all
                .iter()
                .filter(|(name, value)| !(is_literal && *name == "text" && value.is_string()));
            for (name, value) in read {
                found.push(name);
                read_by_slack(value, found);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Every message that there may be about a card.
pub(super) fn all_about(card: &Card, dice: &mut Dice) -> Vec<Message> {
    let (group, ops): (Group, Group) = ("g*<!here>".parse().unwrap(), "ops".parse().unwrap());
    let team: UserGroupId = "S0123ABCD".parse().unwrap();
    let wake = BTreeMap::from([(group.clone(), team.clone()), (ops, team)]);
    let elsewhere =
        dice.of(&[None, Some("https://approvals.example.org/r/"), Some("the \u{202e}web <!here>")]);
    let mut all = vec![
        said(View::Placeholder(card)),
        asking(card, None, elsewhere),
        asking(card, Some(BUTTONS), elsewhere),
        state(card, &half_approved(), Some(BUTTONS), elsewhere),
        said(View::Ended { card, state: &half_approved() }),
        waking(View::Reminder(card), &wake),
        said(View::Reminder(card)),
        waking(View::Escalation { card, group: &group }, &wake),
        said(View::NotCounted(&hostile(dice))),
    ];
    let decisions: Vec<_> = (0..dice.below(12))
        .map(|_| {
            let mut one = decision();
            one.choice = dice.of(&[Choice::Approve, Choice::Reject]);
            one.reason = (!dice.chance(3)).then(|| hostile(dice));
            one.identity = ChannelIdentity::new(
                "slack",
                dice.of(&["E0123ABCD/U0123ABCD", "T1/U0123ABCD", "E1:W9", "<@U1>"]),
            )
            .unwrap();
            one
        })
        .collect();
    let words = hostile(dice);
    let phase = dice.of(&phases(&words));
    let fate = Fate {
        phase: &phase,
        decisions: &decisions,
        approvals: 1,
        version: dice.next(),
        state: None,
    };
    all.push(became(card, &fate, Some(BUTTONS), elsewhere));
    all
}

#[test]
fn slack_takes_every_message_about_any_card() {
    let mut dice = Dice::new(11);
    let (mut whole, mut cut) = (0, 0);
    for _ in 0..400 {
        let card = any_card(&mut dice);
        for message in all_about(&card, &mut dice) {
            assert_eq!(faults(&message), [""; 0], "{:#}", message.blocks);
        }
        let can_approve = can_approve(&asking(&card, Some(BUTTONS), None));
        whole += usize::from(can_approve);
        cut += usize::from(!can_approve);
    }
    assert!(whole > 200 && cut > 10, "{whole} {cut}");
}

#[test]
fn what_others_wrote_stands_where_it_is_taken_literally() {
    const CANARY: &str = "CANARY<!channel>*`";
    let mut dice = Dice::new(12);
    for _ in 0..80 {
        let mut fields = fields(&mut dice);
        for name in ["resource", "reason", "summary", "break_glass", "log"] {
            fields.insert(name.to_owned(), json!(CANARY));
        }
        fields.insert("arguments".to_owned(), json!({CANARY: CANARY, "deep": {CANARY: [CANARY]}}));
        fields.insert("tags".to_owned(), json!([CANARY]));
        let card = card(Value::Object(fields));
        let decisions = [{
            let mut one = decision();
            one.reason = Some(CANARY.to_owned());
            one
        }];
        let mut all = all_about(&card, &mut dice);
        for phase in phases(CANARY) {
            let fate = Fate {
                phase: &phase,
                decisions: &decisions,
                approvals: 0,
                version: 1,
                state: None,
            };
            all.push(became(&card, &fate, Some(BUTTONS), None));
        }
        all.push(said(View::NotCounted(CANARY)));
        for message in &all {
            let mut read = vec![message.text.as_str()];
            read_by_slack(&message.blocks, &mut read);
            assert!(read.iter().all(|text| !text.contains("CANARY")), "{:#}", message.blocks);
            let known = [
                "mrkdwn",
                "agent_prompt",
                "visible_to_user_ids",
                "markdown",
                "verbatim",
                "fields",
                "image_url",
            ];
            assert!(known.iter().all(|word| !read.contains(word)), "{:#}", message.blocks);
        }
        assert!(all[1].blocks.to_string().contains("CANARY") || !can_approve(&all[2]));
    }
}

/// The suites above, on messages that are nearly right, must fail.
#[test]
fn a_message_that_is_nearly_right_would_be_found() {
    let good = asking(&realistic(), Some(BUTTONS), None);
    assert_eq!(faults(&good), [""; 0]);
    let bugs: [fn(&mut Message); 12] = [
        |m| m.text = "<!channel>".to_owned(),
        |m| m.text = "x".repeat(201),
        |m| m.text.clear(),
        |m| m.blocks[0]["text"]["type"] = json!("mrkdwn"),
        |m| m.blocks[0]["text"]["text"] = json!("x".repeat(151)),
        |m| m.blocks[1]["elements"][0]["elements"][0]["text"] = json!(""),
        |m| m.blocks[1]["elements"][0]["elements"][0]["text"] = json!("x".repeat(2901)),
        |m| m.blocks[1]["block_id"] = m.blocks[0]["block_id"].clone(),
        |m| {
            m.blocks[7]["elements"][1]["action_id"] =
                m.blocks[7]["elements"][0]["action_id"].clone();
        },
        |m| m.blocks[7]["elements"][0]["value"] = json!("x".repeat(2001)),
        |m| m.blocks[7]["elements"][0]["agent_prompt"] = json!("x"),
        |m| {
            let block = m.blocks[1].clone();
            let more = (0..50).map(|n| {
                let mut block = block.clone();
                block["block_id"] = json!(format!("n{n}"));
                block
            });
            m.blocks.as_array_mut().unwrap().extend(more);
        },
    ];
    for (n, bug) in bugs.iter().enumerate() {
        let mut message = good.clone();
        bug(&mut message);
        assert_ne!(faults(&message), [""; 0], "{n}");
    }
    let mut read = Vec::new();
    let planted = json!([{"type": "mrkdwn", "text": "CANARY"}]);
    read_by_slack(&planted, &mut read);
    assert!(read.contains(&"CANARY"));
}

#[test]
fn at_the_limit_a_card_is_whole_or_cannot_be_approved() {
    for letter in ["x", "x ", "\"", "\u{4e1b}", "\u{1f642}", "\0"] {
        let message = |letters: usize| {
            let card = card(json!({"arguments": {"a": letter.repeat(letters)}}));
            let message = asking(&card, Some(BUTTONS), None);
            assert_eq!(faults(&message), [""; 0]);
            let text = message.blocks.to_string();
            assert_eq!(can_approve(&message), text.contains("exactly this is approved"));
            assert_eq!(can_approve(&message), !text.contains("NOT SHOWN"));
            // Who has decided takes nothing from it.
            assert_eq!(
                can_approve(&message),
                can_approve(&state(&card, &half_approved(), Some(BUTTONS), None))
            );
            can_approve(&message)
        };
        let (mut fits, mut too_long) = (0, 10_000);
        while fits + 1 < too_long {
            let middle = usize::midpoint(fits, too_long);
            if message(middle) { fits = middle } else { too_long = middle }
        }
        assert!(fits > 200, "{fits}");
        assert!((1..=8).all(|more| message(fits + 1 - more) && !message(fits + more)));
    }
}

#[test]
fn a_megabyte_of_anything_is_told_in_numbers() {
    for piece in [
        "x",
        "\u{301}",
        "\u{e0041}",
        "\0",
        "\u{202e}",
        "\n",
        "<!channel>",
        "```",
        "\u{1f468}\u{200d}\u{1f469}",
    ] {
        let long = piece.repeat((1 << 20) / piece.len());
        let card = card(json!({"arguments": {"a": long, "b": 1}, "reason": long}));
        let message = asking(&card, Some(BUTTONS), None);
        assert!(!can_approve(&message) && message.blocks.to_string().len() < 5_000);
        assert!(message.blocks.to_string().contains("2 arguments; what others wrote has "));
        assert_eq!(faults(&message), [""; 0]);
    }
    // Nor do facts without end.
    for facts in [
        json!({"tags": (0..500).map(|n| format!("tag-{n}")).collect::<Vec<_>>()}),
        json!({"log": "x".repeat(20_000)}),
    ] {
        let card = card(facts);
        for message in all_about(&card, &mut Dice::new(13)) {
            assert_eq!(faults(&message), [""; 0]);
            assert!(!can_approve(&message));
        }
        let message = asking(&card, Some(BUTTONS), None);
        let text = message.blocks.to_string();
        for needed in [
            "s3.export",
            "high",
            "agent:test",
            &card.id().to_string(),
            &card.request_digest().to_string(),
            "There is more",
        ] {
            assert!(text.contains(needed), "{needed}");
        }
    }
}
