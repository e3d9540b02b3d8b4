//! Whom the bot calls, as whom, and how often: cases 42 and 47 of the failure cases.

use std::sync::Arc;
use std::time::Duration;

use approvals_core::{Denied, DynamicAction, What};
use approvals_teams::{TeamsApprover, TeamsConfig};
use fake_teams::{Call, FakeTeams, Fault, World};
use serde_json::json;

use crate::office::*;

/// Ada approves what is asked next, and it runs.
async fn goes_on(office: &Office) {
    let running = office.run();
    let card = office.card().await;
    let answer = office.click(&card, APPROVE, ADA).send().await;
    assert_eq!(answer.status, Some(200), "{answer:?}");
    assert_eq!(running.await.unwrap(), Ok(()));
    let done = |teams: &FakeTeams| said_under_the_last(teams, &card.id);
    office.teams.until("the thread is told the end", done).await;
}

fn said_under_the_last(teams: &FakeTeams, id: &str) -> Option<()> {
    let thread = format!("{DEPLOYS};messageid={id}");
    (teams.messages(&thread).len() > 1).then_some(())
}

/// The calls that carry a token.
fn connector_calls(teams: &FakeTeams) -> Vec<Call> {
    let mut calls = teams.calls();
    calls.retain(|call| call.token.is_some());
    calls
}

