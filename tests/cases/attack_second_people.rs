//! Attacks on who counts, whom a stop hits, and how much one requester may ask and write.

use std::collections::BTreeSet;
use std::time::Duration;

use approvals::*;
use approvals_testkit::ManualClock;
use async_trait::async_trait;

use crate::meddled::{Asked, Meddled};
use crate::world::*;

fn version(number: u32) -> DynamicAction {
    let arguments = format!(r#"{{"version": {number}}}"#);
    DynamicAction::from_json("app.deploy", arguments.as_bytes()).unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_shared_seat_is_filled_by_who_fills_another_and_no_other_seat_is() {
    let eyes = || Obligation::new("eyes").unwrap().seats("ops", 1).unwrap();
    let world = World::new(asks([ask(1, "ops"), eyes().shared()])).await;
    world.submit(deploy()).await;
    assert_eq!(world.approve("ann").await, Ok(Phase::Granted), "its policy says so");
    let world = World::new(asks([ask(1, "ops"), eyes()])).await;
    world.submit(deploy()).await;
    assert_eq!(world.approve("ann").await, Ok(Phase::Pending));
}

#[tokio::test(start_paused = true)]
async fn a_vote_that_was_taken_back_from_its_delegate_runs_nothing() {
    let people = People::default();
    people.human("ann", &["ops"]);
    people.human("dan", &[]);
    let more = |gate: GateBuilder| gate.policy(asks([ask(1, "ops")]));
    let world = World::on(memory().await, people, more).await;
    let (desk, ann) = (world.gate.desk(), identity("chat", "ann"));
    let groups = BTreeSet::from(["ops".parse().unwrap()]);
    let until = world.clock.now().after(MINUTE * 60);
    desk.delegate(&ann, "u:dan".parse().unwrap(), groups, until, "away").await.unwrap();
    world.submit(deploy()).await;
    assert_eq!(world.approve("dan").await, Ok(Phase::Granted));
    desk.undelegate(&ann, "dan must not do this in my name").await.unwrap();
    let ran = world.pick_up(deploy()).await;
    assert!(ran.is_err(), "it runs by a vote that its owner has taken back");
}

/// Knows amounts, and so nothing of calls that have none.
#[derive(Debug)]
struct Amounts;

#[async_trait]
impl FactProvider for Amounts {
    async fn facts(&self, call: &Facts<'_>) -> Result<FactSet, FactError> {
        match call.argument("version") {
            Some(_) => Ok(FactSet::new()),
            None => Err(FactError::new("there is no version")),
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_provider_that_knows_nothing_of_stops_prevents_none() {
    let policy = PolicyFn::new("all/1", |_| Verdict::Allow).unwrap();
    let world = World::with(|gate| gate.policy(policy).facts(Amounts)).await;
    world.run(deploy()).await.unwrap();
    let desk = world.gate.desk();
    let stopped = desk.stop(&identity("chat", "ann"), Stop::Everything, "it is on fire").await;
    assert!(stopped.is_ok(), "calls run, and nobody can stop them: {stopped:?}");
}

#[tokio::test(start_paused = true)]
async fn what_a_process_that_is_gone_has_asked_blocks_nobody_for_ever() {
    let limits = Limits::default().pending(2);
    let world = World::with(|gate| gate.policy(asks([ask(1, "ops")])).limits(limits)).await;
    let (ledger, people) = (world.ledger.clone(), world.people.clone());
    let gone = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .start_paused(true)
            .build()
            .unwrap();
        runtime.block_on(async {
            let gate = |gate: GateBuilder| gate.policy(asks([ask(1, "ops")])).limits(limits);
            let world = World::on(ledger, people, gate).await;
            for key in ["k1", "k2"] {
                world.gate.submit(version(1).key(key).unwrap()).await.unwrap();
            }
            settle().await;
        });
        runtime.shutdown_background();
    });
    gone.join().unwrap();
    tokio::time::sleep(MINUTE * 60 * 24 * 30).await;
    let asked = world.gate.submit(version(2).key("k3").unwrap()).await;
    assert!(asked.is_ok(), "a month later: {asked:?}");
}

#[tokio::test(start_paused = true)]
async fn calls_that_are_refused_at_once_together_are_counted() {
    let ledger = memory().await;
    let policy = PolicyFn::new("no/1", |_| Verdict::Deny("no".into())).unwrap();
    // It takes a moment to append, as those on a disk do.
    let slow = Meddled::new(ledger.clone(), |asked| {
        let moment = Duration::from_millis(if asked == Asked::Append { 5 } else { 0 });
        Box::pin(async move {
            tokio::time::sleep(moment).await;
            Ok(())
        })
    });
    let limits = Limits::default().refused_per_hour(3);
    let more = |gate: GateBuilder| gate.policy(policy).limits(limits).ledger(slow);
    let world = World::on(ledger, People::default(), more).await;
    let calls: Vec<_> = (0..500)
        .map(|number| {
            let world = world.clone();
            tokio::spawn(async move { world.run(version(number)).await })
        })
        .collect();
    for call in calls {
        assert!(call.await.unwrap().is_err());
    }
    let recorded = world.trail().await.states().count();
    assert!(recorded <= 3, "{recorded} refused calls are recorded, and three may be");
}

#[tokio::test(start_paused = true)]
async fn an_hour_is_an_hour_also_if_some_clock_ran_ahead() {
    let limits = Limits::default().per_hour(3);
    let gate = |gate: GateBuilder| gate.policy(asks([ask(1, "ops")])).limits(limits);
    let world = World::with(gate).await;
    let ahead = world.clock.now().after(MINUTE * 60 * 24 * 30);
    let wrong = World::on(world.ledger.clone(), world.people.clone(), |builder| {
        gate(builder).clock(ManualClock::new(ahead))
    })
    .await;
    let other = Requester::new(Principal::agent("agent:other").unwrap());
    let asked = wrong.gate.submit(version(0).key("k").unwrap());
    wrong.gate.scope(other, asked).await.unwrap();
    settle().await;
    for number in 1..10 {
        let ticket = world.gate.submit(version(number).key(&format!("k{number}")).unwrap()).await;
        assert!(ticket.is_ok(), "number {number}, each four hours after the last one: {ticket:?}");
        tokio::time::sleep(MINUTE * 60 * 4).await;
    }
}
