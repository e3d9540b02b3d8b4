//! The conversation at a terminal: what is typed, and what the gate makes of it.

use std::time::Duration;

use approvals_core::{Denied, Gate, InMemoryApprover, Obligation, Obligations, SystemClock};
use rustix::termios::{InputModes, LocalModes};

use crate::TerminalApprover;
use crate::harness_tests::{Person, action, code_in, gate, gate_with, runs};

const MOMENT: Duration = Duration::from_millis(800);

#[tokio::test(flavor = "multi_thread")]
async fn the_code_of_the_card_approves_it_once() {
    let mut person = Person::new();
    let gate = gate(person.approver()).await;
    let call = runs(&gate, action(r#"{"table": "orders"}"#));
    let (shown, code) = person.reads_card();
    assert!(shown.contains(r#""table"        "orders""#), "{shown}");
    assert!(shown.contains(" left\r\n"), "{shown}");
    person.types(format!("{}\n", code.to_lowercase()));
    person.reads("approved\r\n");
    assert_eq!(call.await.unwrap(), Ok(true));

    let again = runs(&gate, action(r#"{"table": "orders"}"#));
    let (_, other_code) = person.reads_card();
    assert_ne!(code, other_code, "the code of one request is not that of the next");
    person.types(format!("{code}\n"));
    person.reads("nothing was decided");
    again.abort();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_typed_before_the_question_never_counts() {
    let mut person = Person::new();
    let gate = gate(person.approver()).await;
    person.types("no typed before the card\n");
    let call = runs(&gate, action("{}"));
    let shown = person.reads("to leave it:\r\n");
    let code = code_in(&shown);
    // The right code, but sooner than anybody can have read what it is the code of.
    person.types(format!("{code}\n{code}\nno typed too soon\n{code}"));
    person.reads("> ");
    assert_eq!(person.reads_for(MOMENT), "", "nothing was answered, so nothing was said");
    assert!(!call.is_finished());
    person.types(format!("{code}\n"));
    person.reads("approved\r\n");
    assert_eq!(call.await.unwrap(), Ok(true));
}

#[tokio::test(flavor = "multi_thread")]
async fn without_throwing_input_away_the_test_above_would_fail() {
    let mut person = Person::new();
    let gate = gate(person.careless_approver()).await;
    person.types("no typed before the card\n");
    let call = runs(&gate, action("{}"));
    person.reads("rejected\r\n");
    assert!(matches!(call.await.unwrap(), Err(Denied::Rejected { .. })));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_pasted_after_a_wrong_line_never_counts() {
    let mut person = Person::new();
    let gate = gate(person.approver()).await;
    let call = runs(&gate, action("{}"));
    let (_, code) = person.reads_card();
    person.types(format!("wrong\n{code}\n"));
    person.reads("nothing was decided\r\n");
    person.reads_card();
    assert_eq!(person.reads_for(MOMENT), "");
    assert!(!call.is_finished());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_third_line_that_is_no_answer_leaves_the_request_to_others() {
    let mut person = Person::new();
    let gate = gate(person.approver()).await;
    let call = runs(&gate, action("{}"));
    let (_, code) = person.reads_card();
    person.types("yes\n");
    person.reads("nothing was decided\r\n");
    // A blank line is no attempt, and no answer.
    person.reads_card();
    person.types("\n");
    person.reads_card();
    person.types([b"\xff\xfe".as_slice(), code.as_bytes(), b"\n"].concat());
    person.reads("not valid UTF-8");
    person.reads_card();
    person.types(format!("{code}\x1b[A\n"));
    person.reads("left open for others; if nobody decides in time, it does not happen\r\n");
    person.types(format!("{code}\n"));
    tokio::time::sleep(MOMENT).await;
    assert!(!call.is_finished());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_that_is_too_long_is_refused_whole() {
    let mut person = Person::new();
    let gate = gate(person.approver()).await;
    let call = runs(&gate, action("{}"));
    person.reads_card();
    person.types(format!("no {}\n", "x".repeat(4050)));
    person.reads("longer than 4000 bytes");
    assert!(!call.is_finished());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rejection_has_a_reason() {
    let mut person = Person::new();
    let gate = gate(person.approver()).await;
    let call = runs(&gate, action("{}"));
    person.reads_card();
    person.types("no\n");
    person.reads("> ");
    person.types("  \n");
    person.reads("why?");
    person.reads("> ");
    person.types("not on a Friday\n");
    person.reads("rejected\r\n");
    let Err(Denied::Rejected { by, reason }) = call.await.unwrap() else {
        panic!("it was not rejected")
    };
    assert_eq!((by.as_str(), reason.as_deref()), ("u:here", Some("not on a Friday")));

    let call = runs(&gate, action("{}"));
    person.reads_card();
    person.types("NO the table is in use\n");
    person.reads("rejected\r\n");
    let Err(Denied::Rejected { reason, .. }) = call.await.unwrap() else {
        panic!("it was not rejected")
    };
    assert_eq!(reason.as_deref(), Some("the table is in use"));
}

#[tokio::test(flavor = "multi_thread")]
async fn skipping_and_the_end_of_input_decide_nothing_and_make_room_for_the_next() {
    let mut person = Person::new();
    let gate = gate(person.approver()).await;
    let mut calls = Vec::new();
    for (n, keys) in ["skip\n", "\x04", "no\n\x04"].into_iter().enumerate() {
        calls.push(runs(&gate, action(&format!(r#"{{"n": {n}}}"#))));
        let (shown, _) = person.reads_card();
        assert!(shown.contains(&format!("\"n\"            {n}")), "{shown}");
        for key in keys.split_inclusive('\n') {
            person.types(key);
            if key == "no\n" {
                person.reads("> ");
            }
        }
        person.reads("left open for others; if nobody decides in time, it does not happen\r\n");
    }
    assert!(calls.iter().all(|call| !call.is_finished()));
}

#[tokio::test(flavor = "multi_thread")]
async fn cards_are_shown_one_at_a_time_in_order_of_arrival() {
    let mut person = Person::new();
    let gate = gate(person.approver()).await;
    let first = runs(&gate, action(r#"{"n": "first"}"#));
    let (shown, first_code) = person.reads_card();
    assert!(shown.contains("first"));
    let second = runs(&gate, action(r#"{"n": "second"}"#));
    tokio::time::sleep(MOMENT).await;
    let third = runs(&gate, action(r#"{"n": "third"}"#));
    assert_eq!(person.reads_for(MOMENT), "", "the others wait");
    person.types(format!("{first_code}\n"));
    assert!(person.reads("approved\r\n").len() < 40);
    let (shown, code) = person.reads_card();
    assert!(
        shown.contains("second") && shown.contains("1 more waiting") && !shown.contains("third"),
        "{shown}"
    );
    person.types(format!("{code}\n"));
    assert!(person.reads_card().0.contains("third"));
    assert_eq!((first.await.unwrap(), second.await.unwrap()), (Ok(true), Ok(true)));
    assert!(!third.is_finished());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_card_that_does_not_fit_can_only_be_rejected() {
    let mut person = Person::new();
    let inbox = InMemoryApprover::new();
    let gate = gate_with(SystemClock::default(), person.approver(), inbox.clone()).await;
    let call = runs(&gate, action(&format!(r#"{{"a": "{}"}}"#, "x".repeat(40_000))));
    let shown = person.reads("to leave it:\r\n");
    let card = inbox.waiting().pop().unwrap();
    assert!(!shown.contains("xxxx") && !shown.contains(&card.code()), "{shown}");
    assert!(shown.contains(&card.request_digest().to_string()), "{shown}");
    person.reads("> ");
    person.types(format!("{}\n", card.code()));
    person.reads("nothing was decided\r\n");
    person.reads("> ");
    person.types("no nobody can read this\n");
    person.reads("rejected\r\n");
    assert!(matches!(call.await.unwrap(), Err(Denied::Rejected { .. })));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_card_is_as_wide_as_the_terminal_and_in_its_letters() {
    let mut person = Person::new();
    let gate = gate(person.approver()).await;
    person.resizes(60);
    let first = runs(&gate, action(r#"{"name": "ø"}"#));
    let (shown, _) = person.reads_card();
    let card = shown.split("type ").next().unwrap();
    assert!(
        card.is_ascii() && card.contains("\"\\u{f8}\"") && card.contains("reads as     \"?\""),
        "{shown}"
    );
    assert_eq!(card.lines().map(str::len).max(), Some(59), "{shown}");
    person.types("skip\n");
    person.resizes(120);
    person.sets(|modes| modes.input_modes |= InputModes::IUTF8);
    // (Exactly the same would be the same question.)
    let second = runs(&gate, action(r#"{"name": "ø", "n": 2}"#));
    let (shown, _) = person.reads_card();
    assert!(shown.contains("reads as     \"ø\""), "{shown}");
    assert!(shown.lines().map(str::len).max() > Some(80), "{shown}");
    assert!(!first.is_finished() && !second.is_finished());
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_the_directory_does_not_know_is_told_and_decides_nothing() {
    let mut person = Person::new();
    let asks = Obligations::new([Obligation::new("one").unwrap().seats("ops", 1).unwrap()]);
    let keys = approvals_core::Keyring::generate().unwrap();
    let ledger =
        approvals_core::MemoryLedger::new("example.org/test", std::sync::Arc::new(keys.log))
            .await
            .unwrap();
    let gate = Gate::builder()
        .policy(
            approvals_core::PolicyFn::new("ask/1", move |_| {
                approvals_core::Verdict::Review(asks.clone())
            })
            .unwrap(),
        )
        .ledger(ledger)
        .directory(approvals_testkit::MockApprover::directory(["ops"]).unwrap())
        .approver(person.approver())
        .recorder_key(keys.recorder)
        .grant_key(keys.grant)
        .requester(approvals_core::Requester::new(
            approvals_core::Principal::agent("agent:a").unwrap(),
        ))
        .build()
        .await
        .unwrap();
    let call = runs(&gate, action("{}"));
    let (_, code) = person.reads_card();
    person.types(format!("{code}\n"));
    let said = person.reads("so there is no vote\r\n");
    assert!(said.contains(&format!("not recorded: `{}`", TerminalApprover::identity())), "{said}");
    assert!(!call.is_finished());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_modes_of_the_terminal_are_as_they_were() {
    let mut person = Person::new();
    let before = format!("{:?}", person.modes());
    let gate = gate(person.approver()).await;
    let call = runs(&gate, action("{}"));
    let (_, code) = person.reads_card();
    assert_eq!(format!("{:?}", person.modes()), before);
    person.types(format!("{code}\n"));
    assert_eq!(call.await.unwrap(), Ok(true));
    assert_eq!(format!("{:?}", person.modes()), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_card_waits_while_something_else_has_the_terminal_and_is_shown_again_after() {
    let mut person = Person::new();
    let gate = gate(person.approver()).await;
    person.sets(|modes| modes.local_modes -= LocalModes::ICANON);
    let call = runs(&gate, action("{}"));
    assert_eq!(person.reads_for(MOMENT), "");
    person.sets(|modes| modes.local_modes |= LocalModes::ICANON);
    let (_, code) = person.reads_card();
    person.sets(|modes| modes.local_modes -= LocalModes::ICANON);
    tokio::time::sleep(MOMENT).await;
    person.types(format!("{code}\n"));
    tokio::time::sleep(MOMENT).await;
    person.sets(|modes| modes.local_modes |= LocalModes::ICANON);
    let (again, _) = person.reads_card();
    assert!(again.contains("APPROVAL NEEDED"), "{again}");
    assert!(!call.is_finished(), "what was typed into the editor is no answer");
    person.types(format!("{code}\n"));
    assert_eq!(call.await.unwrap(), Ok(true));
}
