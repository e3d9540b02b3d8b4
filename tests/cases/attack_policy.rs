//! Attacks on the policy itself, and through what it lets pass.

use approvals::*;

use crate::world::*;

/// People may replace the policy without asking anybody; services may not.
const TRUSTING: &str = r#"
version = 1
default = "deny"
[[rule]]
id = "reads"
action = "db.read"
effect = "allow"
[[rule]]
id = "policies"
action = "approvals.policy"
when = [{ field = "requester.kind", eq = "human" }]
effect = "allow"
"#;

fn read() -> DynamicAction {
    DynamicAction::from_json("db.read", b"{}").unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_policy_that_lets_some_people_replace_it_does_not_kill_the_log() {
    let world = World::new(TRUSTING.parse::<Rules>().unwrap()).await;
    world.run(read()).await.unwrap();
    let next = TRUSTING.replace("reads", "still-reads").parse::<Rules>().unwrap();
    let replaced =
        world.gate.desk().replace_policy(&identity("chat", "ann"), next.clone(), "a name").await;
    let mut trail = Trail::new(ORIGIN);
    let entries = world.ledger.entries(0, usize::MAX).await.unwrap();
    let holds = entries.iter().try_for_each(|entry| trail.read(entry)).map_err(|e| e.to_string());
    let restarted = bare(world.ledger.clone())
        .policy(next)
        .directory(world.people.clone())
        .approver(world.wall.clone())
        .build()
        .await;
    assert_eq!(
        (holds, restarted.map(drop).map_err(|error| format!("{error:?}"))),
        (Ok(()), Ok(())),
        "(the log, a gate that is started again) after {replaced:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_rule_about_everything_is_no_rule_about_standing_grants() {
    let rules = r#"
        version = 1
        default = "deny"
        obligation.one.quorum = [{ group = "ops", count = 1 }]
        rule = [{ id = "all", action = "*", require = ["one"] }]"#;
    let world = World::new(rules.parse::<Rules>().unwrap()).await;
    let until = world.clock.now().after(MINUTE * 60 * 24 * 365);
    let name = "app.deploy".parse().unwrap();
    let terms = StandingTerms::new("agent:a".parse().unwrap(), name, one_of_ops(), u32::MAX, until);
    let desk = world.gate.desk();
    let acting = tokio::spawn(async move {
        desk.issue_standing(&identity("chat", "ann"), terms, "no more questions").await
    });
    settle().await;
    assert_eq!(world.wall.cards.lock().unwrap().len(), 0, "nobody wrote that there are any");
    acting.abort();
}

#[tokio::test(start_paused = true)]
async fn what_is_denied_does_not_fill_the_ledger() {
    let limits = Limits::default().refused_per_hour(3);
    let policy = PolicyFn::new("no/1", |_| Verdict::Deny("no".into())).unwrap();
    let world = World::with(|gate| gate.policy(policy).limits(limits)).await;
    let noise = serde_json::json!({ "noise": "x".repeat(200 * 1024) });
    let serde_json::Value::Object(noise) = noise else { panic!("an object") };
    for _ in 0..100 {
        let denied = world.run(DynamicAction::new("app.noise", noise.clone()).unwrap()).await;
        assert_eq!(denied, Err(Denied::ByPolicy { reason: "no".into() }), "recorded or not");
    }
    let entries = world.ledger.entries(0, usize::MAX).await.unwrap();
    let beside = entries.iter().flat_map(|entry| &entry.attachments).map(|one| one.bytes.len());
    let stored: usize = beside.sum();
    assert!(stored < 1024 * 1024, "one agent has stored {stored} bytes of what was denied");
}

#[tokio::test(start_paused = true)]
async fn what_was_allowed_and_never_run_counts_no_longer_than_the_window() {
    let (ledger, hour) = (memory().await, MINUTE * 60);
    let calls = RunningTotal::new("calls.hour", "app.deploy", hour, ledger.clone()).unwrap();
    let policy = PolicyFn::new("three-an-hour/1", |facts| match facts.fact("calls.hour") {
        Some(Fact::Int(number)) if *number < 3 => Verdict::Allow,
        _more => Verdict::Deny("three an hour".into()),
    });
    let more = |gate: GateBuilder| gate.policy(policy.unwrap()).facts(calls);
    let world = World::on(ledger, People::default(), more).await;
    for key in ["k0", "k1", "k2"] {
        world.gate.submit(deploy().key(key).unwrap()).await.unwrap();
    }
    tokio::time::sleep(hour * 24 * 30).await;
    let other = Requester::new(Principal::agent("agent:b").unwrap());
    let ran = world.gate.scope(other, world.run(deploy())).await;
    assert_eq!(ran, Ok(()), "a month later, somebody else");
}
