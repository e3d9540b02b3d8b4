//! Whatever the card, the message is one that every client of Teams takes, and shows what the sheet says, in its order, as
//! text that is taken literally.

use any_card::{Dice, any_card, card, decision, fields, half_approved, phases, realistic};
use approvals_chat::{Fate, View};
use approvals_core::Card;
use serde_json::{Value, json};

use super::looks_tests::{Style, can_approve, looks, wanted};
use super::said_tests::*;
use super::*;

/// The most bytes of an activity, and the most units of UTF-16.
const MOST: usize = 25_000;

/// The parts that a card may have, with the fields of each.
const KNOWN: &[(&str, &[&str])] = &[
    ("AdaptiveCard", &["$schema", "type", "version", "fallbackText", "body"]),
    ("RichTextBlock", &["type", "spacing", "inlines"]),
    ("TextRun", &["type", "text", "weight", "size", "fontType"]),
    ("Container", &["type", "style", "separator", "items"]),
    ("Input.Toggle", &["type", "id", "title", "valueOn", "valueOff", "value", "wrap"]),
    ("Input.Text", &["type", "id", "placeholder", "isMultiline", "maxLength"]),
    ("ActionSet", &["type", "actions"]),
    ("Action.Execute", &["type", "title", "verb", "data", "style", "fallback"]),
    ("Action.Submit", &["type", "title", "data", "style"]),
];

/// What is wrong with a message.
pub(super) fn faults(said: &Said) -> Vec<String> {
    let (sheet, message) = (&said.sheet, &said.message);
    let mut faults = Vec::new();
    let activity = message.activity().to_string();
    if activity.len() > MOST || activity.encode_utf16().count() > MOST {
        faults.push("too long".to_owned());
    }
    if !(1..=200).contains(&message.summary.len()) {
        faults.push("a summary of 1 to 200 bytes".to_owned());
    }
    if message.activity().get("text").is_some() {
        faults.push("text, which is read as Markdown".to_owned());
    }
    if (&message.card["type"], &message.card["version"]) != (&json!("AdaptiveCard"), &json!("1.5"))
    {
        faults.push("no card of version 1.5".to_owned());
    }
    part(&message.card, &mut faults);
    if !faults.is_empty() {
        return faults;
    }
    let (shown, wanted) = (looks(&message.card, Style::Shown), wanted(sheet, Style::Shown));
    if shown != wanted {
        faults.push(format!("shows {shown:#?} instead of {wanted:#?}"));
    }
    let offers = sheet.buttons.as_ref().is_some_and(|offer| offer.may_approve);
    let is_cut = shown.iter().any(|line| line.contains("NOT SHOWN, so it cannot be approved"));
    if can_approve(message) != offers || (can_approve(message) && is_cut) {
        faults.push("a button that approves what is not shown whole".to_owned());
    }
    let asks = sheet.buttons.as_ref().is_some_and(|offer| offers && offer.confirm.is_some());
    if message.card.to_string().contains("\"Input.Toggle\"") != asks {
        faults.push("a box to tick where there has to be one, and nowhere else".to_owned());
    }
    faults
}

