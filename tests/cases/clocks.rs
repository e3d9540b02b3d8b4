//! Three clocks, and one that cannot be turned back.

use std::time::Duration;

use approvals::*;

use crate::world::*;

#[tokio::test(start_paused = true)]
async fn t37_an_approval_at_the_last_moment_counts_and_one_after_it_does_not() {
    let world = World::new(asks([ask(1, "ops")])).await;
    let request = world.submit(deploy()).await;
    let end = world.card().approve_by();
    let left = world.clock.now().until(end);
    tokio::time::sleep(left.checked_sub(Duration::from_millis(1)).unwrap()).await;
    assert_eq!(world.approve("ann").await, Ok(Phase::Granted));
    assert_eq!(
        world.state(request).await.decisions()[0].at,
        Timestamp::from_millis(end.as_millis() - 1)
    );

    let world = World::new(asks([ask(1, "ops")])).await;
    let request = world.submit(deploy()).await;
    tokio::time::sleep(left).await;
    let late = world.approve("ann").await;
    assert!(matches!(late, Err(Refusal::TooLate | Refusal::Over)), "{late:?}");
    assert_eq!(world.pick_up(deploy()).await, Err(Denied::Expired));
    assert_eq!(world.state(request).await.late().len(), 1, "it is on record");
}

#[tokio::test(start_paused = true)]
async fn t37_a_clock_that_is_turned_back_reopens_nothing() {
    let world = World::new(asks([ask(1, "ops")])).await;
    world.submit(deploy()).await;
    tokio::time::sleep(MINUTE * 31).await;
    world.clock.turn_back(MINUTE * 60);
    let late = world.approve("ann").await;
    assert!(matches!(late, Err(Refusal::TooLate | Refusal::Over)), "{late:?}");
    assert_eq!(world.pick_up(deploy()).await, Err(Denied::Expired));
}

#[tokio::test(start_paused = true)]
async fn t37_a_restart_under_a_clock_that_is_behind_reopens_nothing() {
    let world = World::new(asks([ask(1, "ops")])).await;
    let request = world.submit(deploy()).await;
    tokio::time::sleep(MINUTE * 31).await;
    assert_eq!(world.pick_up(deploy()).await, Err(Denied::Expired));
    let again = World::on(world.ledger.clone(), world.people.clone(), |gate| {
        gate.policy(asks([ask(1, "ops")]))
    })
    .await;
    let ballot = Ballot::approve(&world.card()).unwrap();
    assert_eq!(again.vote(&identity("chat", "ann"), ballot).await, Err(Refusal::Over));
    assert!(again.state(request).await.last_at() >= world.card().approve_by());
}

#[tokio::test(start_paused = true)]
async fn t38_an_approval_that_has_lapsed_counts_no_more_and_may_be_given_again() {
    let two = ask(2, "ops").vote_lives(MINUTE * 10);
    let world = World::new(asks([two])).await;
    world.submit(deploy()).await;
    world.approve("ann").await.unwrap();
    tokio::time::sleep(MINUTE * 10).await;
    assert_eq!(world.approve("bob").await, Ok(Phase::Pending), "ann's has lapsed");
    assert_eq!(world.approve("ann").await, Ok(Phase::Granted));
    world.pick_up(deploy()).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn t39_a_grant_that_is_not_used_in_time_is_not_used() {
    let world = World::new(asks([ask(1, "ops").execute_within(MINUTE)])).await;
    world.submit(deploy()).await;
    world.approve("ann").await.unwrap();
    tokio::time::sleep(MINUTE * 2).await;
    assert_eq!(world.pick_up(deploy()).await, Err(Denied::Expired));
    assert_eq!(world.ran.count(), 0);
}

fn escalating() -> Obligation {
    ask(2, "ops").escalate(MINUTE * 15, "leads").unwrap().remind_after(MINUTE * 10)
}

#[tokio::test(start_paused = true)]
async fn t40_an_escalation_adds_people_once_and_lowers_no_count() {
    let world = World::new(asks([escalating()])).await;
    world.people.human("lea", &["leads"]);
    let request = world.submit(deploy()).await;
    assert_eq!(world.approve("lea").await, Err(Refusal::Ineligible(Ineligible::NotAsked)));
    tokio::time::sleep(MINUTE * 16).await;
    assert_eq!(world.approve("lea").await, Ok(Phase::Pending), "one of two");
    tokio::time::sleep(MINUTE * 5).await;
    let leads = "leads".parse().unwrap();
    let expected = [
        Nudge::Reminder { after_ms: 600_000 },
        Nudge::Escalation { after_ms: 900_000, group: leads },
    ];
    assert_eq!(*world.wall.nudges.lock().unwrap(), expected, "each once");
    assert_eq!(world.state(request).await.nudges(), expected);
    tokio::time::sleep(MINUTE * 10).await;
    assert_eq!(world.pick_up(deploy()).await, Err(Denied::Expired), "time approves nothing");
}

#[tokio::test(start_paused = true)]
async fn t40_an_escalation_that_was_due_while_nobody_ran_comes_after_the_restart() {
    let ledger = memory().await;
    let people = People::default();
    for name in ["ann", "bob", "cyd"] {
        people.human(name, &["ops"]);
    }
    // (A world of its own runtime, which goes away with it.)
    let (first, second) = (people.clone(), people.clone());
    let before = World::on(ledger.clone(), first, |gate| gate.policy(asks([escalating()]))).await;
    let request = before.submit(deploy()).await;
    before.wall.nudges.lock().unwrap().clear();
    let after = World::on(ledger, second, |gate| gate.policy(asks([escalating()]))).await;
    tokio::time::sleep(MINUTE * 16).await;
    assert!(after.gate.recover().await.unwrap().is_empty());
    settle().await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    let nudged = after.state(request).await.nudges().to_vec();
    assert_eq!(nudged.len(), 2, "each once, over both processes: {nudged:?}");
    let told = before.wall.nudges.lock().unwrap().len() + after.wall.nudges.lock().unwrap().len();
    assert_eq!(told, 2);
}
