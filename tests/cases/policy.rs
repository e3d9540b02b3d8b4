//! What the policy says, and by what.

use std::collections::BTreeMap;
use std::sync::Arc;

use approvals::*;

use crate::world::*;

fn facts<const N: usize>(facts: [(&str, Fact); N]) -> FactSet {
    facts.into_iter().map(|(name, fact)| (name.parse().unwrap(), fact)).collect()
}

/// The verdict on a call: `allow`, `deny`, or the names of what is to be satisfied.
fn verdict(policy: &dyn Policy, action: &str, arguments: &str, known: &FactSet) -> String {
    let requester = agent();
    let document = document(action, arguments);
    let facts = Facts::new(&document, &requester, Timestamp::from_millis(0)).with(known);
    match policy.rule(&facts).unwrap().verdict {
        Verdict::Allow => "allow".into(),
        Verdict::Deny(_) => "deny".into(),
        Verdict::Review(obligations) => {
            let mut names: Vec<_> = obligations.iter().map(|one| one.name.to_string()).collect();
            names.sort();
            names.join(" ")
        }
    }
}

fn document(action: &str, arguments: &str) -> Document {
    let bytes = format!(
        r#"{{"action":"{action}","arguments":{arguments},"log":"l","on_behalf_of":[],"redacted":{{}},"requester":"agent:a","risk":"high","unbound":[]}}"#
    );
    Document::parse(bytes.as_bytes()).unwrap()
}

