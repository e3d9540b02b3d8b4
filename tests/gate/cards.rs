//! Rule 3: two different actions never look the same, and nothing that the caller writes looks like a fact.

use std::collections::BTreeMap;

use approvals::*;
use approvals_testkit::MockApprover;
use proptest::prelude::*;

use crate::support::*;

/// The cards of these actions, as a reviewer gets them.
async fn cards(actions: Vec<DynamicAction>) -> Vec<Card> {
    let reviewer = MockApprover::script([]);
    let (gate, _ledger) = asking(reviewer.clone()).await;
    for (n, action) in actions.into_iter().enumerate() {
        gate.submit(action.key(&format!("k{n}")).unwrap()).await.unwrap();
        settle().await;
    }
    reviewer.cards()
}

fn cards_now(actions: Vec<DynamicAction>) -> Vec<Card> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .unwrap();
    runtime.block_on(cards(actions))
}

/// What makes text look like something else: controls, direction, width, markup, and our own labels.
fn hostile() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "a",
        "\u{430}",
        "\u{202e}",
        "\u{200b}",
        "\u{1b}[2J",
        "\u{1b}]8;;x\u{7}",
        "\r",
        "\n",
        "\t",
        " ",
        "  ",
        "\u{a0}",
        "\\",
        "\"",
        "\u{3164}",
        "\u{e0041}",
        "-- facts ",
        "   action         db.read",
        "\n   risk           low",
        "   >  ",
        "decide by",
        "{",
        "}",
        "[",
        ",",
        ":",
        "null",
        "\u{301}",
        "e\u{301}",
        "é",
        "ｗｉｄｅ",
        "עברית",
        "\\u{202e}",
        "0",
        "1.0",
        "<b>",
        "```",
        "<!channel>",
        "{{x}}",
    ]);
    prop_oneof![
        5 => prop::collection::vec(pieces, 0..12).prop_map(|pieces| pieces.concat()),
        1 => any::<String>(),
        1 => "[a-z ]{70,200}",
    ]
}

fn action() -> impl Strategy<Value = DynamicAction> {
    let name = prop::sample::select(vec!["db.read", "db.export"]);
    let argument = prop_oneof![
        hostile().prop_map(serde_json::Value::from),
        any::<i64>().prop_map(serde_json::Value::from),
        (-1e6..1e6_f64).prop_map(serde_json::Value::from),
        Just(serde_json::Value::Null),
        prop::collection::btree_map(hostile(), hostile(), 0..3)
            .prop_map(|map| serde_json::to_value(map).unwrap()),
    ];
    let key = hostile().prop_filter("arguments have names", |key| (1..=200).contains(&key.len()));
    let arguments = prop::collection::btree_map(key, argument, 0..3);
    let text = || prop::option::of(hostile());
    (name, arguments, text(), text(), text()).prop_map(
        |(name, arguments, resource, summary, reason)| {
            let arguments: BTreeMap<_, _> = arguments;
            let mut action = DynamicAction::new(name, arguments.into_iter().collect()).unwrap();
            if let Some(resource) = resource {
                action = action.resource(resource);
            }
            if let Some(summary) = summary {
                action = action.summary(summary);
            }
            match reason {
                Some(reason) => action.reason(reason),
                None => action,
            }
        },
    )
}