fn logins(office: &Office) -> usize {
    office.teams.calls_of("token").len()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_bot_logs_in_once_for_many_calls() {
    let office = Office::open(Plan::of(1, "ops")).await;
    for _ in 0..3 {
        goes_on(&office).await;
    }
    assert_eq!(logins(&office), 1);
    let calls = connector_calls(&office.teams);
    assert!(calls.len() >= 9 && calls.iter().all(|call| call.token == calls[0].token));
}

/// Time passes here without anybody waiting.
#[tokio::test]
async fn the_bot_logs_in_anew_before_its_token_has_ended() {
    let office = Office::open(Plan::of(1, "ops")).await;
    goes_on(&office).await;
    later(Duration::from_secs(3200)).await;
    goes_on(&office).await;
    assert_eq!(logins(&office), 1, "it is good for an hour");
    // Four minutes before the end: by then the first one is good still.
    later(Duration::from_secs(150)).await;
    goes_on(&office).await;
    assert_eq!(logins(&office), 2);
    let posts = office.teams.calls_of("post").len();
    assert_eq!(posts, office.teams.messages(DEPLOYS).len(), "no call was refused");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_is_taken_no_more_is_replaced_once() {
    let office = Office::open(Plan::of(1, "ops")).await;
    goes_on(&office).await;
    office.teams.edit(World::revoke_tokens);
    goes_on(&office).await;
    assert_eq!(logins(&office), 2);
    // One that is never taken is not asked for again and again.
    office.teams.fault_always("post", Fault::error(401, "Unauthorized"));
    assert_eq!(office.run().await.unwrap(), Err(Denied::Undeliverable));
    pause(1).await;
    assert!(logins(&office) <= 4, "{}", logins(&office));
    assert!(noted(&office, "of the same tenant").await);
}

/// Whether it is on record for somebody to act on that a card could not be delivered.
async fn noted(office: &Office, advice: &str) -> bool {
    let trail = office.trail().await;
    let says =
        |what: &What| matches!(what, What::Undelivered { error, .. } if error.contains(advice));
    let mut events = trail.states().flat_map(|(id, _)| trail.events(id));
    events.any(|event| says(&event.what))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_that_was_changed_is_told_at_once_and_the_new_one_works() {
    let office = Office::open(Plan::of(1, "ops")).await;
    office.teams.edit(|world| {
        world.bot.secret = "another~secret.of-the-bot".to_owned();
        world.revoke_tokens();
    });
    assert_eq!(office.run().await.unwrap(), Err(Denied::Undeliverable));
    assert!(noted(&office, "the client secret is wrong").await);
    assert!(office.teams.messages(DEPLOYS).is_empty());
    let second = start(&office.teams, &office.log, Plan::of(1, "ops")).await;
    let running = second.run(deploy());
    let card = office.card().await;
    office.click(&card, APPROVE, ADA).send().await;
    assert_eq!(running.await.unwrap(), Ok(()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_that_is_refused_keeps_the_gate_from_being_built_and_says_what_to_do() {
    let teams = FakeTeams::start().await;
    let (bot, other) = (teams.bot(), "99999999-2222-3333-4444-555555555555");
    for (id, secret, tenant, says) in [
        (bot.id.as_str(), "wrong~secret", TENANT, "the client secret is wrong"),
        (other, bot.secret.as_str(), TENANT, "no app of that id is in that tenant"),
        (bot.id.as_str(), bot.secret.as_str(), other, "there is no such tenant"),
    ] {
        let (id, tenant) = (id.parse().unwrap(), tenant.parse().unwrap());
        let config =
            TeamsConfig::new(id, secret.parse().unwrap(), tenant, DEPLOYS.parse().unwrap())
                .stand_in(format!("http://{}", teams.address()));
        let approver = TeamsApprover::new(config).unwrap();
        let (directory, log) = (approver.directory(people()), Log::new().await);
        let Plan { obligation, gate, .. } = Plan::of(1, "ops");
        let built = Host::start(approver, directory, Arc::clone(&log.0), obligation, gate).await;
        let said = all_of(&built.unwrap_err());
        assert!(said.contains(says) && !said.contains(secret), "{said}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_that_fails_for_now_keeps_no_gate_from_being_built() {
    let teams = FakeTeams::start().await;
    teams.fault_always("token", Fault::status(503));
    let office = Office::open_at(teams, Plan::of(1, "ops")).await;
    let running = office.run();
    office.until(|state| !state.posts().is_empty()).await;
    office.teams.heal("token");
    let card = office.card().await;
    office.click(&card, APPROVE, ADA).send().await;
    assert_eq!(running.await.unwrap(), Ok(()));
}

/// An event about the bot in a conversation, of a service at that address.
async fn told_of(office: &Office, place: &str, action: &str, service: &str) -> Option<u16> {
    let event = office.teams.installation_update(place, action);
    let event = event.claims(|it| it["serviceurl"] = json!(service));
    event.activity(|it| it["serviceUrl"] = json!(service)).send().await.status
}

#[tokio::test(flavor = "multi_thread")]
async fn the_token_goes_to_no_service_that_is_not_microsofts() {
    let elsewhere = FakeTeams::start().await;
    let office = Office::open(Plan::of(1, "ops")).await;
    let (evil, before) = (elsewhere.service_url(), office.heard().await);
    for service in [evil.as_str(), "https://evil.example/emea/", "http://smba.trafficmanager.net/"]
    {
        assert_eq!(told_of(&office, DEPLOYS, "add", service).await, Some(401));
        let event = office.teams.installation_update(DEPLOYS, "add");
        let event = event.activity(|it| it["serviceUrl"] = json!(service));
        assert_eq!(event.send().await.status, Some(403));
    }
    assert_eq!(office.heard().await, before, "nothing of it is kept");
    // Whoever can write the ledger writes it there.
    let (desk, bot) = (office.host.gate.desk(), office.teams.bot().id);
    for place in [format!("{bot}/{TENANT}/{DEPLOYS}"), format!("{bot}/{TENANT}")] {
        desk.outbox("teams").set_route(&place, Some(&evil)).await.unwrap();
    }
    goes_on(&office).await;
    let second = start(&office.teams, &office.log, Plan::of(1, "ops")).await;
    let running = second.run(deploy());
    office.click(&office.card().await, APPROVE, ADA).send().await;
    assert_eq!(running.await.unwrap(), Ok(()));
    assert_eq!(elsewhere.calls().len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn where_teams_redirects_to_nobody_gets_the_token() {
    let elsewhere = FakeTeams::start().await;
    let office = Office::open(Plan::of(1, "ops")).await;
    let there = format!("{}v3/conversations/x/activities", elsewhere.service_url());
    for name in ["post", "update", "members"] {
        office.teams.fault(name, Fault::redirect(&there));
    }
    goes_on(&office).await;
    office.teams.fault("token", Fault::redirect(&elsewhere.token_url()));
    office.teams.edit(World::revoke_tokens);
    goes_on(&office).await;
    assert_eq!(elsewhere.calls().len(), 0);
}

/// Under which part of the service's address the last post was made.
fn posted_to(office: &Office) -> String {
    let last = office.teams.calls_of("post").pop().unwrap();
    last.path.split('/').nth(1).unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn where_conversations_are_reached_is_kept_for_every_process_until_the_bot_is_removed() {
    let office = Office::open(Plan { config: leads_in_their_chat, ..Plan::of(1, "ops") }).await;
    let running = office.run();
    office.card().await;
    assert_eq!(posted_to(&office), "teams", "nobody has told of another one yet");
    running.abort();
    let service = |region: &str| format!("http://{}/{region}/", office.teams.address());
    assert_eq!(told_of(&office, DEPLOYS, "add", &service("emea")).await, Some(200));
    assert_eq!(told_of(&office, LEADS, "add", &service("amer")).await, Some(200));
    let before = office.heard().await;
    assert_eq!(told_of(&office, DEPLOYS, "add-upgrade", &service("emea")).await, Some(200));
    assert_eq!(office.heard().await, before, "what is known already is not noted again");
    let cards = |teams: &FakeTeams| teams.calls_of("post").len();
    let posts_again = async |host: &Host, action: &str| {
        let (before, action) = (cards(&office.teams), DynamicAction::from_json(action, b"{}"));
        let running = host.run(action.unwrap());
        let posted = |teams: &FakeTeams| (cards(teams) > before).then_some(());
        office.teams.until("it is posted", posted).await;
        running.abort();
        posted_to(&office)
    };
    assert_eq!(posts_again(&office.host, "app.one").await, "emea");
    let plan = || Plan { config: leads_in_their_chat, ..Plan::of(1, "ops") };
    let second = start(&office.teams, &office.log, plan()).await;
    assert_eq!(posts_again(&second, "app.two").await, "emea", "it is in the ledger");
    // What was told of it is forgotten; then it is reached as others of the organization are.
    assert_eq!(told_of(&office, DEPLOYS, "remove", &service("emea")).await, Some(200));
    let third = start(&office.teams, &office.log, plan()).await;
    for host in [&second, &third] {
        assert_eq!(posts_again(host, "app.three").await, "amer");
    }
}

/// Whether each of the writes that ten calls bring about was taken at once.
async fn is_in_pace() -> bool {
    let mut world = World::office();
    world.settings.posts_per_second = Some(7);
    let office = Office::open_in(world, Plan::of(1, "ops")).await;
    let actions = (0..10).map(|n| DynamicAction::from_json(&format!("app.{n}"), b"{}").unwrap());
    let running: Vec<_> = actions.map(|action| office.host.run(action)).collect();
    let all = |teams: &FakeTeams| {
        let shown = teams.messages(DEPLOYS).iter().filter(|card| has_buttons(card)).count();
        (shown == 10).then_some(())
    };
    office.teams.until("all cards are shown", all).await;
    let cards = office.teams.messages(DEPLOYS);
    let edits: usize = cards.iter().map(|card| card.edits.len()).sum();
    let writes = ["post", "update"].map(|name| office.teams.calls_of(name).len());
    running.iter().for_each(tokio::task::JoinHandle::abort);
    writes == [cards.len(), edits]
}

#[tokio::test(flavor = "multi_thread")]
async fn teams_is_not_written_to_faster_than_it_wants() {
    // What this machine holds up for half a second comes late, whoever is in pace: that is not so three times.
    for _ in 0..3 {
        if is_in_pace().await {
            return;
        }
    }
    panic!("Teams has refused something as too fast");
}
