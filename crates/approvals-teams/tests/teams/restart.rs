//! Processes that end in the middle: case 37 of the failure cases.

use std::time::Duration;

use approvals_core::{Clock, GateBuilder, Phase, PostStage, SystemClock, Timestamp};
use fake_teams::{FakeTeams, Fault};

use crate::office::*;

/// A clock that is ahead by two minutes.
#[derive(Debug, Default)]
struct Ahead(SystemClock);

impl Clock for Ahead {
    fn now(&self) -> Timestamp {
        self.0.now().after(Duration::from_secs(120))
    }
}

fn two_minutes_later(gate: GateBuilder) -> GateBuilder {
    gate.clock(Ahead::default())
}

/// An office without a gate of its own that can ask anybody, and a process that asks there.
async fn asked() -> (Office, Process) {
    let office = Office::open(Plan::of(1, "nobody")).await;
    let first = process(&office, Plan::of(1, "ops")).await;
    (office, first)
}

async fn recovered(office: &Office, plan: Plan) -> Process {
    let process = process(office, plan).await;
    process.recover().await;
    process
}

async fn picked_up(office: &Office, host: &Host) {
    let ended = host.run(deploy().key("release-7").unwrap()).await.unwrap();
    assert_eq!(ended, Ok(()));
    host.ran.assert_ran_once();
    office.trail().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_click_that_was_answered_counts_although_the_process_ended() {
    let (office, first) = asked().await;
    first.submit().await;
    let card = office.card().await;
    office.until(is_shown).await;
    office.teams.fault_always("member", Fault::hang());
    let answer = office.click(&card, APPROVE, ADA).send().await;
    assert!(told(&answer).contains("recorded"), "{answer:?}");
    drop(first);
    office.teams.heal("member");
    assert_eq!(*office.only().await.1.phase(), Phase::Pending);
    let second = recovered(&office, Plan::of(1, "ops")).await;
    office.until(|state| *state.phase() == Phase::Granted).await;
    office.until_shows(&card, "u:ada").await;
    picked_up(&office, &second.host).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_card_whose_process_ended_while_it_was_posted_in_teams_is_posted_again() {
    let (office, first) = asked().await;
    office.teams.fault("post", Fault::hang().with_effect());
    first.submit().await;
    let posted = |teams: &FakeTeams| (teams.messages(DEPLOYS).len() == 1).then_some(());
    office.teams.until("a message is there of which nobody has heard", posted).await;
    drop(first);
    let plan = Plan { gate: two_minutes_later, ..Plan::of(1, "ops") };
    let second = recovered(&office, plan).await;
    let card = office.card().await;
    assert_eq!(office.teams.messages(DEPLOYS).len(), 2);
    assert_eq!(office.click(&card, APPROVE, ADA).send().await.status, Some(200));
    office.until(|state| *state.phase() == Phase::Granted).await;
    picked_up(&office, &second.host).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_in_teams_whose_process_ended_before_it_had_buttons_gets_them() {
    let (office, first) = asked().await;
    office.teams.fault("update", Fault::hang());
    first.submit().await;
    office.teams.until("it is to be changed", |teams| teams.calls_of("update").pop()).await;
    drop(first);
    let second = recovered(&office, Plan::of(1, "ops")).await;
    let card = office.card().await;
    assert_eq!(office.teams.messages(DEPLOYS).len(), 1, "it is the same message");
    assert_eq!(office.click(&card, APPROVE, ADA).send().await.status, Some(200));
    office.until(|state| *state.phase() == Phase::Granted).await;
    picked_up(&office, &second.host).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_card_in_teams_whose_end_nobody_told_is_finished_by_the_next_process() {
    let (office, first) = asked().await;
    first.submit().await;
    let card = office.card().await;
    office.until(is_shown).await;
    office.teams.fault_always("update", Fault::hang());
    let answer = office.click(&card, REJECT, ADA).send().await;
    assert_eq!(answer.status, Some(200), "whoever clicked sees it at once: {answer:?}");
    office.until(|state| matches!(state.phase(), Phase::Ended(_))).await;
    drop(first);
    office.teams.heal("update");
    let _second = recovered(&office, Plan::of(1, "ops")).await;
    office.until_shows(&card, "Rejected").await;
    office.until(|state| *state.posts()[0].stage() == PostStage::Closed).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_click_that_the_next_process_gets_counts_under_the_card_of_the_last() {
    let (office, first) = asked().await;
    first.submit().await;
    let card = office.card().await;
    office.until(is_shown).await;
    let click = office.click(&card, APPROVE, ADA);
    let nobody = office.click(&card, APPROVE, ADA);
    drop(first);
    // Nobody is there: Teams says so to whoever clicks, and nothing is lost but the click.
    drop(nobody.send().await);
    let second = recovered(&office, Plan::of(1, "ops")).await;
    assert_eq!(click.send().await.status, Some(200));
    office.until(|state| *state.phase() == Phase::Granted).await;
    picked_up(&office, &second.host).await;
}
