//! What loaded rules say: one promise a test. The properties stand in `properties_tests.rs`.

use std::time::Duration;

use serde_json::{Value, json};

use super::Rules;
use super::policies_tests::ALL;
use super::support::{Call, reason, short};
use crate::policy::assurance::Assurance;
use crate::policy::obligation::Obligation;
use crate::policy::policy::{Policy as _, Verdict};

const RULES: &str = r#"
version = 1
default = "deny"

[obligation.one-owner]
quorum = [{ group = "shop-owners", count = 1 }]

[obligation.two-leads]
quorum = [{ group = "leads", count = 2 }]

[[rule]]
id = "reads"
action = "db.read"
effect = "allow"

[[rule]]
id = "all-of-db"
action = "db.*"
risk = ["high", "critical"]
require = ["one-owner"]

[[rule]]
id = "exports"
action = "db.export"
require = ["two-leads"]

[[rule]]
id = "never"
action = "db.drop"
effect = "deny"
reason = "tables are never dropped by agents"
"#;

pub(super) fn load(text: &str) -> Rules {
    text.parse().unwrap_or_else(|error| panic!("{error}\n{text}"))
}

pub(super) fn says(rules: &Rules, call: &Call) -> String {
    short(&rules.rule(&call.facts()).unwrap().verdict)
}

#[test]
fn the_strictest_of_all_rules_that_apply_wins_and_obligations_add_up() {
    let rules = load(RULES);
    let says = |action, risk| says(&rules, &Call::new(action).risk(risk));
    assert_eq!(says("db.read", "low"), "allow");
    assert_eq!(says("db.read", "high"), "one-owner");
    assert_eq!(says("db.export", "low"), "two-leads");
    assert_eq!(says("db.export", "high"), "one-owner two-leads");
    let ruling = rules.rule(&Call::new("db.drop").facts()).unwrap();
    assert_eq!(ruling.verdict, Verdict::Deny("tables are never dropped by agents".into()));
    assert_eq!(ruling.rules, ["all-of-db".parse().unwrap(), "never".parse().unwrap()]);
    assert_eq!(ruling.policy, rules.digest());
}

#[test]
fn what_no_rule_is_about_or_allows_is_denied() {
    let rules = load(RULES);
    for action in ["dbx.read", "db", "mail.send"] {
        let ruling = rules.rule(&Call::new(action).facts()).unwrap();
        assert_eq!(reason(&ruling.verdict), "no rule is about this action", "{action}");
    }
    let ruling = rules.rule(&Call::new("db.list").risk("low").facts()).unwrap();
    assert_eq!(reason(&ruling.verdict), "no rule allows this call");
}

#[test]
fn what_no_rule_is_about_is_denied_for_that_and_not_for_a_fact() {
    let rules = load(ALL[0].1);
    let ruling = rules.rule(&Call::new("s3.delete").facts()).unwrap();
    assert_eq!(reason(&ruling.verdict), "no rule is about this action");
    let ruling = rules.rule(&Call::new("s3.export").facts()).unwrap();
    assert_eq!(reason(&ruling.verdict), "argument `bucket` is missing");
}

#[test]
fn the_policy_of_the_example_loads_and_says_what_it_said() {
    let rules = load(include_str!("../../../../../examples/data/shop-policy.toml"));
    for (action, expected) in [
        ("shop.orders.read", "allow"),
        ("shop.customers.export", "one-shop-owner"),
        ("shop.schema.add", "one-shop-owner"),
        ("shop.schema.drop", "deny"),
        ("shop.orders.write", "deny"),
    ] {
        assert_eq!(says(&rules, &Call::new(action)), expected, "{action}");
    }
}

#[test]
fn the_digest_of_the_policy_is_of_the_file() {
    let digest = |text: &str| load(text).digest();
    assert_eq!(digest(RULES), digest(RULES));
    assert_ne!(digest(RULES), digest(&RULES.replace("count = 2", "count = 3")));
}

