//! What scopes, batches and the attribute cannot be made to do.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use approvals::*;
use approvals_testkit::{Answer, MockApprover, TestGate};
use async_trait::async_trait;
use serde::{Serialize, Serializer};

use crate::world::*;

fn version(number: u32) -> DynamicAction {
    let arguments = format!("{{\"version\": {number}}}");
    DynamicAction::from_json("app.deploy", arguments.as_bytes()).unwrap()
}

async fn asking() -> World {
    World::new(asks([ask(1, "ops")])).await
}

#[tokio::test(start_paused = true)]
async fn a_scope_that_names_somebody_of_its_parent_again_says_nothing_less_of_them() {
    let world = asking().await;
    let ann = Principal::human("u:ann").unwrap().member_of(["contractors"]).unwrap();
    let outer = Requester::new(Principal::agent("agent:sub").unwrap()).on_behalf_of(ann);
    let inner = world.clone();
    let call = world.gate.scope(outer, async move {
        // The same ids, and neither the group nor the kind.
        let again = Requester::new(Principal::human("agent:sub").unwrap())
            .on_behalf_of(Principal::service("u:ann").unwrap());
        let gate = inner.gate.clone();
        gate.scope(again, async move { inner.run(deploy()).await }).await
    });
    let _call = tokio::spawn(call);
    settle().await;
    let card = world.card();
    let requester = &card.request().requester;
    assert_eq!(requester.principal().kind(), PrincipalKind::Agent);
    let [ann] = requester.chain() else { panic!("{requester:?}") };
    assert!(ann.is_human() && ann.is_in(&"contractors".parse().unwrap()), "{ann:?}");
}

#[tokio::test(start_paused = true)]
async fn a_gate_whose_scope_is_around_that_of_another_gate_knows_the_call() {
    let (world, other) = (asking().await, asking().await);
    let (inner, gate) = (world.clone(), other.gate.clone());
    let sub = Requester::new(Principal::agent("agent:sub").unwrap());
    let call = world.gate.scope(agent(), async move {
        gate.scope(sub, async move { inner.run(deploy()).await }).await
    });
    let call = tokio::spawn(call);
    settle().await;
    let card = world.card();
    let names: Vec<_> = card.request().requester.everybody().map(|one| one.id().as_str()).collect();
    assert_eq!(names, ["agent:sub", "agent:a", "u:boss"]);
    world.approve("ann").await.unwrap();
    assert_eq!(call.await.unwrap(), Ok(()));
}

#[tokio::test(start_paused = true)]
async fn a_gate_with_scopes_of_its_own_is_not_reached_around_them_through_a_scope_of_another() {
    let (world, other) = (asking().await, asking().await);
    let sub = Requester::new(Principal::agent("agent:sub").unwrap())
        .on_behalf_of(Principal::human("u:ann").unwrap());
    let (inner, gate) = (world.clone(), other.gate.clone());
    let spawned = world.gate.scope(sub, async move {
        let spawned = tokio::spawn(async move {
            let calls = inner.clone();
            gate.scope(agent(), async move { calls.run(deploy()).await }).await
        });
        spawned.await.unwrap()
    });
    let ran = tokio::time::timeout(MINUTE, spawned).await;
    assert_eq!(ran, Ok(Err(Denied::NoRequester)), "people were asked");
}

/// Shows every card at once but the one of version 2, which it never gets done with.
#[derive(Debug)]
struct Slow(Wall);

#[async_trait]
impl Approver for Slow {
    fn channel(&self) -> &'static str {
        "chat"
    }

    async fn present(&self, card: &Card, desk: &Desk) -> Result<Presented, ApproverError> {
        if card.document().arguments.get("version") == Some(&2.into()) {
            tokio::time::sleep(Duration::from_secs(3600)).await;
        }
        assert!(card.document().arguments.get("version") != Some(&3.into()), "a planted mistake");
        self.0.present(card, desk).await
    }
}

/// Version 1 in a batch with another, when approved at once and when approved after a minute.
async fn beside(other: u32, wait: Duration) -> Result<(), Denied> {
    let (wall, people) = (Wall::default(), People::default());
    people.human("bob", &["ops"]);
    let clock = std::sync::Arc::new(approvals_testkit::ManualClock::default());
    let gate = bare(memory().await).directory(people).approver(Slow(wall.clone())).clock(clock);
    let gate =
        gate.policy(asks([ask(1, "ops").approve_within(10 * MINUTE)])).build().await.unwrap();
    let inner = gate.clone();
    let running = tokio::spawn(async move {
        let calls = [version(1), version(other)];
        inner.run_batch(calls, async |_permit, _call| Ok::<_, Denied>(())).await
    });
    tokio::time::sleep(wait).await;
    let card = wall.cards.lock().unwrap().first().unwrap().clone();
    let ballot = Ballot::approve(&card).unwrap();
    drop(gate.desk().decide(&identity("chat", "bob"), ballot).await);
    running.await.unwrap().remove(0)
}

