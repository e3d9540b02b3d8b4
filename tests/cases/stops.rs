//! The kill switch, standing grants, and what keeps people from being worn down.

use std::time::Duration;

use approvals::*;

use crate::world::*;

/// Deployments take one of ops; two of ops lift stops and issue standing grants.
const RULES: &str = r#"
version = 1
default = "deny"
[obligation.one]
quorum = [{ group = "ops", count = 1 }]
[obligation.two]
quorum = [{ group = "ops", count = 2 }]
[[rule]]
id = "deploys"
action = "app.*"
require = ["one"]
[[rule]]
id = "reads"
action = "db.read"
effect = "allow"
[[rule]]
id = "lifts"
action = "approvals.lift"
require = ["two"]
[[rule]]
id = "stands"
action = "approvals.standing"
require = ["two"]
[[rule]]
id = "never"
action = "app.drop"
effect = "deny"
"#;

async fn world() -> World {
    World::new(RULES.parse::<Rules>().unwrap()).await
}

fn read() -> DynamicAction {
    DynamicAction::from_json("db.read", b"{}").unwrap()
}

/// Runs an act on the approvals as ann, while bob and cyd agree.
async fn agreed<T: Send + 'static>(
    world: &World,
    act: impl Future<Output = Result<T, ActError>> + Send + 'static,
) -> Result<T, ActError> {
    let before = world.wall.cards.lock().unwrap().len();
    let acting = tokio::spawn(act);
    settle().await;
    if world.wall.cards.lock().unwrap().len() > before {
        world.approve("bob").await.unwrap();
        world.approve("cyd").await.unwrap();
    }
    acting.await.unwrap()
}

async fn lift(world: &World, stop: Digest) -> Result<(), ActError> {
    let desk = world.gate.desk();
    let lift = async move { desk.lift(&identity("chat", "ann"), stop, "it is over").await };
    agreed(world, Box::pin(lift)).await
}

#[tokio::test(start_paused = true)]
async fn a_stop_stops_at_once_what_it_names_and_only_that() {
    let scopes = [
        (Stop::Everything, [true, true]),
        (Stop::Principal("agent:a".parse().unwrap()), [true, true]),
        (Stop::Principal("u:boss".parse().unwrap()), [true, true]),
        (Stop::Principal("agent:b".parse().unwrap()), [false, false]),
        (Stop::Action("db.read".parse().unwrap()), [true, false]),
    ];
    for (scope, [reads, deploys]) in scopes {
        let world = world().await;
        world.submit(deploy()).await;
        world.approve("ann").await.unwrap();
        let desk = world.gate.desk();
        let stop = desk.stop(&identity("chat", "bob"), scope.clone(), "odd").await.unwrap();
        let read = world.run(read()).await;
        assert_eq!(matches!(read, Err(Denied::Stopped { .. })), reads, "{scope:?}: {read:?}");
        let deployed = world.pick_up(deploy()).await;
        assert_eq!(matches!(deployed, Err(Denied::Stopped { .. })), deploys, "{deployed:?}");
        let control = world.trail().await.control().clone();
        assert_eq!(control.stops().map(|(id, ..)| id).collect::<Vec<_>>(), [stop], "on record");
    }
}

#[tokio::test(start_paused = true)]
async fn a_stop_is_lifted_by_a_quorum_and_then_what_was_granted_still_holds() {
    let world = world().await;
    world.submit(deploy()).await;
    world.approve("ann").await.unwrap();
    let desk = world.gate.desk();
    let stop = desk.stop(&identity("chat", "bob"), Stop::Everything, "odd").await.unwrap();
    let denied = world.pick_up(deploy()).await;
    let reason = "u:bob has stopped everything: odd".to_owned();
    assert_eq!(denied, Err(Denied::Stopped { reason }));
    lift(&world, stop).await.unwrap();
    world.pick_up(deploy()).await.unwrap();
    assert!(lift(&world, stop).await.is_err(), "there is no such stop any more");
    world.trail().await;
}

#[tokio::test(start_paused = true)]
async fn without_a_rule_about_it_nobody_lifts_a_stop() {
    let rules = RULES.replace("approvals.lift", "approvals.other");
    let world = World::new(rules.parse::<Rules>().unwrap()).await;
    let desk = world.gate.desk();
    let stop = desk.stop(&identity("chat", "bob"), Stop::Everything, "odd").await.unwrap();
    let denied = lift(&world, stop).await;
    assert!(
        matches!(&denied, Err(ActError::Denied(Denied::ByPolicy { reason, .. })) if reason.contains("write a rule about `approvals.lift`")),
        "{denied:?}"
    );
    let allowed = RULES.replace(
        "action = \"approvals.lift\"\nrequire = [\"two\"]",
        "action = \"approvals.lift\"\neffect = \"allow\"",
    );
    let world = World::new(allowed.parse::<Rules>().unwrap()).await;
    let stop = world.gate.desk().stop(&identity("chat", "bob"), Stop::Everything, "odd").await;
    let denied = lift(&world, stop.unwrap()).await;
    assert!(matches!(denied, Err(ActError::Denied(Denied::ByPolicy { .. }))), "it takes people");
}

