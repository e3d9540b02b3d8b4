//! What scopes, a ledger that blinks, a batch whose denials panic, and a shared inbox cannot be made to do.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use approvals::*;
use approvals_testkit::{MockApprover, TestGate};

use crate::meddled::{Asked, Meddled};
use crate::world::*;

#[tokio::test(start_paused = true)]
async fn a_scope_that_is_made_in_a_task_that_inherits_sheds_nobody() {
    let world = World::new(asks([ask(1, "ops")])).await;
    let sub = Requester::new(Principal::agent("agent:sub").unwrap())
        .on_behalf_of(Principal::human("u:ann").unwrap());
    let inner = world.clone();
    let call = world.gate.scope(sub, async move {
        // As a framework does that gives each sub-agent a task and a scope of its own. (Without `inherit` that scope
        // is an outermost one: nothing tells it from that of a server.)
        let spawned = tokio::spawn(inherit(async move {
            let (gate, tool) = (inner.gate.clone(), Principal::agent("agent:tool").unwrap());
            gate.scope(Requester::new(tool), async move { inner.run(deploy()).await }).await
        }));
        spawned.await.unwrap()
    });
    let _call = tokio::spawn(call);
    settle().await;
    assert_eq!(world.card().request().requester.everybody().count(), 3);
    assert!(world.approve("ann").await.is_err(), "the owner of the agent that has started it");
    world.ran.assert_never_ran();
}

#[tokio::test(start_paused = true)]
async fn a_ledger_that_fails_one_read_does_not_leave_a_card_unshown() {
    let mut unshown = Vec::new();
    for read in 0..12 {
        let blinking = |gate: GateBuilder, inner: Arc<MemoryLedger>| {
            let reads_left = AtomicU64::new(read);
            gate.ledger(Meddled::new(inner, move |asked| {
                let is_read = matches!(asked, Asked::History(Some(_)));
                let blinks = is_read && reads_left.fetch_sub(1, Ordering::SeqCst) == 0;
                let blinked = || Err(LedgerError::Unavailable("it blinked".into()));
                Box::pin(async move { if blinks { blinked() } else { Ok(()) } })
            }))
        };
        let everybody = Obligation::new("everybody").unwrap().seats("ops", 1).unwrap();
        let asked = Obligations::new([everybody.approve_within(MINUTE)]);
        let policy = PolicyFn::new("asks/2", move |_| Verdict::Review(asked.clone())).unwrap();
        let reviewer = MockApprover::approving().member_of(["ops"]);
        let gate = TestGate::with(policy, &reviewer, blinking).await;
        let ended = gate.run(deploy(), async |_permit, _call| Ok::<_, Denied>(())).await;
        if ended == Err(Denied::Expired) && reviewer.cards().is_empty() {
            unshown.push(read);
        }
    }
    assert!(unshown.is_empty(), "nobody was shown the card when read {unshown:?} failed");
}

/// An error that cannot be made of a denial.
#[derive(Debug)]
struct Brittle;

impl From<Denied> for Brittle {
    fn from(denied: Denied) -> Self {
        panic!("did not expect {denied}")
    }
}

