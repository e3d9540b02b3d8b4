//! Clicks that meet each other, the other channels and other processes: cases 14 to 17 and 38 of the failure cases.

use approvals_core::{
    Ballot, Cause, ChannelIdentity, Choice, Denied, GateBuilder, InMemoryApprover, Outcome, Phase,
    PostStage, StaticDirectory,
};
use fake_teams::{Answer, FakeTeams, Prepared, Shown};
use futures_util::future::join_all;

use crate::office::*;

/// Sent at the same time. Each is answered with something that can be shown.
async fn at_once(clicks: Vec<Prepared>) -> Vec<Answer> {
    let answers = join_all(clicks.iter().map(Prepared::send)).await;
    for answer in &answers {
        assert!(!matches!(answer.shown, Shown::Error(_)), "{answer:?}");
    }
    answers
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_double_click_in_teams_one_counts() {
    let office = Office::open(Plan::of(2, "ops")).await;
    office.run();
    let card = office.card().await;
    let clicks = [(); 4].map(|()| office.click(&card, APPROVE, ADA).prepare());
    // The same one twice, as where an answer is lost, and others.
    let clicks = [clicks.to_vec(), clicks.to_vec()].concat();
    at_once(clicks.clone()).await;
    office.until_shows(&card, "u:ada").await;
    at_once(clicks).await;
    let (_, state) = office.only().await;
    assert_eq!((state.decisions().len(), state.phase()), (1, &Phase::Pending));
}

#[tokio::test(flavor = "multi_thread")]
async fn two_who_approve_in_teams_at_once_let_it_run_once_and_both_see_the_end() {
    let office = Office::open(Plan::of(1, "ops")).await;
    let running = office.run();
    let card = office.card().await;
    let clicks = [ADA, BOB, CAROL].map(|user| office.click(&card, APPROVE, user).prepare());
    at_once(clicks.into()).await;
    assert_eq!(running.await.unwrap(), Ok(()));
    office.host.ran.assert_ran_once();
    office.until_shows(&card, "was carried out").await;
    let (_, state) = office.only().await;
    assert_eq!(state.decisions().len(), 1);
    let now = office.teams.message(&card.conversation, &card.id).unwrap();
    for user in [ADA, BOB, CAROL] {
        assert_eq!(button(now.card_for(user).unwrap(), REJECT), None, "nothing is left to press");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn approve_and_reject_in_teams_at_once_have_one_end_and_the_card_shows_it() {
    for _ in 0..5 {
        let office = Office::open(Plan::of(1, "ops")).await;
        let running = office.run();
        let card = office.card().await;
        let clicks = [(APPROVE, ADA), (REJECT, BOB)];
        let clicks = clicks.map(|(button, user)| office.click(&card, button, user).prepare());
        at_once(clicks.into()).await;
        let ended = running.await.unwrap();
        let state = office.until(|state| matches!(state.phase(), Phase::Ended(_))).await;
        let shows = match (&ended, state.outcome().unwrap()) {
            (Ok(()), Outcome::Executed(_)) => "was carried out",
            (Err(Denied::Rejected { .. }), Outcome::Closed(Cause::Rejected { .. })) => "Rejected",
            (Err(Denied::Revoked { .. }), Outcome::Closed(Cause::Revoked { .. })) => "Revoked",
            other => panic!("{other:?}"),
        };
        office.until_shows(&card, shows).await;
        office.trail().await;
    }
}

/// Carol's account is Ada's second one.
fn with_ada_twice(gate: GateBuilder) -> GateBuilder {
    let people = StaticDirectory::new()
        .with(&ops("u:ada"), [account(ADA), account(CAROL)])
        .with(&ops("u:bob"), [account(BOB)]);
    gate.directory(people)
}

#[tokio::test(flavor = "multi_thread")]
async fn one_person_with_two_accounts_in_teams_fills_one_seat() {
    let office = Office::open(Plan { gate: with_ada_twice, ..Plan::of(2, "ops") }).await;
    let running = office.run();
    let card = office.card().await;
    office.click(&card, APPROVE, ADA).send().await;
    office.until_shows(&card, "u:ada").await;
    let answer = office.click(&office.card().await, APPROVE, CAROL).send().await;
    assert!(told(&answer).contains("decided about this already"), "{answer:?}");
    assert_eq!(*office.only().await.1.phase(), Phase::Pending);
    office.click(&office.card().await, APPROVE, BOB).send().await;
    assert_eq!(running.await.unwrap(), Ok(()));
}

fn beside_an_inbox(gate: GateBuilder) -> GateBuilder {
    let ada = ChannelIdentity::new("memory", "ada").unwrap();
    gate.approver(InMemoryApprover::new()).directory(people().with(&ops("u:ada"), [ada]))
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_decided_elsewhere_is_shown_in_teams_and_a_click_changes_nothing() {
    let office = Office::open(Plan { gate: beside_an_inbox, ..Plan::of(2, "ops") }).await;
    office.run();
    let card = office.card().await;
    let desk = office.host.gate.desk();
    let (id, _) = office.only().await;
    let elsewhere = ChannelIdentity::new("memory", "ada").unwrap();
    let shown = desk.card(id).await.unwrap().unwrap();
    desk.decide(&elsewhere, Ballot::approve(&shown).unwrap()).await.unwrap();
    let text = office.until_shows(&card, "u:ada").await;
    assert!(text.contains("memory"), "where it was decided: {text}");
    let answer = office.click(&office.card().await, APPROVE, ADA).send().await;
    assert!(told(&answer).contains("decided about this already"), "{answer:?}");
    desk.decide(&elsewhere, Ballot::reject(&shown, "no").unwrap()).await.unwrap();
    office.until_shows(&card, "Rejected").await;
    office.until(|state| *state.posts()[0].stage() == PostStage::Closed).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_processes_show_one_card_in_teams_decide_once_and_run_once() {
    let office = Office::open(Plan::of(1, "ops")).await;
    let endpoint = |teams: &FakeTeams| teams.edit(|world| world.bot_endpoint.clone()).unwrap();
    let first = endpoint(&office.teams);
    let other = start(&office.teams, &office.log, Plan::of(1, "ops")).await;
    let second = endpoint(&office.teams);
    let hosts = [&office.host, &other];
    let running = hosts.map(|host| host.run(deploy().key("release-7").unwrap()));
    let card = office.card().await;
    let click = office.click(&card, APPROVE, ADA).prepare();
    let bobs = office.click(&card, APPROVE, BOB).prepare();
    let to = |click: &Prepared, url: &String| {
        let mut click = click.clone();
        click.url.clone_from(url);
        click
    };
    let clicks = [to(&click, &first), to(&click, &second), to(&bobs, &first), to(&bobs, &second)];
    at_once(clicks.into()).await;
    let ended = join_all(running).await;
    assert_eq!(hosts.map(|host| host.ran.count()).iter().sum::<u32>(), 1, "{ended:?}");
    office.until_shows(&card, "was carried out").await;
    let state = office.until(|state| *state.posts()[0].stage() == PostStage::Closed).await;
    assert_eq!(state.decisions().iter().filter(|one| one.choice == Choice::Approve).count(), 1);
    let under = |teams: &FakeTeams| said_under(teams, &card).pop();
    office.teams.until("the thread is told", under).await;
    pause(1).await;
    let said = said_under(&office.teams, &card);
    assert_eq!(said.len(), 1, "there is one card, and the end is told once: {said:?}");
}