/// The card without what differs between any two requests: id, digest and times.
fn looks(card: &Card, width: usize) -> String {
    let page = card.render(width);
    let own = ["   request ", "   digest ", "   asked ", "   decide by "];
    let mut skipping = false;
    let kept = page.lines().filter(|line| {
        skipping = own.iter().any(|label| line.starts_with(label))
            || (skipping && line.starts_with("   >  "));
        !skipping
    });
    kept.collect::<Vec<_>>().join("\n")
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn two_different_actions_never_look_the_same(a in action(), b in action()) {
        let cards = cards_now(vec![a.clone(), b.clone()]);
        for width in [40, 80, 200] {
            prop_assert_eq!(a == b, looks(&cards[0], width) == looks(&cards[1], width));
        }
    }

    #[test]
    fn a_card_is_lines_that_fit_and_hold_nothing_hidden(a in action()) {
        let card = &cards_now(vec![a])[0];
        for line in card.render(80).lines() {
            prop_assert!(line.chars().count() <= 80);
            let reading = line.starts_with("     reads as") || line.starts_with("   >  ");
            for letter in line.chars() {
                let plain = letter == ' ' || letter.is_ascii_graphic();
                prop_assert!(plain || (reading && (letter.is_alphanumeric() || letter == '\u{fffd}')), "{}", letter.escape_unicode());
            }
        }
    }

    #[test]
    fn what_the_caller_claims_changes_no_fact(a in action(), claim in hostile()) {
        let facts = |card: &Card| looks(card, 80).split("\n-- the requester says").next().unwrap().to_owned();
        let cards = cards_now(vec![a.clone().summary("a").reason("b"), a.summary(claim.clone()).reason(claim)]);
        prop_assert_eq!(facts(&cards[0]), facts(&cards[1]));
    }
}

/// The suite above, on a card that strips what it should show, must fail.
#[test]
fn a_card_that_strips_hidden_characters_would_be_found() {
    let strip = |card: &Card| looks(card, 80).replace("\\u{200b}", "");
    let export = |to: &str| {
        DynamicAction::from_json(
            "db.export",
            serde_json::json!({ "to": to }).to_string().as_bytes(),
        )
        .unwrap()
    };
    let cards = cards_now(vec![export("acct"), export("ac\u{200b}ct")]);
    assert_ne!(looks(&cards[0], 80), looks(&cards[1], 80));
    assert_eq!(strip(&cards[0]), strip(&cards[1]));
}

#[test]
fn what_is_hidden_or_unbound_is_named() {
    struct Call;
    impl Action for Call {
        fn describe(&self, call: &mut Description) -> Result<(), DescribeError> {
            call.action("s3.export", Risk::High)?;
            call.unbound("client")?;
            call.redact("token", "hunter2")?;
            call.bind("rows", &412)
        }
        fn key(&self) -> Option<&IdempotencyKey> {
            static KEY: std::sync::LazyLock<IdempotencyKey> =
                std::sync::LazyLock::new(|| "k".parse().unwrap());
            Some(&KEY)
        }
    }
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .unwrap();
    let card = runtime.block_on(async {
        let reviewer = MockApprover::script([]);
        let (gate, _ledger) = asking(reviewer.clone()).await;
        gate.submit(Call).await.unwrap();
        settle().await;
        reviewer.cards().remove(0).to_string()
    });
    assert!(
        card.contains("hidden from you, but bound")
            && card.contains("\"token\"")
            && !card.contains("hunter2"),
        "{card}"
    );
    assert!(card.contains("NOT shown and NOT bound") && card.contains("\"client\""), "{card}");
}

#[test]
fn a_decimal_is_shown_as_it_runs() {
    for cents in [965_007.496_088_635_1_f64, 0.1 + 0.2, 1e-7, -0.0, 4.35] {
        let arguments = serde_json::json!({ "cents": cents }).as_object().unwrap().clone();
        let cards = cards_now(vec![DynamicAction::new("bank.transfer", arguments).unwrap()]);
        assert!(
            cards[0].to_string().contains(&format!("\"cents\"        {cents:?}\n")),
            "{}",
            cards[0]
        );
    }
}

#[test]
fn a_name_that_looks_like_a_value_is_called_odd() {
    let name = format!("cents          100{}1000000", " ".repeat(60));
    let arguments = serde_json::json!({ name: 5 }).as_object().unwrap().clone();
    let card =
        cards_now(vec![DynamicAction::new("bank.transfer", arguments).unwrap()])[0].to_string();
    assert!(
        card.contains("   odd name       \"cents") && card.contains("     its value    5\n"),
        "{card}"
    );
    assert!(!card.contains("\n   \"cents"), "{card}");
}
