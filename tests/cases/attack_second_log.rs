//! What somebody can make of acts on the approvals who can append to the log, and can sign no decision and no
//! grant.

use approvals::*;

use crate::world::*;

fn rules(reads: &str) -> Rules {
    let text = format!(
        r#"
version = 1
default = "deny"
[obligation.one]
quorum = [{{ group = "ops", count = 1 }}]
[[rule]]
id = "{reads}"
action = "db.read"
effect = "allow"
[[rule]]
id = "deploys"
action = "app.deploy"
effect = "allow"
[[rule]]
id = "policies"
action = "approvals.policy"
require = ["one"]
[[rule]]
id = "lifts"
action = "approvals.lift"
require = ["one"]
"#
    );
    text.parse().unwrap()
}

async fn world() -> World {
    World::new(rules("a")).await
}

async fn holds(world: &World) -> Result<(), String> {
    let mut trail = Trail::new(ORIGIN);
    let entries = world.ledger.entries(0, usize::MAX).await.unwrap();
    entries.iter().try_for_each(|entry| trail.read(entry).map_err(|error| error.to_string()))
}

/// People agree to this policy, whichever ruled before.
async fn replace(world: &World, next: Rules) {
    let desk = world.gate.desk();
    let replacing =
        tokio::spawn(
            async move { desk.replace_policy(&identity("chat", "ann"), next, "so").await },
        );
    settle().await;
    world.approve("bob").await.unwrap();
    replacing.await.unwrap().unwrap();
}

/// Appends an event to the log itself.
async fn append(world: &World, what: What, at: Timestamp) {
    let last = world.ledger.history(None).await.unwrap();
    let mut event = Event::parse(&last.last().unwrap().bytes).unwrap();
    (event.what, event.at) = (what, at);
    append_event(world, event).await;
}

async fn append_event(world: &World, event: Event) {
    let value = serde_json::to_value(&event).unwrap();
    let bytes = canonical::to_bytes(&value, usize::MAX).unwrap();
    let expected = match event.request {
        None => world.ledger.history(None).await.unwrap().len(),
        Some(id) => world.ledger.history(Some(id)).await.unwrap().len(),
    };
    let entries = vec![NewEntry { bytes, attachments: Vec::new() }];
    let expected = u64::try_from(expected).unwrap();
    let append = Append { request: event.request, expected, log_expected: None, entries };
    world.ledger.append(append).await.unwrap();
}

async fn loaded(world: &World) -> Vec<What> {
    let entries = world.ledger.history(None).await.unwrap();
    let events = entries.iter().map(|entry| Event::parse(&entry.bytes).unwrap().what);
    events.filter(|what| matches!(what, What::PolicyLoaded { .. })).collect()
}

#[tokio::test(start_paused = true)]
async fn a_gate_believes_no_replacement_of_a_policy_a_second_time() {
    let world = world().await;
    replace(&world, rules("b")).await;
    replace(&world, rules("a")).await;
    let to_b = loaded(&world).await.remove(1);
    assert_eq!(holds(&world).await, Ok(()));
    append(&world, to_b, world.clock.now()).await;
    assert!(holds(&world).await.is_err(), "a stranger sees that it was used before");
    let restarted = bare(world.ledger.clone())
        .policy(rules("b"))
        .directory(world.people.clone())
        .approver(world.wall.clone())
        .build()
        .await;
    assert!(
        matches!(restarted, Err(BuildError::Ledger(LedgerError::Damaged { .. }))),
        "it rules by a policy that people have replaced: {restarted:?}"
    );
}

/// A policy that people agreed to replace, and which came too late, since another one was faster.
async fn overtaken(world: &World) -> RequestId {
    let slow = world.gate.desk();
    let waiting = tokio::spawn(async move {
        slow.replace_policy(&identity("chat", "ann"), rules("lax"), "so").await
    });
    settle().await;
    let card = world.card();
    replace(world, rules("b")).await;
    let ballot = Ballot::approve(&card).unwrap();
    world.vote(&identity("chat", "cyd"), ballot).await.unwrap();
    assert!(waiting.await.unwrap().is_err(), "it was overtaken");
    replace(world, rules("a")).await;
    card.id()
}

