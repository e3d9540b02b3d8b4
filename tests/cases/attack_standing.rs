//! Attacks on standing grants.

use std::time::Duration;

use approvals::*;
use approvals_testkit::FaultyLedger;

use crate::world::*;

const RULES: &str = r#"
version = 1
default = "deny"
[obligation.one]
quorum = [{ group = "ops", count = 1 }]
[obligation.two]
quorum = [{ group = "ops", count = 2 }]
[obligation.commander]
quorum = [{ group = "command", count = 1 }]
[break_glass]
require = ["commander"]
rules = ["freeze"]
review_by = "ops"
review_within = "24h"
[[rule]]
id = "deploys"
action = "app.deploy"
require = ["one"]
[[rule]]
id = "freeze"
action = "app.deploy"
when = [{ field = "requester.kind", eq = "agent" }]
effect = "deny"
[[rule]]
id = "stands"
action = "approvals.standing"
require = ["two"]
"#;

async fn world() -> World {
    let world = World::new(RULES.parse::<Rules>().unwrap()).await;
    world.people.human("ida", &["command"]);
    world
}

/// The same without the freeze.
async fn open_world() -> World {
    World::new(unfrozen()).await
}

fn unfrozen() -> Rules {
    RULES.replace("eq = \"agent\"", "eq = \"service\"").parse().unwrap()
}

fn terms(uses: u32) -> StandingTerms {
    let until = Timestamp::from_millis(1_893_456_000_000).after(MINUTE * 60);
    let name = "app.deploy".parse().unwrap();
    StandingTerms::new("agent:a".parse().unwrap(), name, one_of_ops(), uses, until)
        .on_behalf_of("u:boss".parse().unwrap())
        .argument("version", Bound::Between(7, 9))
}

