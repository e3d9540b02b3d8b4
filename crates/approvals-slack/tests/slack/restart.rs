//! Processes that end in the middle, and several at once: cases 37 and 38 of the failure cases.

use std::time::Duration;

use approvals_core::{Clock, Phase, PostStage, SystemClock, Timestamp};
use fake_slack::{FakeSlack, Fault};

use crate::office::*;
use crate::process::*;

/// A clock that is ahead by two minutes.
#[derive(Debug, Default)]
struct Ahead(SystemClock);

impl Clock for Ahead {
    fn now(&self) -> Timestamp {
        self.0.now().after(Duration::from_secs(120))
    }
}

fn two_minutes_later(gate: approvals_core::GateBuilder) -> approvals_core::GateBuilder {
    gate.clock(Ahead::default())
}

async fn picked_up(office: &Office, host: &Host) {
    let ended = host.run(deploy().key("release-7").unwrap()).await.unwrap();
    assert_eq!(ended, Ok(()));
    host.ran.assert_ran_once();
    office.trail().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_click_that_was_acknowledged_counts_although_the_process_ended() {
    let office = Office::open(Plan::of(1, "nobody")).await;
    let first = process(&office, Plan::of(1, "ops")).await;
    first.submit().await;
    let card = office.card().await;
    office.slack.fault_always("users.info", Fault::hang());
    assert!(office.click(&card, APPROVE, ADA).send().await.is_acked);
    drop(first);
    office.slack.heal("users.info");
    assert_eq!(*office.only().await.1.phase(), Phase::Pending);
    let second = process(&office, Plan::of(1, "ops")).await;
    second.recover().await;
    office.until(|state| *state.phase() == Phase::Granted).await;
    office.until_shows(&card, "u:ada").await;
    picked_up(&office, &second.host).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_card_whose_process_ended_while_it_was_posted_is_posted_again() {
    let office = Office::open(Plan::of(1, "nobody")).await;
    let first = process(&office, Plan::of(1, "ops")).await;
    office.slack.fault("chat.postMessage", Fault::hang().with_effect());
    first.submit().await;
    let posted = |slack: &FakeSlack| (slack.messages(DEPLOYS).len() == 1).then_some(());
    office.slack.until("a message is there of which nobody has heard", posted).await;
    drop(first);
    let second = process(&office, Plan { gate: two_minutes_later, ..Plan::of(1, "ops") }).await;
    second.recover().await;
    let card = office.card().await;
    assert_eq!(office.slack.messages(DEPLOYS).len(), 2);
    assert!(office.click(&card, APPROVE, ADA).send().await.is_acked);
    office.until(|state| *state.phase() == Phase::Granted).await;
    picked_up(&office, &second.host).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_whose_process_ended_before_it_had_buttons_gets_them() {
    let office = Office::open(Plan::of(1, "nobody")).await;
    let first = process(&office, Plan::of(1, "ops")).await;
    office.slack.fault("chat.update", Fault::hang());
    first.submit().await;
    office.slack.until("it is to be changed", |slack| slack.calls_of("chat.update").pop()).await;
    drop(first);
    let second = process(&office, Plan::of(1, "ops")).await;
    second.recover().await;
    let card = office.card().await;
    assert_eq!(office.slack.messages(DEPLOYS).len(), 1, "it is the same message");
    assert!(office.click(&card, APPROVE, ADA).send().await.is_acked);
    office.until(|state| *state.phase() == Phase::Granted).await;
    picked_up(&office, &second.host).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_card_whose_end_nobody_told_is_finished_by_the_next_process() {
    let office = Office::open(Plan::of(1, "nobody")).await;
    let first = process(&office, Plan::of(1, "ops")).await;
    first.submit().await;
    let card = office.card().await;
    office.until(is_shown).await;
    office.slack.fault_always("chat.update", Fault::hang());
    assert!(office.click(&card, REJECT, ADA).send().await.is_acked);
    office.until(|state| matches!(state.phase(), Phase::Ended(_))).await;
    drop(first);
    office.slack.heal("chat.update");
    let second = process(&office, Plan::of(1, "ops")).await;
    second.recover().await;
    office.until_shows(&card, "Rejected").await;
    office.until(|state| *state.posts()[0].stage() == PostStage::Closed).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_processes_show_one_card_decide_once_and_run_once() {
    let office = Office::open(Plan { way: Way::Socket, ..Plan::of(1, "ops") }).await;
    let socket = || Plan { way: Way::Socket, ..Plan::of(1, "ops") };
    let other = start(&office.slack, &office.log, socket()).await;
    office.slack.until_connected(4).await;
    let hosts = [&office.host, &other];
    let running = hosts.map(|host| host.run(deploy().key("release-7").unwrap()));
    let card = office.card().await;
    let clicks = office
        .slack
        .connections()
        .into_iter()
        .map(|one| office.click(&card, APPROVE, ADA).over(one.id).send());
    for answer in futures_util::future::join_all(clicks).await {
        assert!(answer.is_acked, "{answer:?}");
    }
    let mut ended = Vec::new();
    for one in running {
        ended.push(one.await.unwrap());
    }
    assert_eq!(hosts.map(|host| host.ran.count()).iter().sum::<u32>(), 1, "{ended:?}");
    office.until_shows(&card, "was carried out").await;
    let top = office.slack.messages(DEPLOYS).into_iter().filter(|one| one.thread_ts.is_none());
    assert_eq!(top.count(), 1);
    let state = office.until(|state| *state.posts()[0].stage() == PostStage::Closed).await;
    assert_eq!(state.decisions().len(), 1);
    let replies = |slack: &FakeSlack| slack.replies(DEPLOYS, &card.ts);
    office.slack.until("the thread is told", |slack| replies(slack).pop()).await;
    pause(1).await;
    assert_eq!(replies(&office.slack).len(), 1, "it is told once");
}