#[tokio::test(start_paused = true)]
async fn once_a_stop_has_returned_no_other_process_starts_anything() {
    let world = world().await;
    let other = World::on(world.ledger.clone(), world.people.clone(), |gate| {
        gate.policy(RULES.parse::<Rules>().unwrap())
    })
    .await;
    other.run(read()).await.unwrap();
    let desk = world.gate.desk();
    desk.stop(&identity("chat", "bob"), Stop::Everything, "odd").await.unwrap();
    let denied = other.run(read()).await;
    assert!(matches!(denied, Err(Denied::Stopped { .. })), "{denied:?}");
    assert_eq!(other.ran.count(), 1);
}

fn terms(uses: u32, minutes: u32) -> StandingTerms {
    let until = Timestamp::from_millis(1_893_456_000_000).after(MINUTE * minutes);
    let name = "app.deploy".parse().unwrap();
    StandingTerms::new("agent:a".parse().unwrap(), name, one_of_ops(), uses, until)
        .on_behalf_of("u:boss".parse().unwrap())
        .argument("version", Bound::Between(7, 9))
}

async fn issue(world: &World, terms: StandingTerms) -> Result<RequestId, ActError> {
    let desk = world.gate.desk();
    let ann = identity("chat", "ann");
    agreed(world, async move { desk.issue_standing(&ann, terms, "tonight's roll-out").await }).await
}