fn version(number: u32) -> DynamicAction {
    let arguments = format!(r#"{{"version": {number}}}"#);
    DynamicAction::from_json("app.deploy", arguments.as_bytes()).unwrap()
}

/// Ann asks for a standing grant, and these people say yes to it.
async fn issue(
    world: &World,
    uses: u32,
    approvers: [&str; 2],
) -> (Vec<Result<Phase, Refusal>>, Option<RequestId>) {
    let desk = world.gate.desk();
    let ann = identity("chat", "ann");
    let acting =
        tokio::spawn(async move { desk.issue_standing(&ann, terms(uses), "tonight").await });
    settle().await;
    let mut votes = Vec::new();
    for name in approvers {
        votes.push(world.approve(name).await);
    }
    settle().await;
    let issued = tokio::time::timeout(Duration::from_secs(1), acting).await;
    (votes, issued.ok().and_then(|joined| joined.unwrap().ok()))
}

#[tokio::test(start_paused = true)]
async fn a_standing_grant_covers_no_emergency() {
    let world = world().await;
    issue(&world, 9, ["bob", "cyd"]).await.1.unwrap();
    let denied = world.run(version(7)).await;
    assert!(matches!(denied, Err(Denied::ByPolicy { .. })), "the freeze denies it: {denied:?}");
    let cards = world.wall.cards.lock().unwrap().len();
    let call = world.start(version(7).break_glass("because I say so")).await;
    let shown = world.wall.cards.lock().unwrap().len() - cards;
    assert_eq!(
        (shown, world.ran.count()),
        (1, 0),
        "(cards, bodies): the incident commander is asked before anything runs"
    );
    call.abort();
}

#[tokio::test(start_paused = true)]
async fn nobody_approves_a_standing_grant_for_their_own_agent() {
    let world = open_world().await;
    world.people.human("boss", &["ops"]);
    world.submit(version(7)).await;
    let own = world.approve("boss").await;
    assert_eq!(own, Err(Refusal::Ineligible(Ineligible::Owner)), "one call of it he may not");
    let (votes, _issued) = issue(&world, 9, ["boss", "bob"]).await;
    let call = world.start(version(8)).await;
    assert_eq!(
        (votes[0].is_ok(), world.ran.count()),
        (false, 0),
        "(his vote on nine calls counts, bodies run)"
    );
    call.abort();
}

struct Repeatable(IdempotencyKey);

impl Action for Repeatable {
    fn describe(&self, call: &mut Description) -> Result<(), DescribeError> {
        call.action("app.deploy", Risk::High)?;
        call.idempotent_after(Duration::from_millis(1))?;
        call.bind("version", &7)
    }

    fn key(&self) -> Option<&IdempotencyKey> {
        Some(&self.0)
    }
}

#[tokio::test(start_paused = true)]
async fn one_use_of_a_standing_grant_is_at_most_one_run() {
    let world = open_world().await;
    issue(&world, 1, ["bob", "cyd"]).await.1.unwrap();
    for _ in 0..5 {
        let hangs = world.gate.run(Repeatable("k".parse().unwrap()), async |_permit, _action| {
            world.ran.now();
            std::future::pending::<Result<(), Denied>>().await
        });
        let _dropped = tokio::time::timeout(Duration::from_secs(1), hangs).await;
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    assert!(world.ran.count() <= 1, "one use, and {} bodies", world.ran.count());
}

#[tokio::test(start_paused = true)]
async fn who_agreed_to_a_standing_grant_is_looked_up_when_the_call_starts() {
    let world = open_world().await;
    issue(&world, 9, ["bob", "cyd"]).await.1.unwrap();
    world.submit(version(7)).await;
    world.people.remove("bob");
    world.people.remove("cyd");
    let ran = world.pick_up(version(7)).await;
    assert!(ran.is_err() && world.ran.count() == 0, "nobody who agreed is there any more: {ran:?}");
}

/// A process that crashes right after it has used up one call of the standing grant.
async fn crash_after_the_use(world: &World) {
    let ledger = FaultyLedger::failing_from(world.ledger.clone(), 1);
    let crashing = World::on(world.ledger.clone(), world.people.clone(), |gate| {
        gate.policy(unfrozen()).ledger(ledger)
    })
    .await;
    assert!(crashing.gate.submit(version(7).key("k").unwrap()).await.is_err());
}

async fn holds(world: &World) -> Result<(), String> {
    let mut trail = Trail::new(ORIGIN);
    let entries = world.ledger.entries(0, usize::MAX).await.unwrap();
    entries.iter().try_for_each(|entry| trail.read(entry).map_err(|error| error.to_string()))
}

#[tokio::test(start_paused = true)]
async fn a_key_whose_use_was_cut_off_does_not_spoil_the_log_with_other_arguments() {
    let world = open_world().await;
    issue(&world, 9, ["bob", "cyd"]).await.1.unwrap();
    crash_after_the_use(&world).await;
    world.submit(version(666)).await;
    assert_eq!(holds(&world).await, Ok(()), "what the gate itself wrote");
}

#[tokio::test(start_paused = true)]
async fn a_call_that_was_cut_off_and_is_made_again_later_does_not_spoil_the_log() {
    let world = open_world().await;
    issue(&world, 9, ["bob", "cyd"]).await.1.unwrap();
    crash_after_the_use(&world).await;
    tokio::time::sleep(MINUTE * 61).await;
    world.submit(version(7)).await;
    assert_eq!(holds(&world).await, Ok(()), "what the gate itself wrote");
}

#[tokio::test(start_paused = true)]
async fn a_call_that_was_cut_off_and_is_made_again_later_is_put_before_people() {
    let world = open_world().await;
    issue(&world, 9, ["bob", "cyd"]).await.1.unwrap();
    crash_after_the_use(&world).await;
    tokio::time::sleep(MINUTE * 61).await;
    let cards = world.wall.cards.lock().unwrap().len();
    let call = world.start(version(7).key("k").unwrap()).await;
    let shown = world.wall.cards.lock().unwrap().len() - cards;
    assert_eq!(shown, 1, "{:?}", call.await);
}

#[tokio::test(start_paused = true)]
async fn a_standing_grant_covers_no_call_with_other_tags_nor_one_that_people_are_to_be_asked_about()
{
    let world = open_world().await;
    issue(&world, 9, ["bob", "cyd"]).await.1.unwrap();
    assert_eq!(world.run(version(7)).await, Ok(()));
    let cards = world.wall.cards.lock().unwrap().len();
    // As of a tool whose list has changed, and of an author who says when people are to be asked.
    for other in [version(8).tag("definition:sha256:00"), version(8).review_required()] {
        assert!(!world.start(other).await.is_finished());
    }
    assert_eq!(world.wall.cards.lock().unwrap().len(), cards + 2);
    assert_eq!(world.ran.count(), 1);
}
