//! How soon whoever has clicked is answered, and with what: cases 9, 16, 17, 31 and 48 of the failure cases.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use approvals_core::{Denied, Obligation, Phase, What};
use chat_bench::{AWAY, within};
use fake_teams::{Answer, FakeTeams, Fault, Message, Shown};

use crate::office::*;

/// Teams waits for longer, and promises three seconds.
const IN_TIME: Duration = Duration::from_secs(3);

/// Asks one of `leads`: Ada or Bob.
fn of_leads() -> Plan {
    Plan::of(1, "leads")
}

fn is_in_time(answer: &Answer) {
    assert_eq!(answer.status, Some(200), "{answer:?}");
    assert!(answer.took < IN_TIME, "{:?}", answer.took);
    let kind = answer.headers.iter().find(|(name, _)| name == "content-type");
    assert_eq!(kind.unwrap().1, "application/json");
    assert_eq!(answer.response.as_ref().unwrap().status_code, 200);
}

/// What somebody was told in a chat of their own, once there is something.
async fn told_alone(office: &Office, user: &str) -> Message {
    let alone = office.teams.edit(|world| world.personal(user));
    let last = |teams: &FakeTeams| teams.messages(&alone).pop();
    office.teams.until("somebody is told something in a chat of their own", last).await
}

