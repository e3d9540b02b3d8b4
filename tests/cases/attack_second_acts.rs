//! Attacks through acts on the approvals: standing grants, lent votes, and processes that lag behind.

use std::collections::BTreeSet;

use approvals::*;

use crate::world::*;

const RULES: &str = r#"
version = 1
default = "deny"
[obligation.one]
quorum = [{ group = "ops", count = 1 }]
[obligation.security]
quorum = [{ group = "security", count = 2 }]
[[rule]]
id = "deploys"
action = "app.deploy"
require = ["one"]
[[rule]]
id = "critical"
action = "app.deploy"
risk = ["critical"]
require = ["security"]
[[rule]]
id = "stands"
action = "approvals.standing"
require = ["one"]
"#;

async fn world() -> World {
    let world = World::new(RULES.parse::<Rules>().unwrap()).await;
    for name in ["sam", "sue"] {
        world.people.human(name, &["security"]);
    }
    world
}

/// Ann asks for a standing grant of deployments by the agent, and bob agrees.
async fn issue(world: &World) {
    let until = world.clock.now().after(MINUTE * 60);
    let name = "app.deploy".parse().unwrap();
    let terms = StandingTerms::new("agent:a".parse().unwrap(), name, one_of_ops(), 9, until)
        .on_behalf_of("u:boss".parse().unwrap())
        .argument("version", Bound::Anything);
    let desk = world.gate.desk();
    let acting = tokio::spawn(async move {
        desk.issue_standing(&identity("chat", "ann"), terms, "tonight").await
    });
    settle().await;
    world.approve("bob").await.unwrap();
    acting.await.unwrap().unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_standing_grant_covers_no_higher_risk_than_people_saw() {
    let world = world().await;
    issue(&world).await;
    let before = world.wall.cards.lock().unwrap().len();
    let call = world.start(deploy().risk(Risk::Critical)).await;
    let asked = world.wall.cards.lock().unwrap().len() - before;
    let ran = world.ran.count();
    call.abort();
    assert_eq!((asked, ran), (1, 0), "(cards for two of security, bodies)");
}

#[tokio::test(start_paused = true)]
async fn a_standing_grant_outranks_no_policy_that_asks_for_more_since() {
    let world = world().await;
    issue(&world).await;
    let more = RULES.replace("risk = [\"critical\"]\n", "").parse::<Rules>().unwrap();
    let desk = world.gate.desk();
    desk.replace_policy(&identity("chat", "ann"), more, "two of security from now on")
        .await
        .unwrap();
    let before = world.wall.cards.lock().unwrap().len();
    let call = world.start(deploy()).await;
    let asked = world.wall.cards.lock().unwrap().len() - before;
    let ran = world.ran.count();
    call.abort();
    assert_eq!((asked, ran), (1, 0), "(cards for two of security, bodies)");
}

#[tokio::test(start_paused = true)]
async fn who_takes_a_vote_back_under_another_name_has_taken_it_back() {
    let ann = Principal::human("u:ann").unwrap().member_of(["ops"]).unwrap();
    let admin = Principal::human("u:ann-admin").unwrap().also_known_as(["u:ann"]).unwrap();
    let dan = Principal::human("u:dan").unwrap();
    let directory = StaticDirectory::new()
        .with(&ann, [identity("chat", "ann")])
        .with(&admin, [identity("web", "ann-admin")])
        .with(&dan, [identity("chat", "dan")]);
    let more = |gate: GateBuilder| gate.policy(asks([ask(1, "ops")])).directory(directory);
    let world = World::on(memory().await, People::default(), more).await;
    let desk = world.gate.desk();
    let groups = BTreeSet::from(["ops".parse().unwrap()]);
    let until = world.clock.now().after(MINUTE * 60 * 24);
    let to = "u:dan".parse().unwrap();
    desk.delegate(&identity("chat", "ann"), to, groups, until, "away").await.unwrap();
    let taken_back = desk.undelegate(&identity("web", "ann-admin"), "back").await;
    world.submit(deploy()).await;
    let voted = world.approve("dan").await;
    assert!(
        taken_back.is_err() || voted.is_err(),
        "she was told that it is done, and dan votes for her"
    );
}

#[tokio::test(start_paused = true)]
async fn acts_on_the_approvals_wear_nobody_down() {
    let limits = Limits::default().pending(2).per_hour(2).refused_per_hour(2);
    let rules = RULES.parse::<Rules>().unwrap();
    let world = World::with(|gate| gate.policy(rules).limits(limits)).await;
    world.people.set("bot", Principal::service("s:bot").unwrap());
    let until = world.clock.now().after(MINUTE * 60);
    let mut acts = Vec::new();
    for uses in 1..=60 {
        let name = "app.deploy".parse().unwrap();
        let terms = StandingTerms::new("agent:a".parse().unwrap(), name, one_of_ops(), uses, until);
        let desk = world.gate.desk();
        acts.push(tokio::spawn(async move {
            desk.issue_standing(&identity("chat", "bot"), terms, "please").await
        }));
    }
    settle().await;
    let cards = world.wall.cards.lock().unwrap().len();
    acts.iter().for_each(tokio::task::JoinHandle::abort);
    assert!(cards <= 2, "a machine without any group has put {cards} cards before people");
}

#[tokio::test(start_paused = true)]
async fn what_is_called_in_a_persons_name_uses_up_none_of_what_that_person_may_ask() {
    let limits = Limits::default().pending(1).per_hour(1);
    let rules = RULES.parse::<Rules>().unwrap();
    let world = World::with(|gate| gate.policy(rules).limits(limits)).await;
    let ann = Requester::new(Principal::human("u:ann").unwrap());
    let call = deploy().key("k").unwrap();
    world.gate.scope(ann, world.gate.submit(call)).await.unwrap();
    settle().await;
    issue(&world).await;
    assert_eq!(world.wall.cards.lock().unwrap().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn nothing_limits_a_stop() {
    let limits = Limits::default().pending(0).per_hour(0).refused_per_hour(0);
    let rules = RULES.parse::<Rules>().unwrap();
    let world = World::with(|gate| gate.policy(rules).limits(limits)).await;
    for number in 0..9 {
        let id = format!("agent:a{number}").parse().unwrap();
        let desk = world.gate.desk();
        desk.stop(&identity("chat", "ann"), Stop::Principal(id), "it runs wild").await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn a_process_that_lags_behind_spoils_no_grant() {
    const GUARDED: &str = r#"
        version = 1
        default = "deny"
        obligation.one.quorum = [{ group = "ops", count = 1 }]
        rule = [
            { id = "deploys", action = "app.deploy", require = ["one"] },
            { id = "policies", action = "approvals.policy", require = ["one"] },
        ]"#;
    let world = World::new(GUARDED.parse::<Rules>().unwrap()).await;
    world.submit(deploy()).await;
    world.approve("ann").await.unwrap();
    let other = format!("{GUARDED}\n# the next version").parse::<Rules>().unwrap();
    let early = World::on(world.ledger.clone(), world.people.clone(), |gate| gate.policy(other));
    assert!(early.await.pick_up(deploy()).await.is_err(), "its policy is not in force yet");
    assert_eq!(world.pick_up(deploy()).await, Ok(()), "people approved it under the one that is");
}