fn export(rows: &str) -> String {
    format!(r#"{{"bucket":"b","destination":"d","rows":{rows}}}"#)
}

#[test]
fn t01_rows_over_the_limit_take_two_data_owners() {
    let pii = facts([("env.name", "prod".into()), ("resource.labels", ["pii"].into())]);
    for policy in engines("s3-export") {
        let says = |rows| verdict(&policy, "s3.export", &export(rows), &pii);
        assert_eq!(says("10000"), "allow");
        assert_eq!(says("10001"), "two-data-owners");
    }
}

#[test]
fn t02_what_is_missing_of_another_type_or_unknown_denies() {
    for policy in engines("s3-export") {
        denies_what_does_not_fit(&policy);
    }
    for beyond in ["1e300", "99999999999999999999"] {
        let call = DynamicAction::from_json("s3.export", export(beyond).as_bytes());
        assert!(call.is_err(), "{beyond} does not come as far as the policy");
    }
    let mut nan = BTreeMap::new();
    nan.insert("rows", f64::NAN);
    assert!(canonical::to_bytes(&nan, 1000).is_err(), "NaN does not come as far as the policy");
}

fn denies_what_does_not_fit(policy: &dyn Policy) {
    let known = facts([("env.name", "prod".into()), ("resource.labels", ["pii"].into())]);
    for rows in ["\"10\"", "1.5", "-0.5", "null", "[]", "true"] {
        assert_eq!(verdict(policy, "s3.export", &export(rows), &known), "deny", "rows {rows}");
    }
    let missing = r#"{"bucket":"b","destination":"d"}"#;
    assert_eq!(verdict(policy, "s3.export", missing, &known), "deny");
    let undeclared = r#"{"bucket":"b","destination":"d","rows":1,"x":1}"#;
    assert_eq!(verdict(policy, "s3.export", undeclared, &known), "deny");
    assert_eq!(verdict(policy, "s3.delete", &export("1"), &known), "deny", "unknown action");
    for wrong in [
        facts([("resource.labels", ["pii"].into())]),
        facts([("env.name", "prod".into())]),
        facts([("env.name", 1.into()), ("resource.labels", ["pii"].into())]),
        facts([("env.name", "prod".into()), ("resource.labels", "pii".into())]),
    ] {
        assert_eq!(verdict(policy, "s3.export", &export("1"), &wrong), "deny", "{wrong:?}");
    }
}

const MIXED: &str = r#"
version = 1
default = "deny"
[obligation.one]
quorum = [{ group = "ops", count = 1 }]
[obligation.two]
quorum = [{ group = "ops", count = 2 }]
[[rule]]
id = "reads"
action = "db.*"
effect = "allow"
[[rule]]
id = "all"
action = "db.export"
require = ["one"]
[[rule]]
id = "more"
action = "db.export"
risk = ["high", "critical"]
require = ["two"]
[[rule]]
id = "never"
action = "db.drop"
effect = "deny"
"#;

#[test]
fn t03_the_strictest_of_all_rules_that_match_wins() {
    let policy: Rules = MIXED.parse().unwrap();
    assert_eq!(verdict(&policy, "db.read", "{}", &FactSet::new()), "allow");
    assert_eq!(verdict(&policy, "db.export", "{}", &FactSet::new()), "one two");
    assert_eq!(verdict(&policy, "db.drop", "{}", &FactSet::new()), "deny");
}

#[tokio::test(start_paused = true)]
async fn t04_the_obligations_of_two_rules_add_up() {
    let world = World::new(MIXED.parse::<Rules>().unwrap()).await;
    let export = || DynamicAction::from_json("db.export", b"{}").unwrap().risk(Risk::High);
    world.submit(export()).await;
    assert_eq!(world.approve("ann").await, Ok(Phase::Pending));
    assert_eq!(world.approve("bob").await, Ok(Phase::Pending), "one and two are three");
    assert_eq!(world.approve("cyd").await, Ok(Phase::Granted));
}

#[test]
fn t05_a_key_that_is_not_known_does_not_load() {
    for (from, to, says) in [
        (
            "quorum = [{ group = \"ops\", count = 2 }]",
            "quorum = [{ group = \"ops\", count = 2 }]\nqorum = 1",
            "unknown field `qorum`",
        ),
        ("require = [\"two\"]", "requires = [\"two\"]", "unknown field `requires`"),
        ("require = [\"two\"]", "require = [\"three\"]", "there is no `[obligation.three]`"),
    ] {
        let error = MIXED.replacen(from, to, 1).parse::<Rules>().unwrap_err().to_string();
        assert!(error.contains(says) && error.starts_with("line "), "{error}");
    }
}

#[test]
fn t06_an_environment_that_is_not_known_is_asked_about() {
    for policy in engines("service-restart") {
        let says = |env: &str| {
            let known = facts([("env.name", env.into())]);
            verdict(&policy, "service.restart", r#"{"service":"s"}"#, &known)
        };
        assert_eq!(says("staging"), "allow");
        for env in ["prod", "", "Staging", "staging ", "qa-7"] {
            assert_eq!(says(env), "one-sre", "{env:?}");
        }
    }
}

/// Monday to Friday, ten to four, in a world that begins on a Tuesday at midnight.
fn window() -> TimeWindows {
    TimeWindows::new("env.change_window", "UTC").unwrap().open("Mon-Fri", "10:00", "16:00").unwrap()
}

fn change_iam() -> DynamicAction {
    DynamicAction::from_json("iam.update", br#"{"principal": "p", "policy": "q"}"#).unwrap()
}

async fn iam_world(policy: Arc<dyn Policy>) -> World {
    let world = World::with(|gate| gate.policy(policy).facts(window())).await;
    world.people.human("ann", &["iam-admins"]);
    world
}

#[tokio::test(start_paused = true)]
async fn t07_outside_the_window_it_is_denied_and_does_not_wait_for_it_to_open() {
    for policy in engines("iam-change") {
        let world = iam_world(policy).await;
        let denied = world.run(change_iam()).await;
        assert!(matches!(denied, Err(Denied::ByPolicy { .. })), "{denied:?}");
        tokio::time::sleep(MINUTE * 60 * 11).await;
        assert!(matches!(world.outcome().await, Some(Outcome::Closed(Cause::Denied { .. }))));
        assert!(world.wall.cards.lock().unwrap().is_empty());
    }
}

#[tokio::test(start_paused = true)]
async fn t08_a_window_that_closes_before_the_call_runs_stops_it() {
    for policy in engines("iam-change") {
        let world = iam_world(policy).await;
        tokio::time::sleep(MINUTE * (16 * 60 - 5)).await;
        let request = world.submit(change_iam()).await;
        assert_eq!(world.approve("ann").await, Ok(Phase::Granted));
        tokio::time::sleep(MINUTE * 6).await;
        let denied = world.pick_up(change_iam()).await;
        assert!(matches!(denied, Err(Denied::ByPolicy { .. })), "{denied:?}");
        assert_eq!(world.ran.count(), 0);
        let outcome = world.state(request).await.outcome().cloned();
        assert!(matches!(outcome, Some(Outcome::Closed(Cause::Denied { .. }))), "{outcome:?}");
    }
}

#[test]
fn t31_what_is_over_a_limit_is_denied_and_not_asked_about() {
    let deep = format!("{}{}", "[".repeat(80), "]".repeat(80));
    let deep = format!(r#"{{"a":{deep}}}"#);
    assert!(DynamicAction::from_json("db.read", deep.as_bytes()).is_err());
    let many =
        (0..2000).map(|n| format!("[[rule]]\nid = \"r{n}\"\naction = \"a\"\neffect = \"allow\"\n"));
    let file = format!("version = 1\ndefault = \"deny\"\n{}", many.collect::<String>());
    let error = file.parse::<Rules>().unwrap_err().to_string();
    assert!(error.contains("1000"), "{error}");
}

fn pay(n: u32) -> DynamicAction {
    let payment = format!(r#"{{"cents": 60000, "payee": "p{n}"}}"#);
    DynamicAction::from_json("payments.pay", payment.as_bytes()).unwrap()
}

#[tokio::test(start_paused = true)]
async fn t46_many_small_payments_within_an_hour_are_one_large_one() {
    for policy in engines("spend") {
        let ledger = memory().await;
        let hour = MINUTE * 60;
        let spent =
            RunningTotal::new("spend.hour_cents", "payments.pay", hour, Arc::clone(&ledger))
                .unwrap()
                .sum("cents")
                .with_this_call();
        let people = People::default();
        for name in ["fay", "gil"] {
            people.human(name, &["finance"]);
        }
        let world = World::on(ledger, people, |gate| gate.policy(policy).facts(spent)).await;
        for n in 0..16 {
            let running = world.start(pay(n)).await;
            assert_eq!(world.approve("fay").await, Ok(Phase::Granted), "payment {n}");
            running.await.unwrap().unwrap();
        }
        // 16 × 600 = 9 600, and one more would make it 10 200: that takes two, and their own keys, which no channel here can show.
        let denied = world.run(pay(16)).await;
        assert!(
            matches!(&denied, Err(Denied::Unsatisfiable { reason }) if reason.contains("two-finance-stepup")),
            "{denied:?}"
        );
        tokio::time::sleep(hour).await;
        let running = world.start(pay(17)).await;
        assert_eq!(
            world.approve("gil").await,
            Ok(Phase::Granted),
            "an hour later it is small again"
        );
        running.await.unwrap().unwrap();
        assert_eq!(world.ran.count(), 17);
    }
}

#[tokio::test(start_paused = true)]
async fn t46_payments_made_at_the_same_moment_see_each_other() {
    let ledger = memory().await;
    let spent =
        RunningTotal::new("spend.hour_cents", "payments.pay", MINUTE * 60, Arc::clone(&ledger));
    let spent = spent.unwrap().sum("cents");
    let policy =
        PolicyFn::new("up-to-a-thousand/1", |facts| match facts.fact("spend.hour_cents") {
            Some(Fact::Int(spent)) if *spent <= 40_000 => Verdict::Allow,
            _ => Verdict::Deny("enough for this hour".into()),
        });
    let world =
        World::on(ledger, People::default(), |gate| gate.policy(policy.unwrap()).facts(spent))
            .await;
    let mut paying = tokio::task::JoinSet::new();
    for n in 0..10 {
        let world = world.clone();
        paying.spawn(async move { world.run(pay(n)).await });
    }
    paying.join_all().await;
    assert!(world.ran.count() <= 1, "{} payments of 600 are more than one", world.ran.count());
}

#[test]
fn t50_what_the_agent_writes_cannot_stand_where_it_loosens() {
    let file = |rule: &str| {
        format!(
            "version = 1\ndefault = \"deny\"\n[action.\"db.read\"]\nargs = {{ table = \"string\" }}\n[[rule]]\nid = \"r\"\naction = \"db.read\"\n{rule}"
        )
    };
    for (rule, says) in [
        ("when = [{ field = \"args.table\", eq = \"orders\" }]\neffect = \"allow\"", "args.table"),
        ("when = [{ field = \"resource\", eq = \"orders\" }]\neffect = \"allow\"", "resource"),
        ("unless = [{ field = \"args.table\", eq = \"orders\" }]\neffect = \"deny\"", "args.table"),
        (
            "when = [{ field = \"request.reason\", eq = \"Ticket 1\" }]\neffect = \"deny\"",
            "request.reason",
        ),
        ("when = [{ field = \"summary\", eq = \"Ticket 1\" }]\neffect = \"allow\"", "summary"),
    ] {
        let error = file(rule).parse::<Rules>().unwrap_err().to_string();
        assert!(error.contains(says), "{error}");
    }
    let tightens = "when = [{ field = \"args.table\", ne = \"orders\" }]\neffect = \"deny\"";
    file(tightens).parse::<Rules>().unwrap();
}
