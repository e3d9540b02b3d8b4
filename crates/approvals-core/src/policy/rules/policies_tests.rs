//! The policies that people start from: what each says, beyond the tests that stand in it.

use super::Rules;
use super::support::{Call, reason, short};
use crate::action::id::Group;
use crate::policy::fact::Fact;
use crate::policy::policy::{Policy as _, Verdict};

pub(super) const ALL: [(&str, &str); 10] = [
    ("s3-export", include_str!("../../../../../policies/s3-export.toml")),
    ("cluster-role-binding", include_str!("../../../../../policies/cluster-role-binding.toml")),
    ("iam-change", include_str!("../../../../../policies/iam-change.toml")),
    ("service-restart", include_str!("../../../../../policies/service-restart.toml")),
    ("model-deploy", include_str!("../../../../../policies/model-deploy.toml")),
    ("spend", include_str!("../../../../../policies/spend.toml")),
    ("bulk-email", include_str!("../../../../../policies/bulk-email.toml")),
    ("schema-drop", include_str!("../../../../../policies/schema-drop.toml")),
    ("secret-read", include_str!("../../../../../policies/secret-read.toml")),
    ("break-glass", include_str!("../../../../../policies/break-glass.toml")),
];

pub(super) fn load(name: &str) -> Rules {
    let (_, text) = ALL.iter().find(|(known, _)| *known == name).unwrap();
    text.parse().unwrap_or_else(|error| panic!("policies/{name}.toml: {error}"))
}

fn verdict(name: &str, call: &Call) -> Verdict {
    load(name).rule(&call.facts()).unwrap().verdict
}

/// A call about which each policy has something to say.
fn calls() -> [(&'static str, Call, &'static str); 10] {
    let bind =
        || Call::new("k8s.bind-cluster-role").arg("role", "cluster-admin").arg("subject", "s");
    let prod = |call: Call| call.fact("env.name", "prod");
    [
        (
            "s3-export",
            prod(
                Call::new("s3.export")
                    .arg("bucket", "b")
                    .arg("rows", 10_001)
                    .arg("destination", "d"),
            )
            .fact("resource.labels", ["pii"]),
            "two-data-owners",
        ),
        ("cluster-role-binding", prod(bind()), "deny"),
        (
            "iam-change",
            Call::new("iam.update")
                .arg("principal", "p")
                .arg("policy", "p")
                .fact("env.change_window", true),
            "one-iam-admin",
        ),
        ("service-restart", prod(Call::new("service.restart").arg("service", "s")), "one-sre"),
        (
            "model-deploy",
            Call::new("model.deploy")
                .arg("model", "m")
                .arg("version", "1")
                .fact("eval.passed", true),
            "one-ml-lead",
        ),
        (
            "spend",
            Call::new("payments.pay")
                .arg("cents", 1_000_001)
                .arg("payee", "p")
                .fact("spend.hour_cents", 1_000_001),
            "one-finance two-finance-stepup",
        ),
        (
            "bulk-email",
            Call::new("email.send").arg("external_recipients", 101).arg("subject", "s"),
            "one-comms",
        ),
        (
            "schema-drop",
            prod(Call::new("db.drop-schema").arg("database", "d").arg("schema", "s"))
                .fact("resource.owner_group", "billing"),
            "dba-and-owner",
        ),
        (
            "secret-read",
            Call::new("secret.read").arg("name", "n").fact("secret.tier", 0),
            "security-stepup",
        ),
        ("break-glass", prod(bind()).emergency(), "incident-commander two-platform-sec"),
    ]
}

#[test]
fn every_policy_loads_with_its_tests_and_says_what_its_readme_says() {
    for (name, call, expected) in calls() {
        assert!(!load(name).tests().is_empty(), "{name}");
        assert_eq!(short(&verdict(name, &call)), expected, "{name}");
    }
}

