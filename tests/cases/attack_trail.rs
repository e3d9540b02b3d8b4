//! What the holder of the log key alone, who can sign no decision and no grant, can make a trail accept.

use approvals::*;

use crate::world::*;

const RULES: &str = r#"
version = 1
default = "deny"
[obligation.one]
quorum = [{ group = "ops", count = 1 }]
[[rule]]
id = "deploys"
action = "app.deploy"
require = ["one"]
[[rule]]
id = "reads"
action = "db.read"
effect = "allow"
[[rule]]
id = "stands"
action = "approvals.standing"
require = ["one"]
[[rule]]
id = "policies"
action = "approvals.policy"
require = ["one"]
"#;

async fn world() -> World {
    World::new(RULES.parse::<Rules>().unwrap()).await
}

/// What the trail says of the log once each event has been changed, where that is wanted.
async fn reads(world: &World, change: impl Fn(&mut Event)) -> Result<(), String> {
    let mut trail = Trail::new(ORIGIN);
    for mut entry in world.ledger.entries(0, usize::MAX).await.unwrap() {
        let mut event = Event::parse(&entry.bytes).unwrap();
        let before = event.clone();
        change(&mut event);
        if event != before {
            let value = serde_json::to_value(&event).unwrap();
            entry.bytes = canonical::to_bytes(&value, usize::MAX).unwrap();
        }
        trail.read(&entry).map_err(|error| error.to_string())?;
    }
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_ruling_by_another_policy_than_the_guarded_one_does_not_hold() {
    let world = world().await;
    assert!(world.trail().await.control().policy().unwrap().guarded);
    world.run(DynamicAction::from_json("db.read", b"{}").unwrap()).await.unwrap();
    let other = "version = 1\ndefault = \"deny\"".parse::<Rules>().unwrap().digest();
    let forged = reads(&world, |event| {
        if let What::Requested { request, .. } = &mut event.what {
            request.ruling.policy = other;
        }
        if let What::Started { policy, .. } = &mut event.what {
            *policy = other;
        }
    });
    assert!(forged.await.is_err(), "it ran by a policy that nobody agreed to");
}

#[tokio::test(start_paused = true)]
async fn a_request_does_not_start_before_it_was_granted() {
    let world = world().await;
    world.submit(deploy()).await;
    world.approve("ann").await.unwrap();
    world.pick_up(deploy()).await.unwrap();
    let forged = reads(&world, |event| {
        if let What::Started { .. } = event.what {
            event.at = Timestamp::from_millis(0);
        }
    });
    assert!(forged.await.is_err(), "an expired grant can be used by writing an earlier time");
}

#[tokio::test(start_paused = true)]
async fn a_request_says_when_it_was_asked() {
    let world = world().await;
    world.submit(deploy()).await;
    let forged = reads(&world, |event| {
        if let What::Requested { request, .. } = &mut event.what {
            request.asked_at = Timestamp::from_millis(0);
        }
    });
    assert!(forged.await.is_err(), "whoever escalations add may decide at once");
}

#[tokio::test(start_paused = true)]
async fn a_request_is_decided_in_the_time_that_its_obligations_give() {
    let world = world().await;
    world.submit(deploy()).await;
    let forged = reads(&world, |event| {
        if let What::Requested { request, .. } = &mut event.what {
            request.approve_by = request.approve_by.after(MINUTE * 60 * 24 * 365);
        }
    });
    assert!(forged.await.is_err(), "it may be decided for a year");
}

#[tokio::test(start_paused = true)]
async fn a_channel_showed_the_card_that_there_is() {
    let world = world().await;
    world.submit(deploy()).await;
    let forged = reads(&world, |event| {
        if let What::Presented { card, .. } = &mut event.what {
            *card = format!("sha256:{}", "0".repeat(64)).parse().unwrap();
        }
    });
    assert!(forged.await.is_err(), "people were shown another card");
}

#[tokio::test(start_paused = true)]
async fn what_rests_on_a_standing_grant_does_not_start_once_that_is_retired() {
    let world = world().await;
    let until = world.clock.now().after(MINUTE * 60);
    let name = "app.deploy".parse().unwrap();
    let terms = StandingTerms::new("agent:a".parse().unwrap(), name, one_of_ops(), 9, until)
        .on_behalf_of("u:boss".parse().unwrap())
        .argument("version", Bound::Anything);
    let desk = world.gate.desk();
    let ann = identity("chat", "ann");
    let acting = tokio::spawn(async move { desk.issue_standing(&ann, terms, "tonight").await });
    settle().await;
    world.approve("bob").await.unwrap();
    let standing = acting.await.unwrap().unwrap();
    let request = world.submit(deploy()).await;
    let desk = world.gate.desk();
    desk.retire(&identity("chat", "bob"), standing, "enough").await.unwrap();
    let trail = world.trail().await;
    let state = trail.states().find(|(id, _)| *id == request).unwrap().1.clone();
    let mut event = trail.events(request)[0].clone();
    let policy = trail.control().policy().unwrap().digest;
    let action = state.action().unwrap();
    event.what = What::Started { action, attempt: None, facts: FactSet::new(), fence: 1, policy };
    let value = serde_json::to_value(&event).unwrap();
    let bytes = canonical::to_bytes(&value, usize::MAX).unwrap();
    let entries = vec![NewEntry { bytes, attachments: Vec::new() }];
    let expected = state.version();
    let append = Append { request: Some(request), expected, log_expected: None, entries };
    world.ledger.append(append).await.unwrap();
    let started = reads(&world, |_event| {}).await;
    assert!(started.is_err(), "the grant was retired before it");
}

#[tokio::test(start_paused = true)]
async fn a_statement_counts_once() {
    let world = world().await;
    let groups = std::collections::BTreeSet::from(["ops".parse().unwrap()]);
    let until = world.clock.now().after(MINUTE * 60);
    let (desk, ann) = (world.gate.desk(), identity("chat", "ann"));
    desk.delegate(&ann, "u:dan".parse().unwrap(), groups, until, "away").await.unwrap();
    let lent = world.ledger.history(None).await.unwrap().pop().unwrap();
    desk.undelegate(&ann, "back").await.unwrap();
    assert!(world.trail().await.control().delegations().is_empty());
    let expected = world.trail().await.control().version();
    let entries = vec![NewEntry { bytes: lent.bytes, attachments: Vec::new() }];
    let again = Append { request: None, expected, log_expected: None, entries };
    world.ledger.append(again).await.unwrap();
    let forged = reads(&world, |_event| {}).await;
    assert!(forged.is_err(), "what ann took back is lent again");
    // Nor does the gate believe it.
    let denied = world.gate.submit(deploy().key("k").unwrap()).await;
    assert!(matches!(denied, Err(Denied::Unavailable { .. })), "{denied:?}");
}
