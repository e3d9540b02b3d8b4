//! Channels that panic, hang or left something behind, and a ledger that is slow: people still see and are heard.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use approvals::*;
use async_trait::async_trait;

use crate::world::*;

/// A channel that does what it is told to with its first cards, and shows all others.
#[derive(Clone, Debug)]
struct Moody {
    first: Mood,
    presented: Arc<AtomicU32>,
    caught_up: Arc<AtomicU32>,
}

#[derive(Clone, Copy, Debug)]
enum Mood {
    Fine,
    Hangs,
    Panics,
}

impl Moody {
    fn at_first(first: Mood) -> Self {
        Self { first, presented: Arc::default(), caught_up: Arc::default() }
    }

    async fn act(&self) {
        match self.first {
            Mood::Hangs => std::future::pending().await,
            Mood::Panics => panic!("the channel has a bug"),
            Mood::Fine => {}
        }
    }
}

#[async_trait]
impl Approver for Moody {
    fn channel(&self) -> &'static str {
        "moody"
    }

    async fn present(&self, _card: &Card, _desk: &Desk) -> Result<Presented, ApproverError> {
        if self.presented.fetch_add(1, Ordering::Relaxed) < 2 {
            self.act().await;
        }
        Ok(Presented::new())
    }

    async fn present_batch(
        &self,
        cards: &[Card],
        _desk: &Desk,
    ) -> Vec<Result<Presented, ApproverError>> {
        self.presented.fetch_add(2, Ordering::Relaxed);
        self.act().await;
        cards.iter().map(|_card| Ok(Presented::new())).collect()
    }

    async fn catch_up(&self, card: &Card, desk: &Desk) -> Result<(), ApproverError> {
        // The first time, who they are cannot be looked up.
        if self.caught_up.fetch_add(1, Ordering::Relaxed) == 0 {
            return Err(ApproverError::new("the directory of this channel is away"));
        }
        let presses = desk.outbox("moody").open_presses(card.id()).await;
        for (press, ballot) in presses.map_err(ApproverError::new)? {
            desk.decide(&press.identity, ballot).await.map_err(ApproverError::new)?;
        }
        Ok(())
    }
}

/// A gate with this channel and no other.
async fn with_only(channel: Moody) -> World {
    process(memory().await, &ask(1, "ops"), &[&channel]).await
}

async fn ids(world: &World) -> BTreeSet<RequestId> {
    let entries = world.ledger.entries(0, 1000).await.unwrap();
    let of_both: BTreeSet<_> = entries.into_iter().filter_map(|entry| entry.request).collect();
    assert_eq!(of_both.len(), 2);
    of_both
}

fn two() -> Vec<DynamicAction> {
    let version = |arguments: &[u8]| DynamicAction::from_json("app.deploy", arguments).unwrap();
    vec![version(b"{\"version\": 1}"), version(b"{\"version\": 2}")]
}

#[tokio::test(start_paused = true)]
async fn calls_of_one_turn_that_a_channel_panics_over_end_undeliverable() {
    let world = with_only(Moody::at_first(Mood::Panics)).await;
    let ended = world.gate.run_batch(two(), async |_permit, _call| Ok(())).await;
    assert_eq!(ended, [Err(Denied::Undeliverable), Err(Denied::Undeliverable)]);
    let trail = world.trail().await;
    for id in ids(&world).await {
        let is_noted = |event: &Event| matches!(event.what, What::Undelivered { .. });
        assert!(trail.events(id).iter().any(is_noted), "the policy may add another");
    }
}

#[tokio::test(start_paused = true)]
async fn calls_of_one_turn_that_a_channel_hangs_over_are_shown_later() {
    let channel = Moody::at_first(Mood::Hangs);
    let world = with_only(channel.clone()).await;
    let gate = world.gate.clone();
    tokio::spawn(async move { gate.run_batch(two(), async |_, _| Ok::<_, Denied>(())).await });
    tokio::time::sleep(5 * MINUTE).await;
    assert_eq!(channel.presented.load(Ordering::Relaxed), 4, "each once more, by itself");
    for id in ids(&world).await {
        assert_eq!(*world.state(id).await.phase(), Phase::Pending);
    }
}