#[test]
fn every_key_of_an_obligation_is_part_of_what_is_asked() {
    let rules = load(
        r#"
version = 1
default = "deny"
[facts]
"on.call" = "strings?"
"owners" = "string"
[obligation.full]
quorum = [{ group = "a", count = 2 }, { group_from = "owners", count = 3 }]
veto = 4
approve_within = "50m"
vote_lives = "6h"
execute_within = "7m"
cool_off = "0s"
owner_may_approve = true
shared = true
assurance = "reviewer_key"
channels = ["slack", "http"]
escalate = [{ after = "8m", add_group = "b" }]
remind = ["9m", "10m"]
ask_first = "on.call"
[[rule]]
id = "r"
action = "a"
require = ["full"]
"#,
    );
    let ruling = rules.rule(&Call::new("a").fact("owners", "c").facts()).unwrap();
    let Verdict::Review(asked) = ruling.verdict else { panic!("not asked") };
    let minutes = |count: u64| Duration::from_secs(60 * count);
    let mut expected = Obligation::new("full")
        .and_then(|full| full.seats("a", 2)?.seats("c", 3)?.escalate(minutes(8), "b"))
        .unwrap()
        .veto(4)
        .approve_within(minutes(50))
        .vote_lives(minutes(6 * 60))
        .execute_within(minutes(7))
        .owner_may_approve();
    expected.cool_off = Duration::ZERO;
    expected.shared = true;
    expected.assurance = Assurance::ReviewerKey;
    expected.channels = ["slack".to_owned(), "http".to_owned()].into();
    expected.remind = vec![minutes(9), minutes(10)];
    expected.ask_first = Some("on.call".parse().unwrap());
    assert_eq!(asked.iter().collect::<Vec<_>>(), [&expected]);
}

/// A policy that denies where this condition holds, and allows elsewhere.
fn denies_where(condition: &str) -> Rules {
    load(&format!(
        r#"
version = 1
default = "deny"
[action.a]
args = {{ n = "integer?", t = "string?", b = "boolean?", s = "strings?", x = "any?" }}
[facts]
"f.n" = "integer?"
[[rule]]
id = "allow"
action = "a"
effect = "allow"
[[rule]]
id = "deny"
action = "a"
when = [{condition}]
effect = "deny"
reason = "it holds"
"#
    ))
}

#[test]
fn each_operator_does_what_its_name_says() {
    let cases: [(&str, &str, Value, bool); 30] = [
        ("n", "eq = 1", json!(1), true),
        ("n", "eq = 1", json!(2), false),
        ("n", "ne = 1", json!(2), true),
        ("n", "ne = 1", json!(1), false),
        ("n", "lt = 1", json!(0), true),
        ("n", "lt = 1", json!(1), false),
        ("n", "le = 1", json!(1), true),
        ("n", "le = 1", json!(2), false),
        ("n", "gt = 1", json!(2), true),
        ("n", "gt = 1", json!(1), false),
        ("n", "ge = 1", json!(1), true),
        ("n", "ge = 1", json!(0), false),
        ("n", "in = [1, 2]", json!(2), true),
        ("n", "in = [1, 2]", json!(3), false),
        ("n", "not_in = [1, 2]", json!(3), true),
        ("n", "not_in = [1, 2]", json!(1), false),
        ("t", "eq = \"a\"", json!("a"), true),
        ("t", "eq = \"a\"", json!("a "), false),
        ("t", "not_in = [\"a\"]", json!("A"), true),
        ("t", "starts_with = \"ab\"", json!("abc"), true),
        ("t", "starts_with = \"ab\"", json!("xab"), false),
        ("t", "matches_glob = \"a*c\"", json!("abc"), true),
        ("t", "matches_glob = \"a*c\"", json!("abcd"), false),
        ("b", "eq = true", json!(true), true),
        ("b", "ne = true", json!(true), false),
        ("s", "contains = \"a\"", json!(["b", "a"]), true),
        ("s", "contains = \"a\"", json!(["ab"]), false),
        ("s", "not_contains = \"a\"", json!([]), true),
        ("s", "not_contains = \"a\"", json!(["a"]), false),
        ("x", "exists = true", json!({"a": [1.5]}), true),
    ];
    for (name, operator, value, holds) in cases {
        let rules = denies_where(&format!("{{ field = \"args.{name}\", {operator} }}"));
        let ruling = rules.rule(&Call::new("a").arg(name, value.clone()).facts()).unwrap();
        let expected = if holds { "it holds" } else { "" };
        assert_eq!(reason(&ruling.verdict), expected, "{name} {operator} of {value}");
        assert_eq!(holds, ruling.verdict != Verdict::Allow, "{name} {operator} of {value}");
    }
}

