//! What policy decides and this channel only carries out: where cards are shown, and who is woken when.

use std::time::Duration;

use approvals_core::{GateBuilder, InMemoryApprover, Obligation, PostStage};
use fake_slack::FakeSlack;

use crate::office::*;

#[tokio::test(flavor = "multi_thread")]
async fn what_a_rule_keeps_out_of_chat_is_not_shown_in_chat() {
    let elsewhere = Obligation::new("asked").unwrap().seats("ops", 1).unwrap();
    let obligation = elsewhere.in_channel("memory");
    let gate = |gate: GateBuilder| gate.approver(InMemoryApprover::new());
    let office = Office::open(Plan { obligation, gate, ..Plan::of(1, "ops") }).await;
    let running = office.run();
    office.until(|state| state.version() > 1).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert!(office.slack.messages(DEPLOYS).is_empty());
    running.abort();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_group_that_has_a_channel_of_its_own_is_asked_there() {
    let office = Office::open(Plan { config: leads_in_the_vault, ..Plan::of(1, "leads") }).await;
    let running = office.run();
    let card = office.card_in(VAULT).await;
    assert!(office.slack.messages(DEPLOYS).is_empty());
    assert!(office.click(&card, APPROVE, ADA).send().await.is_acked);
    assert_eq!(running.await.unwrap(), Ok(()));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_reminded_reads_it_under_the_card_and_who_may_decide_later_gets_the_card() {
    let one = Obligation::new("asked").unwrap().seats("ops", 1).unwrap();
    let one = one.remind_after(Duration::from_secs(1));
    let obligation = one.escalate(Duration::from_secs(2), "leads").unwrap();
    let office =
        Office::open(Plan { obligation, config: leads_in_the_vault, ..Plan::of(1, "ops") }).await;
    let running = office.run();
    let card = office.card().await;
    let replies = |slack: &FakeSlack| {
        let replies = slack.replies(DEPLOYS, &card.ts);
        (replies.len() == 2).then_some(replies)
    };
    let replies = office.slack.until("both were said under the card", replies).await;
    assert!(
        text_of(&replies[0]).contains("still needs somebody to decide"),
        "{}",
        text_of(&replies[0])
    );
    assert!(text_of(&replies[1]).contains("leads"), "{}", text_of(&replies[1]));
    let second = office.card_in(VAULT).await;
    assert!(office.click(&second, APPROVE, BOB).send().await.is_acked);
    assert_eq!(running.await.unwrap(), Ok(()));
    // Both copies say what became of it.
    for copy in [&card, &second] {
        office.until_shows(copy, "was carried out").await;
    }
    office.until(|state| state.posts().iter().all(|post| *post.stage() == PostStage::Closed)).await;
}
