//! Several calls of one model turn: together before people, each with a decision of its own.

use std::sync::{Arc, Mutex};

use approvals::*;
use async_trait::async_trait;

use crate::world::*;

/// A channel that notes which cards it was given in one piece.
#[derive(Clone, Debug, Default)]
struct Board(Arc<Mutex<Vec<Vec<Card>>>>);

#[async_trait]
impl Approver for Board {
    fn channel(&self) -> &'static str {
        "board"
    }

    async fn present(&self, card: &Card, _desk: &Desk) -> Result<Presented, ApproverError> {
        self.0.lock().unwrap().push(vec![card.clone()]);
        Ok(Presented::new())
    }

    async fn present_batch(
        &self,
        cards: &[Card],
        _desk: &Desk,
    ) -> Vec<Result<Presented, ApproverError>> {
        self.0.lock().unwrap().push(cards.to_vec());
        cards.iter().map(|_card| Ok(Presented::new())).collect()
    }
}

fn version(number: u32) -> DynamicAction {
    let arguments = format!("{{\"version\": {number}}}");
    DynamicAction::from_json("app.deploy", arguments.as_bytes()).unwrap()
}

fn read() -> DynamicAction {
    DynamicAction::from_json("db.read", b"{}").unwrap()
}

fn drop_table() -> DynamicAction {
    DynamicAction::from_json("db.drop", b"{}").unwrap()
}

/// Reads are allowed, nothing is dropped, and `ops` are asked about the rest.
fn policy() -> impl Policy {
    let asked = Obligations::new([ask(1, "ops")]);
    let by_action = PolicyFn::new("by-action/1", move |facts| match facts.action().as_str() {
        "db.read" => Verdict::Allow,
        "db.drop" => Verdict::Deny("never".into()),
        _ => Verdict::Review(asked.clone()),
    });
    by_action.unwrap()
}

type Results = Vec<Result<u64, Denied>>;

/// Runs them in the background; each returns its version.
async fn start(world: &World, calls: Vec<DynamicAction>) -> tokio::task::JoinHandle<Results> {
    let world = world.clone();
    let running = tokio::spawn(async move {
        let ran = &world.ran;
        let body = async |_permit: Permit, call: DynamicAction| {
            ran.now();
            Ok(call.arguments().get("version").and_then(serde_json::Value::as_u64).unwrap_or(0))
        };
        world.gate.run_batch(calls, body).await
    });
    settle().await;
    running
}

async fn decide(world: &World, card: &Card, approve: bool) {
    let ballot = if approve { Ballot::approve(card) } else { Ballot::reject(card, "no") };
    world.vote(&identity("chat", "bob"), ballot.unwrap()).await.unwrap();
    settle().await;
}

#[tokio::test(start_paused = true)]
async fn calls_of_one_turn_are_put_before_people_in_one_piece_and_decided_one_by_one() {
    let board = Board::default();
    let world = World::with(|gate| gate.policy(policy()).approver(board.clone())).await;
    let calls = vec![version(1), read(), version(2), drop_table(), version(3)];
    let running = start(&world, calls).await;
    assert_eq!(world.ran.count(), 1, "what is allowed waits for nobody");
    let given = board.0.lock().unwrap().clone();
    let [cards] = given.as_slice() else { panic!("{given:?}") };
    let shown: Vec<_> =
        cards.iter().map(|card| card.document().arguments["version"].clone()).collect();
    assert_eq!(shown, [1, 2, 3]);
    // Each says which call of the turn it is; the two that nobody decides count as well.
    for (card, at) in cards.iter().zip([1, 3, 5]) {
        let text = card.to_string();
        assert!(text.contains(&format!("made with      others: call {at} of 5\n")), "{text}");
    }
    assert_eq!(world.wall.cards.lock().unwrap().len(), 3, "a channel that has one card a message");

    decide(&world, &cards[1], false).await;
    assert_eq!(world.ran.count(), 1, "one rejection runs nothing, and sinks nothing");
    decide(&world, &cards[2], true).await;
    assert_eq!(world.ran.count(), 2, "an approved one does not wait for the others");
    decide(&world, &cards[0], true).await;
    let results = running.await.unwrap();
    let [first, second, third, fourth, fifth] = results.as_slice() else { panic!("{results:?}") };
    assert_eq!((first, second, fifth), (&Ok(1), &Ok(0), &Ok(3)));
    assert!(matches!(third, Err(Denied::Rejected { .. })), "{third:?}");
    assert_eq!(fourth, &Err(Denied::ByPolicy { reason: "never".into() }));
    world.trail().await;
}

