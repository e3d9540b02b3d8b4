//! Attacks on who may say what, and on what they are told.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use approvals::*;
use async_trait::async_trait;
use tokio::sync::Notify;

use crate::meddled::{Asked, Meddled};
use crate::world::*;

const RULES: &str = r#"
version = 1
default = "deny"
[obligation.one]
quorum = [{ group = "ops", count = 1 }]
[[rule]]
id = "deploys"
action = "app.deploy"
effect = "allow"
[[rule]]
id = "lifts"
action = "approvals.lift"
require = ["one"]
"#;

async fn world() -> World {
    World::new(RULES.parse::<Rules>().unwrap()).await
}

/// Ann takes her vote back while the directory is asked about her.
#[derive(Debug)]
struct TakesBack {
    people: People,
    desk: Arc<Mutex<Option<Desk>>>,
    now: Arc<AtomicBool>,
}

#[async_trait]
impl Directory for TakesBack {
    async fn resolve(
        &self,
        identity: &ChannelIdentity,
    ) -> Result<Option<Principal>, DirectoryError> {
        self.people.resolve(identity).await
    }

    async fn members(&self, group: &Group) -> Result<Vec<Principal>, DirectoryError> {
        let desk = self.desk.lock().unwrap().clone();
        if let Some(desk) = desk.filter(|_| self.now.swap(false, Ordering::SeqCst)) {
            desk.undelegate(&identity("chat", "ann"), "I am back").await.unwrap();
        }
        self.people.members(group).await
    }
}

#[tokio::test(start_paused = true)]
async fn a_vote_that_was_taken_back_is_not_given_and_spoils_no_log() {
    let people = People::default();
    people.human("ann", &["ops"]);
    people.human("dan", &[]);
    let (desk, now) = (Arc::default(), Arc::default());
    let directory =
        TakesBack { people: people.clone(), desk: Arc::clone(&desk), now: Arc::clone(&now) };
    let more = |gate: GateBuilder| gate.policy(asks([ask(1, "ops")])).directory(directory);
    let world = World::on(memory().await, people, more).await;
    *desk.lock().unwrap() = Some(world.gate.desk());
    let groups = BTreeSet::from(["ops".parse().unwrap()]);
    let until = world.clock.now().after(MINUTE * 60);
    let dan = "u:dan".parse().unwrap();
    let lends = world.gate.desk();
    lends.delegate(&identity("chat", "ann"), dan, groups, until, "away").await.unwrap();
    world.submit(deploy()).await;
    now.store(true, Ordering::SeqCst);
    let voted = world.approve("dan").await;
    let mut trail = Trail::new(ORIGIN);
    let entries = world.ledger.entries(0, usize::MAX).await.unwrap();
    let holds = entries.iter().try_for_each(|entry| trail.read(entry)).map_err(|e| e.to_string());
    assert_eq!((voted.is_ok(), holds), (false, Ok(())), "(the vote counts, the log holds)");
}

#[tokio::test(start_paused = true)]
async fn what_is_still_running_is_not_resolved_and_its_end_is_recorded() {
    let world = world().await;
    let (gate, go) = (world.gate.clone(), Arc::new(Notify::new()));
    let gone = Arc::clone(&go);
    let running = tokio::spawn(async move {
        gate.run(deploy(), async |_permit, _action| {
            gone.notified().await;
            Ok::<_, Denied>(())
        })
        .await
    });
    settle().await;
    let request = world.trail().await.states().next().unwrap().0;
    let desk = world.gate.desk();
    let resolved =
        desk.resolve(&identity("chat", "ann"), request, Resolution::NotDone, "it hangs").await;
    go.notify_one();
    running.await.unwrap().unwrap();
    tokio::time::sleep(Duration::from_secs(120)).await;
    let finished = |event: &Event| {
        matches!(event.what, What::Finished { execution: Execution::Succeeded, .. })
    };
    let trail = world.trail().await;
    assert!(
        trail.events(request).iter().any(finished),
        "its body succeeded, and the log says {:?} after {resolved:?}",
        trail.states().next().unwrap().1.outcome()
    );
}

