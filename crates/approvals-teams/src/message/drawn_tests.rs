//! What Microsoft's own library draws of our cards in a browser, and what the published schema has against them.
//!
//! `cargo xtask test cards` brings both. What is drawn has to be what the sheet says, letter by letter.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use any_card::{Dice, HOSTILE, any_card, decision, document, phases, realistic, request};
use approvals_chat::{Fate, View};
use approvals_core::{Card, visible};
use serde_json::{Value, json};

use super::looks_tests::{Style, can_approve, wanted};
use super::said_tests::*;
use super::*;

/// What is needed: where the packages of `interop/teams-cards` are, the schema, and the browser.
const NEEDED: [&str; 3] = ["TEAMS_CARDS_PACKAGES", "TEAMS_CARDS_SCHEMA", "TEAMS_CARDS_BROWSER"];

/// All that a card of ours is made of. Most of what Markdown and HTML can do is none of these.
const DRAWN: [&str; 7] = ["BUTTON", "DIV", "INPUT", "LABEL", "P", "SPAN", "TEXTAREA"];

/// What has come of each line, or nothing where that cannot be found out.
pub(super) fn drawn(lines: &[Value]) -> Option<Vec<Value>> {
    let needed = NEEDED.map(std::env::var_os);
    if needed.iter().any(Option::is_none) {
        assert!(std::env::var_os("CI").is_none(), "continuous integration needs {NEEDED:?}");
        eprintln!("skipped: `cargo xtask test cards` brings what this needs");
        return None;
    }
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../interop/teams_cards.mjs");
    let mut node = Command::new("node")
        .arg(script)
        .args(needed.into_iter().flatten())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let text = lines.iter().map(Value::to_string).collect::<Vec<_>>().join("\n");
    let mut stdin = node.stdin.take().unwrap();
    let writing = std::thread::spawn(move || stdin.write_all(text.as_bytes()));
    let output = node.wait_with_output().unwrap();
    writing.join().unwrap().unwrap();
    assert!(output.status.success());
    let answers = String::from_utf8(output.stdout).unwrap();
    let answers: Vec<_> = answers.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(answers.len(), lines.len());
    Some(answers)
}

fn texts<'a>(drawn: &'a Value, what: &str) -> Vec<&'a str> {
    drawn[what].as_array().unwrap().iter().map(|text| text.as_str().unwrap()).collect()
}

/// The lines that are there, in which spaces are spaces.
fn held(drawn: &Value) -> Vec<String> {
    texts(drawn, "held").iter().map(|line| line.replace(FIRM_SPACE, " ")).collect()
}

/// What is wrong with what was drawn, wherever these lines had to be seen and nothing else.
fn mistakes(drawn: &Value, wanted: &[String]) -> Vec<String> {
    let mut mistakes = Vec::new();
    for what in ["faults", "warnings", "handlers", "happened"] {
        mistakes.extend(texts(drawn, what).iter().map(|one| format!("{what}: {one}")));
    }
    let odd = texts(drawn, "tags").into_iter().filter(|tag| !DRAWN.contains(tag));
    mistakes.extend(odd.map(|tag| format!("tag: {tag}")));
    if held(drawn) != wanted {
        mistakes.push(format!("holds {:#?} instead of {wanted:#?}", held(drawn)));
    }
    // What is seen is all of it, but for spaces behind a line.
    let seen = texts(drawn, "seen");
    let seen = seen.iter().map(|line| line.replace(FIRM_SPACE, " ").trim_end().to_owned());
    if !seen.eq(wanted.iter().map(|line| line.trim_end().to_owned())) {
        mistakes.push(format!("shows {:#?} instead of {wanted:#?}", texts(drawn, "seen")));
    }
    mistakes
}

/// The buttons and the box are as they are offered.
fn is_offered(drawn: &Value, said: &Said) -> bool {
    let offer = said.sheet.buttons.as_ref();
    let buttons: &[&str] = match offer {
        Some(offer) if offer.may_approve => &["Approve", "Reject"],
        Some(_) => &["Reject"],
        None => &[],
    };
    let ticks = offer.is_some_and(|offer| offer.may_approve && offer.confirm.is_some());
    texts(drawn, "buttons") == buttons && texts(drawn, "ticks").len() == usize::from(ticks)
}

