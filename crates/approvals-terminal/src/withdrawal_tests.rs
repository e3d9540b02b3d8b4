//! Questions that end without an answer: elsewhere, by time, or because there is no terminal or nobody asks.

use std::time::Duration;

use approvals_core::{
    Approver as _, Ballot, Card, Denied, Gate, InMemoryApprover, Phase, SystemClock,
};
use tokio::runtime::Runtime;

use crate::harness_tests::{
    Person, TEN_MINUTES, Watch, action, asking, elsewhere_identity, gate, gate_with, runs,
};
use crate::{TerminalApprover, TerminalError};

/// A gate with so many requests that wait, and their cards.
async fn waiting(requests: usize) -> (Gate, Vec<Card>) {
    let inbox = InMemoryApprover::new();
    let gate = asking().await.approver(inbox.clone()).build().await.unwrap();
    for n in 0..requests {
        gate.submit(action("{}").key(&format!("key-{n}")).unwrap()).await.unwrap();
    }
    while inbox.waiting().len() < requests {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let cards = inbox.waiting();
    (gate, cards)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_question_is_taken_back_when_its_time_is_over() {
    let mut person = Person::new();
    let watch = Watch::new();
    let approver = person.approver().clock(watch.clone());
    let gate = gate_with(watch.clone(), approver, InMemoryApprover::new()).await;
    let call = runs(&gate, action("{}"));
    let (shown, code) = person.reads_card();
    assert!(shown.contains("10 min 0 s left"), "{shown}");
    watch.moves(TEN_MINUTES.saturating_sub(Duration::from_millis(1)));
    assert_eq!(person.reads_for(Duration::from_millis(600)), "", "there is a millisecond left");
    watch.moves(Duration::from_millis(1));
    let said = person.reads("no answer is needed any more: its time is over\r\n");
    assert!(said.starts_with("\r\n"), "on a line of its own: {said:?}");
    person.types(format!("{code}\n"));
    assert_eq!(call.await.unwrap(), Err(Denied::Expired));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_question_is_taken_back_when_whoever_asked_is_gone() {
    let mut person = Person::new();
    let gate = gate(person.approver()).await;
    let call = runs(&gate, action(r#"{"n": 1}"#));
    person.reads_card();
    let never_shown = runs(&gate, action(r#"{"n": 2}"#));
    tokio::time::sleep(Duration::from_millis(300)).await;
    let last = runs(&gate, action(r#"{"n": 3}"#));
    tokio::time::sleep(Duration::from_millis(300)).await;
    never_shown.abort();
    tokio::time::sleep(Duration::from_millis(600)).await;
    call.abort();
    person.reads("no answer is needed any more: whoever asked no longer waits\r\n");
    let (shown, _) = person.reads_card();
    assert!(
        shown.contains("\"n\"            3"),
        "what ended in the queue is never shown: {shown}"
    );
    assert!(!last.is_finished());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_question_is_taken_back_when_somebody_else_has_decided() {
    let mut person = Person::new();
    let inbox = InMemoryApprover::new();
    let gate = gate_with(SystemClock::default(), person.approver(), inbox.clone()).await;
    let call = runs(&gate, action("{}"));
    person.reads_card();
    let card = inbox.waiting().pop().unwrap();
    inbox.decide(&elsewhere_identity(), Ballot::approve(&card).unwrap()).await.unwrap();
    person.reads("no answer is needed any more: it is approved");
    assert_eq!(call.await.unwrap(), Ok(true));

    let call = runs(&gate, action("{}"));
    person.reads_card();
    let card = inbox.waiting().pop().unwrap();
    inbox.decide(&elsewhere_identity(), Ballot::reject(&card, "no").unwrap()).await.unwrap();
    person.reads("no answer is needed any more: u:elsewhere has rejected it\r\n");
    assert!(matches!(call.await.unwrap(), Err(Denied::Rejected { .. })));
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_terminal_nobody_is_asked_and_the_gate_is_told() {
    let (gate, cards) = waiting(1).await;
    for none in ["/dev/null", "/dev/none/such", "Cargo.toml"] {
        let error = TerminalApprover::at(none).present(&cards[0], &gate.desk()).await.unwrap_err();
        let cause = std::error::Error::source(&error).unwrap();
        assert!(matches!(cause.downcast_ref(), Some(TerminalError::NoTerminal(_))));
        assert_eq!(
            cause.to_string(),
            "there is no terminal to ask at; run it from a terminal, or give the gate another approver"
        );
    }
    let gate = asking().await.approver(TerminalApprover::at("/dev/null")).build().await.unwrap();
    assert_eq!(runs(&gate, action("{}")).await.unwrap(), Err(Denied::Undeliverable));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_terminal_that_goes_away_leaves_requests_open_and_takes_no_new_ones() {
    let mut person = Person::new();
    let (gate, cards) = waiting(3).await;
    let approver = person.approver();
    for card in &cards[..2] {
        approver.present(card, &gate.desk()).await.unwrap();
    }
    person.reads_card();
    let _dead = person.hangs_up();
    for _ in 0..300 {
        if approver.waiting() > 0 {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }
    assert_eq!(approver.waiting(), 0, "the thread has cleared the queue");
    let error = approver.present(&cards[2], &gate.desk()).await.unwrap_err();
    assert!(std::error::Error::source(&error).unwrap().is::<TerminalError>());
}

#[tokio::test(flavor = "multi_thread")]
async fn dropping_the_last_clone_ends_the_question() {
    let mut person = Person::new();
    let (gate, cards) = waiting(1).await;
    let approver = person.approver();
    let clone = approver.clone();
    approver.present(&cards[0], &gate.desk()).await.unwrap();
    person.reads_card();
    drop(approver);
    assert_eq!(person.reads_for(Duration::from_millis(600)), "", "the clone still asks");
    drop(clone);
    person.reads("the program has stopped asking; nothing was decided here\r\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_card_that_is_presented_again_is_asked_about_once() {
    let mut person = Person::new();
    let (gate, cards) = waiting(2).await;
    let approver = person.approver();
    for card in [&cards[0], &cards[1], &cards[0], &cards[1]] {
        approver.present(card, &gate.desk()).await.unwrap();
    }
    for _ in 0..2 {
        let (_, code) = person.reads_card();
        approver.present(&cards[1], &gate.desk()).await.unwrap();
        person.types(format!("{code}\n"));
        person.reads("approved\r\n");
    }
    assert_eq!(person.reads_for(Duration::from_millis(800)), "\r\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_more_wait_than_a_person_can_answer() {
    let mut person = Person::new();
    let (gate, cards) = waiting(102).await;
    let approver = person.approver();
    approver.present(&cards[0], &gate.desk()).await.unwrap();
    person.reads_card();
    for card in &cards[1..101] {
        approver.present(card, &gate.desk()).await.unwrap();
    }
    let error = approver.present(&cards[101], &gate.desk()).await.unwrap_err();
    let cause = std::error::Error::source(&error).unwrap();
    assert!(matches!(cause.downcast_ref(), Some(TerminalError::Full)), "{cause}");
    approver.update(&cards[100], &Phase::Granted).await.unwrap();
    approver.present(&cards[101], &gate.desk()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_terminal_that_takes_no_output_holds_up_nothing() {
    let mut person = Person::new();
    let watch = Watch::new();
    let approver = person.approver().clock(watch.clone());
    let gate = gate_with(watch.clone(), approver, InMemoryApprover::new()).await;
    // Ctrl-S, as somebody does who wants to read in peace and then leaves.
    person.types("\x13");
    tokio::time::sleep(Duration::from_millis(200)).await;
    let call = runs(&gate, action(r#"{"n": 1}"#));
    assert_eq!(person.reads_for(Duration::from_secs(1)), "");
    watch.moves(TEN_MINUTES);
    assert_eq!(call.await.unwrap(), Err(Denied::Expired));
    tokio::time::sleep(Duration::from_millis(1500)).await;
    person.types("\x11");
    let call = runs(&gate, action(r#"{"n": 2}"#));
    let (shown, code) = person.reads_card();
    assert!(
        shown.contains("\"n\"            2") && !shown.contains("\"n\"            1"),
        "{shown}"
    );
    person.types(format!("{code}\n"));
    assert_eq!(call.await.unwrap(), Ok(true));
}

#[test]
fn an_answer_after_the_end_of_the_runtime_is_never_called_recorded() {
    let mut person = Person::new();
    let approver = person.approver();
    let runtime = Runtime::new().unwrap();
    let card = runtime.block_on(async {
        let (gate, mut cards) = waiting(1).await;
        approver.present(&cards[0], &gate.desk()).await.unwrap();
        cards.remove(0)
    });
    let (_, code) = person.reads_card();
    runtime.shutdown_background();
    person.types(format!("{code}\n"));
    let said = person.reads(&format!("approvals show {}\r\n", card.id()));
    assert!(said.contains("is not known"), "{said}");
    assert_eq!(approver.waiting(), 0);
}

#[test]
fn presenting_outside_a_runtime_is_an_error() {
    let person = Person::new();
    let runtime = Runtime::new().unwrap();
    let (gate, cards) = runtime.block_on(waiting(1));
    let (approver, desk) = (person.approver(), gate.desk());
    let mut presenting = approver.present(&cards[0], &desk);
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    let std::task::Poll::Ready(Err(error)) = presenting.as_mut().poll(&mut context) else {
        panic!("it was presented")
    };
    let cause = std::error::Error::source(&error).unwrap();
    assert!(matches!(cause.downcast_ref(), Some(TerminalError::NoRuntime(_))), "{cause}");
}
