//! A policy that is replaced, missing or broken.

use approvals::*;

use crate::world::*;

/// Rules that allow reads, and take two of `ops` to be replaced.
const GUARDED: &str = r#"
version = 1
default = "deny"
[obligation.two]
quorum = [{ group = "ops", count = 2 }]
[[rule]]
id = "reads"
action = "db.read"
effect = "allow"
[[rule]]
id = "changes"
action = "approvals.policy"
require = ["two"]
"#;

fn open() -> String {
    GUARDED.replace("require = [\"two\"]", "effect = \"allow\"")
}

fn looser() -> String {
    format!("{GUARDED}[[rule]]\nid = \"writes\"\naction = \"db.write\"\neffect = \"allow\"\n")
}

fn call(name: &str) -> DynamicAction {
    DynamicAction::from_json(name, b"{}").unwrap()
}

#[tokio::test(start_paused = true)]
async fn t28_a_policy_that_was_swapped_behind_the_gates_back_denies_everything() {
    let world = World::new(GUARDED.parse::<Rules>().unwrap()).await;
    world.run(call("db.read")).await.unwrap();
    // The process restarts, and somebody has changed the file.
    let restarted = World::on(world.ledger.clone(), world.people.clone(), |gate| {
        gate.policy(looser().parse::<Rules>().unwrap())
    })
    .await;
    for name in ["db.read", "db.write"] {
        let denied = restarted.run(call(name)).await;
        assert_eq!(denied, Err(Denied::Unavailable { what: "the policy in force" }));
    }
    world.run(call("db.read")).await.unwrap();
    assert_eq!(restarted.ran.count(), 0);
}

#[tokio::test(start_paused = true)]
async fn t29_a_policy_that_lies_about_is_nobodys_policy() {
    let folder = folder();
    std::fs::write(folder.join("policy.toml"), open()).unwrap();
    std::env::set_current_dir(&folder).unwrap();
    let gate = bare(memory().await).directory(People::default()).approver(Wall::default());
    let error = gate.build().await.unwrap_err();
    assert!(matches!(error, BuildError::Missing { part: "policy", .. }), "{error:?}");
}

#[tokio::test(start_paused = true)]
async fn t30_without_its_file_everything_is_denied_and_a_broken_one_changes_nothing() {
    let file = folder().join("policy.toml");
    let world = World::with(|gate| gate.policy_file(&file)).await;
    let denied = world.run(call("db.read")).await;
    assert!(
        matches!(&denied, Err(Denied::ByPolicy { reason }) if reason.contains("does not load")),
        "{denied:?}"
    );
    std::fs::write(&file, open()).unwrap();
    look().await;
    world.run(call("db.read")).await.unwrap();
    for broken in ["", "version = 2", "rubbish", &open().replace("db.read", "DB")] {
        std::fs::write(&file, broken).unwrap();
        look().await;
        world.run(call("db.read")).await.unwrap();
    }
    std::fs::remove_file(&file).unwrap();
    look().await;
    world.run(call("db.read")).await.unwrap();
    std::fs::write(&file, open().replace("db.read", "db.list")).unwrap();
    look().await;
    world.run(call("db.list")).await.unwrap();
    assert!(world.run(call("db.read")).await.is_err(), "the new rules rule");
    let loaded = world.trail().await.control().policy().unwrap();
    assert_eq!(
        loaded.digest,
        open().replace("db.read", "db.list").parse::<Rules>().unwrap().digest()
    );
}

#[tokio::test(start_paused = true)]
async fn t35_a_policy_that_asks_more_stops_and_one_that_asks_less_completes_nothing() {
    let by_count = |count: u32| {
        let quorum = format!("quorum = [{{ group = \"ops\", count = {count} }}]");
        format!(
            "version = 1\ndefault = \"deny\"\n[obligation.some]\n{quorum}\n[[rule]]\nid = \"r\"\naction = \"app.*\"\nrequire = [\"some\"]\n"
        )
    };
    let rules = |count| by_count(count).parse::<Rules>().unwrap();
    let ann = identity("chat", "ann");
    let world = World::new(rules(2)).await;
    world.submit(deploy()).await;
    world.approve("ann").await.unwrap();
    world.gate.desk().replace_policy(&ann, rules(1), "less").await.unwrap();
    settle().await;
    let trail = world.trail().await;
    let pending = trail.states().filter(|(_, state)| *state.phase() == Phase::Pending).count();
    assert_eq!(pending, 1, "what asks for less now completes nothing");
    assert_eq!(world.approve("bob").await, Ok(Phase::Granted));
    world.gate.desk().replace_policy(&ann, rules(3), "more").await.unwrap();
    let denied = world.pick_up(deploy()).await;
    assert!(
        matches!(&denied, Err(Denied::Revoked { reason }) if reason.contains("asks for more")),
        "{denied:?}"
    );
    assert_eq!(world.ran.count(), 0);
}

