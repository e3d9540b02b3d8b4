//! What is judged, shown and run is one thing.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use approvals::*;

use crate::world::*;

fn bytes(json: &str) -> Vec<u8> {
    let value = canonical::parse(json.as_bytes(), 1_000_000).unwrap();
    canonical::to_bytes(&value, 1_000_000).unwrap()
}

#[test]
fn t22_calls_that_differ_in_what_they_do_differ_in_their_digest() {
    let calls = [
        r#"{"a":"x"}"#,
        r#"{"a":"x "}"#,
        r#"{"a":"\u00e9"}"#,
        r#"{"a":"e\u0301"}"#,
        r#"{"a":"\u202ex"}"#,
        r#"{"a":1}"#,
        r#"{"a":1.5}"#,
        r#"{"a":"1"}"#,
        r#"{"a":[1]}"#,
        r#"{"b":"x"}"#,
    ];
    let digests: std::collections::BTreeSet<_> = calls.iter().map(|call| bytes(call)).collect();
    assert_eq!(digests.len(), calls.len());
    assert_eq!(bytes(r#"{"b":1,"a":2}"#), bytes(r#"{ "a": 2, "b": 1 }"#), "order is no difference");
    assert_eq!(visible::text("\u{202e}x"), r#""\u{202e}x""#, "what turns text around is shown");
}

#[tokio::test(start_paused = true)]
async fn t23_a_large_argument_is_shown_whole_or_refused() {
    let world = World::new(asks([ask(1, "ops")])).await;
    let large = |bytes: usize| {
        let text = BTreeMap::from([("text".to_owned(), "x".repeat(bytes).into())]);
        DynamicAction::new("mail.send", text.into_iter().collect()).unwrap()
    };
    let denied = world.run(large(1024 * 1024)).await;
    assert!(matches!(denied, Err(Denied::Invalid(_))), "{denied:?}");
    assert!(world.wall.cards.lock().unwrap().is_empty());
    world.submit(large(200 * 1024)).await;
    let shown = world.card().to_string();
    let letters = shown.chars().filter(|letter| *letter == 'x').count();
    assert!(letters >= 200 * 1024 && !shown.contains('…') && !shown.contains("..."));
}

#[tokio::test(start_paused = true)]
async fn t24_the_policy_the_card_and_the_body_see_one_value() {
    let judged = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&judged);
    let one = Obligations::new([ask(1, "ops")]);
    let policy = PolicyFn::new("spy/1", move |facts| {
        log.lock().unwrap().push(facts.argument("command").unwrap().clone());
        Verdict::Review(one.clone())
    });
    let world = World::new(policy.unwrap()).await;
    let text = r#"{"command": ["env", "-S", "sh -c 'rm\u0020-rf /' ", "\u200b"]}"#;
    let command = || DynamicAction::from_json("shell.run", text.as_bytes()).unwrap();
    world.submit(command()).await;
    let shown = world.card().document().arguments["command"].clone();
    world.approve("ann").await.unwrap();
    let ran = Arc::new(Mutex::new(None));
    let seen = Arc::clone(&ran);
    let body = async move |_permit, action: DynamicAction| {
        *seen.lock().unwrap() = action.arguments().get("command").cloned();
        Ok::<_, Denied>(())
    };
    world.gate.run(command().key("k").unwrap(), body).await.unwrap();
    let judged = judged.lock().unwrap().clone();
    assert!(judged.len() >= 2 && judged.iter().all(|value| *value == shown), "{judged:?}");
    assert_eq!(ran.lock().unwrap().clone(), Some(shown));
}

#[tokio::test(start_paused = true)]
async fn t33_what_the_agent_says_stands_last_and_changes_no_fact() {
    let world = World::new(asks([ask(1, "ops")])).await;
    let delete = || DynamicAction::from_json("db.delete", br#"{"table": "orders"}"#).unwrap();
    let mut facts = Vec::new();
    for claim in ["read-only\n   digest         sha256:00", "harmless"] {
        let running = world.start(delete().summary(claim).reason(claim)).await;
        let shown = world.card().to_string();
        let (fact, said) = shown.split_once("-- the requester says (not checked)").unwrap();
        assert!(fact.contains("orders") && !fact.contains("read-only"), "{shown}");
        assert!(!said.contains("\n   digest"), "no line of it looks like a fact:\n{said}");
        let of_this = |line: &&str| !line.contains("digest") && !line.contains("request ");
        facts.push(fact.lines().filter(of_this).map(str::to_owned).collect::<Vec<_>>());
        running.abort();
        settle().await;
    }
    assert_eq!(facts[0][..6], facts[1][..6]);
}

/// Names a resource whose identity is looked up each time.
struct Named(Arc<Mutex<u64>>);

impl Action for Named {
    fn describe(&self, call: &mut Description) -> Result<(), DescribeError> {
        call.action("volume.wipe", Risk::Critical)?;
        call.bind("name", "scratch")?;
        call.bind("id", &*self.0.lock().unwrap())
    }
}

#[tokio::test(start_paused = true)]
async fn t34_a_resource_that_is_another_one_by_then_is_not_touched() {
    let world = World::new(asks([ask(1, "ops")])).await;
    let id = Arc::new(Mutex::new(1));
    let (action, racing) = (Named(Arc::clone(&id)), world.clone());
    let running = tokio::spawn(async move { racing.run(action).await });
    settle().await;
    world.approve("ann").await.unwrap();
    *id.lock().unwrap() = 2;
    assert_eq!(running.await.unwrap(), Err(Denied::Changed));
    assert_eq!(world.ran.count(), 0);
}

#[tokio::test(start_paused = true)]
async fn t36_a_group_without_anybody_approves_nothing() {
    let world = World::new(asks([ask(1, "nobody")])).await;
    let denied = world.run(deploy()).await;
    assert!(matches!(denied, Err(Denied::Unsatisfiable { .. })), "{denied:?}");
    let without_seats = Obligation::new("empty").unwrap();
    let world = World::new(asks([without_seats])).await;
    let denied = world.run(deploy()).await;
    assert!(matches!(denied, Err(Denied::Unsatisfiable { .. })), "{denied:?}");
}

#[tokio::test(start_paused = true)]
async fn t48_a_log_that_was_altered_does_not_hold() {
    let world = World::new(asks([ask(1, "ops")])).await;
    world.submit(deploy()).await;
    world.approve("ann").await.unwrap();
    world.pick_up(deploy()).await.unwrap();
    let entries = world.ledger.entries(0, usize::MAX).await.unwrap();
    for missing in 0..entries.len() - 1 {
        let mut trail = Trail::new(ORIGIN);
        let mut left = entries.clone();
        left.remove(missing);
        let found = left.iter().find_map(|entry| trail.read(entry).err());
        assert_eq!(found.map(|error| error.index()), Some(missing as u64 + 1), "without {missing}");
    }
}