#[test]
fn microsofts_library_draws_every_message_as_its_sheet_says_and_the_schema_has_nothing_against_it()
{
    let mut dice = Dice::new(31);
    let cards =
        std::iter::once(realistic()).chain((0..80).map(|_| any_card(&mut Dice::new(dice.next()))));
    let all: Vec<_> = cards.flat_map(|card| all_about(&card, &mut Dice::new(32))).collect();
    let cards: Vec<_> = all.iter().map(|said| said.message.card.clone()).collect();
    let Some(drawn) = drawn(&cards) else { return };
    assert!(drawn.len() > 900);
    for (drawn, said) in drawn.iter().zip(&all) {
        let wanted = wanted(&said.sheet, Style::Left);
        assert_eq!(mistakes(drawn, &wanted), [""; 0], "{:#}", said.message.card);
        assert!(is_offered(drawn, said), "{drawn:#}");
    }
}

/// What Markdown, HTML and the functions of cards make something else of.
const MARKUP: [&str; 12] = [
    "[Approve here](https://evil.example)",
    "![x](https://evil.example/pixel.png)",
    "**bold** _italic_ ~~gone~~ `code`",
    "# heading\n- item\n1. one\n> quote",
    "<b>bold</b>",
    "<img src=x onerror=alert(1)>",
    "<script>alert(1)</script>",
    "<a href=\"javascript:alert(1)\">x</a>",
    "<at>Ada</at>",
    "{{DATE(2020-01-01T00:00:00Z,SHORT)}}",
    "{{{{TIME(2020-01-01T00:00:00Z)}}}}",
    "https://evil.example/x",
];

/// A card on which a text stands wherever an agent can have it stand, and how it has to read in each place.
fn everywhere(text: &str) -> (Card, Vec<String>) {
    let mut reads = Vec::new();
    let mut place = |place: &str| {
        let text = format!("{place}~{text}~");
        let shown = visible::text(&text);
        let shown = shown.strip_prefix('"').and_then(|shown| shown.strip_suffix('"')).unwrap();
        reads.push(countable(shown));
        text
    };
    let digest = approvals_core::Digest::of("test", b"x").to_string();
    let fields = json!({
        "arguments": {place("name"): place("value"), "deep": {place("key"): [place("item")]}},
        "resource": place("resource"), "reason": place("reason"), "summary": place("summary"),
        "break_glass": place("because"), "redacted": {place("hidden"): digest}, "unbound": [place("unbound")],
        "shown": {place("worked"): place("out")}, "tags": [place("tag")], "log": place("log"),
    });
    let mut request = serde_json::to_value(request()).unwrap();
    request["ruling"]["break_glass"] =
        json!({"rules": ["no-exports"], "review_by": "security", "review_within_ms": 86_400_000});
    request["ruling"]["facts"] = json!({"env.window": place("fact")});
    request["notes"]["intent"] = json!(place("intent"));
    let was = json!({place("was"): {"value": place("before")}});
    request["earlier"] =
        json!({"by": "u:mira", "reason": place("why"), "request": request["id"], "was": was});
    let request = serde_json::from_value(request).unwrap();
    (Card::new(request, document(fields)).unwrap(), reads)
}

/// The text as every card has it: with spaces that can be counted.
fn countable(text: &str) -> String {
    text.chars().fold(String::new(), |told, letter| match letter {
        ' ' if told.ends_with(' ') => told + "\\u{20}",
        letter => format!("{told}{letter}"),
    })
}