#[tokio::test(start_paused = true)]
async fn a_batch_in_which_a_denial_panics_cuts_no_sibling_off() {
    let world = World::new(PolicyFn::new("lax/1", |_| Verdict::Allow).unwrap()).await;
    let (gate, ran) = (world.gate.clone(), world.ran.clone());
    let running = tokio::spawn(async move {
        let version = |bytes: &[u8]| DynamicAction::from_json("app.deploy", bytes).unwrap();
        let of_key = |bytes: &[u8]| version(bytes).key("k").unwrap();
        // The last one is denied: its key is taken.
        let calls = [version(b"{}"), of_key(b"{}"), of_key(br#"{"n": 1}"#)];
        let body = async |_permit: Permit, _call: DynamicAction| {
            tokio::time::sleep(MINUTE).await;
            ran.now();
            Ok::<_, Brittle>(())
        };
        gate.run_batch(calls, body).await
    });
    assert!(running.await.unwrap_err().is_panic());
    // As after a body that panics.
    assert_eq!(world.ran.count(), 2, "the siblings have ended first");
}

#[tokio::test(start_paused = true)]
async fn an_inbox_that_two_gates_share_hands_a_card_out_once() {
    let inbox = InMemoryApprover::new();
    let (ledger, people) = (memory().await, People::default());
    people.human("bob", &["ops"]);
    let mut gates = Vec::new();
    for _ in 0..2 {
        let gate = bare(Arc::clone(&ledger)).directory(people.clone()).approver(inbox.clone());
        let clock = approvals_testkit::ManualClock::default();
        let gate = gate.clock(clock).policy(asks([ask(1, "ops")]));
        gates.push(gate.build().await.unwrap());
    }
    let mut handed_out = Vec::new();
    for gate in &gates {
        gate.submit(deploy().key("k").unwrap()).await.unwrap();
        settle().await;
        while let Ok(card) = tokio::time::timeout(MINUTE / 60, inbox.next()).await {
            handed_out.push(card.id());
        }
    }
    let different: BTreeSet<_> = handed_out.iter().collect();
    assert_eq!(handed_out.len(), different.len(), "{handed_out:?}");
}

#[requires_approval(action = "bank.pay", skip(gate, paid), gate = gate)]
async fn pay_const<const CENTS: u64>(
    gate: &Gate,
    paid: &AtomicU64,
    to: &str,
) -> Result<(), Denied> {
    assert_eq!(to, "mira");
    paid.fetch_add(CENTS, Ordering::SeqCst);
    Ok(())
}

trait Money: serde::Serialize + Copy {
    fn cents(self) -> u64;
}

#[derive(Clone, Copy, serde::Serialize)]
struct Cents(u64);

impl Money for Cents {
    fn cents(self) -> u64 {
        self.0
    }
}

#[derive(Clone, Copy, serde::Serialize)]
struct Millions(u64);

impl Money for Millions {
    fn cents(self) -> u64 {
        self.0.saturating_mul(100_000_000)
    }
}

#[requires_approval(action = "bank.pay", skip(gate, paid), gate = gate)]
async fn pay_any<M: Money>(gate: &Gate, paid: &AtomicU64, amount: M) -> Result<(), Denied> {
    paid.fetch_add(amount.cents(), Ordering::SeqCst);
    Ok(())
}

/// What is paid once people have approved a small payment, before whose body another has asked as well.
async fn paid_instead<A, B, FutA, FutB>(small: A, large: B) -> u64
where
    A: FnOnce(Gate, Arc<AtomicU64>) -> FutA,
    B: FnOnce(Gate, Arc<AtomicU64>) -> FutB,
    FutA: Future<Output = Result<(), Denied>> + Send + 'static,
    FutB: Future<Output = Result<(), Denied>> + Send + 'static,
{
    let world = World::new(asks([ask(1, "ops")])).await;
    let paid = Arc::new(AtomicU64::new(0));
    let small = tokio::spawn(small(world.gate.clone(), Arc::clone(&paid)));
    settle().await;
    let card = world.card();
    let large = tokio::spawn(large(world.gate.clone(), Arc::clone(&paid)));
    settle().await;
    small.abort();
    settle().await;
    let _refused = world.vote(&identity("chat", "bob"), Ballot::approve(&card).unwrap()).await;
    let _ended = tokio::time::timeout(MINUTE, large).await;
    paid.load(Ordering::SeqCst)
}

#[tokio::test(start_paused = true)]
async fn an_approval_of_one_const_parameter_is_none_of_another() {
    let small = |gate: Gate, paid: Arc<AtomicU64>| async move {
        pay_const::<5>(&gate, &paid, "mira").await
    };
    let large = |gate: Gate, paid: Arc<AtomicU64>| async move {
        pay_const::<5_000_000>(&gate, &paid, "mira").await
    };
    assert_eq!(paid_instead(small, large).await, 0, "cents that nobody approved");
}

#[tokio::test(start_paused = true)]
async fn an_approval_of_one_type_parameter_is_none_of_another() {
    let small =
        |gate: Gate, paid: Arc<AtomicU64>| async move { pay_any(&gate, &paid, Cents(5)).await };
    let large =
        |gate: Gate, paid: Arc<AtomicU64>| async move { pay_any(&gate, &paid, Millions(5)).await };
    assert_eq!(paid_instead(small, large).await, 0, "cents that nobody approved");
}
