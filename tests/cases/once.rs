//! At most once, whatever happens in whichever order.

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Waker};
use std::time::Duration;

use approvals::*;
use async_trait::async_trait;

use crate::world::*;

#[tokio::test(start_paused = true)]
async fn t19_of_approve_withdraw_reject_and_expire_exactly_one_ends_it() {
    for first in 0..4 {
        let world = World::new(asks([ask(1, "ops")])).await;
        let request = world.submit(deploy()).await;
        let mut racing = tokio::task::JoinSet::new();
        for n in 0..4 {
            let world = world.clone();
            racing.spawn(async move {
                match (first + n) % 4 {
                    0 => drop(world.approve("ann").await),
                    1 => drop(world.reject("bob").await),
                    2 => drop(world.gate.withdraw(request).await),
                    _ => tokio::time::sleep(MINUTE * 30).await,
                }
            });
        }
        racing.join_all().await;
        settle().await;
        let ran = world.pick_up(deploy()).await.is_ok();
        let events = world.trail().await.events(request).to_vec();
        let ends = events
            .iter()
            .filter(|event| matches!(event.what, What::Closed { .. } | What::Finished { .. }));
        assert_eq!(ends.count(), 1, "{events:?}");
        assert_eq!(u32::from(ran), world.ran.count());
    }
}

#[tokio::test(start_paused = true)]
async fn t20_a_veto_after_the_approval_revokes_a_grant_that_is_not_used() {
    let world = World::new(asks([ask(1, "ops")])).await;
    let request = world.submit(deploy()).await;
    assert_eq!(world.approve("ann").await, Ok(Phase::Granted));
    world.reject("bob").await.unwrap();
    let denied = world.pick_up(deploy()).await;
    assert_eq!(denied, Err(Denied::Revoked { reason: "u:bob has taken it back: no".into() }));
    assert_eq!(world.ran.count(), 0);
    let by = Some("u:bob".parse().unwrap());
    let cause = Cause::Revoked { by, reason: "no".into() };
    assert_eq!(world.state(request).await.outcome(), Some(&Outcome::Closed(cause)));
}

#[tokio::test(start_paused = true)]
async fn t20_a_veto_after_the_call_has_started_is_an_error_and_on_record() {
    let world = World::new(asks([ask(1, "ops")])).await;
    let request = world.submit(deploy()).await;
    world.approve("ann").await.unwrap();
    world.pick_up(deploy()).await.unwrap();
    assert_eq!(world.reject("bob").await, Err(Refusal::Over), "whoever clicks is told");
    let late = world.state(request).await.late().to_vec();
    assert_eq!((late.len(), late[0].choice), (1, Choice::Reject));
    assert_eq!(world.reject("bob").await, Err(Refusal::Over));
    assert_eq!(world.state(request).await.late().len(), 1, "once is enough");
}

/// What it says changes under the gate's feet.
struct Moving(Arc<AtomicU64>);

impl Action for Moving {
    fn describe(&self, call: &mut Description) -> Result<(), DescribeError> {
        call.action("app.deploy", Risk::High)?;
        call.bind("version", &self.0.load(Ordering::SeqCst))
    }
}

