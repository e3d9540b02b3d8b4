//! Whose click counts: cases 5 to 13 and 18 of the failure cases.

use approvals_core::{Denied, Event, Phase, Principal, Requester, State, What};
use fake_slack::office::{GUEST, OTHER_TEAM, VISITOR};
use fake_slack::{Answer, Fault, Message, World};
use serde_json::json;

use crate::office::*;

/// Asks one of the user group `leads`.
fn of_leads() -> Plan {
    Plan { config: leads_anywhere, ..Plan::of(1, "leads") }
}

/// A click that is answered as if all were well, and of which the person alone hears that it does not count.
async fn told_why(office: &Office, card: &Message, user: &str) -> String {
    let answer = office.click(card, APPROVE, user).send().await;
    assert!(answer.is_acked, "{answer:?}");
    let told = office.told(user).await;
    assert!(told.contains("was not counted"), "{told}");
    told
}

/// Nothing is decided, the card is as it was, and nothing waits to be decided.
async fn is_unchanged(office: &Office, card: &Message) {
    let state = office.until(|state: &State| *state.phase() == Phase::Pending).await;
    assert_eq!(state.decisions(), []);
    let now = office.slack.message(&card.channel, &card.ts).unwrap();
    assert_eq!(text_of(&now), text_of(card));
    assert!(button(&now, APPROVE).is_some());
    office.host.ran.assert_never_ran();
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_who_was_not_asked_is_told_so_in_private_and_it_is_on_record() {
    let office = Office::open(of_leads()).await;
    office.run();
    let card = office.card().await;
    told_why(&office, &card, CAROL).await;
    is_unchanged(&office, &card).await;
    let trail = office.trail().await;
    let (id, _) = office.only().await;
    let of_carol = |what: &What| match what {
        What::Pressed { envelope } => envelope.unverified().unwrap().identity == account(CAROL),
        _other => false,
    };
    assert!(trail.events(id).iter().any(|event| of_carol(&event.what)));
    let is_dismissed = |what: &What| matches!(what, What::Dismissed { .. });
    assert!(trail.events(id).iter().any(|event| is_dismissed(&event.what)));
}

#[tokio::test(flavor = "multi_thread")]
async fn no_program_guest_or_stranger_and_nobody_who_left_decides() {
    let office = Office::open(Plan::of(1, "ops")).await;
    office.run();
    let card = office.card().await;
    // As if somebody had found a way to click as them.
    let clicks = OUTSIDERS.map(|user| {
        let click = office.click(&card, APPROVE, ADA);
        click.edit(|payload| payload["user"]["id"] = user.into())
    });
    for click in clicks {
        let answer = click.send().await;
        assert!(answer.is_acked, "{answer:?}");
    }
    for user in [GUEST, VISITOR] {
        let told = office.told(user).await;
        assert!(told.contains("guests"), "{told}");
    }
    let are_dismissed = async || {
        let (id, trail) = (office.only().await.0, office.trail().await);
        let is_dismissed = |event: &&Event| matches!(event.what, What::Dismissed { .. });
        trail.events(id).iter().filter(is_dismissed).count() == OUTSIDERS.len()
    };
    assert!(within(10, are_dismissed).await, "each is refused, and that is on record");
    is_unchanged(&office, &card).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_of_another_company_decides_nothing_in_a_shared_channel() {
    let office = Office::open(Plan::of(1, "ops")).await;
    office.run();
    let card = office.card().await;
    office.slack.edit(|world| {
        world.user(CAROL).team_id = OTHER_TEAM.to_owned();
    });
    let told = told_why(&office, &card, CAROL).await;
    assert!(told.contains("members of the workspace"), "{told}");
    is_unchanged(&office, &card).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_leaves_the_group_after_the_card_was_posted_decides_nothing() {
    let office = Office::open(of_leads()).await;
    let running = office.run();
    let card = office.card().await;
    office.slack.edit(|world| world.group(LEADS).users = vec![ADA.to_owned(), CAROL.to_owned()]);
    told_why(&office, &card, BOB).await;
    is_unchanged(&office, &card).await;
    assert!(office.click(&card, APPROVE, CAROL).send().await.is_acked);
    assert_eq!(running.await.unwrap(), Ok(()));
}

/// A click is not decided while that fails, is said to be kept meanwhile, and counts once it does not.
async fn is_kept_while(plan: Plan, method: &str, fault: Fault) {
    let office = Office::open(plan).await;
    let running = office.run();
    let card = office.card().await;
    office.slack.fault_always(method, fault);
    assert!(office.click(&card, APPROVE, ADA).send().await.is_acked);
    let told = |slack: &fake_slack::FakeSlack| slack.ephemerals(ADA).pop();
    office.slack.until("Ada is told", told).await;
    assert!(office.told(ADA).await.contains("Your click is kept"));
    is_unchanged(&office, &card).await;
    office.slack.heal(method);
    assert_eq!(running.await.unwrap(), Ok(()));
    assert_eq!(office.slack.ephemerals(ADA).len(), 1, "once");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_click_is_kept_where_a_group_cannot_be_looked_up() {
    let fault = Fault::too_many_requests(Some("1"));
    is_kept_while(of_leads(), "usergroups.users.list", fault).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_click_is_kept_where_members_cannot_be_looked_up() {
    for fault in [Fault::too_many_requests(Some("3")), Fault::error("internal_error")] {
        is_kept_while(Plan::of(1, "ops"), "users.info", fault).await;
    }
}

async fn refused(office: &Office, answer: Answer, status: u16) {
    assert_eq!(answer.status, Some(status), "{answer:?}");
    assert_eq!(answer.body, "", "no word of why");
    assert!(office.only().await.1.decisions().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_click_for_another_app_or_workspace_is_refused() {
    let office = Office::open(Plan::of(1, "ops")).await;
    office.run();
    let card = office.card().await;
    let click = || office.click(&card, APPROVE, ADA);
    let app = click().edit(|payload| payload["api_app_id"] = "A0OTHER".into()).send().await;
    refused(&office, app, 403).await;
    let team = click().edit(|payload| payload["team"]["id"] = OTHER_TEAM.into()).send().await;
    refused(&office, team, 403).await;
    let org_wide = click().edit(|payload| {
        payload["team"] = json!(null);
        payload["enterprise"] = json!({ "id": "E0OTHER", "name": "other" });
        payload["is_enterprise_install"] = json!(true);
    });
    refused(&office, org_wide.send().await, 403).await;
    is_unchanged(&office, &card).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_slack_has_not_signed_just_now_is_refused() {
    let office = Office::open(Plan::of(1, "ops")).await;
    office.run();
    let card = office.card().await;
    let click = || office.click(&card, APPROVE, ADA);
    for wrong in [
        click().signed_with("00000000000000000000000000000000"),
        click().with_signature("v0=00"),
        click().at_offset(-310),
        click().at_offset(310),
        click().at("abc"),
        click().at("\u{ff11}\u{ff12}"),
        click().without_header("X-Slack-Signature"),
        click().without_header("X-Slack-Request-Timestamp"),
        click().with_header("X-Slack-Signature", "v0=00"),
        click().tampered(|body| body.push(b' ')),
    ] {
        refused(&office, wrong.send().await, 401).await;
    }
    is_unchanged(&office, &card).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_signed_click_sent_again_gets_the_same_answer_and_decides_once() {
    let office = Office::open(Plan::of(2, "ops")).await;
    office.run();
    let card = office.card().await;
    let answer = office.click(&card, APPROVE, ADA).send().await;
    let request = answer.request.clone().unwrap();
    office.until_shows(&card, "u:ada").await;
    for _ in 0..3 {
        let again = office.slack.resend(&request).await;
        assert_eq!((again.status, again.body.as_str()), (answer.status, ""));
    }
    let state = office.until(|state| state.decisions().len() == 1).await;
    assert_eq!(*state.phase(), Phase::Pending);
    assert!(office.slack.ephemerals(ADA).is_empty(), "there is nothing to say of a repetition");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_button_of_one_card_decides_nothing_under_another() {
    let office = Office::open(Plan::of(1, "ops")).await;
    office.run();
    let one = office.card().await;
    let other = approvals_core::DynamicAction::from_json("app.drop", b"{}").unwrap();
    let running = office.host.run(other);
    let is_other = |slack: &fake_slack::FakeSlack| {
        let cards = slack.messages(DEPLOYS);
        cards.into_iter().find(|card| card.ts != one.ts && button(card, APPROVE).is_some())
    };
    let two = office.slack.until("there is another card", is_other).await;
    let values = [button(&one, APPROVE).unwrap(), button(&two, REJECT).unwrap(), "v1.x".into()];
    for value in values {
        let click = office.click(&two, APPROVE, ADA);
        let before = office.slack.ephemerals(ADA).len();
        let click = click.edit(|payload| payload["actions"][0]["value"] = value.into());
        assert!(click.send().await.is_acked);
        let more =
            |slack: &fake_slack::FakeSlack| (slack.ephemerals(ADA).len() > before).then_some(());
        office.slack.until("Ada is told", more).await;
    }
    let trail = office.trail().await;
    assert!(trail.states().all(|(_, state)| state.decisions().is_empty()));
    assert!(!running.is_finished());
    office.host.ran.assert_never_ran();
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_approves_what_their_own_agent_asks() {
    let own = |gate: approvals_core::GateBuilder| {
        let agent = Principal::agent("agent:deployer").unwrap();
        let ada = Principal::human("u:ada").unwrap();
        gate.requester(Requester::new(agent).on_behalf_of(ada))
    };
    let office = Office::open(Plan { gate: own, ..Plan::of(1, "ops") }).await;
    let running = office.run();
    let card = office.card().await;
    told_why(&office, &card, ADA).await;
    is_unchanged(&office, &card).await;
    assert!(office.click(&card, APPROVE, BOB).send().await.is_acked);
    assert_eq!(running.await.unwrap(), Ok(()));
}

#[tokio::test(flavor = "multi_thread")]
async fn in_an_organization_people_are_known_by_it_and_the_workspace_may_be_missing() {
    let mut world = World::office();
    world.enterprise = Some("E0FAKE".to_owned());
    world.app.is_org_wide = true;
    for user in &mut world.users {
        user.enterprise_id = Some("E0FAKE".to_owned());
    }
    let office = Office::open_in(world, Plan::of(1, "ops")).await;
    let running = office.run();
    let card = office.card().await;
    assert!(office.click(&card, APPROVE, ADA).send().await.is_acked);
    assert_eq!(running.await.unwrap(), Ok(()));
    let (_, state) = office.only().await;
    assert_eq!(state.decisions()[0].identity.subject(), format!("E0FAKE/{ADA}"));
}

#[tokio::test(flavor = "multi_thread")]
async fn where_nobody_can_approve_nothing_is_posted() {
    let office = Office::open(Plan::of(1, "nobody")).await;
    let denied = office.run().await.unwrap().unwrap_err();
    assert!(matches!(denied, Denied::Unsatisfiable { .. }), "{denied:?}");
    assert!(office.slack.messages(DEPLOYS).is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn where_slack_does_not_know_the_group_nothing_is_posted_and_nothing_runs() {
    type Break = fn(&mut World);
    let broken: [Break; 3] = [
        |world| world.groups.clear(),
        |world| world.settings.has_user_groups = false,
        |world| world.group(LEADS).users.clear(),
    ];
    for break_it in broken {
        let office = Office::open(of_leads()).await;
        office.slack.edit(break_it);
        let denied = office.run().await.unwrap().unwrap_err();
        let is_for_that =
            matches!(denied, Denied::Unsatisfiable { .. } | Denied::Unavailable { .. });
        assert!(is_for_that, "{denied:?}");
        assert!(office.slack.messages(DEPLOYS).is_empty());
        office.host.ran.assert_never_ran();
    }
}
