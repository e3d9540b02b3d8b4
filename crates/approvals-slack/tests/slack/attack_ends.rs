//! What an attack has found about set-up and ends, and what is to be true since.

use approvals_core::{Denied, PostStage};
use approvals_slack::{SlackApprover, SlackConfig, WayIn};
use fake_slack::{FakeSlack, Fault};

use chat_bench::Log;

use crate::office::*;

#[tokio::test(flavor = "multi_thread")]
async fn whoever_presses_often_while_slack_cannot_look_them_up_may_still_reject() {
    let office = Office::open(Plan::of(1, "ops")).await;
    let running = office.run();
    let card = office.card().await;
    office.settled().await;
    office.slack.fault_always("users.info", Fault::error("internal_error"));
    for n in 0..40 {
        let click = office.click(&card, APPROVE, ADA);
        let click = click.edit(move |payload| {
            payload["actions"][0]["action_ts"] = format!("17{n:08}.000100").into();
        });
        assert!(click.send().await.is_acked);
    }
    assert!(office.click(&card, REJECT, ADA).send().await.is_acked);
    office.slack.heal("users.info");
    let ended = running.await.unwrap();
    assert!(matches!(ended, Err(Denied::Rejected { .. })), "{ended:?}: the last word is to count");
    assert!(office.only().await.1.version() < 20, "clicks fill no ledger");
}

#[tokio::test(flavor = "multi_thread")]
async fn in_an_organization_user_groups_are_asked_for_by_workspace() {
    let mut world = fake_slack::World::office();
    world.enterprise = Some("E0FAKE".to_owned());
    world.app.is_org_wide = true;
    for user in &mut world.users {
        user.enterprise_id = Some("E0FAKE".to_owned());
    }
    let slack = FakeSlack::start_with(world.clone()).await;
    let log = Log::new().await;
    let plan = Plan { config: leads_anywhere, ..Plan::of(1, "leads") };
    assert!(try_start(&slack, &log, plan).await.is_err(), "whose groups?");
    let config = |config| leads_anywhere(config).groups_in("T0FAKE".parse().unwrap());
    let office = Office::open_in(world, Plan { config, ..Plan::of(1, "leads") }).await;
    let running = office.run();
    let card = office.card().await;
    assert!(office.click(&card, APPROVE, ADA).send().await.is_acked);
    assert_eq!(running.await.unwrap(), Ok(()));
    let calls = office.slack.calls_of("usergroups.users.list");
    assert!(!calls.is_empty() && calls.iter().all(|call| format!("{call:?}").contains("team_id")));
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_who_is_nobody_in_slack_is_in_none_of_its_groups_elsewhere() {
    use approvals_core::{ChannelIdentity, Directory, Principal};
    let office = Office::open(Plan { config: leads_anywhere, ..Plan::of(1, "leads") }).await;
    let ada = Principal::human("u:ada").unwrap();
    let terminal = ChannelIdentity::new("terminal", "ada").unwrap();
    let people =
        approvals_core::StaticDirectory::new().with(&ada, [account(ADA), terminal.clone()]);
    let directory = office.host.approver.directory(people);
    office.slack.edit(|world| world.user(ADA).deleted = true);
    assert!(directory.resolve(&account(ADA)).await.unwrap().is_none());
    let elsewhere = directory.resolve(&terminal).await.unwrap().unwrap();
    let group = "leads".parse().unwrap();
    assert!(!elsewhere.is_in(&group), "deactivated in Slack, and among its leads");
    assert!(directory.members(&group).await.unwrap().iter().all(|one| one.id() != ada.id()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reason_that_is_acknowledged_is_kept_or_answered() {
    let office = Office::open(Plan::of(1, "ops")).await;
    let _running = office.run();
    let card = office.card().await;
    office.settled().await;
    assert!(office.click(&card, REJECT, ADA).send().await.is_acked);
    let view = office.slack.until("the form is open", |slack| slack.views().pop()).await;
    office.slack.fault_always("users.info", Fault::hang());
    let values = serde_json::json!({"approvals.reason": {"approvals.reason": {"type": "plain_text_input", "value": "too risky"}}});
    let answer = office.slack.submit_view(&view.id, &values).send().await;
    pause(1).await;
    office.slack.heal("users.info");
    let is_heard = || async {
        let (_, state) = office.only().await;
        state.explanation(&state.decisions()[0]).is_some()
            || !office.slack.ephemerals(ADA).is_empty()
    };
    let is_heard = within(15, is_heard).await;
    assert!(is_heard || !answer.is_acked, "acknowledged, and neither recorded nor answered");
}

#[tokio::test(flavor = "multi_thread")]
async fn clicks_of_somebody_without_rights_after_the_end_cost_little() {
    let office = Office::open(Plan { config: leads_anywhere, ..Plan::of(1, "leads") }).await;
    let running = office.run();
    let card = office.card().await;
    office.settled().await;
    let clicks: Vec<_> = (0..30).map(|_| office.click(&card, APPROVE, CAROL)).collect();
    assert!(office.click(&card, REJECT, ADA).send().await.is_acked);
    assert!(running.await.unwrap().is_err());
    office.until(|state| *state.posts()[0].stage() == PostStage::Closed).await;
    pause(1).await;
    let calls = |method| office.slack.calls_of(method).len();
    let before = (calls("chat.update"), calls("users.info"));
    for click in clicks {
        assert!(click.send().await.is_acked);
    }
    pause(3).await;
    let (changes, looks) = (calls("chat.update") - before.0, calls("users.info") - before.1);
    assert!(changes <= 3 && looks <= 25, "{changes} changes, {looks} look-ups");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_slack_apps_of_one_name_are_no_channels_of_one_gate() {
    let with_second = |gate: approvals_core::GateBuilder| {
        let secret = "8f742231b10e8888abcd99yyyzzz85a5".parse().unwrap();
        let (id, bot) = ("A0SECOND".parse().unwrap(), "xoxb-1".parse().unwrap());
        let config = SlackConfig::new(id, bot, DEPLOYS.parse().unwrap(), WayIn::Http(secret));
        gate.approver(SlackApprover::new(config).unwrap())
    };
    let slack = FakeSlack::start().await;
    let log = Log::new().await;
    let plan = Plan { gate: with_second, ..Plan::of(2, "ops") };
    let Err(error) = try_start(&slack, &log, plan).await else {
        panic!("each would take the other's messages for its own")
    };
    assert!(error.to_string().contains("two channels of the gate are called `slack`"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn groups_of_slack_that_nobody_asks_slack_about_keep_the_gate_from_being_built() {
    use approvals_core::Approver as _;
    let office = Office::open(Plan::of(1, "ops")).await;
    let config = leads_anywhere(config_for(&office.slack, Way::Http));
    let approver = SlackApprover::new(config).unwrap();
    let desk = office.host.gate.desk();
    let error = approver.open(&desk).await.unwrap_err();
    let why = std::error::Error::source(&error).unwrap().to_string();
    assert!(why.contains("slack.directory(people)"), "{why}");
    let _directory = approver.directory(people());
    approver.open(&desk).await.unwrap();
}
