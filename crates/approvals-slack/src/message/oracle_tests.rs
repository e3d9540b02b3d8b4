//! Slack's own library for Python looks at what we would post.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use any_card::{Dice, any_card, realistic};

use super::limits_tests::all_about;
use super::said_tests::*;
use super::tests::BUTTONS;
use super::*;

/// Every kind of message about many cards, a line of JSON each; then what must not pass.
fn lines() -> (Vec<String>, Vec<String>) {
    let mut dice = Dice::new(31);
    let cards =
        std::iter::once(realistic()).chain((0..150).map(|_| any_card(&mut Dice::new(dice.next()))));
    let messages = cards.flat_map(|card| all_about(&card, &mut Dice::new(32))).collect::<Vec<_>>();
    let mut lines: Vec<_> =
        messages.iter().map(|one| serde_json::json!({"blocks": one.blocks}).to_string()).collect();
    lines.push(serde_json::json!({"view": reason_modal(realistic().id())}).to_string());

    let good = asking(&realistic(), Some(BUTTONS), None).blocks;
    let with = |place: &str, value: Value| {
        let mut bad = good.clone();
        *bad.pointer_mut(place).unwrap() = value;
        serde_json::json!({"blocks": bad}).to_string()
    };
    let planted = vec![
        with("/0/text/text", "x".repeat(151).into()),
        with("/7/elements/0/value", "x".repeat(2001).into()),
        with("/7/elements/0/style", "green".into()),
        with("/7/elements/0/confirm/text/text", "x".repeat(301).into()),
        with("/1/type", "hologram".into()),
        with("/1/elements/0/type", "rich_text_hologram".into()),
    ];
    (lines, planted)
}

fn judged(lines: &[String]) -> Option<Vec<String>> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../interop/slack_blocks.py");
    let has_it =
        Command::new("python3").args(["-c", "import slack_sdk"]).stderr(Stdio::null()).status();
    if !has_it.is_ok_and(|status| status.success()) {
        assert!(
            std::env::var_os("CI").is_none(),
            "`slack_sdk` is needed in continuous integration"
        );
        eprintln!("skipped: there is no `python3` with `slack_sdk` here");
        return None;
    }
    let mut python = Command::new("python3")
        .arg(script)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let text = lines.join("\n");
    let mut stdin = python.stdin.take().unwrap();
    let writing = std::thread::spawn(move || stdin.write_all(text.as_bytes()));
    let output = python.wait_with_output().unwrap();
    writing.join().unwrap().unwrap();
    assert!(output.status.success());
    Some(String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect())
}

#[test]
fn slacks_own_library_finds_nothing_wrong_with_any_message() {
    let (lines, planted) = lines();
    assert!(lines.len() > 1_000);
    let Some(verdicts) = judged(&lines) else { return };
    assert_eq!(verdicts.len(), lines.len());
    for (verdict, line) in verdicts.iter().zip(&lines) {
        assert_eq!(verdict, "ok", "{line}");
    }
    let verdicts = judged(&planted).unwrap();
    assert_eq!(verdicts.len(), planted.len());
    for (verdict, line) in verdicts.iter().zip(&planted) {
        assert_ne!(verdict, "ok", "{line}");
    }
}