fn version(number: u32) -> DynamicAction {
    let arguments = format!(r#"{{"version": {number}}}"#);
    DynamicAction::from_json("app.deploy", arguments.as_bytes()).unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_standing_grant_covers_so_many_calls_inside_its_bounds_and_each_is_recorded() {
    let world = world().await;
    let standing = issue(&world, terms(2, 60)).await.unwrap();
    let cards = world.wall.cards.lock().unwrap().len();
    world.run(version(7)).await.unwrap();
    world.run(version(9)).await.unwrap();
    assert_eq!(world.wall.cards.lock().unwrap().len(), cards, "nobody was asked");
    let third = world.start(version(8)).await;
    assert_eq!(world.wall.cards.lock().unwrap().len(), cards + 1, "two uses are two");
    third.abort();
    let trail = world.trail().await;
    let one = trail.control().standing().find(|(id, _)| *id == standing).unwrap().1.clone();
    assert_eq!(one.used.len(), 2);
    for request in one.used {
        let state = trail.states().find(|(id, _)| *id == request).unwrap().1;
        assert_eq!(state.request().unwrap().standing, Some(standing));
    }
}

#[tokio::test(start_paused = true)]
async fn a_standing_grant_covers_nothing_outside_its_bounds() {
    let world = world().await;
    issue(&world, terms(50, 60)).await.unwrap();
    let cards = || world.wall.cards.lock().unwrap().len();
    let extra =
        DynamicAction::from_json("app.deploy", br#"{"force": true, "version": 7}"#).unwrap();
    let text = DynamicAction::from_json("app.deploy", br#"{"version": "7"}"#).unwrap();
    let none = DynamicAction::from_json("app.deploy", b"{}").unwrap();
    let other = DynamicAction::from_json("app.scale", br#"{"version": 7}"#).unwrap();
    for call in [version(6), version(10), extra, text, none, other, version(7).resource("prod")] {
        let before = cards();
        let asked = world.start(call).await;
        assert_eq!(cards(), before + 1, "people are asked");
        asked.abort();
        settle().await;
    }
    let stranger = Requester::new(Principal::agent("agent:b").unwrap());
    let before = cards();
    let gate = world.gate.clone();
    let asked = tokio::spawn(async move {
        let inner = gate.clone();
        gate.scope(stranger, async move {
            inner.run(version(7), async |_, _| Ok::<_, Denied>(())).await
        })
        .await
    });
    settle().await;
    assert_eq!(cards(), before + 1);
    asked.abort();
}

#[tokio::test(start_paused = true)]
async fn a_standing_grant_ends_with_its_time_its_retirement_and_its_approvers() {
    let asks_again = async |world: &World| {
        let before = world.wall.cards.lock().unwrap().len();
        let asked = world.start(version(7)).await;
        asked.abort();
        settle().await;
        world.wall.cards.lock().unwrap().len() == before + 1
    };
    let world = world().await;
    issue(&world, terms(50, 60)).await.unwrap();
    assert!(!asks_again(&world).await);
    tokio::time::sleep(MINUTE * 60).await;
    assert!(asks_again(&world).await, "its time is over");

    let world = self::world().await;
    let standing = issue(&world, terms(50, 60)).await.unwrap();
    world.people.human("sal", &["sales"]);
    let desk = world.gate.desk();
    assert!(desk.retire(&identity("chat", "sal"), standing, "no").await.is_err(), "not by anybody");
    desk.retire(&identity("chat", "cyd"), standing, "enough").await.unwrap();
    assert!(asks_again(&world).await, "it is retired");

    let world = self::world().await;
    issue(&world, terms(50, 60)).await.unwrap();
    world.people.remove("cyd");
    assert!(asks_again(&world).await, "who agreed to it is gone");
}

#[tokio::test(start_paused = true)]
async fn a_standing_grant_outranks_no_denial_no_stop_and_no_default() {
    let until = Timestamp::from_millis(4_000_000_000_000);
    let name = "app.drop".parse().unwrap();
    let drop_it = StandingTerms::new("agent:a".parse().unwrap(), name, one_of_ops(), 9, until)
        .on_behalf_of("u:boss".parse().unwrap());
    let world = world().await;
    issue(&world, drop_it).await.unwrap();
    let denied = world.run(DynamicAction::from_json("app.drop", b"{}").unwrap()).await;
    assert!(matches!(denied, Err(Denied::ByPolicy { .. })), "{denied:?}");

    issue(&world, terms(9, 60)).await.unwrap();
    let desk = world.gate.desk();
    desk.stop(&identity("chat", "bob"), Stop::Everything, "odd").await.unwrap();
    assert!(matches!(world.run(version(7)).await, Err(Denied::Stopped { .. })));

    let rules = RULES.replace("approvals.standing", "approvals.other");
    let world = World::new(rules.parse::<Rules>().unwrap()).await;
    let denied = issue(&world, terms(9, 60)).await;
    assert!(matches!(denied, Err(ActError::Denied(Denied::ByPolicy { .. }))), "off by default");
}

#[tokio::test(start_paused = true)]
async fn the_same_call_made_many_times_is_one_card_and_runs_once() {
    let world = World::new(asks([ask(1, "ops")])).await;
    let mut calls = Vec::new();
    for _ in 0..20 {
        calls.push(world.start(deploy()).await);
    }
    assert_eq!(world.wall.cards.lock().unwrap().len(), 1);
    calls.pop().unwrap().abort();
    settle().await;
    assert_eq!(
        world.approve("ann").await,
        Ok(Phase::Granted),
        "one that goes takes it from nobody"
    );
    let (mut ran, mut told) = (0, 0);
    for call in calls {
        match call.await.unwrap() {
            Ok(()) => ran += 1,
            Err(Denied::AlreadyRan { .. } | Denied::InDoubt { .. }) => told += 1,
            Err(other) => panic!("{other:?}"),
        }
    }
    assert_eq!((ran, told, world.ran.count()), (1, 18, 1));
}

#[tokio::test(start_paused = true)]
async fn an_agent_that_asks_too_much_is_told_so_and_nobody_is_bothered() {
    let limits = Limits::default().pending(3).per_hour(5);
    let world = World::with(|gate| gate.policy(asks([ask(1, "ops")])).limits(limits)).await;
    let mut waiting = Vec::new();
    for number in 0..3 {
        waiting.push(world.start(version(number)).await);
    }
    let denied = world.run(version(3)).await;
    assert!(
        matches!(&denied, Err(Denied::TooMany { reason }) if reason.contains("3 of your requests")),
        "{denied:?}"
    );
    waiting.drain(..).for_each(|call| call.abort());
    settle().await;
    for number in 4..6 {
        world.start(version(number)).await.abort();
        settle().await;
    }
    let denied = world.run(version(6)).await;
    assert!(
        matches!(&denied, Err(Denied::TooMany { reason }) if reason.contains("within an hour")),
        "{denied:?}"
    );
    assert_eq!(world.wall.cards.lock().unwrap().len(), 5);
    tokio::time::sleep(Duration::from_secs(3601)).await;
    world.start(version(7)).await.abort();
    assert_eq!(world.wall.cards.lock().unwrap().len(), 6, "an hour later");
}

#[tokio::test(start_paused = true)]
async fn what_was_rejected_cools_down_and_the_next_card_shows_the_difference() {
    let world = World::new(asks([ask(1, "ops")])).await;
    let first = world.start(version(7)).await;
    world.reject("ann").await.unwrap();
    assert!(matches!(first.await.unwrap(), Err(Denied::Rejected { .. })));
    let nagging = world.run(version(7).reason("please")).await;
    assert!(
        matches!(&nagging, Err(denied @ Denied::JustRejected { .. }) if !denied.is_retryable()),
        "{nagging:?}"
    );
    let other = world.start(version(8)).await;
    let shown = world.card().to_string();
    assert!(shown.contains("-- the same action was rejected before"), "{shown}");
    assert!(
        shown.contains("rejected by    u:ann") && shown.contains("\"version\" was 7"),
        "{shown}"
    );
    other.abort();
    settle().await;
    tokio::time::sleep(MINUTE).await;
    world.start(version(7)).await;
    assert!(world.card().to_string().contains("changed      nothing"), "{}", world.card());
    world.trail().await;
}

#[tokio::test(start_paused = true)]
async fn the_card_of_a_standing_grant_says_its_terms_one_by_one() {
    let world = world().await;
    issue(&world, terms(2, 60)).await.unwrap();
    let shown = world.card().to_string();
    for term in ["\"agent:a\"", "\"app.deploy\"", "2030-01-01T01:00:00.000Z", "\"between\""] {
        assert!(shown.contains(term), "{term} in\n{shown}");
    }
    assert!(!shown.contains("agent:a (human)"), "nobody has said what it is:\n{shown}");
}
