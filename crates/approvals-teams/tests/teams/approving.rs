//! From the call to the card, to the click, to what runs.

use approvals_core::{Choice, Denied};
use fake_teams::{FakeTeams, Shown};
use serde_json::json;

use crate::office::*;

#[tokio::test(flavor = "multi_thread")]
async fn a_click_lets_the_call_run_once_and_shows_who_decided_at_once_and_everywhere() {
    let office = Office::open(Plan::of(1, "ops")).await;
    let running = office.run();
    let card = office.card().await;
    assert!(text_of(&card).contains("app.deploy"), "{}", text_of(&card));
    office.host.ran.assert_never_ran();

    let answer = office.click(&card, APPROVE, ADA).send().await;
    assert_eq!(answer.status, Some(200));
    assert!(answer.took < std::time::Duration::from_secs(3), "{:?}", answer.took);
    let Shown::Card(shown) = answer.shown else { panic!("{:?}", answer.shown) };
    assert!(text_in(&shown).contains("u:ada"), "{}", text_in(&shown));
    assert_eq!(button(&shown, APPROVE), None);

    assert_eq!(running.await.unwrap(), Ok(()));
    office.host.ran.assert_ran_once();
    let shown = office.until_shows(&card, "was carried out").await;
    assert!(shown.contains("u:ada"), "{shown}");
    let card = office.teams.message(&card.conversation, &card.id).unwrap();
    assert!(!has_buttons(&card));
    let told = |teams: &FakeTeams| said_under(teams, &card).pop();
    let told = office.teams.until("the thread is told", told).await;
    assert!(text_of(&told).contains("u:ada"), "{}", text_of(&told));
    assert_eq!(office.only().await.1.decisions().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rejection_is_on_record_with_the_reason_that_was_typed_under_the_card() {
    let office = Office::open(Plan::of(1, "ops")).await;
    let running = office.run();
    let card = office.card().await;
    let click = office.click(&card, REJECT, ADA);
    let click = click.with_inputs(&json!({ "reason": " not **today** {{DATE(1)}} " }));
    let answer = click.send().await;
    assert!(matches!(answer.shown, Shown::Card(_)), "{:?}", answer.shown);
    let denied = running.await.unwrap().unwrap_err();
    let reason = "not **today** {{DATE(1)}}".to_owned();
    assert!(
        matches!(&denied, Denied::Rejected { reason: Some(said), .. } if *said == reason),
        "{denied:?}"
    );
    office.host.ran.assert_never_ran();
    office.until_shows(&card, &reason).await;
    let (_, state) = office.only().await;
    assert_eq!(state.decisions()[0].choice, Choice::Reject);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_of_high_risk_is_approved_only_with_the_box_ticked() {
    let office = Office::open(Plan::of(1, "ops")).await;
    let running = office.run();
    let card = office.card().await;
    for said in [json!({ "confirm": "no" }), json!({ "confirm": true }), json!({})] {
        let click = office.teams.click(DEPLOYS, &card.id, APPROVE, ADA).with_inputs(&said);
        let answer = click.send().await;
        let Shown::Text(text) = answer.shown else { continue };
        assert!(text.contains("not counted") && text.contains("tick the box"), "{text}");
    }
    assert_eq!(office.only().await.1.decisions().len(), 0);
    assert!(!running.is_finished());
    office.click(&card, APPROVE, ADA).send().await;
    assert_eq!(running.await.unwrap(), Ok(()));
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_who_have_to_agree_each_sees_at_once_how_far_it_has_come() {
    let office = Office::open(Plan::of(2, "ops")).await;
    let running = office.run();
    let card = office.card().await;
    let answer = office.click(&card, APPROVE, ADA).send().await;
    let Shown::Card(shown) = answer.shown else { panic!("{:?}", answer.shown) };
    assert!(text_in(&shown).contains("u:ada") && button(&shown, APPROVE).is_some());
    assert!(!running.is_finished());
    let card = office.card().await;
    let again = office.click(&card, APPROVE, ADA).send().await;
    assert!(!matches!(again.shown, Shown::Error(_)), "{:?}", again.shown);
    assert_eq!(office.only().await.1.decisions().len(), 1, "one person is one vote");
    let card = office.card().await;
    office.click(&card, APPROVE, BOB).send().await;
    assert_eq!(running.await.unwrap(), Ok(()));
    office.host.ran.assert_ran_once();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_group_with_a_chat_of_its_own_is_asked_there() {
    let plan = Plan { config: leads_in_their_chat, ..Plan::of(1, "leads") };
    let office = Office::open(plan).await;
    office.run();
    let card = office.card_in(LEADS).await;
    assert!(text_of(&card).contains("app.deploy"));
    assert_eq!(office.teams.messages(DEPLOYS).len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_old_client_that_sends_a_message_decides_as_well() {
    let office = Office::open(Plan::of(1, "ops")).await;
    let running = office.run();
    let card = office.card().await;
    let submit = |confirm: &'static str| {
        let click = office.click(&card, APPROVE, ADA).as_submit();
        click.activity(|activity| activity["value"]["confirm"] = json!(confirm))
    };
    assert_eq!(submit("no").send().await.status, Some(200));
    pause(1).await;
    assert_eq!(office.only().await.1.decisions().len(), 0, "the box was not ticked");
    assert_eq!(submit("yes").send().await.status, Some(200));
    assert_eq!(running.await.unwrap(), Ok(()));
    office.host.ran.assert_ran_once();
}
