//! Attacks through emergencies: what is set aside is what people were shown, and is looked at afterwards.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use approvals::*;
use async_trait::async_trait;

use crate::world::*;

const RULES: &str = r#"
version = 1
default = "deny"
[facts]
"env.frozen" = "boolean"
"env.embargo" = "boolean"
[obligation.commander]
quorum = [{ group = "command", count = 1 }]
[break_glass]
require = ["commander"]
rules = ["freeze", "embargo"]
review_by = "ops"
review_within = "24h"
[[rule]]
id = "deploys"
action = "app.deploy"
require = ["commander"]
[[rule]]
id = "freeze"
action = "app.deploy"
when = [{ field = "env.frozen", eq = true }]
effect = "deny"
[[rule]]
id = "embargo"
action = "app.deploy"
when = [{ field = "env.embargo", eq = true }]
effect = "deny"
"#;

/// What the weather is like.
#[derive(Clone, Debug, Default)]
struct Weather {
    frozen: Arc<AtomicBool>,
    embargo: Arc<AtomicBool>,
}

#[async_trait]
impl FactProvider for Weather {
    async fn facts(&self, _call: &Facts<'_>) -> Result<FactSet, FactError> {
        let read = |fact: &AtomicBool| Fact::Bool(fact.load(Ordering::SeqCst));
        Ok(FactSet::from([
            ("env.frozen".parse().unwrap(), read(&self.frozen)),
            ("env.embargo".parse().unwrap(), read(&self.embargo)),
        ]))
    }
}

async fn world() -> (World, Weather) {
    let weather = Weather::default();
    let rules = RULES.parse::<Rules>().unwrap();
    let world = World::with(|gate| gate.policy(rules).facts(weather.clone())).await;
    world.people.human("ida", &["command"]);
    (world, weather)
}

/// The agent always says that it is an emergency: it costs nothing.
fn always() -> DynamicAction {
    deploy().break_glass("production is down")
}

#[tokio::test(start_paused = true)]
async fn who_always_cries_emergency_runs_through_no_freeze_that_comes_later() {
    let (world, weather) = world().await;
    let request = world.submit(always()).await;
    let card = world.card().render(80);
    assert!(!card.contains("EMERGENCY"), "nothing is frozen, and nothing is set aside: {card}");
    world.approve("ida").await.unwrap();
    weather.frozen.store(true, Ordering::SeqCst);
    let ran = world.pick_up(always()).await;
    let unreviewed = world.gate.unreviewed().await.unwrap();
    let is_looked_at = unreviewed.iter().any(|(id, _)| *id == request);
    assert!(
        ran.is_err() || is_looked_at,
        "it ran {} times through the freeze; nobody was shown that, and nobody looks at it",
        world.ran.count()
    );
}

#[tokio::test(start_paused = true)]
async fn what_is_set_aside_is_what_people_were_shown() {
    let (world, weather) = world().await;
    weather.frozen.store(true, Ordering::SeqCst);
    world.submit(always()).await;
    let card = world.card().render(80);
    assert!(
        card.contains("set aside      freeze") && !card.contains("set aside      embargo"),
        "{card}"
    );
    world.approve("ida").await.unwrap();
    weather.embargo.store(true, Ordering::SeqCst);
    let ran = world.pick_up(always()).await;
    assert!(ran.is_err(), "people set the freeze aside, and the embargo went with it");
}