#[test]
fn to_look_at_what_is_missing_denies_unless_exists_guards_it() {
    let gt = "{ field = \"args.n\", gt = 10 }";
    let bare = denies_where(gt);
    let guarded = denies_where(&format!("{{ field = \"args.n\", exists = true }}, {gt}"));
    let too_late = denies_where(&format!("{gt}, {{ field = \"args.n\", exists = true }}"));
    for absent in [Call::new("a"), Call::new("a").arg("n", Value::Null)] {
        let error = "rule `deny` could not be evaluated: `args.n` is missing";
        for rules in [&bare, &too_late] {
            let ruling = rules.rule(&absent.facts()).unwrap();
            assert_eq!(reason(&ruling.verdict), error);
            assert_eq!(ruling.rules.last().unwrap().as_str(), "deny");
        }
        assert_eq!(says(&guarded, &absent), "allow");
        let missing = denies_where("{ field = \"args.n\", exists = false }");
        assert_eq!(says(&missing, &absent), "deny");
    }
    for rules in [&bare, &guarded] {
        assert_eq!(says(rules, &Call::new("a").arg("n", 11)), "deny");
        assert_eq!(says(rules, &Call::new("a").arg("n", 10)), "allow");
    }
    let fact = denies_where("{ field = \"f.n\", gt = 10 }");
    assert_eq!(says(&fact, &Call::new("a")), "deny");
    assert_eq!(says(&fact, &Call::new("a").fact("f.n", 10)), "allow");
    let resource = denies_where("{ field = \"resource\", eq = \"r\" }");
    assert_eq!(says(&resource, &Call::new("a")), "deny");
}

#[test]
fn a_rule_does_not_apply_only_where_all_of_its_unless_hold() {
    let rules = load(
        r#"
version = 1
default = "deny"
[facts]
"a" = "boolean"
"b" = "boolean"
[[rule]]
id = "r"
action = "*"
effect = "allow"
unless = [{ field = "a", eq = true }, { field = "b", eq = true }]
"#,
    );
    for (a, b, expected) in [
        (true, true, "deny"),
        (true, false, "allow"),
        (false, true, "allow"),
        (false, false, "allow"),
    ] {
        assert_eq!(says(&rules, &Call::new("x").fact("a", a).fact("b", b)), expected, "{a} {b}");
    }
}

#[test]
fn rules_see_the_requester_and_whom_it_acts_for() {
    use crate::action::principal::{Principal, Requester};
    let bot = Principal::service("svc:bot").unwrap().member_of(["ops"]).unwrap();
    let mut call = Call::new("a");
    call.requester = Requester::new(bot).on_behalf_of(Principal::human("u:mira").unwrap());
    for (condition, holds) in [
        ("requester.id\", eq = \"svc:bot\"", true),
        ("requester.kind\", in = [\"agent\", \"service\"]", true),
        ("requester.kind\", eq = \"human\"", false),
        ("requester.groups\", contains = \"ops\"", true),
        ("requester.on_behalf_of\", contains = \"u:mira\"", true),
        ("requester.on_behalf_of\", contains = \"svc:bot\"", false),
        ("origin\", eq = \"l\"", true),
    ] {
        let rules = denies_where(&format!("{{ field = \"{condition} }}"));
        assert_eq!(says(&rules, &call), if holds { "deny" } else { "allow" }, "{condition}");
    }
}

