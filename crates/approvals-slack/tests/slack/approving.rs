//! From the call to the click and back, both ways in.

use approvals_core::{Choice, Denied, Execution, Outcome, PostStage};

use crate::office::*;

async fn approved(way: Way) {
    let office = Office::open(Plan { way, ..Plan::of(1, "ops") }).await;
    let running = office.run();
    let card = office.card().await;
    let text = text_of(&card);
    assert!(text.contains("\"production\"") && text.contains("agent:deployer"), "{text}");
    let answer = office.click(&card, APPROVE, ADA).send().await;
    assert!(answer.is_acked, "{answer:?}");
    assert_eq!(running.await.unwrap(), Ok(()));
    office.host.ran.assert_ran_once();
    let shown = office.until_shows(&card, "was carried out").await;
    assert!(shown.contains("u:ada") && shown.contains(ADA), "{shown}");
    let state = office.until(|state| *state.posts()[0].stage() == PostStage::Closed).await;
    assert_eq!(state.outcome(), Some(&Outcome::Executed(Execution::Succeeded)));
    assert_eq!(state.decisions()[0].identity, account(ADA));
    let message = format!("{APP}/{TEAM}/{DEPLOYS}/{}", card.ts);
    assert_eq!(state.decisions()[0].message.as_deref(), Some(message.as_str()));
    let card = office.slack.message(&card.channel, &card.ts).unwrap();
    assert_eq!((button(&card, APPROVE), button(&card, REJECT)), (None, None));
    let replied = |slack: &fake_slack::FakeSlack| slack.replies(DEPLOYS, &card.ts).pop();
    office.slack.until("the thread is told", replied).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_click_through_a_socket_lets_the_call_run_once() {
    approved(Way::Socket).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_click_through_the_endpoint_lets_the_call_run_once() {
    approved(Way::Http).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rejection_counts_at_once_and_its_reason_may_follow() {
    let office = Office::open(Plan::of(1, "ops")).await;
    let running = office.run();
    let card = office.card().await;
    assert!(office.click(&card, REJECT, ADA).send().await.is_acked);
    let denied = running.await.unwrap().unwrap_err();
    assert!(matches!(denied, Denied::Rejected { reason: None, .. }), "{denied:?}");
    office.host.ran.assert_never_ran();
    let view = office.slack.until("a form is open", |slack| slack.views().pop()).await;
    let values = serde_json::json!({ "approvals.reason": { "approvals.reason": { "type": "plain_text_input", "value": "not <!channel> today" } } });
    assert!(office.slack.submit_view(&view.id, &values).send().await.is_acked);
    let shown = office.until_shows(&card, "not <!channel> today").await;
    assert!(shown.contains("u:ada"), "{shown}");
    // Once more, which changes nothing.
    office.slack.submit_view(&view.id, &values).send().await;
    let (_, state) = office.only().await;
    assert_eq!((state.decisions().len(), state.statements().len()), (1, 1));
    assert_eq!(state.decisions()[0].choice, Choice::Reject);
}