fn part(value: &Value, faults: &mut Vec<String>) {
    let fields = value.as_object().unwrap();
    let kind = value["type"].as_str().unwrap_or_default();
    let Some((_, known)) = KNOWN.iter().find(|(name, _)| *name == kind) else {
        return faults.push(format!("a part that is none of ours: {kind}"));
    };
    for (name, value) in fields {
        if !known.contains(&name.as_str()) {
            faults.push(format!("{kind} has {name}"));
        }
        match value {
            Value::Array(all) if all.is_empty() => faults.push(format!("{kind} has no {name}")),
            Value::Array(all) => all.iter().for_each(|one| part(one, faults)),
            // What buttons carry is for us alone.
            Value::Object(data) if name == "data" => {
                // In any order: which one, other crates of a build decide.
                let is_ours =
                    data.len() == 2 && ["token", "verb"].iter().all(|it| data.contains_key(*it));
                if !is_ours {
                    faults.push("data that is none of ours".to_owned());
                }
            }
            Value::Object(_) => part(value, faults),
            Value::String(text) => {
                if text.is_empty() || text.contains("{{") || text.contains('\n') {
                    faults.push(format!("{kind} has {name} {text:?}"));
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }
}

#[test]
fn every_client_takes_every_message_about_any_card_and_shows_what_its_sheet_says() {
    let mut dice = Dice::new(11);
    let (mut whole, mut cut) = (0, 0);
    for _ in 0..300 {
        let card = any_card(&mut dice);
        for said in all_about(&card, &mut dice) {
            assert_eq!(faults(&said), [""; 0], "{:#}", said.message.card);
        }
        let can_approve = can_approve(&asking(&card, None).message);
        whole += usize::from(can_approve);
        cut += usize::from(!can_approve);
    }
    assert!(whole > 150 && cut > 10, "{whole} {cut}");
}

/// All texts of a message that are not in runs: each of them may be read as something else than text.
fn outside_of_runs<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
    match value {
        Value::String(text) => found.push(text),
        Value::Array(all) => all.iter().for_each(|one| outside_of_runs(one, found)),
        Value::Object(all) => {
            let is_run = value["type"] == "TextRun";
            for (name, value) in all.iter().filter(|(name, _)| !(is_run && *name == "text")) {
                found.push(name);
                outside_of_runs(value, found);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

#[test]
fn what_others_wrote_stands_in_text_runs_of_every_message() {
    const CANARY: &str = "CANARY[x](https://evil.example){{DATE()}}";
    let mut dice = Dice::new(12);
    for _ in 0..40 {
        let mut fields = fields(&mut dice);
        for name in ["resource", "reason", "summary", "break_glass", "log"] {
            fields.insert(name.to_owned(), json!(CANARY));
        }
        fields.insert("arguments".to_owned(), json!({CANARY: CANARY, "deep": {CANARY: [CANARY]}}));
        fields.insert("tags".to_owned(), json!([CANARY]));
        let card = card(Value::Object(fields));
        let mut one = decision();
        one.reason = Some(CANARY.to_owned());
        let decisions = [one];
        let mut all = all_about(&card, &mut dice);
        for phase in phases(CANARY) {
            let fate = Fate {
                phase: &phase,
                decisions: &decisions,
                approvals: 0,
                version: 1,
                state: None,
            };
            all.push(became(&card, Some(&fate), Some(BUTTONS), None));
        }
        all.push(said(View::NotCounted(CANARY)));
        for said in &all {
            let activity = said.message.activity();
            let mut found = Vec::new();
            outside_of_runs(&activity, &mut found);
            assert!(found.iter().all(|text| !text.contains("CANARY")), "{activity:#}");
            assert_eq!(faults(said), [""; 0], "{activity:#}");
        }
        let shown = &all[2].message;
        assert!(shown.card.to_string().contains("CANARY") || !can_approve(shown));
    }
}

/// The suites above, on messages that are nearly right, must fail.
#[test]
fn a_card_of_teams_that_is_nearly_right_would_be_found() {
    let good = || asking(&realistic(), None);
    assert_eq!(faults(&good()), [""; 0]);
    let bugs: [fn(&mut Message); 14] = [
        |m| m.summary = "x".repeat(MOST),
        |m| m.summary.clear(),
        |m| m.card["version"] = json!("1.6"),
        |m| m.card["body"][0]["inlines"][0]["text"] = json!("{{DATE()}}"),
        |m| m.card["body"][0]["inlines"][0]["text"] = json!("Approve?\n"),
        |m| m.card["body"][0]["inlines"][0]["text"] = json!("Approve? something else"),
        |m| m.card["body"][0]["inlines"][0]["weight"] = json!("Default"),
        |m| m.card["body"][0]["inlines"][0]["selectAction"] = json!({"type": "Action.Submit"}),
        |m| m.card["body"][0] = json!({"type": "TextBlock", "text": "Approve?"}),
        |m| m.card["body"].as_array_mut().unwrap().swap(1, 2),
        |m| drop(m.card["body"].as_array_mut().unwrap().remove(2)),
        |m| m.card["body"][2]["items"][1]["style"] = json!("default"),
        |m| m.card["actions"] = json!([{"type": "Action.OpenUrl", "url": "https://evil.example"}]),
        |m| drop(m.card["body"].as_array_mut().unwrap().pop()),
    ];
    for (n, bug) in bugs.iter().enumerate() {
        let mut said = good();
        bug(&mut said.message);
        assert_ne!(faults(&said), [""; 0], "{n}");
    }
    // The buttons of a card that is shown whole, under one that is not.
    let mut said = asking(&card(json!({"arguments": {"a": "x".repeat(20_000)}})), None);
    assert_eq!(faults(&said), [""; 0]);
    let buttons = good().message.card["body"].as_array_mut().unwrap().pop().unwrap();
    *said.message.card["body"].as_array_mut().unwrap().last_mut().unwrap() = buttons;
    assert_ne!(faults(&said), [""; 0]);
    let planted = json!([{"type": "TextBlock", "text": "CANARY"}]);
    let mut found = Vec::new();
    outside_of_runs(&planted, &mut found);
    assert!(found.contains(&"CANARY"));
}

fn is_whole(card: &Card) -> bool {
    let said = asking(card, None);
    assert_eq!(faults(&said), [""; 0]);
    let text = said.message.card.to_string();
    let is_whole = can_approve(&said.message);
    assert_eq!(is_whole, text.contains("exactly this is approved"));
    assert_eq!(is_whole, !text.contains("NOT SHOWN"));
    // Who has decided takes nothing from it.
    let half = state(card, &half_approved(), Some(BUTTONS));
    assert_eq!(faults(&half), [""; 0]);
    assert_eq!(is_whole, can_approve(&half.message));
    is_whole
}

#[test]
fn at_the_limit_a_card_of_teams_is_whole_or_cannot_be_approved() {
    for letter in ["x", "x ", "\"", "{", "\u{4e1b}", "\u{1f642}", "\0"] {
        let fits =
            |letters: usize| is_whole(&card(json!({"arguments": {"a": letter.repeat(letters)}})));
        let (mut most, mut too_long) = (0, 20_000);
        while most + 1 < too_long {
            let middle = usize::midpoint(most, too_long);
            if fits(middle) { most = middle } else { too_long = middle }
        }
        assert!(most > 100, "{letter:?} {most}");
        assert!((1..=8).all(|more| fits(most + 1 - more) && !fits(most + more)), "{letter:?}");
    }
}

#[test]
fn a_megabyte_of_anything_is_told_in_numbers_in_teams() {
    for piece in
        ["x", "\u{301}", "\u{e0041}", "\0", "\u{202e}", "\n", "<at>", "{{", "\u{1f468}\u{200d}"]
    {
        let long = piece.repeat((1 << 20) / piece.len());
        let card = card(json!({"arguments": {"a": long, "b": 1}, "reason": long}));
        let said = asking(&card, None);
        assert_eq!(faults(&said), [""; 0]);
        let text = said.message.activity().to_string();
        assert!(!can_approve(&said.message) && text.len() < 8_000, "{}", text.len());
        assert!(text.contains("2 arguments; what others wrote has "));
    }
    // Nor do facts without end.
    for facts in [
        json!({"tags": (0..500).map(|n| format!("tag-{n}")).collect::<Vec<_>>()}),
        json!({"log": "x".repeat(20_000)}),
    ] {
        let card = card(facts);
        for said in all_about(&card, &mut Dice::new(13)) {
            assert_eq!(faults(&said), [""; 0]);
            assert!(!can_approve(&said.message));
        }
    }
}