#[test]
fn an_emergency_leaves_denied_what_nothing_else_allows() {
    let text = |rest: &str| {
        format!(
            "version = 1\ndefault = \"deny\"\n[obligation.o]\nquorum = [{{ group = \"g\", count = 1 }}]\n\
             [break_glass]\nrequire = [\"o\"]\nrules = [\"never\"]\nreview_by = \"s\"\nreview_within = \"1h\"\n\
             [[rule]]\nid = \"never\"\naction = \"a\"\neffect = \"deny\"\n{rest}"
        )
    };
    let allow = "[[rule]]\nid = \"allow\"\naction = \"a\"\neffect = \"allow\"\n";
    let also = "[[rule]]\nid = \"also-never\"\naction = \"a\"\neffect = \"deny\"\n";
    assert_eq!(says(&load(&text("")), &Call::new("a").emergency()), "deny");
    assert_eq!(says(&load(&text(allow)), &Call::new("a").emergency()), "o");
    assert_eq!(says(&load(&text(allow)), &Call::new("a")), "deny");
    assert_eq!(says(&load(&text(&(also.to_owned() + allow))), &Call::new("a").emergency()), "deny");
    assert_eq!(says(&load(&text(allow)), &Call::new("b").emergency()), "deny");
}

#[test]
fn an_explanation_says_which_condition_decided() {
    let rules = load(ALL[0].1);
    let call = Call::new("s3.export")
        .arg("bucket", "b")
        .arg("rows", 5)
        .arg("destination", "d")
        .fact("env.name", "prod")
        .fact("resource.labels", ["pii", "\u{202e}"]);
    let explanation = rules.explain(&call.facts()).unwrap();
    assert_eq!(explanation.rules[1].applies, Some(false));
    let expected = "allow\n  \
        exports applies: allow s3.export (line 22)\n  \
        s3-pii-export does not apply: require two-data-owners for s3.export when env.name eq \"prod\" and \
        resource.labels contains \"pii\" and args.rows gt 10000 (line 31)\n    \
        when env.name eq \"prod\": holds, it is \"prod\"\n    \
        when resource.labels contains \"pii\": holds, it is [\"pii\", \"\\u{202e}\"]\n    \
        when args.rows gt 10000: does not hold, it is 5\n";
    assert_eq!(explanation.to_string(), expected);
    let elsewhere = rules.explain(&call.clone().fact("env.name", "test").facts()).unwrap();
    assert_eq!(
        elsewhere.rules[1].because,
        ["when env.name eq \"prod\": does not hold, it is \"test\""]
    );
    let unknown = rules.explain(&call.without_fact("env.name").facts()).unwrap();
    assert_eq!(unknown.rules[1].applies, None);
    assert!(unknown.to_string().starts_with("deny: fact `env.name` is missing\n"), "{unknown}");
}

#[test]
fn in_words_a_policy_differs_only_where_its_meaning_does() {
    let words = |text: &str| load(text).in_words();
    let (_, text) = ALL[9];
    let other = text.replace('#', "# #").replace("24h", "1440m").replace(" = ", "  =  ");
    assert_eq!(words(text), words(&other));
    let stricter = words(
        &text.replace("group = \"platform-sec\", count = 2", "group = \"platform-sec\", count = 3"),
    );
    let differ: Vec<_> =
        words(text).into_iter().filter(|(key, says)| stricter[key] != *says).collect();
    assert_eq!(differ.len(), 1);
    assert_eq!(differ[0].0, "obligation two-platform-sec");
}

#[test]
fn the_tests_of_one_policy_can_be_held_against_another() {
    let (old, new) =
        (load(ALL[0].1), load(&ALL[0].1.replace("10000", "20000").replace("10001", "20001")));
    let failing: Vec<String> = old.tests().iter().filter_map(|test| new.run(test).err()).collect();
    assert_eq!(failing.len(), 1);
    assert!(failing[0].contains("expects review `two-data-owners`, but gets allow"), "{failing:?}");
    assert!(old.tests().iter().all(|test| old.run(test).is_ok()));
    assert_eq!(old.tests()[3].rule().as_str(), "s3-pii-export");
    assert_eq!(
        old.tests()[3].to_string(),
        "given args.rows = 10001, env.name = \"prod\", resource.labels = [\"pii\"]: \
         expect review `two-data-owners`"
    );
}
