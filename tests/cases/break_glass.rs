//! Emergencies: listed denials become a question, and somebody looks at it afterwards.

use std::sync::Arc;

use approvals::*;

use crate::world::*;

/// A world for each engine.
async fn worlds() -> [World; 2] {
    let [toml, cedar] = engines("break-glass");
    [world(toml).await, world(cedar).await]
}

pub(crate) async fn world(rules: Arc<dyn Policy>) -> World {
    let env = FactSet::from([("env.name".parse().unwrap(), "prod".into())]);
    let world = World::with(|gate| gate.policy(rules).facts(env)).await;
    for name in ["pat", "pia"] {
        world.people.human(name, &["platform-sec"]);
    }
    world.people.human("ida", &["incident-command"]);
    world.people.human("sec", &["security"]);
    world
}

fn bind_admin() -> DynamicAction {
    let arguments = br#"{"role": "cluster-admin", "subject": "u:oncall"}"#;
    DynamicAction::from_json("k8s.bind-cluster-role", arguments).unwrap()
}

pub(crate) fn emergency() -> DynamicAction {
    bind_admin().break_glass("the control plane is down")
}

#[tokio::test(start_paused = true)]
async fn t45_without_the_incident_commander_it_stays_pending_and_with_one_it_runs() {
    for world in worlds().await {
        let denied = world.run(bind_admin()).await;
        assert!(matches!(denied, Err(Denied::ByPolicy { .. })), "without the signal it is denied");
        let request = world.submit(emergency()).await;
        for name in ["pat", "pia"] {
            assert_eq!(world.approve(name).await, Ok(Phase::Pending));
        }
        assert_eq!(world.approve("ida").await, Ok(Phase::Granted));
        world.pick_up(emergency()).await.unwrap();
        let (due, done) = world.state(request).await.review_due().unwrap();
        assert!(!done && due > world.clock.now(), "somebody is to look at it");
    }
}

#[tokio::test(start_paused = true)]
async fn t45_an_emergency_says_so_first_on_every_channel() {
    for world in worlds().await {
        world.submit(emergency()).await;
        let shown = world.card().to_string();
        assert!(shown.starts_with("-- EMERGENCY: break-glass"), "{shown}");
        assert!(shown.contains("set aside      cluster-admin-never"), "{shown}");
        assert!(
            shown.contains("emergency      \"the control plane is down\""),
            "as a claim:\n{shown}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn t45_an_emergency_sets_nothing_aside_that_is_not_listed() {
    for world in worlds().await {
        let exec = DynamicAction::from_json("k8s.exec", br#"{"pod": "p"}"#).unwrap();
        let denied = world.run(exec.break_glass("now!")).await;
        assert!(matches!(denied, Err(Denied::ByPolicy { .. })), "{denied:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn t45_who_took_part_does_not_review_it_and_once_is_enough() {
    for world in worlds().await {
        let request = world.submit(emergency()).await;
        world.people.human("pat", &["platform-sec", "security"]);
        for name in ["pat", "pia", "ida"] {
            world.approve(name).await.unwrap();
        }
        world.pick_up(emergency()).await.unwrap();
        let open = world.gate.unreviewed().await.unwrap();
        assert_eq!(open.iter().map(|(id, _)| *id).collect::<Vec<_>>(), [request]);
        world.people.human("boss", &["security"]);
        let desk = world.gate.desk();
        for name in ["pat", "boss", "ida"] {
            let refused = desk.review(&identity("chat", name), request, true, "fine").await;
            assert!(refused.is_err(), "{name}");
        }
        desk.review(&identity("chat", "sec"), request, false, "a restart would have done")
            .await
            .unwrap();
        assert!(desk.review(&identity("chat", "sec"), request, true, "or not").await.is_err());
        assert!(world.gate.unreviewed().await.unwrap().is_empty());
        let state = world.state(request).await;
        assert!(state.review_due().unwrap().1);
        assert_eq!(state.statements()[0].reason, "a restart would have done");
    }
}