#[test]
fn whatever_an_agent_writes_wherever_it_may_is_read_literally_and_nothing_comes_of_it() {
    let texts: Vec<_> = MARKUP.iter().chain(HOSTILE).collect();
    let (cards, reads): (Vec<_>, Vec<_>) = texts.iter().map(|text| everywhere(text)).unzip();
    let asked: Vec<_> = cards.iter().map(|card| asking(card, None)).collect();
    let refused: Vec<_> = texts.iter().map(|text| said(View::NotCounted(text))).collect();
    let decided = texts.iter().zip(&cards).map(|(text, card)| {
        let mut one = decision();
        one.reason = Some((**text).to_owned());
        let (decisions, phase) = ([one], phases(text).pop().unwrap());
        let fate =
            Fate { phase: &phase, decisions: &decisions, approvals: 1, version: 1, state: None };
        became(card, Some(&fate), None, None)
    });
    let rest: Vec<_> = refused.into_iter().chain(decided).collect();
    let all = || asked.iter().chain(&rest);
    let cards: Vec<_> = all().map(|said| said.message.card.clone()).collect();
    let Some(drawn) = drawn(&cards) else { return };
    for (drawn, said) in drawn.iter().zip(all()) {
        let wanted = wanted(&said.sheet, Style::Left);
        assert_eq!(mistakes(drawn, &wanted), [""; 0], "{:#}", said.message.card);
    }
    for ((drawn, said), reads) in drawn.iter().zip(&asked).zip(&reads) {
        assert!(can_approve(&said.message), "all of it has room");
        let page = held(drawn).join("\n").replace("\n  > ", "");
        for read in reads {
            assert!(page.contains(read), "{read}\n{page}");
        }
    }
}

fn one(element: &Value) -> Value {
    json!({"type": "AdaptiveCard", "version": "1.5", "body": [element]})
}

/// The same texts where they are not taken literally, and cards that are none, must be found out.
#[test]
fn a_text_that_is_read_as_markup_and_a_card_that_the_schema_refuses_would_be_found() {
    let block = |text: &&str| one(&json!({"type": "TextBlock", "text": text, "wrap": true}));
    let date = "{{DATE(2020-01-01T00:00:00Z,SHORT)}}";
    let run = json!({"type": "TextRun", "text": date});
    let tick = json!({"type": "Input.Toggle", "id": "x", "title": "You approve a-_b_-c"});
    let mut lines: Vec<_> = MARKUP.iter().map(block).collect();
    lines.push(one(&json!({"type": "RichTextBlock", "inlines": [run]})));
    lines.push(one(&tick));
    let Some(found) = drawn(&lines) else { return };
    for (found, wanted) in found.iter().zip(MARKUP.iter().chain(&[date])) {
        let wanted = [(*wanted).to_owned()];
        assert_ne!(mistakes(found, &wanted), [""; 0], "{wanted:?}");
        // An address stays what it is, but can be clicked.
        let is_link = texts(found, "tags").contains(&"A");
        assert!(held(found) != wanted || is_link, "{wanted:?}");
    }
    assert!(texts(found.last().unwrap(), "tags").contains(&"EM"), "Markdown beside a box");
    let fault = |what: &str| found.iter().map(|one| texts(one, what).concat()).collect::<String>();
    for needed in ["dialog 1", "request https://evil.example/pixel.png"] {
        assert!(fault("happened").contains(needed), "{needed}: {}", fault("happened"));
    }
    for needed in ["href", "onerror"] {
        assert!(fault("handlers").contains(needed), "{needed}: {}", fault("handlers"));
    }
    let good = asking(&realistic(), None).message.card;
    let with = |place: &str, name: &str, value: Value| {
        let mut bad = good.clone();
        bad.pointer_mut(place).unwrap()[name] = value;
        bad
    };
    let without = |place: &str, name: &str| {
        let mut bad = good.clone();
        bad.pointer_mut(place).unwrap().as_object_mut().unwrap().remove(name).unwrap();
        bad
    };
    let run = "/body/0/inlines/0";
    let planted = [
        with("/body/0", "type", json!("Hologram")),
        with("/body/0", "hologram", json!(true)),
        with(run, "weight", json!("Heavy")),
        with(run, "onclick", json!("alert(1)")),
        with("/body/2", "style", json!("loud")),
        with("", "type", json!("Card")),
        without(run, "text"),
        without("/body/0", "inlines"),
        without("/body/2", "items"),
    ];
    let found = drawn(&planted).unwrap();
    for (found, card) in found.iter().zip(&planted) {
        assert_ne!(texts(found, "faults"), [""; 0], "{card:#}");
    }
    assert_eq!(texts(&drawn(&[good]).unwrap()[0], "faults"), [""; 0]);
}