#[tokio::test(start_paused = true)]
async fn a_card_that_a_channel_cannot_show_does_not_take_back_those_that_it_has_shown() {
    for other in [2, 3] {
        assert_eq!(beside(other, Duration::from_secs(1)).await, Ok(()), "{other}");
        assert_eq!(beside(other, MINUTE).await, Ok(()), "{other}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_batch_in_which_one_key_stands_twice_runs_it_once() {
    let world = World::new(asks([ask(1, "ops")])).await;
    let inner = world.clone();
    let running = tokio::spawn(async move {
        let key = |n| version(n).key("k").unwrap();
        let body = async |_permit: Permit, _call| {
            inner.ran.now();
            tokio::task::yield_now().await;
            Ok::<_, Denied>(())
        };
        inner.gate.run_batch([key(1), key(1), version(2), version(2), key(3)], body).await
    });
    settle().await;
    let cards = world.wall.cards.lock().unwrap().clone();
    for card in cards {
        world.vote(&identity("chat", "bob"), Ballot::approve(&card).unwrap()).await.unwrap();
    }
    let results = running.await.unwrap();
    assert_eq!(world.ran.count(), 2, "{results:?}");
    assert_eq!(results.iter().filter(|one| one.is_ok()).count(), 2, "{results:?}");
    world.trail().await;
}

/// A map with a secret key.
#[derive(Debug)]
struct Secret(BTreeMap<String, f64>);

impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.0.is_empty() {
            return Err(serde::ser::Error::custom("hunter2 cannot be read"));
        }
        self.0.serialize(serializer)
    }
}

#[requires_approval(action = "vault.open", redact(secret), skip(gate), gate = gate)]
async fn open(gate: &Gate, secret: Secret) -> Result<usize, Denied> {
    Ok(secret.0.len())
}

impl<'de> serde::Deserialize<'de> for Secret {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        serde::Deserialize::deserialize(deserializer).map(Self)
    }
}

#[requires_approval(action = "vault.open", redact(secret), skip(gate), gate = gate, bind = "decoded")]
async fn open_decoded(gate: &Gate, secret: Secret) -> Result<usize, Denied> {
    Ok(secret.0.len())
}

#[tokio::test(start_paused = true)]
async fn why_a_hidden_argument_cannot_be_taken_does_not_say_what_is_in_it() {
    let gate = TestGate::asking(&MockApprover::approving()).await;
    for map in [BTreeMap::from([("hunter2".into(), f64::NAN)]), BTreeMap::new()] {
        let plain = open(&gate, Secret(map.clone())).await.unwrap_err();
        let decoded = open_decoded(&gate, Secret(map)).await.unwrap_err();
        for denied in [plain, decoded] {
            assert!(denied.to_string().contains("secret"), "{denied}");
            assert!(!denied.to_string().contains("hunter2"), "{denied}");
            assert!(!format!("{denied:?}").contains("hunter2"), "{denied:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn what_was_started_with_many_arguments_was_started() {
    let reviewer = MockApprover::script([Answer::Reject("no".into()), Answer::Approve]);
    let gate = TestGate::asking(&reviewer).await;
    let ran = Ran::default();
    for text in ["x".to_owned(), "x".repeat(100_000)] {
        let arguments = serde_json::json!({ "text": text }).as_object().unwrap().clone();
        let send = DynamicAction::new("mail.send", arguments).unwrap();
        let _denied = gate
            .run(send, async |_, _| {
                ran.now();
                Ok::<(), Denied>(())
            })
            .await;
    }
    ran.assert_ran_once();
    let gate = gate.clone();
    let asserted = tokio::spawn(async move { gate.assert_never_started("mail.send").await });
    assert!(asserted.await.is_err(), "it was started");
}

/// What prints another value each time.
#[derive(Debug, Default, Serialize)]
struct Fickle(#[serde(skip)] AtomicU32);

impl std::fmt::Display for Fickle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.0.fetch_add(1, Ordering::SeqCst))
    }
}

#[requires_approval(action = "a.b", resource = "{it}", skip(gate, ran), gate = gate)]
async fn fickle_resource(gate: &Gate, ran: &Ran, it: &Fickle) -> Result<(), Denied> {
    ran.now();
    Ok(())
}

#[requires_approval(action = "a.b", when = |it| it.0.fetch_add(1, Ordering::SeqCst) == 0, skip(gate, ran), gate = gate)]
async fn fickle_when(gate: &Gate, ran: &Ran, it: &Fickle) -> Result<(), Denied> {
    ran.now();
    Ok(())
}

#[requires_approval(action = "a.b", show(n = it.0.fetch_add(1, Ordering::SeqCst)), skip(gate, ran), gate = gate)]
async fn fickle_show(gate: &Gate, ran: &Ran, it: &Fickle) -> Result<(), Denied> {
    ran.now();
    Ok(())
}

fn none(_denied: Denied) -> Option<u32> {
    None
}

#[requires_approval(action = "a.b", key = "{it}", on_denied = none, skip(gate, ran), gate = gate)]
async fn fickle_key(gate: &Gate, ran: &Ran, it: &Fickle) -> Option<u32> {
    ran.now();
    Some(1)
}

#[tokio::test(start_paused = true)]
async fn what_the_attribute_works_out_anew_each_time_runs_nothing() {
    let gate = TestGate::asking(&MockApprover::approving()).await;
    let ran = Ran::default();
    assert_eq!(fickle_resource(&gate, &ran, &Fickle::default()).await, Err(Denied::Changed));
    assert_eq!(fickle_when(&gate, &ran, &Fickle::default()).await, Err(Denied::Changed));
    assert_eq!(fickle_show(&gate, &ran, &Fickle::default()).await, Err(Denied::Changed));
    ran.assert_never_ran();
    assert_eq!(fickle_key(&gate, &ran, &Fickle::default()).await, Some(1));
    assert_eq!(fickle_key(&gate, &ran, &Fickle::default()).await, None, "the key is used up");
    ran.assert_ran_once();
}