#[tokio::test(start_paused = true)]
async fn an_act_that_was_overtaken_takes_no_effect_a_year_later() {
    let world = world().await;
    let request = overtaken(&world).await;
    let end = world.state(request).await.outcome().cloned();
    assert_eq!(end, Some(Outcome::Executed(Execution::Failed)));
    tokio::time::sleep(MINUTE * 60 * 24 * 365).await;
    let What::PolicyLoaded { guarded, .. } = loaded(&world).await.remove(0) else { panic!() };
    let lax = What::PolicyLoaded {
        policy: rules("lax").digest(),
        replaces: Some(rules("a").digest()),
        guarded,
        request: Some(request),
    };
    append(&world, lax, world.clock.now()).await;
    assert!(holds(&world).await.is_err(), "what failed a year ago rules now");
}

#[tokio::test(start_paused = true)]
async fn what_a_person_found_not_to_be_carried_out_takes_no_effect_afterwards() {
    let world = world().await;
    let (desk, ann) = (world.gate.desk(), identity("chat", "ann"));
    let stop = desk.stop(&ann, Stop::Everything, "it is on fire").await.unwrap();
    let lifting = world.gate.desk();
    let lifting =
        tokio::spawn(async move { lifting.lift(&identity("chat", "ann"), stop, "out").await });
    settle().await;
    let request = world.card().id();
    world.approve("bob").await.unwrap();
    lifting.await.unwrap().unwrap();
    // The same, had the process died as it started, and had a person looked.
    let rebuilt = World::new(rules("a")).await;
    let mut events = Vec::new();
    for entry in world.ledger.entries(rebuilt_from(&rebuilt).await, usize::MAX).await.unwrap() {
        let event = Event::parse(&entry.bytes).unwrap();
        let is_effect = matches!(event.what, What::Lifted { .. } | What::Finished { .. });
        if is_effect {
            events.push(event);
        } else {
            let entries = vec![NewEntry { bytes: entry.bytes, attachments: entry.attachments }];
            let before = rebuilt.ledger.history(event.request).await.unwrap().len();
            let expected = u64::try_from(before).unwrap();
            let append = Append { request: event.request, expected, log_expected: None, entries };
            rebuilt.ledger.append(append).await.unwrap();
        }
    }
    let desk = rebuilt.gate.desk();
    let not_done = Resolution::NotDone;
    desk.resolve(&identity("chat", "cyd"), request, not_done, "it still burns").await.unwrap();
    assert_eq!(holds(&rebuilt).await, Ok(()));
    tokio::time::sleep(MINUTE * 60 * 24 * 365).await;
    let lifted = events.into_iter().find(|event| matches!(event.what, What::Lifted { .. }));
    append(&rebuilt, lifted.unwrap().what, rebuilt.clock.now()).await;
    assert!(holds(&rebuilt).await.is_err(), "a person said a year ago that it was not lifted");
}

async fn rebuilt_from(world: &World) -> u64 {
    u64::try_from(world.ledger.entries(0, usize::MAX).await.unwrap().len()).unwrap()
}

#[tokio::test(start_paused = true)]
async fn whether_a_policy_is_guarded_is_part_of_what_people_agree_to() {
    let world = world().await;
    replace(&world, rules("b")).await;
    let mut trail = Trail::new(ORIGIN);
    let mut forged = Ok(());
    for mut entry in world.ledger.entries(0, usize::MAX).await.unwrap() {
        let mut event = Event::parse(&entry.bytes).unwrap();
        if let What::PolicyLoaded { guarded, request: Some(_), .. } = &mut event.what {
            *guarded = false;
            let value = serde_json::to_value(&event).unwrap();
            entry.bytes = canonical::to_bytes(&value, usize::MAX).unwrap();
        }
        forged = forged.and_then(|()| trail.read(&entry).map_err(|error| error.to_string()));
    }
    assert!(
        forged.is_err(),
        "from here on, any policy may take its place without being asked about"
    );
}