#[tokio::test(start_paused = true)]
async fn a_stop_stops_a_principal_under_all_its_names() {
    let boss = Principal::human("u:boss").unwrap().also_known_as(["u:boss-private"]).unwrap();
    let agent = Principal::agent("agent:a").unwrap().also_known_as(["agent:alias"]).unwrap();
    for name in ["agent:alias", "u:boss-private"] {
        let world = world().await;
        let scope = Stop::Principal(name.parse().unwrap());
        world.gate.desk().stop(&identity("chat", "bob"), scope, "odd").await.unwrap();
        let requester = Requester::new(agent.clone()).on_behalf_of(boss.clone());
        let ran = world.gate.scope(requester, world.run(deploy())).await;
        assert!(matches!(ran, Err(Denied::Stopped { .. })), "{name}: {ran:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_card_of_a_lift_says_what_is_lifted() {
    let world = world().await;
    let desk = world.gate.desk();
    let stop = desk.stop(&identity("chat", "bob"), Stop::Everything, "breach").await.unwrap();
    let acting = tokio::spawn(async move {
        desk.lift(&identity("chat", "ann"), stop, "lifts the stop of agent:tiny only").await
    });
    settle().await;
    let shown = world.card().to_string();
    assert!(shown.contains("everything"), "\n{shown}");
    acting.abort();
}

#[tokio::test(start_paused = true)]
async fn nobody_lifts_the_stop_of_their_own_agent() {
    let world = world().await;
    world.people.human("boss", &["ops"]);
    let desk = world.gate.desk();
    let scope = Stop::Principal("u:boss".parse().unwrap());
    let stop = desk.stop(&identity("chat", "bob"), scope, "odd").await.unwrap();
    let acting =
        tokio::spawn(async move { desk.lift(&identity("chat", "ann"), stop, "please").await });
    settle().await;
    assert!(world.approve("boss").await.is_err(), "it is his own stop");
    acting.abort();
}

#[tokio::test(start_paused = true)]
async fn no_argument_of_an_agent_names_the_risk() {
    let world = World::new(asks([ask(1, "ops")])).await;
    let arguments = br#"{"risk":"low"}"#;
    world.submit(DynamicAction::from_json("app.deploy", arguments).unwrap()).await;
    assert_eq!(world.card().document().risk, Risk::High, "the word of the program, or its default");
}

#[tokio::test(start_paused = true)]
async fn to_resolve_an_act_that_is_being_carried_out_spoils_no_log() {
    let (desk, now) =
        (Arc::new(Mutex::new(None::<(Desk, RequestId)>)), Arc::new(AtomicBool::new(false)));
    let (meddling, due, inner) = (Arc::clone(&desk), Arc::clone(&now), memory().await);
    // During the next look at the log itself Cyd resolves the only request that is carried out.
    let ledger = Meddled::new(Arc::clone(&inner), move |asked| {
        let desk = meddling.lock().unwrap().clone();
        let is_log = asked == Asked::History(None);
        let act = desk.filter(|_| is_log && due.swap(false, Ordering::SeqCst));
        Box::pin(async move {
            if let Some((desk, request)) = act {
                let cyd = identity("chat", "cyd");
                desk.resolve(&cyd, request, Resolution::NotDone, "it hangs").await.unwrap();
            }
            Ok(())
        })
    });
    let people = People::default();
    for name in ["ann", "bob", "cyd"] {
        people.human(name, &["ops"]);
    }
    let rules = RULES.parse::<Rules>().unwrap();
    let world = World::on(inner, people, |gate| gate.policy(rules).ledger(ledger)).await;
    let acts = world.gate.desk();
    let stop = acts.stop(&identity("chat", "bob"), Stop::Everything, "odd").await.unwrap();
    let acting =
        tokio::spawn(async move { acts.lift(&identity("chat", "ann"), stop, "over").await });
    settle().await;
    *desk.lock().unwrap() = Some((world.gate.desk(), world.card().id()));
    world.approve("bob").await.unwrap();
    now.store(true, Ordering::SeqCst);
    let lifted = acting.await.unwrap();
    let mut trail = Trail::new(ORIGIN);
    let entries = world.ledger.entries(0, usize::MAX).await.unwrap();
    let holds = entries.iter().try_for_each(|entry| trail.read(entry)).map_err(|e| e.to_string());
    assert_eq!(holds, Ok(()), "what the gate itself wrote; lifted: {lifted:?}");
}

/// Ann, and two more accounts of hers, which only her own entry names, wherever it stands.
fn ann_and_her_accounts(place: usize) -> StaticDirectory {
    let mut names = vec!["ann-chat", "ann-web", "bob"];
    names.insert(place, "ann");
    names.into_iter().fold(StaticDirectory::new(), |people, name| {
        let one = Principal::human(&format!("u:{name}")).unwrap().member_of(["ops"]).unwrap();
        let others: &[&str] = if name == "ann" { &["u:ann-chat", "u:ann-web"] } else { &[] };
        let one = one.also_known_as(others.iter().copied()).unwrap();
        people.with(&one, [identity("chat", name)])
    })
}

#[tokio::test(start_paused = true)]
async fn accounts_that_a_third_entry_names_are_one_person() {
    for place in 0..4 {
        let world = World::with(|gate| {
            gate.policy(asks([ask(2, "ops")])).directory(ann_and_her_accounts(place))
        })
        .await;
        world.submit(deploy()).await;
        world.approve("ann-chat").await.unwrap();
        let second = world.approve("ann-web").await;
        assert_ne!(second, Ok(Phase::Granted), "one person, as the directory says");
        assert_eq!(world.approve("bob").await, Ok(Phase::Granted), "bob is another one");
    }
}

#[tokio::test(start_paused = true)]
async fn an_owner_does_not_approve_by_an_account_that_a_third_entry_names() {
    for place in 0..4 {
        let owner = Principal::human("u:ann-web").unwrap();
        let requester = Requester::new(Principal::agent("agent:a").unwrap()).on_behalf_of(owner);
        let world = World::with(|gate| {
            let gate = gate.policy(asks([ask(1, "ops")])).requester(requester);
            gate.directory(ann_and_her_accounts(place))
        })
        .await;
        world.submit(deploy()).await;
        assert!(world.approve("ann").await.is_err(), "her entry names the owner");
        assert!(world.approve("ann-chat").await.is_err(), "and this account as well");
    }
}
