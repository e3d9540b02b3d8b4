//! What Slack is told to show, and what people read there.

use any_card::{card, decision, document, half_approved, phases, realistic, request};
use approvals_core::{
    Card, ChannelIdentity, Choice, DeskError, Ineligible, Outcome, Phase, Refusal, Timestamp,
};
use serde_json::json;

use super::here_tests::{called, here};
use super::looks_tests::{can_approve, drawn, looks};
use super::said_tests::*;
use super::*;

pub(super) const BUTTONS: Buttons<'_> = Buttons {
    approve: "v1.01890a5d-ac96-774b-bcce-b302099a8057.0123456789abcdef0123456789abcdef",
    reject: "v1.01890a5d-ac96-774b-bcce-b302099a8057.fedcba9876543210fedcba9876543210",
};

const ELSEWHERE: Option<&str> = Some("https://approvals.example.org/r/");

#[test]
fn a_card_reads_like_this() {
    let message = asking(&realistic(), Some(BUTTONS), ELSEWHERE);
    assert_eq!(message.text, "Approve? s3.export, high risk");
    let page = drawn(&message.blocks);
    let (facts, rest) =
        page.split_once("*what it is done to, and with: exactly this is approved*\n").unwrap();
    assert!(
        facts.starts_with("*Approve? s3.export, high risk*\n*action*  s3.export*\nrisk*  high*\n"),
        "{facts}"
    );
    assert!(facts.contains("*\nneeds*  2 of ops (two-of-ops)*\n"), "{facts}");
    assert!(facts.contains("*\ndecide by*  2030-01-01T00:30:00.000Z*\n"), "{facts}");
    let (arguments, rest) =
        rest.split_once("*hidden from you, but bound*\n| \"password\" sha256:").unwrap();
    assert_eq!(
        arguments,
        concat!(
            "| resource  \"s3://acme-prod-exports/cu\n|   > stomers/2026/11/\"\n",
            "| \"bucket\"  \"acme-prod-exports\"\n",
            "| \"columns\" [\"email\",\"name\",\"city\"]\n",
            "| \"notify\"  {\"cc\":null,\"to\":\"data@exam\n|   > ple.org\"}\n",
            "| \"prefix\"  \"customers/2026/11/\"\n",
            "| \"rows\"    41200\n",
        )
    );
    let (_digest, rest) = rest
        .split_once("*NOT shown and NOT bound: can be anything when it runs*\n| \"client\"\n")
        .unwrap();
    let code = realistic().code();
    let claims = "| reason \"The quarterly report needs \n|   > all customers of November, as \n|   > asked in TICKET-4711.\"\n";
    let digest: String = realistic().request_digest().to_string().chars().take(19).collect();
    assert_eq!(
        rest,
        format!(
            "*the requester says (not checked)*\n{claims}*code*  {code}   {digest}…*\ndecide by*  2030-01-01T00:30:00.000Z\n[Approve] [Reject]\n"
        )
    );
}

#[test]
fn what_buttons_carry_is_not_printed() {
    let message = asking(&realistic(), Some(BUTTONS), None);
    assert!(message.blocks.to_string().contains(BUTTONS.approve), "it is there");
    let form = Slack { here: Some(here()), groups: &BTreeMap::new(), read_at: None };
    let sheet = Sheet::card(&realistic(), None, true, &form);
    let block = actions(sheet.buttons.as_ref().unwrap(), BUTTONS);
    for printed in [format!("{BUTTONS:?}"), format!("{message:?}"), format!("{block:?}")] {
        let token = |value: &str| value.rsplit('.').next().unwrap().to_owned();
        let tokens = [BUTTONS.approve, BUTTONS.reject].map(token);
        assert!(tokens.iter().all(|token| !printed.contains(token)), "{printed}");
    }
}

