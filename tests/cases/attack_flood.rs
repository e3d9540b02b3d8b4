//! Attacks on what keeps people from being worn down, and on what belongs to other callers.

use std::sync::Arc;
use std::time::Duration;

use approvals::*;
use async_trait::async_trait;
use tokio::sync::Notify;

use crate::world::*;

fn version(number: u32) -> DynamicAction {
    let arguments = format!(r#"{{"version": {number}}}"#);
    DynamicAction::from_json("app.deploy", arguments.as_bytes()).unwrap()
}

fn cards(world: &World) -> usize {
    world.wall.cards.lock().unwrap().len()
}

#[tokio::test(start_paused = true)]
async fn a_twin_without_a_key_lifts_no_limit_for_those_with_one() {
    let limits = Limits::default().pending(2).per_hour(2);
    let world = World::with(|gate| gate.policy(asks([ask(1, "ops")])).limits(limits)).await;
    world.start(deploy()).await;
    for number in 0..50 {
        let named = deploy().key(&format!("k{number}")).unwrap();
        let _ticket = world.gate.submit(named).await;
    }
    settle().await;
    assert!(cards(&world) <= 2, "{} cards, and two may wait", cards(&world));
}

/// A directory that takes a moment, as those on a network do.
#[derive(Debug)]
struct Slow(People);

#[async_trait]
impl Directory for Slow {
    async fn resolve(
        &self,
        identity: &ChannelIdentity,
    ) -> Result<Option<Principal>, DirectoryError> {
        self.0.resolve(identity).await
    }

    async fn members(&self, group: &Group) -> Result<Vec<Principal>, DirectoryError> {
        tokio::time::sleep(Duration::from_millis(5)).await;
        self.0.members(group).await
    }
}

async fn slow_world(limits: Limits) -> World {
    let people = People::default();
    people.human("ann", &["ops"]);
    let directory = Slow(people.clone());
    let policy = asks([ask(1, "ops")]);
    let more = |gate: GateBuilder| gate.policy(policy).limits(limits).directory(directory);
    World::on(memory().await, people, more).await
}

#[tokio::test(start_paused = true)]
async fn calls_that_are_made_at_once_are_counted() {
    let world = slow_world(Limits::default().pending(2).per_hour(2)).await;
    for number in 0..50 {
        let world = world.clone();
        tokio::spawn(async move { world.run(version(number)).await });
    }
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert!(cards(&world) <= 2, "{} cards, and two may wait", cards(&world));
}

#[tokio::test(start_paused = true)]
async fn the_same_call_that_is_made_many_times_at_once_is_one_card() {
    let world = slow_world(Limits::default()).await;
    for _ in 0..20 {
        let world = world.clone();
        tokio::spawn(async move { world.run(deploy()).await });
    }
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert_eq!(cards(&world), 1);
}

#[tokio::test(start_paused = true)]
async fn what_is_large_may_be_asked_for_again_with_a_correction() {
    let world = World::new(asks([ask(1, "ops")])).await;
    let report = |text: &str| {
        let arguments = serde_json::json!({ "text": text.repeat(100 * 1024) });
        let serde_json::Value::Object(arguments) = arguments else { panic!("an object") };
        DynamicAction::new("report.send", arguments).unwrap()
    };
    let first = world.start(report("a")).await;
    world.reject("ann").await.unwrap();
    assert!(matches!(first.await.unwrap(), Err(Denied::Rejected { .. })));
    let again = world.start(report("b")).await;
    settle().await;
    assert_eq!(cards(&world), 2, "{:?}", again.await.unwrap());
}

/// Two processes with the same call of the same agent: the second has joined the first one's request.
async fn two_processes() -> (World, World) {
    let world = World::new(asks([ask(1, "ops")])).await;
    let other = World::on(world.ledger.clone(), world.people.clone(), |gate| {
        gate.policy(asks([ask(1, "ops")]))
    })
    .await;
    (world, other)
}

#[tokio::test(start_paused = true)]
async fn who_only_joined_a_request_does_not_say_that_anothers_body_never_ran() {
    let (world, other) = two_processes().await;
    let (gate, ran, go) = (world.gate.clone(), world.ran.clone(), Arc::new(Notify::new()));
    let gone = Arc::clone(&go);
    let running = tokio::spawn(async move {
        gate.run(deploy(), async |_permit, _action| {
            ran.now();
            gone.notified().await;
            Ok::<_, Denied>(())
        })
        .await
    });
    settle().await;
    let joined = other.start(deploy()).await;
    world.approve("ann").await.unwrap();
    settle().await;
    assert_eq!(world.ran.count(), 1, "the first one's body runs");
    joined.abort();
    tokio::time::sleep(Duration::from_secs(2)).await;
    go.notify_one();
    assert_eq!(running.await.unwrap(), Ok(()));
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_eq!(world.outcome().await, Some(Outcome::Executed(Execution::Succeeded)));
}

#[tokio::test(start_paused = true)]
async fn who_only_joined_a_request_does_not_withdraw_it_from_another_process() {
    let (world, other) = two_processes().await;
    let first = world.start(deploy()).await;
    let joined = other.start(deploy()).await;
    joined.abort();
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert!(!first.is_finished(), "it was withdrawn under the first one: {:?}", first.await);
}

#[tokio::test(start_paused = true)]
async fn what_is_asked_for_another_person_is_not_withdrawn() {
    let world = World::new(asks([ask(1, "ops")])).await;
    let on_behalf_of = |who: &str| {
        Requester::new(Principal::agent("agent:a").unwrap())
            .on_behalf_of(Principal::human(who).unwrap())
    };
    let key = deploy().key("k").unwrap();
    let ticket = world.gate.scope(on_behalf_of("u:alice"), world.gate.submit(key)).await.unwrap();
    let mallory = world.gate.scope(on_behalf_of("u:mallory"), world.gate.withdraw(ticket.request));
    let request = ticket.request;
    assert_eq!(mallory.await, Err(Denied::NotYours { request }));
}

#[tokio::test(start_paused = true)]
async fn an_event_that_nobody_can_read_stops_its_own_request_only() {
    let world = World::new(asks([ask(1, "ops")])).await;
    let spoilt = "00000000-0000-8000-8000-000000000000";
    let bytes =
        format!(r#"{{"at":0,"request":"{spoilt}","v":2,"what":{{"from_a_newer_version":{{}}}}}}"#);
    let entries = vec![NewEntry { bytes: bytes.into_bytes(), attachments: Vec::new() }];
    let request = Some(spoilt.parse().unwrap());
    world
        .ledger
        .append(Append { request, expected: 0, log_expected: None, entries })
        .await
        .unwrap();
    let call = world.start(deploy()).await;
    assert_eq!(cards(&world), 1, "{:?}", call.await);
}

/// A directory that never answers.
#[derive(Debug)]
struct Silent;

#[async_trait]
impl Directory for Silent {
    async fn resolve(&self, _: &ChannelIdentity) -> Result<Option<Principal>, DirectoryError> {
        std::future::pending().await
    }

    async fn members(&self, _: &Group) -> Result<Vec<Principal>, DirectoryError> {
        std::future::pending().await
    }
}

#[tokio::test(start_paused = true)]
async fn a_directory_that_hangs_denies() {
    let world = World::with(|gate| gate.policy(asks([ask(1, "ops")])).directory(Silent)).await;
    let call = tokio::time::timeout(MINUTE * 24 * 60, world.run(deploy())).await;
    assert!(call.is_ok(), "a day later it still hangs");
}
