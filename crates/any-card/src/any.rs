//! Cards about anything, with text that does harm wherever somebody else wrote some.

use approvals_core::{Card, Cause, Digest, Execution, Outcome, Phase, Resolution};
use serde_json::{Map, Value, json};

use crate::card::{document, request};
use crate::dice::Dice;

/// What makes text look like something else, or does harm to who shows it.
pub const HOSTILE: &[&str] = &[
    "<!channel>",
    "<!here|x>",
    "<@U0123ABCD>",
    "<#C0123ABCD>",
    "<!subteam^S0123ABCD>",
    "<https://evil.example|Approve here>",
    "https://evil.example/x",
    "mailto:a@evil.example",
    "```",
    "`",
    "*bold*",
    "_it_",
    "~st~",
    "> quoted",
    "\n>>> x",
    ":warning:",
    "\u{202e}gnp.exe",
    "\u{2066}a\u{2069}",
    "\u{200b}",
    "\u{200d}",
    "\u{feff}",
    "\u{2060}",
    "\u{ad}",
    "\u{34f}",
    "\u{61c}",
    "\u{e0041}\u{e007f}",
    "\0",
    "\u{1b}[2J",
    "\r\n",
    "\t",
    "\u{85}\u{2028}\u{2029}",
    "e\u{301}\u{301}\u{301}",
    "\u{489}",
    "p\u{430}ypal",
    "\u{1f468}\u{200d}\u{1f469}\u{200d}\u{1f467}",
    "\u{4e1b}\u{6f22}",
    "\u{5e9}\u{5dc}\u{645}",
    "ｗｉｄｅ",
    "\u{3164}\u{115f}",
    "\u{fffd}\u{10ffff}\u{e000}",
    "&lt;!channel&gt;",
    "{\"type\":\"mrkdwn\"}",
    "\"}],\"x\":[{\"",
    "\\u202e",
    "  ",
    "    > ",
    "   ",
    " ",
    "\u{a0}\u{3000}",
    "\"rows\" 1",
    "\nrisk  low",
    "\ndecide by  2099-01-01",
    "approved by  u:boss",
    "code  00000",
    "-- facts",
    "{{DATE()}}",
    "{{TIME(2020-01-01T00:00:00Z)}}",
    "{{{{DATE(2020-01-01T00:00:00Z,SHORT)}}}}",
    "${x}",
    "[Approve here](https://evil.example)",
    "![x](https://evil.example/pixel.png)",
    "**bold** __bold__",
    "# big\n- item",
    "<b>bold</b>",
    "<img src=x onerror=alert(1)>",
    "<script>alert(1)</script>",
    "<at>Ada</at>",
    "&amp;&#60;b&#62;",
    "null",
    "0",
    "1.0",
    "a",
    "b",
    "{user:U0123ABCD}",
    "%s%n$(id)",
];

/// Some of it.
pub fn hostile(dice: &mut Dice) -> String {
    let pieces = dice.below(6);
    let text: Vec<_> = (0..=pieces).map(|_| dice.of(HOSTILE)).collect();
    match dice.below(24) {
        0 => text.concat().repeat(dice.below(90).max(1)),
        1 => "\u{301}".repeat(dice.below(300)),
        _ => text.concat(),
    }
}

/// The fields of some document, which may be too long for a message.
pub fn fields(dice: &mut Dice) -> Map<String, Value> {
    let mut all = Map::new();
    for _ in 0..dice.below(5) {
        let name: String = hostile(dice).chars().take(40).collect();
        let value = match dice.below(6) {
            0 => json!(dice.next()),
            1 => json!(null),
            2 => json!({hostile(dice): hostile(dice)}),
            3 => json!([hostile(dice), dice.below(3)]),
            _ => json!(hostile(dice)),
        };
        all.insert(format!("x{name}"), value);
    }
    let digest = |dice: &mut Dice| Digest::of("test", &dice.next().to_be_bytes()).to_string();
    let text = |dice: &mut Dice| if dice.chance(2) { json!(null) } else { json!(hostile(dice)) };
    let mut document = json!({
        "arguments": all,
        "risk": dice.of(&["low", "medium", "high", "critical"]),
        "action": dice.of(&["s3.export", "db.drop", &"a".repeat(120)]),
        "resource": text(dice), "reason": text(dice), "summary": text(dice), "break_glass": text(dice),
    });
    if dice.chance(3) {
        document["redacted"] = json!({hostile(dice): digest(dice), "b": digest(dice)});
        document["unbound"] = json!([hostile(dice), "client"]);
    }
    if dice.chance(4) {
        document["shown"] = json!({hostile(dice): hostile(dice)});
        document["tags"] = json!([hostile(dice), "t"]);
    }
    if dice.chance(8) {
        document["log"] = json!(hostile(dice));
    }
    document.as_object().unwrap().clone()
}

/// A request about anything, with all that a card may have to say.
pub fn any_card(dice: &mut Dice) -> Card {
    let mut request = serde_json::to_value(request()).unwrap();
    let ruling = &mut request["ruling"];
    if dice.chance(6) {
        ruling["break_glass"] = json!({"rules": ["no-exports"], "review_by": "security", "review_within_ms": 86_400_000});
    }
    if dice.chance(4) {
        ruling["facts"] = json!({"env.window": hostile(dice)});
    }
    if dice.chance(4) {
        let was = json!({"value": hostile(dice)});
        let earlier = json!({"by": "u:mira", "reason": hostile(dice), "request": request["id"], "was": {hostile(dice): was, "h": "hidden"}});
        request["earlier"] = earlier;
    }
    if dice.chance(3) {
        request["notes"]["intent"] = json!(hostile(dice));
    }
    let request = serde_json::from_value(request).unwrap();
    Card::new(request, document(Value::Object(fields(dice)))).unwrap()
}

/// Every phase there is, with what others had to say about it.
pub fn phases(words: &str) -> Vec<Phase> {
    let reason = || words.to_owned();
    let by = || "u:mira".parse().unwrap();
    let stop = Digest::of("test", b"stop");
    let ended = |outcome| Phase::Ended(outcome);
    let executions = [
        Execution::Succeeded,
        Execution::Failed,
        Execution::Panicked,
        Execution::Dropped,
        Execution::Changed,
        Execution::NotRun,
    ];
    let causes = [
        Cause::Denied { reason: reason() },
        Cause::Rejected { by: by() },
        Cause::Expired,
        Cause::Withdrawn,
        Cause::Revoked { by: None, reason: reason() },
        Cause::Revoked { by: Some(by()), reason: reason() },
        Cause::Undeliverable,
        Cause::Unsatisfiable { reason: reason() },
        Cause::Stopped { stop, reason: reason() },
    ];
    let open = [Phase::Absent, Phase::Allowed, Phase::Pending, Phase::Granted, Phase::Started];
    let found = [Resolution::Done, Resolution::NotDone].map(Outcome::Resolved);
    let executions = executions.map(Outcome::Executed).into_iter();
    let outcomes = executions.chain(causes.map(Outcome::Closed)).chain(found).map(ended);
    open.into_iter().chain(outcomes).collect()
}