/// How many chats of their own were begun, and how much was said in there.
fn said_alone(office: &Office, user: &str) -> usize {
    let alone = office.teams.edit(|world| world.personal(user));
    office.teams.messages(&alone).len()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_answer_comes_in_time_and_is_what_teams_can_show() {
    let office = Office::open(Plan::of(2, "leads")).await;
    let running = office.run();
    for (button, user) in [(APPROVE, CAROL), (APPROVE, ADA), (REJECT, BOB)] {
        let card = office.card().await;
        office.log.settled().await;
        let answer = office.click(&card, button, user).send().await;
        is_in_time(&answer);
        assert_eq!(matches!(answer.shown, Shown::Card(_)), user != CAROL, "{answer:?}");
    }
    assert!(matches!(running.await.unwrap(), Err(Denied::Rejected { .. })));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_ledger_keeps_nobody_waiting_and_the_click_counts_once() {
    let slow = Arc::new(AtomicU64::new(0));
    let office = Office::open_with(Plan::of(1, "ops"), Arc::clone(&slow)).await;
    let running = office.run();
    let card = office.card().await;
    office.log.settled().await;
    slow.store(3_500, Ordering::Relaxed);
    let click = office.click(&card, APPROVE, ADA).prepare();
    let answer = click.send().await;
    is_in_time(&answer);
    assert!(told(&answer).contains("longer than usual"), "{answer:?}");
    // As Teams, or somebody who has lost patience, does.
    is_in_time(&click.send().await);
    slow.store(0, Ordering::Relaxed);
    assert_eq!(running.await.unwrap(), Ok(()));
    office.host.ran.assert_ran_once();
    assert_eq!(office.only().await.1.decisions().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_clicks_while_the_ledger_is_away_is_told_to_press_again() {
    let away = Arc::new(AtomicU64::new(0));
    let office = Office::open_with(Plan::of(1, "ops"), Arc::clone(&away)).await;
    let running = office.run();
    let card = office.card().await;
    office.log.settled().await;
    away.store(AWAY, Ordering::Relaxed);
    let answer = office.click(&card, APPROVE, ADA).send().await;
    is_in_time(&answer);
    let said = told(&answer);
    assert!(said.contains("was not counted") && said.contains("press it again"), "{said}");
    away.store(0, Ordering::Relaxed);
    assert!(office.only().await.1.decisions().is_empty());
    is_in_time(&office.click(&card, APPROVE, ADA).send().await);
    assert_eq!(running.await.unwrap(), Ok(()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ledger_that_is_back_in_a_moment_costs_nobody_a_click() {
    let away = Arc::new(AtomicU64::new(0));
    let office = Office::open_with(Plan::of(1, "ops"), Arc::clone(&away)).await;
    let running = office.run();
    let card = office.card().await;
    office.log.settled().await;
    away.store(AWAY, Ordering::Relaxed);
    let click = office.click(&card, APPROVE, ADA).send();
    let back = async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        away.store(0, Ordering::Relaxed);
    };
    is_in_time(&tokio::join!(click, back).0);
    assert_eq!(running.await.unwrap(), Ok(()));
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_who_was_not_asked_is_told_so_under_the_card_and_it_is_on_record() {
    let office = Office::open(of_leads()).await;
    office.run();
    let card = office.card().await;
    office.log.settled().await;
    let answer = office.click(&card, APPROVE, CAROL).send().await;
    is_in_time(&answer);
    assert!(told(&answer).contains("was not counted"), "{answer:?}");
    let (id, state) = office.only().await;
    assert_eq!((state.phase(), state.decisions().len()), (&Phase::Pending, 0));
    let now = office.teams.message(&card.conversation, &card.id).unwrap();
    assert_eq!((now.card(), now.edits.len()), (card.card(), card.edits.len()));
    assert!(said_under(&office.teams, &card).is_empty(), "nobody else hears of it");
    let trail = office.trail().await;
    let has = |is: &dyn Fn(&What) -> bool| trail.events(id).iter().any(|event| is(&event.what));
    assert!(has(&|what| match what {
        What::Pressed { envelope } => envelope.unverified().unwrap().identity == account(CAROL),
        _other => false,
    }));
    assert!(has(&|what| matches!(what, What::Dismissed { .. })));
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_clicks_after_the_end_is_told_and_sees_what_became_of_it() {
    let short = Obligation::new("short").unwrap().seats("ops", 1).unwrap();
    let obligation = short.approve_within(Duration::from_secs(2));
    let office = Office::open(Plan { obligation, ..Plan::of(1, "ops") }).await;
    let running = office.run();
    let card = office.card().await;
    office.until(is_shown).await;
    // This card does not come to show the end.
    office.teams.fault("update", Fault::error(400, "BadSyntax"));
    assert_eq!(running.await.unwrap(), Err(Denied::Expired));
    let told_there = |teams: &FakeTeams| said_under(teams, &card).pop();
    office.teams.until("the thread is told", told_there).await;
    assert!(has_buttons(&office.teams.message(&card.conversation, &card.id).unwrap()));
    let (click, again) = (office.click(&card, APPROVE, ADA), office.click(&card, APPROVE, ADA));
    let answer = click.send().await;
    is_in_time(&answer);
    assert!(told(&answer).contains("too late"), "{answer:?}");
    let shown = office.until_shows(&card, "Expired").await;
    assert!(!shown.contains("u:ada"), "{shown}");
    let state = office.until(|state| state.late().len() == 1).await;
    assert!(state.decisions().is_empty());
    office.host.ran.assert_never_ran();
    // Again and again, it costs nothing but the answer.
    let all = async || office.heard().await == 3;
    assert!(within(10, all).await, "that it came too late, and twice where Teams is reached");
    let answer = again.send().await;
    assert!(told(&answer).contains("over"), "{answer:?}");
    assert_eq!(office.heard().await, 3);
}

/// Carol, who was not asked, clicks, and nobody can look her up before her answer's time is over.
async fn answered_before_it_is_known(office: &Office, card: &Message, is_old: bool) {
    let click = office.click(card, APPROVE, CAROL);
    let click = if is_old { click.as_submit() } else { click };
    let answer = click.activity(|it| {
        if is_old {
            it["value"]["confirm"] = "yes".into();
        }
    });
    let answer = answer.send().await;
    assert_eq!(answer.status, Some(200));
    if !is_old {
        is_in_time(&answer);
        assert!(told(&answer).contains("recorded"), "{answer:?}");
    }
    assert_eq!(said_alone(office, CAROL), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_answered_before_it_is_known_hears_the_rest_in_a_chat_of_their_own() {
    for is_old in [false, true] {
        let office = Office::open(of_leads()).await;
        office.run();
        let card = office.card().await;
        office.log.settled().await;
        office.teams.fault("member", Fault::slow(Duration::from_millis(2_800)));
        answered_before_it_is_known(&office, &card, is_old).await;
        let alone = told_alone(&office, CAROL).await;
        assert!(text_of(&alone).contains("was not counted"), "{}", text_of(&alone));
        assert!(said_under(&office.teams, &card).is_empty(), "nobody else hears of it");
        assert_eq!(office.teams.calls_of("create").len(), 1);
        assert!(office.only().await.1.decisions().is_empty());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_has_clicked_hears_what_became_of_it_also_from_the_next_process() {
    let office = Office::open(Plan::of(1, "nobody")).await;
    let first = process(&office, of_leads()).await;
    first.submit().await;
    let card = office.card().await;
    office.until(is_shown).await;
    office.teams.fault_always("member", Fault::hang());
    answered_before_it_is_known(&office, &card, false).await;
    drop(first);
    office.teams.heal("member");
    let second = process(&office, of_leads()).await;
    second.recover().await;
    let alone = told_alone(&office, CAROL).await;
    assert!(text_of(&alone).contains("was not counted"), "{}", text_of(&alone));
    assert!(office.only().await.1.decisions().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_cannot_be_written_to_alone_harms_nobody() {
    let office = Office::open(of_leads()).await;
    let running = office.run();
    let card = office.card().await;
    office.log.settled().await;
    office.teams.edit(|world| world.person(CAROL).has_bot = false);
    office.teams.fault("member", Fault::slow(Duration::from_millis(2_800)));
    answered_before_it_is_known(&office, &card, false).await;
    let tried = async || !office.teams.calls_of("create").is_empty();
    assert!(within(10, tried).await);
    is_in_time(&office.click(&card, APPROVE, ADA).send().await);
    assert_eq!(running.await.unwrap(), Ok(()));
    assert_eq!(said_alone(&office, CAROL), 0);
}
