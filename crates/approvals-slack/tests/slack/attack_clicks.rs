//! What an attack has found about clicks, and what is to be true since.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use approvals_core::{Phase, PostStage, What};
use fake_slack::Fault;

use chat_bench::AWAY;

use crate::office::*;
use crate::process::*;

#[tokio::test(flavor = "multi_thread")]
async fn what_people_have_approved_waits_for_slack_to_say_who_they_are() {
    let office = Office::open(Plan::of(1, "ops")).await;
    let running = office.run();
    let card = office.card().await;
    for _ in 0..2 {
        office.slack.fault("users.info", Fault::slow(Duration::ZERO));
    }
    office.slack.fault("users.info", Fault::too_many_requests(Some("6")));
    assert!(office.click(&card, APPROVE, ADA).send().await.is_acked);
    assert_eq!(running.await.unwrap(), Ok(()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_click_that_is_acknowledged_before_it_is_kept_is_kept_or_answered() {
    let office = Office::open(Plan::of(2, "ops")).await;
    let _running = office.run();
    let card = office.card().await;
    office.settled().await;
    // Slack hangs while another process starts, which gets the clicks from here on.
    office.slack.fault_always("auth.test", Fault::hang());
    let _other = start(&office.slack, &office.log, Plan::of(2, "ops")).await;
    let answer = office.click(&card, APPROVE, ADA).send().await;
    office.slack.heal("auth.test");
    let is_heard = || async {
        !office.only().await.1.decisions().is_empty() || !office.slack.ephemerals(ADA).is_empty()
    };
    let is_heard = within(20, is_heard).await;
    assert!(is_heard || !answer.is_acked, "acknowledged, and neither decided nor answered");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_click_that_was_kept_outlives_a_restart_while_slack_is_unwell() {
    let office = Office::open(Plan::of(1, "nobody")).await;
    let first = process(&office, Plan::of(1, "ops")).await;
    first.submit().await;
    let card = office.card().await;
    office.until(is_shown).await;
    office.slack.fault_always("users.info", Fault::hang());
    assert!(office.click(&card, APPROVE, ADA).send().await.is_acked);
    drop(first);
    office.slack.heal("users.info");
    office.slack.fault("users.info", Fault::too_many_requests(Some("6")));
    let second = process(&office, Plan::of(1, "ops")).await;
    second.recover().await;
    let is_heard = || async {
        !office.only().await.1.decisions().is_empty() || !office.slack.ephemerals(ADA).is_empty()
    };
    assert!(within(25, is_heard).await, "acknowledged, kept, and thrown away without a word");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_click_that_one_process_kept_is_decided_by_another_that_runs_already() {
    let office = Office::open(Plan::of(1, "nobody")).await;
    let first = process(&office, Plan::of(1, "ops")).await;
    first.submit().await;
    let card = office.card().await;
    office.until(is_shown).await;
    let url = office.slack.app().interactivity_url;
    let second = process(&office, Plan::of(1, "ops")).await;
    second.recover().await;
    pause(1).await;
    office.slack.edit(|world| world.app.interactivity_url = url);
    office.slack.fault_always("users.info", Fault::hang());
    assert!(office.click(&card, APPROVE, ADA).send().await.is_acked);
    drop(first);
    office.slack.heal("users.info");
    let is_granted = || async { *office.only().await.1.phase() == Phase::Granted };
    assert!(within(25, is_granted).await, "acknowledged, kept, and nobody decides it");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_click_that_was_said_to_be_kept_counts_later() {
    let slow = Arc::new(AtomicU64::new(0));
    let office = Office::open_with(Plan::of(1, "ops"), Arc::clone(&slow)).await;
    office.host.gate.submit(deploy().key("release-7").unwrap()).await.unwrap();
    let card = office.card().await;
    office.settled().await;
    office.slack.fault("users.info", Fault::slow(Duration::from_secs(1)));
    assert!(office.click(&card, APPROVE, ADA).send().await.is_acked);
    slow.store(AWAY, Ordering::Relaxed);
    let is_told = || async { !office.slack.ephemerals(ADA).is_empty() };
    assert!(within(25, is_told).await);
    assert!(office.told(ADA).await.contains("Your click is kept"));
    slow.store(0, Ordering::Relaxed);
    office.until(|state| *state.phase() == Phase::Granted).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_click_that_counted_is_not_said_not_to_count() {
    let office = Office::open(Plan::of(2, "ops")).await;
    office.host.gate.submit(deploy().key("release-7").unwrap()).await.unwrap();
    let card = office.card().await;
    office.settled().await;
    let url = office.slack.app().interactivity_url;
    let other = start(&office.slack, &office.log, Plan::of(2, "ops")).await;
    office.slack.edit(|world| world.app.interactivity_url = url);
    office.slack.fault("users.info", Fault::slow(Duration::from_secs(3)));
    assert!(office.click(&card, APPROVE, ADA).send().await.is_acked);
    office.slack.until("Ada is looked up", |slack| slack.calls_of("users.info").pop()).await;
    // Another process looks after the same request from now on.
    other.gate.recover().await.unwrap();
    office.until(|state| state.decisions().len() == 1).await;
    pause(5).await;
    let told = office.slack.ephemerals(ADA);
    assert!(told.is_empty(), "her vote counts, and she is told: {:?}", told[0].blocks);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_card_that_could_not_be_changed_while_it_waited_is_told_the_end_in_its_thread() {
    let office = Office::open(Plan::of(2, "ops")).await;
    let running = office.run();
    let card = office.card().await;
    office.until(is_shown).await;
    office.slack.fault_always("chat.update", Fault::error("edit_window_closed"));
    assert!(office.click(&card, APPROVE, ADA).send().await.is_acked);
    office.until(|state| matches!(state.posts()[0].stage(), PostStage::Lost { .. })).await;
    assert!(office.click(&card, APPROVE, BOB).send().await.is_acked);
    assert_eq!(running.await.unwrap(), Ok(()));
    let is_told = || async { !office.slack.replies(DEPLOYS, &card.ts).is_empty() };
    assert!(within(8, is_told).await, "it has live buttons, and nothing says that it is over");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_in_doubt_and_somebody_has_looked_at_is_shown_so() {
    let office = Office::open(Plan::of(1, "ops")).await;
    let card = resolved(&office).await;
    let is_shown = || async {
        let card = office.slack.message(&card.channel, &card.ts).unwrap();
        text_of(&card).contains("somebody has looked")
    };
    assert!(within(12, is_shown).await, "it still says that a person must look");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "half a minute of waiting: `cargo xtask nightly clicks`"]
async fn nightly_a_slack_that_is_away_does_not_fill_the_ledger() {
    let office = Office::open(Plan::of(1, "ops")).await;
    office.slack.fault_always("chat.postMessage", Fault::too_many_requests(Some("1")));
    let _running = office.run();
    pause(23).await;
    let (_, state) = office.only().await;
    assert!(state.version() <= 9, "{} events in 23 seconds", state.version());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_click_that_is_kept_until_the_request_is_over_is_answered_and_kept_no_more() {
    let office = Office::open(Plan::of(1, "ops")).await;
    let running = office.run();
    let card = office.card().await;
    office.settled().await;
    office.slack.fault_always("users.info", Fault::error("internal_error"));
    assert!(office.click(&card, APPROVE, ADA).send().await.is_acked);
    let (id, _) = office.only().await;
    office.host.gate.withdraw(id).await.unwrap();
    assert!(running.await.unwrap().is_err());
    let is_told = || async { office.told(ADA).await.contains("not counted") };
    assert!(within(20, is_told).await);
    let is_dismissed = |what: &What| matches!(what, What::Dismissed { .. });
    assert!(office.trail().await.events(id).iter().any(|event| is_dismissed(&event.what)));
}