#[test]
fn an_emergency_is_the_first_word() {
    let mut request = serde_json::to_value(request()).unwrap();
    request["ruling"]["break_glass"] =
        json!({"rules": ["no-exports"], "review_by": "security", "review_within_ms": 86_400_000});
    let request = serde_json::from_value(request).unwrap();
    let card = Card::new(request, document(json!({"risk": "low"}))).unwrap();
    let message = asking(&card, Some(BUTTONS), None);
    assert_eq!(message.text, "EMERGENCY Approve? s3.export, low risk");
    let page = drawn(&message.blocks);
    assert!(page.starts_with("*EMERGENCY Approve? s3.export, low risk*\n*EMERGENCY: break-glass, rules that deny this are set aside*\n*set aside*  no-exports"));
    assert!(message.blocks.to_string().contains("confirm"), "an emergency is asked about twice");
}

#[test]
fn the_longest_name_with_the_longest_words_is_a_title_still() {
    let name = "a".repeat(120);
    let card = card(json!({"action": name, "risk": "critical"}));
    for phase in phases("x") {
        let fate = Fate { phase: &phase, decisions: &[], approvals: 0, version: 0, state: None };
        let title =
            became(&card, &fate, None, None).blocks[0]["text"]["text"].as_str().unwrap().to_owned();
        assert!(title.contains(&name) && title.len() <= 150, "{title}");
    }
}

#[test]
fn high_risk_is_asked_about_twice_and_rejecting_never_is() {
    for (risk, twice) in [("low", false), ("medium", false), ("high", true), ("critical", true)] {
        let message = asking(&card(json!({"risk": risk})), Some(BUTTONS), None);
        let buttons = message.blocks.as_array().unwrap().last().unwrap()["elements"].clone();
        assert_eq!(
            (&buttons[0]["action_id"], &buttons[1]["action_id"]),
            (&json!(APPROVE), &json!(REJECT))
        );
        assert_eq!(
            (&buttons[0]["value"], &buttons[1]["value"]),
            (&json!(BUTTONS.approve), &json!(BUTTONS.reject))
        );
        assert_eq!(
            (&buttons[0]["style"], &buttons[1]["style"]),
            (&json!("primary"), &json!("danger"))
        );
        assert_eq!(buttons[0]["confirm"].is_object(), twice);
        assert!(buttons[1]["confirm"].is_null());
    }
}

#[test]
fn what_does_not_fit_cannot_be_approved_but_rejected_and_says_where_it_is() {
    let card = card(json!({"arguments": {"a": "x".repeat(20_000), "b": 1}, "unbound": ["c"]}));
    let message = asking(&card, Some(BUTTONS), ELSEWHERE);
    let page = drawn(&message.blocks);
    assert!(!can_approve(&message) && page.ends_with("[Reject]\n") && !page.contains("xxx"));
    assert!(!message.blocks.to_string().contains(BUTTONS.approve));
    for needed in [
        "*NOT SHOWN, so it cannot be approved in this message:*  3 arguments; what others wrote has 20012 bytes in all.",
        &format!(
            "read it whole*  approvals show {id}\nhttps://approvals.example.org/r/{id}\n",
            id = card.id()
        ),
        &card.request_digest().to_string(),
    ] {
        assert!(page.contains(needed), "{needed}\n{page}");
    }
    // What is no address is no link.
    let odd = asking(&card, None, Some("https://a b <!channel>"));
    assert!(
        drawn(&odd.blocks).contains("\"https://a b <!channel>")
            && !odd.blocks.to_string().contains("\"link\"")
    );
}

#[test]
fn a_placeholder_asks_nothing_and_stays_true() {
    let message = said(View::Placeholder(&realistic()));
    assert_eq!(message.text, "Approval asked for: s3.export, high risk");
    assert_eq!(
        drawn(&message.blocks),
        format!(
            "*There is nothing to decide in this message as it is.*\nIf it stays like this, the card is in another message of this channel, or the request is over.*\nrequest*  {}\n",
            realistic().id()
        )
    );
    assert!(!can_approve(&message));
}

