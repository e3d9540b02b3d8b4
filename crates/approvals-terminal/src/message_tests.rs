//! What reaches the screen: printable text, the whole card or no way to approve it, and never two cards alike.

use std::collections::BTreeMap;
use std::time::Duration;

use approvals_core::canonical::to_bytes;
use approvals_core::{Cause, Choice, DeskError, DynamicAction, Outcome, Phase, Refusal};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use crate::harness_tests::{Cards, action};
use crate::message::{Screen, is_showable, question, result, sheet, withdrawn};

const PLAIN: Screen = Screen { columns: Some(80), is_utf8: false };
const LETTERS: Screen = Screen { columns: Some(80), is_utf8: true };

/// Texts that did harm to some terminal, prompt or reader, alone and in each other's company.
fn hostile() -> Vec<String> {
    const SEEDS: [&str; 20] = [
        "\u{1b}[2J\u{1b}[H",
        "\u{1b}]0;title\u{7}",
        "\u{1b}]8;;https://example.org\u{1b}\\here\u{1b}]8;;\u{1b}\\",
        "\u{1b}]52;c;cm0gLXJmIC8=\u{7}",
        "\u{9b}31m\u{9d}0;x\u{9c}",
        "a\rb\r\nc\u{8}\u{8}\u{7f}",
        "\n-- facts \n   action         db.read",
        "\nAPPROVAL NEEDED\n",
        "\n> approved\ntype 00000 to approve",
        "\u{202e}gnp.exe\u{2066}\u{2069}\u{61c}\u{200f}",
        "p\u{430}ypal \u{200b}\u{200d}\u{feff}\u{2060}",
        "\u{e0041}\u{e007f}\u{fe0f}\u{3164}\u{115f}\u{ad}\u{34f}",
        "\u{2028}\u{2029}\u{85}\u{b}\u{c}",
        "e\u{301}\u{489}\u{20e3}\u{1f600}",
        "\u{5e9}\u{5dc}\u{5d5}\u{5dd} \u{645}\u{631}\u{62d}\u{628}\u{627} \u{4e1b}\u{e9}",
        "\u{0}\u{1}\u{4}\u{11}\u{13}\u{1a}",
        "\\u{1b} \\n %s %n $(id) `id` ; id",
        "\u{fffd}\u{ffff}\u{10ffff}\u{e000}",
        "\u{1b}P$q\u{1b}\\\u{1b}_x\u{1b}\\\u{1b}^y\u{1b}\\\u{1b}c",
        "trailing   \t  \u{a0}\u{3000}",
    ];
    let seeds = || SEEDS.iter().enumerate();
    let pairs = seeds().flat_map(|(n, one)| {
        seeds().skip(n % 2).step_by(2).map(move |(_, other)| format!("{one}{other}"))
    });
    pairs.collect()
}

fn hostile_action(payload: &str) -> DynamicAction {
    let arguments = BTreeMap::from([(format!("a{payload}"), payload)]);
    let text = String::from_utf8(to_bytes(&arguments, 1 << 16).unwrap()).unwrap();
    action(&text).resource(payload).summary(payload).reason(payload)
}

#[test]
fn two_hundred_hostile_texts_put_nothing_on_the_screen_but_printable_lines() {
    let cards = Cards::new();
    let payloads = hostile();
    assert_eq!(payloads.len(), 200);
    for payload in payloads {
        let card = cards.of(hostile_action(&payload));
        let plain = sheet(&card, PLAIN).unwrap().text;
        assert!(plain.bytes().all(|byte| byte == b'\n' || (0x20..0x7f).contains(&byte)), "{plain}");
        let letters = sheet(&card, LETTERS).unwrap().text;
        assert!(is_showable(&letters), "{letters}");
        for (exact, line) in plain.lines().zip(letters.lines()) {
            assert!(exact == line || letters.contains("  reads as"), "{line}");
            assert_eq!(exact.chars().count(), line.chars().count());
        }
        for line in plain.lines() {
            let ours = [
                "",
                "APPROVAL NEEDED",
                "-- facts",
                "-- what it is done to, and with: exactly this is approved",
                "-- the requester says (not checked)",
            ];
            assert!(
                line.starts_with("   ") || ours.contains(&line),
                "data stands where only headings may: {line}"
            );
        }
    }
}