#[tokio::test(start_paused = true)]
async fn t21_an_argument_that_changes_after_the_vote_is_another_action() {
    let world = World::new(asks([ask(1, "ops")])).await;
    let version = Arc::new(AtomicU64::new(7));
    let (moving, racing) = (Moving(Arc::clone(&version)), world.clone());
    let running = tokio::spawn(async move { racing.run(moving).await });
    settle().await;
    let old = world.card();
    version.store(8, Ordering::SeqCst);
    assert_eq!(world.approve("ann").await, Ok(Phase::Granted), "of version 7");
    assert_eq!(running.await.unwrap(), Err(Denied::Changed));
    assert_eq!(world.ran.count(), 0);
    // The old vote is none for the new one.
    let again = world.start(DynamicAction::from_json("app.deploy", br#"{"version": 8}"#).unwrap());
    let again = again.await;
    assert_ne!(world.card().request_digest(), old.request_digest());
    assert_eq!(
        world.vote(&identity("chat", "bob"), Ballot::approve(&old).unwrap()).await.err(),
        Some(Refusal::Over)
    );
    assert!(!again.is_finished());
}

#[tokio::test(start_paused = true)]
async fn t25_a_grant_is_used_once_and_the_next_call_asks_again() {
    let world = World::new(asks([ask(1, "ops")])).await;
    let request = world.submit(deploy()).await;
    world.approve("ann").await.unwrap();
    world.pick_up(deploy()).await.unwrap();
    assert_eq!(world.pick_up(deploy()).await, Err(Denied::AlreadyRan { request, succeeded: true }));
    let next = world.start(deploy()).await;
    assert_ne!(world.card().id(), request, "a new question");
    assert!(!next.is_finished());
    assert_eq!(world.ran.count(), 1);
}

/// Gives way before and after each of its steps, so that a caller can be cut off there.
#[derive(Debug)]
pub(crate) struct Yielding(pub(crate) Arc<MemoryLedger>);

#[async_trait]
impl Ledger for Yielding {
    async fn append(&self, append: Append) -> Result<Appended, LedgerError> {
        tokio::task::yield_now().await;
        let appended = self.0.append(append).await;
        tokio::task::yield_now().await;
        appended
    }
    async fn history(&self, of: Option<RequestId>) -> Result<Vec<Entry>, LedgerError> {
        tokio::task::yield_now().await;
        self.0.history(of).await
    }
    async fn entries(&self, from: u64, limit: usize) -> Result<Vec<Entry>, LedgerError> {
        tokio::task::yield_now().await;
        self.0.entries(from, limit).await
    }
    async fn head(&self) -> Result<SignedHead, LedgerError> {
        self.0.head().await
    }
}

/// A future that is dropped after each number of steps, as a crash would.
#[tokio::test(start_paused = true)]
async fn t32_a_call_that_is_cut_off_anywhere_never_runs_unrecorded_and_never_twice() {
    let mut reached = 0;
    for cut in 0..200 {
        let ledger = memory().await;
        let people = People::default();
        people.human("ann", &["ops"]);
        let world = World::on(Arc::clone(&ledger), people, |gate| {
            gate.policy(asks([ask(1, "ops")])).ledger(Yielding(ledger))
        })
        .await;
        let voting = world.clone();
        let vote = tokio::spawn(async move {
            while voting.wall.cards.lock().unwrap().is_empty() {
                settle().await;
            }
            drop(voting.approve("ann").await);
        });
        let cut_off = poll_times(Box::pin(world.pick_up(deploy())), cut).await;
        vote.abort();
        settle().await;
        let trail = world.trail().await;
        let started = trail.states().filter(|(_, state)| state.started().is_some()).count();
        assert!(world.ran.count() as usize <= started, "cut {cut}: ran before it was recorded");
        if cut_off.is_some() {
            break;
        }
        reached += 1;
        if !world.wall.cards.lock().unwrap().is_empty() {
            drop(world.approve("ann").await);
        }
        // It is picked up where it was, or it is known that nobody knows.
        let again = tokio::time::timeout(MINUTE * 60, world.pick_up(deploy())).await.unwrap();
        let ran_once = world.ran.count() == 1 && again == Ok(());
        let in_doubt = matches!(again, Err(Denied::InDoubt { .. } | Denied::AlreadyRan { .. }));
        let never = world.ran.count() == 0 && again == Err(Denied::Expired);
        assert!(ran_once || in_doubt || never, "cut {cut}: {again:?}, {}", world.ran.count());
        assert!(world.ran.count() <= 1, "cut {cut}");
        world.trail().await;
    }
    assert!(reached > 8, "{reached} places to be cut off at");
}

/// The output of `future`, if it is done within so many steps; otherwise it is dropped where it is.
async fn poll_times<T>(future: impl Future<Output = T>, times: u32) -> Option<T> {
    let mut future = pin!(future);
    for _ in 0..times {
        let mut context = Context::from_waker(Waker::noop());
        if let std::task::Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return Some(output);
        }
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
    None
}

struct Idempotent(Duration, IdempotencyKey);

impl Action for Idempotent {
    fn describe(&self, call: &mut Description) -> Result<(), DescribeError> {
        call.action("cache.purge", Risk::Medium)?;
        call.idempotent_after(self.0)
    }

    fn key(&self) -> Option<&IdempotencyKey> {
        Some(&self.1)
    }
}

/// Starts a body that hangs, and drops it there.
async fn crash_in_the_body(world: &World, action: impl Action) {
    let hangs = world.gate.run(action, async |_permit, _action| {
        world.ran.now();
        std::future::pending::<Result<(), Denied>>().await
    });
    assert!(tokio::time::timeout(Duration::from_secs(1), hangs).await.is_err());
    settle().await;
}

#[tokio::test(start_paused = true)]
async fn t41_after_a_crash_in_the_body_nothing_is_run_again_by_itself() {
    let world = World::new(asks([ask(1, "ops")])).await;
    let request = world.submit(deploy()).await;
    world.approve("ann").await.unwrap();
    crash_in_the_body(&world, deploy().key("k").unwrap()).await;
    assert_eq!(world.pick_up(deploy()).await, Err(Denied::InDoubt { request, retry_from: None }));
    assert_eq!(world.gate.recover().await.unwrap(), [request]);
    // A person looks.
    let desk = world.gate.desk();
    world.people.human("boss", &["ops"]);
    let by_owner =
        desk.resolve(&identity("chat", "boss"), request, Resolution::NotDone, "I say so").await;
    assert!(by_owner.is_err(), "not whoever asked");
    let ann = identity("chat", "ann");
    assert!(
        desk.resolve(&ann, request, Resolution::Done, " ").await.is_err(),
        "a reason is needed"
    );
    desk.resolve(&ann, request, Resolution::Done, "it is out").await.unwrap();
    assert_eq!(world.pick_up(deploy()).await, Err(Denied::AlreadyRan { request, succeeded: true }));
    assert!(world.gate.recover().await.unwrap().is_empty());
    assert!(desk.resolve(&ann, request, Resolution::NotDone, "or not").await.is_err(), "once");
    assert_eq!(world.ran.count(), 1);
}

#[tokio::test(start_paused = true)]
async fn t41_an_idempotent_call_is_started_again_with_a_higher_fence() {
    let world = World::new(asks([ask(1, "ops")])).await;
    let action = || Idempotent(MINUTE, "purge-1".parse().unwrap());
    let request = world.gate.submit(action()).await.unwrap().request;
    settle().await;
    assert!(world.card().to_string().contains("may be started again after 1m of silence"));
    world.approve("ann").await.unwrap();
    crash_in_the_body(&world, action()).await;
    let told = world.run(action()).await.unwrap_err();
    assert!(
        matches!(&told, Denied::InDoubt { retry_from: Some(from), .. } if *from > world.clock.now()),
        "not at once: {told}"
    );
    tokio::time::sleep(MINUTE).await;
    let fence = world.gate.run(action(), async |permit, _| Ok::<_, Denied>(permit.fence())).await;
    assert_eq!(fence, Ok(2));
    let state = world.state(request).await;
    assert_eq!(state.outcome(), Some(&Outcome::Executed(Execution::Succeeded)));
    assert_eq!(world.run(action()).await, Err(Denied::AlreadyRan { request, succeeded: true }));
}

#[tokio::test(start_paused = true)]
async fn t41_the_end_of_an_attempt_that_was_overtaken_is_not_its_outcome() {
    let world = World::new(PolicyFn::new("allow/1", |_| Verdict::Allow).unwrap()).await;
    let action = || Idempotent(MINUTE, "purge-1".parse().unwrap());
    let slow = world.clone();
    let slow = tokio::spawn(async move {
        let body = async |_permit, _action| {
            tokio::time::sleep(MINUTE * 3).await;
            Err::<(), _>(Denied::Withdrawn)
        };
        slow.gate.run(action(), body).await
    });
    tokio::time::sleep(MINUTE * 2).await;
    world.run(action()).await.unwrap();
    slow.await.unwrap().unwrap_err();
    settle().await;
    let trail = world.trail().await;
    let (_, state) = trail.states().next().unwrap();
    assert_eq!(state.started().unwrap().fence, 2);
    assert_eq!(state.outcome(), Some(&Outcome::Executed(Execution::Succeeded)));
}

#[tokio::test(start_paused = true)]
async fn t42_the_same_key_with_other_arguments_is_a_conflict() {
    let world = World::new(asks([ask(1, "ops")])).await;
    let request = world.submit(deploy()).await;
    let other = DynamicAction::from_json("app.deploy", br#"{"version": 8}"#).unwrap();
    assert_eq!(world.pick_up(other).await, Err(Denied::Conflict { request }));
    world.approve("ann").await.unwrap();
    world.pick_up(deploy()).await.unwrap();
    assert_eq!(world.ran.count(), 1, "the first is untouched");
}

#[tokio::test(start_paused = true)]
async fn what_has_failed_under_a_key_is_never_said_to_have_been_carried_out() {
    let world = World::new(PolicyFn::new("lax/1", |_| Verdict::Allow).unwrap()).await;
    let of_key = || deploy().key("k").unwrap();
    let gate = world.gate.clone();
    let run = async |ends: Result<(), Denied>| gate.run(of_key(), async |_, _| ends).await;
    let failure = Err(Denied::Unavailable { what: "the warehouse" });
    assert_eq!(run(failure.clone()).await, failure);
    let again = run(Ok(())).await.unwrap_err();
    assert!(matches!(again, Denied::AlreadyRan { succeeded: false, .. }), "{again:?}");
    assert!(again.to_string().contains("has been tried already, has failed"), "{again}");
    assert!(matches!(
        world.gate.withdraw(world.trail().await.states().next().unwrap().0).await,
        Err(Denied::AlreadyRan { succeeded: false, .. })
    ));
}