#[test]
fn while_it_is_open_it_says_how_many_have_approved() {
    let page = drawn(&state(&realistic(), &half_approved(), Some(BUTTONS), ELSEWHERE).blocks);
    assert!(page.starts_with("*Approve? s3.export, high risk*\n*1 of 2 have approved.**\napproved by*  u:mira, 2030-01-01T"), "{page}");
    assert!(page.ends_with("[Approve] [Reject]\n"));
    let reply = drawn(&said(View::Ended { card: &realistic(), state: &half_approved() }).blocks);
    assert!(reply.starts_with("*1 of 2 have approved.**\napproved by*  u:mira"), "{reply}");
}

#[test]
fn once_it_is_decided_it_says_by_whom_when_and_why_and_nothing_can_be_pressed() {
    let mut no = decision();
    no.choice = Choice::Reject;
    no.reason = Some("not <@U1>, *no*\nway".to_owned());
    no.identity = ChannelIdentity::new("slack", "E0123ABCD/U0123ABCD").unwrap();
    no.at = Timestamp::from_millis(1_893_456_060_000);
    let phase = Phase::Ended(Outcome::Closed(approvals_core::Cause::Rejected {
        by: "u:mira".parse().unwrap(),
    }));
    let decisions = [decision(), no];
    let fate = Fate { phase: &phase, decisions: &decisions, approvals: 0, version: 9, state: None };
    let message = became(&realistic(), &fate, Some(BUTTONS), None);
    assert_eq!(message.text, "Rejected: s3.export, high risk");
    let page = drawn(&message.blocks);
    let expected = concat!(
        "*Rejected: s3.export, high risk*\n*It was rejected. It does not happen.**\n",
        "rejected by*  @U0123ABCD u:mira, 2030-01-01T00:01:00.000Z: \"not <@U1>, *no*\\nway\"*\n",
        "approved by*  u:mira, 2030-01-01T",
    );
    assert!(page.starts_with(expected), "{page}");
    assert!(!can_approve(&message) && !page.contains("[Reject]") && page.contains("\"bucket\""));
    assert_eq!(message.blocks[1]["block_id"], "rejected9.1");
}

#[test]
fn who_decided_here_is_mentioned_and_nobody_of_another_slack() {
    let own = "E0123ABCD/U0123ABCD";
    for (name, channel, subject, is_mentioned) in [
        ("slack", "slack", own, true),
        ("ops-chat", "ops-chat", own, true),
        ("slack", "slack-eu", own, false),
        ("slack-eu", "slack", own, false),
        ("ops-chat", "slack", own, false),
        ("slack", "terminal", own, false),
        ("slack", "slack", "T0123ABCD/U0123ABCD", false),
        ("slack", "slack", "E0OTHER/U0123ABCD", false),
        ("slack", "slack", "E0123ABCD/T0123ABCD/U0123ABCD", false),
        ("slack", "slack", "U0123ABCD", false),
    ] {
        let mut one = decision();
        one.identity = ChannelIdentity::new(channel, subject).unwrap();
        let (phase, decisions, here) = (Phase::Granted, [one], called(name));
        let fate =
            Fate { phase: &phase, decisions: &decisions, approvals: 1, version: 1, state: None };
        let page = drawn(&shown(&realistic(), Some(&fate), None, here, None).blocks);
        assert_eq!(page.contains("@U0123ABCD"), is_mentioned, "{name} {channel} {subject}");
        assert_eq!(page.contains(&format!(", in {channel}\n")), !is_mentioned, "{page}");
    }
}

#[test]
fn every_end_has_its_own_sentence() {
    let looks = |phase: &Phase| {
        let fate = Fate { phase, decisions: &[], approvals: 0, version: 0, state: None };
        looks(&became(&realistic(), &fate, None, None).blocks)
    };
    let phases = phases("because of that");
    let pages: std::collections::BTreeSet<_> = phases.iter().map(looks).collect();
    assert_eq!(pages.len(), phases.len());
    for phase in &phases {
        let gives_reasons = format!("{phase:?}").contains("because of that");
        assert_eq!(looks(phase).contains("\"because of that\""), gives_reasons, "{phase:?}");
    }
}