#[test]
fn what_is_missing_undeclared_or_of_another_type_denies_in_every_policy() {
    for (name, call, _) in calls() {
        let arguments: Vec<String> = call.document.arguments.keys().cloned().collect();
        for argument in &arguments {
            let mut without = call.clone();
            without.document.arguments.remove(argument);
            assert!(reason(&verdict(name, &without)).contains(argument), "{name}: {argument}");
            for other in [
                serde_json::json!(1.5),
                serde_json::json!([1]),
                serde_json::json!(u64::MAX),
                serde_json::Value::Null,
            ] {
                let denied = verdict(name, &call.clone().arg(argument, other));
                assert!(reason(&denied).contains(argument), "{name}: {argument}: {denied:?}");
            }
        }
        let denied = verdict(name, &call.clone().arg("extra", 1));
        assert!(reason(&denied).contains("`extra`"), "{name}: {denied:?}");
        for fact in call.provided.keys() {
            let denied = verdict(name, &call.clone().without_fact(fact.as_str()));
            assert!(reason(&denied).contains(fact.as_str()), "{name}: {denied:?}");
        }
        for (fact, value) in &call.provided {
            let other =
                if *value == Fact::Bool(true) { Fact::from("yes") } else { Fact::Bool(true) };
            let denied = verdict(name, &call.clone().fact(fact.as_str(), other));
            assert!(reason(&denied).contains(fact.as_str()), "{name}: {denied:?}");
        }
        assert_eq!(short(&verdict(name, &Call::new("another.action"))), "deny", "{name}");
    }
}

#[test]
fn who_may_loosen_is_added_to_each_of_them_as_the_readme_says() {
    let readme = include_str!("../../../../../policies/README.md");
    let (_, added) = readme.split_once("```toml\n").unwrap();
    let (added, _) = added.split_once("```").unwrap();
    for (name, text) in ALL {
        let rules: Rules = format!("{text}\n{added}").parse().unwrap();
        for act in ["approvals.lift", "approvals.standing", "approvals.policy"] {
            let without = load(name).rule_on_itself(&Call::new(act).facts()).unwrap();
            assert_eq!(without, None, "{name}: {act}");
            let ruling = rules.rule_on_itself(&Call::new(act).facts()).unwrap().unwrap();
            assert_eq!(short(&ruling.verdict), "two-of-security", "{name}: {act}");
        }
    }
}

#[test]
fn ten_thousand_rows_leave_and_one_more_takes_two_owners() {
    let export = |rows: i64| {
        Call::new("s3.export")
            .arg("bucket", "b")
            .arg("rows", rows)
            .arg("destination", "d")
            .fact("env.name", "prod")
            .fact("resource.labels", ["pii"])
    };
    assert_eq!(verdict("s3-export", &export(10_000)), Verdict::Allow);
    let Verdict::Review(asked) = verdict("s3-export", &export(10_001)) else { panic!("not asked") };
    let two = asked.iter().next().unwrap();
    assert_eq!((two.quorum[0].group.as_str(), two.quorum[0].count.get()), ("data-owners", 2));
    assert_eq!(two.escalate[0].add_group.as_str(), "data-leads");
    assert_eq!((two.approve_within.as_secs(), two.execute_within.as_secs()), (1800, 900));
}

#[test]
fn the_owners_of_what_is_dropped_are_named_by_a_fact() {
    let call = &calls()[7].1;
    let Verdict::Review(asked) = verdict("schema-drop", call) else { panic!("not asked") };
    let groups: Vec<&str> = asked.seats().map(Group::as_str).collect();
    assert_eq!(groups, ["dba", "billing"]);
    let denied = verdict("schema-drop", &call.clone().fact("resource.owner_group", "not a group"));
    assert!(reason(&denied).contains("dba-and-owner"), "{denied:?}");
}

#[test]
fn an_emergency_sets_aside_what_is_listed_and_nothing_else() {
    let policy = load("break-glass");
    let (_, call, _) = &calls()[9];
    let ruling = policy.rule(&call.facts()).unwrap();
    let terms = ruling.break_glass.unwrap();
    assert_eq!(terms.rules[0].as_str(), "cluster-admin-never");
    assert_eq!((terms.review_by.as_str(), terms.review_within.as_secs()), ("security", 86_400));
    let exec = Call::new("k8s.exec").arg("pod", "p").fact("env.name", "prod").emergency();
    assert_eq!(short(&policy.rule(&exec.facts()).unwrap().verdict), "deny");
    let view = call.clone().arg("role", "view");
    let ruling = policy.rule(&view.facts()).unwrap();
    assert_eq!((short(&ruling.verdict).as_str(), ruling.break_glass), ("two-platform-sec", None));
}
