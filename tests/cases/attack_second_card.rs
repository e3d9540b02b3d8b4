//! Attacks on what a card says in its own voice, and on what is said of a policy before it rules.

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
id = "stands"
action = "approvals.standing"
require = ["one"]
"#;

async fn world() -> World {
    World::new(RULES.parse::<Rules>().unwrap()).await
}

#[tokio::test(start_paused = true)]
async fn a_card_does_not_say_that_nothing_has_changed_when_the_resource_has() {
    let world = world().await;
    let test = world.start(deploy().resource("cluster/test")).await;
    world.reject("ann").await.unwrap();
    assert!(test.await.unwrap().is_err());
    let prod = world.start(deploy().resource("cluster/prod")).await;
    let card = world.card().render(80);
    prod.abort();
    assert!(card.contains("cluster/prod"), "{card}");
    assert!(card.contains("changed      resource was \"cluster/test\""), "{card}");
    world.trail().await;
    let says_nothing = |line: &str| line.contains("changed") && line.ends_with("nothing");
    assert!(!card.lines().any(says_nothing), "{card}");
}

struct Hidden(&'static str);

impl Action for Hidden {
    fn describe(&self, call: &mut Description) -> Result<(), DescribeError> {
        call.action("app.deploy", Risk::High)?;
        call.redact("token", self.0)
    }
}

#[tokio::test(start_paused = true)]
async fn a_card_does_not_say_that_nothing_has_changed_when_what_is_hidden_may_have() {
    let world = world().await;
    for token in ["of the test shop", "of the real shop"] {
        let running = world.clone();
        let call = tokio::spawn(async move { running.run(Hidden(token)).await });
        settle().await;
        let card = world.card().render(80);
        let says_nothing = |line: &str| line.contains("changed") && line.ends_with("nothing");
        assert!(!card.lines().any(says_nothing), "{card}");
        world.reject("ann").await.unwrap();
        assert!(call.await.unwrap().is_err());
        tokio::time::sleep(MINUTE * 2).await;
    }
    let card = world.card().render(80);
    assert!(card.contains("may differ   \"token\" was hidden"), "{card}");
    world.trail().await;
}

#[tokio::test(start_paused = true)]
async fn a_card_says_for_whom_and_how_risky_the_rejected_attempt_was() {
    let world = world().await;
    let first = world.start(deploy().risk(Risk::Low)).await;
    world.reject("ann").await.unwrap();
    assert!(first.await.unwrap().is_err());
    tokio::time::sleep(MINUTE * 2).await;
    let agent = Requester::new(Principal::agent("agent:a").unwrap());
    let again = deploy().risk(Risk::Critical).key("k").unwrap();
    world.gate.scope(agent, world.gate.submit(again)).await.unwrap();
    settle().await;
    let card = world.card().render(80);
    for change in ["on behalf of was [\"u:boss\"]", "risk was \"low\""] {
        assert!(card.contains(&format!("changed      {change}")), "{change}: {card}");
    }
    world.trail().await;
}

#[tokio::test(start_paused = true)]
async fn a_card_says_that_more_has_changed_than_it_shows() {
    let world = world().await;
    let call = |value: u32| {
        let mut arguments = serde_json::Map::new();
        for number in 0..40 {
            arguments.insert(format!("a{number:02}"), value.into());
        }
        arguments.insert("target".to_owned(), format!("shop-{value}").into());
        DynamicAction::new("app.deploy", arguments).unwrap()
    };
    let first = world.start(call(1)).await;
    world.reject("ann").await.unwrap();
    assert!(first.await.unwrap().is_err());
    let again = world.start(call(2)).await;
    let card = world.card().render(80);
    again.abort();
    let tells_of = |line: &&str| line.contains("changed");
    let changes: Vec<&str> = card.lines().filter(tells_of).collect();
    let tells = changes.iter().any(|line| line.contains("target") || line.contains("more"));
    assert!(tells, "41 arguments have changed, and the card tells of {}", changes.len());
    assert_eq!(changes.len(), 41, "{card}");
    assert!(card.contains("and more     1 that changed or may have"), "{card}");
    world.trail().await;
}

#[tokio::test(start_paused = true)]
async fn a_card_calls_no_agent_human() {
    let world = world().await;
    let until = world.clock.now().after(MINUTE * 60);
    let name = "app.deploy".parse().unwrap();
    let terms = StandingTerms::new("agent:a".parse().unwrap(), name, one_of_ops(), 9, until)
        .argument("version", Bound::Anything);
    let desk = world.gate.desk();
    let acting = tokio::spawn(async move {
        desk.issue_standing(&identity("chat", "ann"), terms, "tonight").await
    });
    settle().await;
    let card = world.card().render(80);
    acting.abort();
    assert!(card.contains("on behalf of   agent:a\n"), "{card}");
    assert!(!card.contains("agent:a (human)"), "{card}");
}

#[tokio::test(start_paused = true)]
async fn a_card_says_that_the_owner_may_approve_only_where_that_is_so() {
    let open = Obligation::new("open").unwrap().seats("ops", 1).unwrap().owner_may_approve();
    let world = World::new(asks([open, ask(1, "ops")])).await;
    world.people.human("boss", &["ops"]);
    world.submit(deploy()).await;
    let says_so = world.card().render(80).contains("who the requester acts for may approve");
    let may = world.approve("boss").await.is_ok();
    assert_eq!(says_so, may, "(what the card says, what is so)");
}

#[tokio::test(start_paused = true)]
async fn what_a_key_names_is_not_taken_by_whom_else_the_agent_serves() {
    let world = world().await;
    let serving = |who: &str| {
        let agent = Requester::new(Principal::agent("agent:a").unwrap());
        agent.on_behalf_of(Principal::human(who).unwrap())
    };
    let invoice = || deploy().key("invoice-7").unwrap();
    let gate = &world.gate;
    gate.scope(serving("u:eve"), gate.submit(invoice())).await.unwrap();
    let ticket = gate.scope(serving("u:boss"), gate.submit(invoice())).await;
    assert!(ticket.is_ok(), "eve has taken the name of what boss needs: {ticket:?}");
}

#[test]
fn two_rules_that_differ_do_not_read_the_same() {
    let policy = |conditions: &str| {
        let text = format!(
            r#"
version = 1
default = "deny"
[action."pay.send"]
args = {{ cents = "integer", who = "integer", "who gt 0 and args.cents" = "integer?" }}
[[rule]]
id = "pays"
action = "pay.send"
effect = "allow"
[[rule]]
id = "large"
action = "pay.send"
when = [{conditions}]
effect = "deny"
"#
        );
        text.parse::<Rules>().unwrap()
    };
    let stops =
        policy(r#"{ field = "args.who", gt = 0 }, { field = "args.cents", exists = true }"#);
    let never = policy(r#"{ field = "args.who gt 0 and args.cents", exists = true }"#);
    assert_ne!(stops.in_words(), never.in_words(), "`policy diff` says that both are the same");
}
