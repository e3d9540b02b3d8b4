//! Clicks that meet each other, the end, and the other channels: cases 14 to 17, 31 and 32 of the failure cases.

use std::time::Duration;

use approvals_core::{
    Ballot, Cause, ChannelIdentity, Choice, Denied, GateBuilder, InMemoryApprover, Obligation,
    Outcome, Phase, PostStage, Principal, State,
};

use crate::office::*;

fn is_over(state: &State) -> bool {
    matches!(state.phase(), Phase::Ended(_))
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_double_click_one_counts() {
    for way in [Way::Http, Way::Socket] {
        let office = Office::open(Plan { way, ..Plan::of(2, "ops") }).await;
        office.run();
        let card = office.card().await;
        let clicks = [(); 4].map(|()| office.click(&card, APPROVE, ADA).send());
        for answer in futures_util::future::join_all(clicks).await {
            assert!(answer.is_acked, "{answer:?}");
        }
        office.until_shows(&card, "u:ada").await;
        tokio::time::sleep(Duration::from_millis(300)).await;
        let (_, state) = office.only().await;
        assert_eq!((state.decisions().len(), state.phase()), (1, &Phase::Pending));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_who_approve_at_once_let_it_run_once() {
    let office = Office::open(Plan::of(1, "ops")).await;
    let running = office.run();
    let card = office.card().await;
    let clicks = [ADA, BOB, CAROL].map(|user| office.click(&card, APPROVE, user).send());
    for answer in futures_util::future::join_all(clicks).await {
        assert!(answer.is_acked, "{answer:?}");
    }
    assert_eq!(running.await.unwrap(), Ok(()));
    office.host.ran.assert_ran_once();
    office.until_shows(&card, "was carried out").await;
    let state = office
        .until(|state| is_over(state) && state.decisions().len() + state.late().len() >= 1)
        .await;
    assert_eq!(state.decisions().iter().filter(|one| one.choice == Choice::Approve).count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn approve_and_reject_at_once_have_one_end_and_the_card_shows_it() {
    for _ in 0..5 {
        let office = Office::open(Plan::of(1, "ops")).await;
        let running = office.run();
        let card = office.card().await;
        let clicks = [(APPROVE, ADA), (REJECT, BOB)];
        let clicks = clicks.map(|(button, user)| office.click(&card, button, user).send());
        for answer in futures_util::future::join_all(clicks).await {
            assert!(answer.is_acked, "{answer:?}");
        }
        let ended = running.await.unwrap();
        let state = office.until(is_over).await;
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

#[tokio::test(flavor = "multi_thread")]
async fn one_person_with_two_accounts_fills_one_seat() {
    let office = Office::open(Plan { gate: with_ada_twice, ..Plan::of(2, "ops") }).await;
    office.run();
    let card = office.card().await;
    for user in [ADA, CAROL] {
        assert!(office.click(&card, APPROVE, user).send().await.is_acked);
        office.until_shows(&card, "u:ada").await;
    }
    let told = office.told(CAROL).await;
    assert!(told.contains("decided about this already"), "{told}");
    assert_eq!(*office.only().await.1.phase(), Phase::Pending);
}

/// Carol's account is Ada's second one.
fn with_ada_twice(gate: GateBuilder) -> GateBuilder {
    let human = |id: &str| Principal::human(id).unwrap().member_of(["ops"]).unwrap();
    let people = approvals_core::StaticDirectory::new()
        .with(&human("u:ada"), [account(ADA), account(CAROL)])
        .with(&human("u:bob"), [account(BOB)]);
    gate.directory(people)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_has_expired_is_not_approved_and_its_card_says_so() {
    let short = Obligation::new("short").unwrap().seats("ops", 1).unwrap();
    let short = short.approve_within(Duration::from_secs(2));
    let office = Office::open(Plan { obligation: short, ..Plan::of(1, "ops") }).await;
    let running = office.run();
    let card = office.card().await;
    // Buttons that a client still shows.
    let click = office.click(&card, APPROVE, ADA);
    assert_eq!(running.await.unwrap(), Err(Denied::Expired));
    office.until_shows(&card, "Expired").await;
    assert!(click.send().await.is_acked);
    let told = office.told(ADA).await;
    assert!(told.contains("too late"), "{told}");
    let state = office.until(|state| state.late().len() == 1).await;
    assert_eq!(
        (state.decisions(), state.outcome()),
        (&[][..], Some(&Outcome::Closed(Cause::Expired)))
    );
    office.host.ran.assert_never_ran();
}

fn beside_an_inbox(gate: GateBuilder) -> GateBuilder {
    let human = Principal::human("u:ada").unwrap().member_of(["ops"]).unwrap();
    let ada = ChannelIdentity::new("memory", "ada").unwrap();
    gate.approver(InMemoryApprover::new()).directory(people().with(&human, [ada]))
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_decided_elsewhere_is_shown_here_and_a_click_changes_nothing() {
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
    let still = office.card().await;
    assert!(office.click(&still, APPROVE, ADA).send().await.is_acked);
    let told = office.told(ADA).await;
    assert!(told.contains("decided about this already"), "{told}");
    desk.decide(&elsewhere, Ballot::reject(&shown, "no").unwrap()).await.unwrap();
    office.until_shows(&card, "Rejected").await;
    office.until(|state| *state.posts()[0].stage() == PostStage::Closed).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_envelope_that_comes_again_through_another_socket_decides_once() {
    let office = Office::open(Plan { way: Way::Socket, ..Plan::of(2, "ops") }).await;
    office.slack.until_connected(2).await;
    office.run();
    let card = office.card().await;
    let click = office.click(&card, APPROVE, ADA);
    for connection in office.slack.connections() {
        assert!(click.clone().over(connection.id).send().await.is_acked);
    }
    office.until_shows(&card, "u:ada").await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(office.only().await.1.decisions().len(), 1);
}
