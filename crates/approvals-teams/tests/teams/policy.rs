//! What policy decides and this channel only carries out: where cards are shown, and who is woken when.

use std::time::Duration;

use approvals_core::{GateBuilder, InMemoryApprover, Obligation, PostStage};
use fake_teams::FakeTeams;

use crate::office::*;

#[tokio::test(flavor = "multi_thread")]
async fn what_a_rule_keeps_out_of_chat_is_not_shown_in_teams() {
    let elsewhere = Obligation::new("asked").unwrap().seats("ops", 1).unwrap();
    let obligation = elsewhere.in_channel("memory");
    let gate = |gate: GateBuilder| gate.approver(InMemoryApprover::new());
    let office = Office::open(Plan { obligation, gate, ..Plan::of(1, "ops") }).await;
    let running = office.run();
    office.until(|state| state.version() > 1).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert!(office.teams.messages(DEPLOYS).is_empty());
    running.abort();
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_reminded_in_teams_reads_it_under_the_card_and_who_may_decide_later_gets_the_card() {
    let one = Obligation::new("asked").unwrap().seats("ops", 1).unwrap();
    let one = one.remind_after(Duration::from_secs(1));
    let obligation = one.escalate(Duration::from_secs(2), "leads").unwrap();
    let plan = Plan { obligation, config: leads_in_their_chat, ..Plan::of(1, "ops") };
    let office = Office::open(plan).await;
    let running = office.run();
    let card = office.card().await;
    let both = |teams: &FakeTeams| {
        let said = said_under(teams, &card);
        (said.len() == 2).then_some(said)
    };
    let said = office.teams.until("both were said under the card", both).await;
    let said = said.iter().map(text_of).collect::<Vec<_>>();
    assert!(said[0].contains("still needs somebody to decide"), "{said:?}");
    assert!(said[1].contains("leads"), "{said:?}");
    let second = office.card_in(LEADS).await;
    assert_eq!(office.click(&second, APPROVE, BOB).send().await.status, Some(200));
    assert_eq!(running.await.unwrap(), Ok(()));
    // Both copies say what became of it, and so it is said under both.
    for copy in [&card, &second] {
        office.until_shows(copy, "was carried out").await;
    }
    office.until(|state| state.posts().iter().all(|post| *post.stage() == PostStage::Closed)).await;
    let is_told = |teams: &FakeTeams| teams.replies(LEADS, &second.id).pop();
    let told = office.teams.until("the chat is told as a reply", is_told).await;
    assert!(text_of(&told).contains("u:bob"), "{}", text_of(&told));
}
