//! Cards of every kind without a gate for each: put together from a real request and the JSON of a document.

use std::collections::BTreeSet;
use std::sync::LazyLock;
use std::time::Duration;

use approvals_core::{
    Card, Decision, Digest, Document, DynamicAction, Obligation, Obligations, PolicyFn, Request,
    State, Verdict,
};
use approvals_testkit::{Answer, MockApprover, TestGate};
use serde_json::{Map, Value, json};

use super::Here;
use crate::belonging::Belonging;
use crate::callback::genuine_tests::Dice;
use crate::id::{AppId, TeamId};
use crate::transport::Installation;

/// A request as a gate asks it, and what has become of it.
static REAL: LazyLock<(Request, State)> = LazyLock::new(|| {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    runtime.enable_time().start_paused(true).build().unwrap().block_on(real())
});

async fn real() -> (Request, State) {
    let two = Obligation::new("two-of-ops").unwrap().seats("ops", 2).unwrap();
    let two = Obligations::new([two.approve_within(Duration::from_secs(1800))]);
    let policy = PolicyFn::new("ask/1", move |_| Verdict::Review(two.clone())).unwrap();
    let mira = MockApprover::script([Answer::Approve]).named("mira").member_of(["ops"]);
    let people = mira.then(MockApprover::script([]).named("noor").member_of(["ops"]));
    let gate = TestGate::new(policy, &people).await;
    let action = DynamicAction::from_json("s3.export", b"{}").unwrap().key("k").unwrap();
    gate.submit(action).await.unwrap();
    tokio::time::sleep(Duration::from_secs(1)).await;
    let trail = gate.trail().await;
    let card = people.card();
    let (_id, state) = trail.states().find(|(id, _state)| *id == card.id()).unwrap();
    (card.request().clone(), state.clone())
}

/// A Slack in a workspace of an organization.
static INSTALLED: LazyLock<(AppId, Installation)> = LazyLock::new(|| {
    let installation = Installation {
        team: "T0123ABCD".parse().ok(),
        enterprise: "E0123ABCD".parse().ok(),
        is_org_wide: false,
        bot_user: "U0BOT".parse().unwrap(),
        bot_id: "B0BOT".to_owned(),
        scopes: Vec::new(),
    };
    ("A0123ABCD".parse().unwrap(), installation)
});

/// Where it is called so.
pub(crate) fn called(name: &str) -> Here<'_> {
    static TEAMS: BTreeSet<TeamId> = BTreeSet::new();
    let (app, installation) = &*INSTALLED;
    Here { name, belonging: Belonging { app, installation, teams: &TEAMS } }
}

/// Where most messages are read.
pub(crate) fn here() -> Here<'static> {
    called("slack")
}

pub(crate) fn request() -> Request {
    REAL.0.clone()
}

/// The request, approved by one of the two whom it takes.
pub(crate) fn half_approved() -> State {
    REAL.1.clone()
}

pub(crate) fn decision() -> Decision {
    REAL.1.decisions()[0].clone()
}

/// A document of an export, with these fields instead of its own.
pub(crate) fn document(with: Value) -> Document {
    let mut all = json!({
        "action": "s3.export", "arguments": {}, "break_glass": null, "expires_after_ms": null,
        "log": "example.org/shop/test", "on_behalf_of": [], "reason": null, "redacted": {},
        "requester": "agent:test", "resource": null, "retry_after_ms": null, "risk": "high", "summary": null,
        "unbound": [],
    });
    let Value::Object(with) = with else { panic!("fields are an object") };
    all.as_object_mut().unwrap().extend(with);
    serde_json::from_value(all).unwrap()
}

/// The card of the real request, for a document with these fields.
pub(crate) fn card(with: Value) -> Card {
    of(document(with))
}

pub(crate) fn of(document: Document) -> Card {
    Card::new(request(), document).unwrap()
}

/// What a card looks like on an ordinary day.
pub(crate) fn realistic() -> Card {
    card(json!({
        "arguments": {
            // In the order of canonical bytes: not every build sorts what it reads.
            "bucket": "acme-prod-exports", "columns": ["email", "name", "city"],
            "notify": {"cc": null, "to": "data@example.org"}, "prefix": "customers/2026/11/",
            "rows": 41_200,
        },
        "redacted": {"password": Digest::of("test", b"hunter2").to_string()},
        "unbound": ["client"],
        "resource": "s3://acme-prod-exports/customers/2026/11/",
        "reason": "The quarterly report needs all customers of November, as asked in TICKET-4711.",
    }))
}

/// What makes text look like something else, or does harm to who shows it.
pub(crate) const HOSTILE: &[&str] = &[
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
    "null",
    "0",
    "1.0",
    "a",
    "b",
    "{user:U0123ABCD}",
    "%s%n$(id)",
];

pub(crate) fn hostile(dice: &mut Dice) -> String {
    let pieces = dice.below(6);
    let text: Vec<_> = (0..=pieces).map(|_| dice.of(HOSTILE)).collect();
    match dice.below(24) {
        0 => text.concat().repeat(dice.below(90).max(1)),
        1 => "\u{301}".repeat(dice.below(300)),
        _ => text.concat(),
    }
}

/// The fields of some document, which may be too long for a message.
pub(crate) fn fields(dice: &mut Dice) -> Map<String, Value> {
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
pub(crate) fn any_card(dice: &mut Dice) -> Card {
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
