//! What a third attack has found, and what is to be true since.

use std::time::Duration;

use approvals_core::{Cause, Choice, Denied, Outcome, Phase, PostStage, Resolution};
use fake_slack::Fault;

use crate::office::*;
use crate::process::*;

#[tokio::test(flavor = "multi_thread")]
async fn what_somebody_has_looked_at_is_shown_once_and_then_left_alone() {
    let office = Office::open(Plan::of(1, "ops")).await;
    let card = resolved(&office).await;
    office.until_shows(&card, "somebody has looked").await;
    pause(1).await;
    let before = office.slack.calls_of("chat.update").len();
    pause(3).await;
    let changes = office.slack.calls_of("chat.update").len() - before;
    assert!(changes <= 1, "nothing has happened since, and the card was changed {changes} times");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_ends_after_somebody_has_looked_is_shown_as_it_is() {
    let office = Office::open(Plan::of(1, "ops")).await;
    let gate = office.host.gate.clone();
    let (end, ends) = tokio::sync::oneshot::channel::<()>();
    let running = tokio::spawn(async move {
        let body = async move |_permit, _action| ends.await.map_err(|_gone| Denied::Expired);
        gate.run(deploy(), body).await
    });
    let card = office.card().await;
    assert!(office.click(&card, APPROVE, ADA).send().await.is_acked);
    office.until(|state| *state.phase() == Phase::Started).await;
    let (id, _) = office.only().await;
    let desk = office.host.gate.desk();
    desk.resolve(&account(BOB), id, Resolution::NotDone, "it hangs").await.unwrap();
    office.until_shows(&card, "it was not carried out").await;
    pause(1).await;
    end.send(()).unwrap();
    assert_eq!(running.await.unwrap(), Ok(()));
    office.until(|state| matches!(state.outcome(), Some(Outcome::Executed(_)))).await;
    let is_right = || async {
        let card = office.slack.message(&card.channel, &card.ts).unwrap();
        text_of(&card).contains("was carried out.") && !text_of(&card).contains("not carried out")
    };
    assert!(
        within(12, is_right).await,
        "the ledger says that it succeeded, the card that it did not run"
    );
}

/// Ada rejects while Slack cannot say who she is, Bob approves just after that, and the process ends.
async fn rejected_and_granted(office: &Office) -> fake_slack::Interaction {
    let first = process(office, Plan::of(1, "ops")).await;
    first.submit().await;
    let card = office.card().await;
    office.until(is_shown).await;
    office.slack.fault("users.info", Fault::hang());
    let again = office.click(&card, REJECT, ADA).edit(|payload| {
        payload["actions"][0]["action_ts"] = "1799999999.000100".into();
    });
    assert!(office.click(&card, REJECT, ADA).send().await.is_acked);
    office.slack.until("Ada is looked up", |slack| slack.calls_of("users.info").pop()).await;
    assert!(office.click(&card, APPROVE, BOB).send().await.is_acked);
    office.until(|state| *state.phase() == Phase::Granted).await;
    drop(first);
    again
}

/// What was granted was taken back, so nothing runs.
async fn is_revoked(process: &Process) {
    pause(5).await;
    let ended = process.host.run(deploy().key("release-7").unwrap()).await.unwrap();
    process.host.ran.assert_never_ran();
    assert!(matches!(ended, Err(Denied::Revoked { .. })), "{ended:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rejection_that_was_kept_counts_although_it_was_granted_and_the_process_ended() {
    let office = Office::open(Plan::of(1, "nobody")).await;
    let _again = rejected_and_granted(&office).await;
    let second = process(&office, Plan::of(1, "ops")).await;
    second.recover().await;
    is_revoked(&second).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rejection_that_is_pressed_again_counts_although_the_process_that_kept_it_is_gone() {
    let office = Office::open(Plan::of(1, "nobody")).await;
    let again = rejected_and_granted(&office).await;
    let second = process(&office, Plan::of(1, "ops")).await;
    assert!(again.send().await.is_acked);
    is_revoked(&second).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_was_told_that_a_click_is_kept_is_told_when_it_came_too_late() {
    let office = Office::open(Plan::of(1, "nobody")).await;
    let first = process(&office, Plan::of(1, "ops")).await;
    first.submit().await;
    let card = office.card().await;
    office.until(is_shown).await;
    office.slack.fault_always("users.info", Fault::hang());
    assert!(office.click(&card, APPROVE, ADA).send().await.is_acked);
    drop(first);
    office.slack.heal("users.info");
    let second = process(&office, Plan::of(1, "ops")).await;
    let (id, _) = office.only().await;
    second.host.gate.withdraw(id).await.unwrap();
    second.recover().await;
    office.until_shows(&card, "Withdrawn").await;
    let is_told = || async { !office.slack.ephemerals(ADA).is_empty() };
    assert!(within(15, is_told).await, "her click was acknowledged, and nobody ever answers it");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "half a minute of waiting: `cargo xtask nightly clicks`"]
async fn nightly_an_approval_that_was_held_back_does_not_take_the_place_of_a_later_rejection() {
    let office = Office::open(Plan::of(1, "ops")).await;
    office.host.gate.submit(deploy().key("release-7").unwrap()).await.unwrap();
    let card = office.card().await;
    office.settled().await;
    // Another process takes her approval, and cannot keep it yet.
    let url = office.slack.app().interactivity_url;
    office.slack.fault_always("auth.test", Fault::hang());
    let _other = start(&office.slack, &office.log, Plan::of(1, "ops")).await;
    assert!(office.click(&card, APPROVE, ADA).send().await.is_acked);
    // She changes her mind.
    office.slack.edit(|world| world.app.interactivity_url = url);
    office.slack.fault_always("users.info", Fault::hang());
    assert!(office.click(&card, REJECT, ADA).send().await.is_acked);
    office.slack.heal("auth.test");
    pause(15).await;
    office.slack.heal("users.info");
    let state = office.until(|state| *state.phase() != Phase::Pending).await;
    let is_rejected = matches!(state.outcome(), Some(Outcome::Closed(Cause::Rejected { .. })));
    assert!(is_rejected, "her last word was no: {:?}", state.phase());
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_has_approved_too_often_may_still_reject() {
    let office = Office::open(Plan::of(2, "ops")).await;
    let running = office.run();
    let card = office.card().await;
    office.settled().await;
    for n in 0..25 {
        let click = office.click(&card, APPROVE, ADA).edit(move |payload| {
            payload["actions"][0]["action_ts"] = format!("17{n:08}.000100").into();
        });
        assert!(click.send().await.is_acked);
        if n == 0 {
            office.until(|state| state.decisions().len() == 1).await;
        }
        tokio::time::sleep(Duration::from_millis(150)).await;
    }
    let still = office.card().await;
    assert!(office.click(&still, REJECT, ADA).send().await.is_acked);
    let has_rejected = || async {
        office.only().await.1.decisions().iter().any(|one| one.choice == Choice::Reject)
    };
    assert!(within(5, has_rejected).await, "her approval counts, and she cannot take it back");
    drop(running);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_card_that_another_has_taken_the_place_of_is_told_so_or_the_end() {
    let office = Office::open(Plan::of(1, "nobody")).await;
    let first = process(&office, Plan::of(2, "ops")).await;
    first.submit().await;
    let card = office.card().await;
    office.until(is_shown).await;
    office.slack.fault_always("chat.update", Fault::error("edit_window_closed"));
    assert!(office.click(&card, APPROVE, ADA).send().await.is_acked);
    office.until(|state| matches!(state.posts()[0].stage(), PostStage::Lost { .. })).await;
    drop(first);
    office.slack.heal("chat.update");
    let second = process(&office, Plan::of(2, "ops")).await;
    second.recover().await;
    let is_new = |slack: &fake_slack::FakeSlack| {
        slack
            .messages(DEPLOYS)
            .into_iter()
            .find(|one| one.ts != card.ts && button(one, REJECT).is_some())
    };
    let newer = office.slack.until("it is shown again", is_new).await;
    assert!(office.click(&newer, REJECT, BOB).send().await.is_acked);
    office.until_shows(&newer, "Rejected").await;
    let is_told = || async {
        let now = office.slack.message(&card.channel, &card.ts).unwrap();
        button(&now, REJECT).is_none() || !office.slack.replies(DEPLOYS, &card.ts).is_empty()
    };
    assert!(
        within(8, is_told).await,
        "the first card has live buttons, and nothing says that it is over"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_card_that_cannot_be_changed_is_told_the_end_although_slack_rests_just_then() {
    let office = Office::open(Plan::of(1, "ops")).await;
    let running = office.run();
    let card = office.card().await;
    office.until(is_shown).await;
    office.slack.fault_always("chat.update", Fault::error("edit_window_closed"));
    office.slack.fault("chat.postMessage", Fault::too_many_requests(Some("1")));
    assert!(office.click(&card, REJECT, ADA).send().await.is_acked);
    assert!(running.await.unwrap().is_err());
    let is_told = || async { !office.slack.replies(DEPLOYS, &card.ts).is_empty() };
    assert!(
        within(20, is_told).await,
        "it has live buttons, and nothing ever says that it is over"
    );
}