#[tokio::test(start_paused = true)]
async fn a_call_that_is_made_alone_is_no_batch() {
    let board = Board::default();
    let world = World::with(|gate| gate.policy(policy()).approver(board.clone())).await;
    let running = start(&world, vec![version(1)]).await;
    let card = world.card();
    assert!(card.request().notes.batch.is_empty() && !card.to_string().contains("made with"));
    decide(&world, &card, true).await;
    assert_eq!(running.await.unwrap(), [Ok(1)]);
    let none: Vec<DynamicAction> = Vec::new();
    assert!(start(&world, none).await.await.unwrap().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_batch_that_is_dropped_is_withdrawn_whole() {
    let world = World::new(policy()).await;
    let running = start(&world, vec![version(1), version(2)]).await;
    running.abort();
    settle().await;
    settle().await;
    let trail = world.trail().await;
    for (_, state) in trail.states() {
        assert_eq!(state.outcome(), Some(&Outcome::Closed(Cause::Withdrawn)));
    }
    assert_eq!((trail.states().count(), world.ran.count()), (2, 0));
}

#[tokio::test(start_paused = true)]
async fn a_body_that_panics_panics_when_its_siblings_have_ended() {
    let world = World::new(policy()).await;
    let inner = world.clone();
    let running = tokio::spawn(async move {
        let body = async |_permit: Permit, call: DynamicAction| {
            assert_ne!(call.name().as_str(), "db.read", "a planted mistake");
            inner.ran.now();
            Ok::<_, Denied>(())
        };
        inner.gate.run_batch([read(), version(2)], body).await
    });
    settle().await;
    decide(&world, &world.card(), true).await;
    assert!(running.await.unwrap_err().is_panic());
    assert_eq!(world.ran.count(), 1);
    let ends: Vec<_> =
        world.trail().await.states().map(|(_, state)| state.outcome().cloned()).collect();
    assert!(ends.contains(&Some(Outcome::Executed(Execution::Panicked))), "{ends:?}");
    assert!(ends.contains(&Some(Outcome::Executed(Execution::Succeeded))), "{ends:?}");
}

#[tokio::test(start_paused = true)]
async fn too_many_calls_at_once_are_denied_and_nobody_is_asked() {
    let world = World::new(policy()).await;
    let results = start(&world, (0..33).map(version).collect()).await.await.unwrap();
    assert_eq!(results.len(), 33);
    assert!(results.iter().all(|one| matches!(one, Err(Denied::TooMany { .. }))), "{results:?}");
    assert_eq!(world.trail().await.states().count(), 0);
    // As many as there may be: each is asked, up to what the limits of the gate let one agent ask.
    let world = World::with(|gate| gate.policy(policy()).limits(Limits::default())).await;
    let running = start(&world, (0..32).map(version).collect()).await;
    let cards = world.wall.cards.lock().unwrap().clone();
    assert!(!cards.is_empty());
    for card in &cards {
        decide(&world, card, true).await;
    }
    let results = running.await.unwrap();
    let ran = results.iter().filter(|one| one.is_ok()).count();
    let refused = results.iter().filter(|one| matches!(one, Err(Denied::TooMany { .. }))).count();
    assert_eq!((ran, ran + refused), (cards.len(), 32));
}

#[tokio::test(start_paused = true)]
async fn a_channel_that_says_nothing_of_a_card_has_not_shown_it() {
    /// Shows the first card of a batch only.
    #[derive(Debug)]
    struct Forgetful(InMemoryApprover);

    #[async_trait]
    impl Approver for Forgetful {
        fn channel(&self) -> &'static str {
            "forgetful"
        }

        async fn present(&self, card: &Card, desk: &Desk) -> Result<Presented, ApproverError> {
            self.0.present(card, desk).await
        }

        async fn present_batch(
            &self,
            cards: &[Card],
            desk: &Desk,
        ) -> Vec<Result<Presented, ApproverError>> {
            vec![self.present(&cards[0], desk).await]
        }
    }

    let (people, inbox) = (People::default(), InMemoryApprover::new());
    people.human("bob", &["ops"]);
    let gate = bare(memory().await).directory(people).approver(Forgetful(inbox.clone()));
    let gate = gate.policy(policy()).build().await.unwrap();
    let running = tokio::spawn(async move {
        let calls = [version(1), version(2)];
        gate.run_batch(calls, async |_permit, _call| Ok::<_, Denied>(())).await
    });
    settle().await;
    let ballot = Ballot::approve(&inbox.waiting()[0]).unwrap();
    inbox.decide(&identity("memory", "bob"), ballot).await.unwrap();
    assert_eq!(running.await.unwrap(), [Ok(()), Err(Denied::Undeliverable)]);
}