#[test]
fn two_cards_never_look_alike() {
    let cards = Cards::new();
    let mut runner =
        TestRunner::new(Config { failure_persistence: None, ..Config::with_cases(64) });
    let texts = (any::<String>(), any::<String>(), 40_u16..200, any::<bool>());
    let held = runner.run(&texts, |(a, b, columns, is_utf8)| {
        let screen = Screen { columns: Some(columns), is_utf8 };
        let shown = |text: &str| sheet(&cards.of(hostile_action(text)), screen).unwrap();
        let (a_shown, b_shown) = (shown(&a), shown(&b));
        prop_assert_ne!(&a_shown.text, &b_shown.text);
        // Not only by the id and the digest of the request: the arguments themselves differ.
        let arguments = |text: &str| text.split("-- what it is done to").nth(1).unwrap().to_owned();
        prop_assert_eq!(a == b, arguments(&a_shown.text) == arguments(&b_shown.text));
        Ok(())
    });
    held.unwrap();
}

#[test]
fn a_card_that_fits_is_shown_whole_with_its_code() {
    let card = Cards::new().of(action(r#"{"table": "orders"}"#));
    let sheet = sheet(&card, LETTERS).unwrap();
    assert!(sheet.text.contains(&card.render(80)));
    assert_eq!(sheet.code, Some(card.code()));
    assert!(
        question(sheet.code.as_deref(), Duration::from_secs(61), 2)
            .starts_with("1 min 1 s left; 2 more waiting\ntype ")
    );
}

#[test]
fn a_card_of_one_line_or_one_byte_too_much_cannot_be_approved() {
    let cards = Cards::new();
    let columns = Screen { columns: Some(40), is_utf8: true };
    let mut last = (true, 0, 0);
    for letters in (5_000..9_000).step_by(97) {
        let card = cards.of(action(&format!(r#"{{"a": "{}"}}"#, "x".repeat(letters))));
        let rendered = card.render(40);
        let fits = rendered.lines().count() <= 200 && rendered.len() <= 32 * 1024;
        let sheet = sheet(&card, columns).unwrap();
        assert_eq!(sheet.code.is_some(), fits);
        assert_eq!(sheet.text.contains(&rendered), fits);
        last = (fits, last.1 + usize::from(fits), last.2 + usize::from(!fits));
    }
    assert!(!last.0 && last.1 > 5 && last.2 > 5, "both sides of the limit were tried: {last:?}");
    let wide = Screen { columns: Some(1000), is_utf8: true };
    let long = cards.of(action(&format!(r#"{{"a": "{}"}}"#, "x".repeat(33 * 1024))));
    assert!(long.render(1000).lines().count() < 200);
    let sheet = sheet(&long, wide).unwrap();
    assert_eq!(sheet.code, None);
    for needed in [long.request_digest().to_string(), format!("approvals show {}", long.id())] {
        assert!(sheet.text.contains(&needed), "{}", sheet.text);
    }
    assert!(!question(None, Duration::ZERO, 0).contains("approve"));
}

#[test]
fn a_card_on_a_terminal_too_narrow_for_its_margin_cannot_be_approved() {
    let card = Cards::new().of(action("{}"));
    let narrow = |columns| sheet(&card, Screen { columns, is_utf8: true }).unwrap().code.is_some();
    assert_eq!([Some(1), Some(39), Some(40), None].map(narrow), [false, false, true, true]);
}

#[test]
fn the_guard_lets_through_no_character_that_could_act() {
    for code in (0..0x11_0000_u32).filter(|code| *code != 10) {
        let Some(letter) = char::from_u32(code) else { continue };
        let acts = letter.is_control() || letter.is_whitespace() && letter != ' ';
        let hides = matches!(code, 0xad | 0x61c | 0x200b..=0x200f | 0x2028..=0x202e | 0x2060..=0x206f | 0xfeff | 0xfff9..=0xfffb | 0xe0000..=0xe0fff);
        assert!(
            !(acts || hides) || !is_showable(&letter.to_string()),
            "{}",
            letter.escape_unicode()
        );
    }
}

#[test]
fn what_others_wrote_is_escaped_in_every_message() {
    for text in hostile() {
        let causes = [
            Cause::Denied { reason: text.clone() },
            Cause::Revoked { by: None, reason: text.clone() },
        ];
        let mut said: Vec<String> =
            causes.map(|cause| withdrawn(&Phase::Ended(Outcome::Closed(cause)))).into();
        said.push(result(Choice::Approve, &Err(DeskError::Refused(Refusal::PolicyStops(text)))));
        for words in said {
            let lines = words.trim_matches('\n');
            assert!(lines.bytes().all(|byte| (0x20..0x7f).contains(&byte)), "{words:?}");
        }
    }
    let long =
        withdrawn(&Phase::Ended(Outcome::Closed(Cause::Denied { reason: "x".repeat(100_000) })));
    assert!(long.len() < 600 && long.contains("(cut)"));
}