#[tokio::test(start_paused = true)]
async fn t49_to_loosen_the_policy_takes_what_the_policy_before_says() {
    let world = World::new(GUARDED.parse::<Rules>().unwrap()).await;
    let new = looser().parse::<Rules>().unwrap();
    let (racing, loading) = (world.clone(), new.clone());
    let replacing = tokio::spawn(async move {
        let ann = identity("chat", "ann");
        racing.gate.desk().replace_policy(&ann, loading, "we need to write").await
    });
    settle().await;
    assert_eq!(world.approve("ann").await, Err(Refusal::Ineligible(Ineligible::Requester)));
    assert_eq!(world.approve("bob").await, Ok(Phase::Pending));
    assert!(world.run(call("db.write")).await.is_err(), "not yet");
    assert_eq!(world.approve("cyd").await, Ok(Phase::Granted));
    replacing.await.unwrap().unwrap();
    world.run(call("db.write")).await.unwrap();
    let events = world.ledger.history(None).await.unwrap();
    let Event { what: What::PolicyLoaded { policy, replaces, request, .. }, .. } =
        Event::parse(&events.last().unwrap().bytes).unwrap()
    else {
        panic!("it is an event")
    };
    assert_eq!(policy, new.digest());
    assert_eq!(replaces, Some(GUARDED.parse::<Rules>().unwrap().digest()), "with both digests");
    assert!(request.is_some(), "and who agreed");
    world.trail().await;
}

#[tokio::test(start_paused = true)]
async fn t49_a_rejected_policy_stays_out_and_the_file_is_asked_about_only_once() {
    let file = folder().join("policy.toml");
    std::fs::write(&file, GUARDED).unwrap();
    let world = World::with(|gate| gate.policy_file(&file)).await;
    std::fs::write(&file, looser()).unwrap();
    look().await;
    assert_eq!(world.card().document().action.as_str(), "approvals.policy");
    world.reject("ann").await.unwrap();
    look().await;
    assert!(world.run(call("db.write")).await.is_err());
    world.run(call("db.read")).await.unwrap();
    assert_eq!(world.wall.cards.lock().unwrap().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn t49_a_file_that_says_something_else_by_now_is_no_longer_asked_about() {
    let file = folder().join("policy.toml");
    std::fs::write(&file, GUARDED).unwrap();
    let world = World::with(|gate| gate.policy_file(&file)).await;
    std::fs::write(&file, looser()).unwrap();
    look().await;
    let first = world.card();
    std::fs::write(&file, GUARDED.replace("db.read", "db.list")).unwrap();
    look().await;
    let late = Ballot::approve(&first).unwrap();
    assert!(world.vote(&identity("chat", "ann"), late).await.is_err(), "it was withdrawn");
    assert_ne!(world.card().request().id, first.request().id);
    world.approve("ann").await.unwrap();
    world.approve("bob").await.unwrap();
    look().await;
    world.run(call("db.list")).await.unwrap();
    assert!(world.run(call("db.write")).await.is_err());
    // Nothing is left to decide, and nothing is asked again.
    std::fs::write(&file, looser()).unwrap();
    look().await;
    std::fs::write(&file, GUARDED.replace("db.read", "db.list")).unwrap();
    look().await;
    let trail = world.trail().await;
    assert!(trail.states().all(|(_, state)| *state.phase() != Phase::Pending));
    assert_eq!(world.wall.cards.lock().unwrap().len(), 3);
}

#[tokio::test(start_paused = true)]
async fn t49_a_file_that_was_rejected_rules_once_people_agree_to_it_elsewhere() {
    let file = folder().join("policy.toml");
    std::fs::write(&file, GUARDED).unwrap();
    let world = World::with(|gate| gate.policy_file(&file)).await;
    let elsewhere = World::on(world.ledger.clone(), world.people.clone(), |gate| {
        gate.policy(GUARDED.parse::<Rules>().unwrap())
    });
    let elsewhere = elsewhere.await;
    std::fs::write(&file, looser()).unwrap();
    look().await;
    world.reject("ann").await.unwrap();
    look().await;
    let asking = elsewhere.clone();
    let replacing = tokio::spawn(async move {
        let (cyd, new) = (identity("chat", "cyd"), looser().parse::<Rules>().unwrap());
        asking.gate.desk().replace_policy(&cyd, new, "we do need to write").await
    });
    settle().await;
    for name in ["ann", "bob"] {
        elsewhere.approve(name).await.unwrap();
    }
    replacing.await.unwrap().unwrap();
    look().await;
    world.run(call("db.write")).await.unwrap();
}