#[test]
fn many_decisions_and_long_reasons_are_cut_and_counted() {
    let mut one = decision();
    one.reason = Some("\u{202e}".repeat(1000));
    let decisions = vec![one; 40];
    let fate = Fate {
        phase: &Phase::Pending,
        decisions: &decisions,
        approvals: 40,
        version: 0,
        state: None,
    };
    let page = drawn(&became(&realistic(), &fate, Some(BUTTONS), None).blocks);
    assert!(page.contains("(cut: 7762 bytes more)"), "{page}");
    assert!(page.contains(&format!(" more: approvals show {}", realistic().id())), "{page}");
}

#[test]
fn replies_wake_a_group_only_if_they_are_told_to() {
    let group: Group = "security".parse().unwrap();
    let wake = BTreeMap::from([(group.clone(), "S0123ABCD".parse().unwrap())]);
    let message = waking(View::Escalation { card: &realistic(), group: &group }, &wake);
    assert_eq!(
        drawn(&message.blocks),
        "@S0123ABCD From now on this may be approved by members of *security* as well. It ends undecided at 2030-01-01T00:30:00.000Z.\n"
    );
    let message = said(View::Reminder(&realistic()));
    assert_eq!(message.text, "Still open: s3.export, high risk");
    assert_eq!(
        drawn(&message.blocks),
        "This still needs somebody to decide. It ends undecided at 2030-01-01T00:30:00.000Z.\n"
    );
}

#[test]
fn whoever_is_refused_is_told_why() {
    let identity = ChannelIdentity::new("slack", "T1/U1<!channel>").unwrap();
    for (refusal, words) in [
        (
            Refusal::Unmapped(identity),
            "`slack:T1/U1<!channel>` is not known to the directory, so there is no vote",
        ),
        (
            Refusal::Ineligible(Ineligible::NotAsked),
            "you are in none of the groups that may decide this",
        ),
        (Refusal::Twice, "you have decided about this already"),
        (Refusal::PolicyStops("\u{202e}\n".to_owned()), "the policy stops it now: \\u{202e}\\u{a}"),
    ] {
        let message = said(View::NotCounted(&DeskError::from(refusal).to_string()));
        assert_eq!(message.text, "Your click was not counted");
        assert_eq!(drawn(&message.blocks), format!("*Your click was not counted:*\n{words}\n"));
    }
    let long = drawn(&said(View::NotCounted(&"x".repeat(5000))).blocks);
    assert!(long.len() < 500 && long.contains("(cut: "), "{long}");
}

#[test]
fn the_form_for_a_reason_keeps_to_its_limits_and_which_request_it_is_about() {
    let id = realistic().id();
    let form = reason_modal(id);
    let kept = form["private_metadata"].as_str().unwrap();
    assert_eq!((kept, rejected(kept)), (format!("v1.{id}").as_str(), Some(id)));
    for other in ["", "v1.", &id.to_string(), &format!("v2.{id}"), &format!("v1.{id} ")] {
        assert_eq!(rejected(other), None, "{other}");
    }
    assert_eq!(form["callback_id"], "approvals.reason");
    for (place, most) in
        [("/title", 24), ("/submit", 24), ("/close", 24), ("/blocks/0/label", 2000)]
    {
        let text = &form.pointer(place).unwrap();
        assert_eq!((&text["type"], &text["emoji"]), (&json!("plain_text"), &json!(false)));
        assert!((1..=most).contains(&text["text"].as_str().unwrap().len()), "{place}");
    }
    let input = &form["blocks"][0]["element"];
    assert_eq!((&input["type"], &input["max_length"]), (&json!("plain_text_input"), &json!(1000)));
}