#[tokio::test(start_paused = true)]
async fn what_was_pressed_is_handed_to_its_channel_again_until_something_comes_of_it() {
    let channel = Moody::at_first(Mood::Fine);
    let world = with_only(channel.clone()).await;
    let id = world.submit(deploy()).await;
    let desk = world.gate.desk();
    let (card, _) = desk.state_of(id).await.unwrap().unwrap();
    let outbox = desk.outbox("moody");
    assert_eq!(outbox.begin(id, "room 1").await.unwrap(), Turn::Post);
    let buttons = outbox.sent(&card, "room 1", "17").await.unwrap();
    tokio::time::sleep(MINUTE).await;
    assert_eq!(channel.caught_up.load(Ordering::Relaxed), 0, "nothing was pressed");
    let pressed = Pressed {
        choice: Choice::Approve,
        id: Digest::of("press", b"1"),
        identity: identity("moody", "ann"),
        message: "17",
        place: "room 1",
        reason: None,
        value: &buttons.approve(),
    };
    assert!(matches!(outbox.press(&pressed).await, Ok(Taken::Now(..))));
    // Whoever took it does nothing about it.
    tokio::time::sleep(MINUTE).await;
    assert_eq!(*world.state(id).await.phase(), Phase::Granted);
    assert_eq!(
        channel.caught_up.load(Ordering::Relaxed),
        2,
        "not in haste, nor once it is decided"
    );
}

/// A ledger that takes longer for each look than the time between two looks, and one caller after the other.
#[derive(Debug)]
struct Slow {
    ledger: Arc<MemoryLedger>,
    queue: tokio::sync::Mutex<()>,
}

impl Slow {
    fn new(ledger: &Arc<MemoryLedger>) -> Self {
        Self { ledger: Arc::clone(ledger), queue: tokio::sync::Mutex::default() }
    }
}

#[async_trait]
impl Ledger for Slow {
    async fn append(&self, append: Append) -> Result<Appended, LedgerError> {
        let _first = self.queue.lock().await;
        tokio::time::sleep(Duration::from_millis(400)).await;
        self.ledger.append(append).await
    }
    async fn history(&self, of: Option<RequestId>) -> Result<Vec<Entry>, LedgerError> {
        let _first = self.queue.lock().await;
        tokio::time::sleep(Duration::from_millis(400)).await;
        self.ledger.history(of).await
    }
    async fn entries(&self, from: u64, limit: usize) -> Result<Vec<Entry>, LedgerError> {
        self.ledger.entries(from, limit).await
    }
    async fn head(&self) -> Result<SignedHead, LedgerError> {
        self.ledger.head().await
    }
}

/// A gate on such a ledger.
async fn slow(obligation: Obligation) -> World {
    let (ledger, people) = (memory().await, People::default());
    people.human("ann", &["ops"]);
    let on = |gate: GateBuilder| gate.policy(asks([obligation])).ledger(Slow::new(&ledger));
    World::on(Arc::clone(&ledger), people, on).await
}

#[tokio::test(start_paused = true)]
async fn a_ledger_that_is_slower_than_the_looks_at_it_hides_no_decision_from_the_channels() {
    let world = slow(ask(1, "ops")).await;
    world.submit(deploy()).await;
    tokio::time::sleep(MINUTE).await;
    world.approve("ann").await.unwrap();
    tokio::time::sleep(MINUTE).await;
    assert_eq!(*world.wall.updates.lock().unwrap(), [Phase::Granted]);
}

#[tokio::test(start_paused = true)]
async fn a_slow_ledger_that_serves_one_after_the_other_is_not_blocked_by_reminders() {
    let world = slow(ask(1, "ops").remind_after(MINUTE)).await;
    world.submit(deploy()).await;
    tokio::time::sleep(2 * MINUTE).await;
    assert_eq!(world.wall.nudges.lock().unwrap().len(), 1);
    world.approve("ann").await.unwrap();
    tokio::time::sleep(MINUTE).await;
    assert_eq!(*world.wall.updates.lock().unwrap(), [Phase::Granted]);
}

/// A channel that takes two seconds to show what became of a request.
#[derive(Clone, Debug, Default)]
struct Late(Wall);

#[async_trait]
impl Approver for Late {
    fn channel(&self) -> &'static str {
        "late"
    }

    async fn present(&self, _card: &Card, _desk: &Desk) -> Result<Presented, ApproverError> {
        Ok(Presented::new())
    }

    async fn update(&self, card: &Card, phase: &Phase) -> Result<(), ApproverError> {
        tokio::time::sleep(Duration::from_secs(2)).await;
        self.0.update(card, phase).await
    }
}

#[tokio::test(start_paused = true)]
async fn before_the_program_ends_channels_show_how_each_request_ended() {
    let late = Late::default();
    let world = World::with(|gate| gate.policy(asks([ask(1, "ops")])).approver(late.clone())).await;
    let running = world.start(deploy()).await;
    world.approve("ann").await.unwrap();
    running.await.unwrap().unwrap();
    world.submit(deploy_another()).await;
    let is_told =
        || late.0.updates.lock().unwrap().iter().any(|told| matches!(told, Phase::Ended(_)));
    assert!(!is_told(), "it takes its time");
    let flushed = tokio::time::timeout(Duration::from_secs(20), world.gate.flush()).await;
    flushed.expect("a request that still waits is waited for by nobody").unwrap();
    assert!(is_told());
}

fn deploy_another() -> DynamicAction {
    DynamicAction::from_json("app.deploy", b"{\"version\": 8}").unwrap().key("8").unwrap()
}
