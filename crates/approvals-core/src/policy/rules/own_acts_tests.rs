//! What rules say about acts on the approvals themselves.

use super::Rules;
use super::rules_tests::{load, says};
use super::support::{Call, short};
use crate::policy::policy::Policy as _;

/// Rules about acts on the approvals, on top of nothing.
fn own(rules: &str) -> Rules {
    load(&format!(
        "version = 1\ndefault = \"deny\"\n[facts]\n\"f\" = \"boolean\"\n[obligation.o]\nquorum = [{{ group = \"g\", count = 1 }}]\n{rules}"
    ))
}

fn own_act(rules: &Rules) -> Option<String> {
    let call = Call::new("approvals.policy").risk("critical");
    let ruling = rules.rule_on_itself(&call.facts()).unwrap();
    let said = ruling.map(|ruling| short(&ruling.verdict));
    assert_eq!(says(rules, &call), said.clone().unwrap_or_else(|| "deny".to_owned()));
    said
}

#[test]
fn what_rules_say_about_the_approvals_themselves_takes_a_rule_that_names_them() {
    let rule = |action: &str, rest: &str| {
        format!("[[rule]]\nid = \"{action}\"\naction = \"{action}\"\n{rest}\n")
    };
    let (allow, deny, ask) = ("effect = \"allow\"", "effect = \"deny\"", "require = [\"o\"]");
    assert_eq!(own_act(&own("")), None);
    assert_eq!(own_act(&own(&rule("*", allow))), None, "a star allows nothing here");
    assert_eq!(own_act(&own(&rule("other.*", deny))), None);
    for name in ["approvals.policy", "approvals.*"] {
        assert_eq!(own_act(&own(&rule(name, allow))).as_deref(), Some("allow"));
        assert_eq!(own_act(&own(&rule(name, deny))).as_deref(), Some("deny"));
        assert_eq!(own_act(&own(&rule(name, ask))).as_deref(), Some("o"));
        let never = format!("{allow}\nrisk = [\"low\"]");
        assert_eq!(own_act(&own(&rule(name, &never))).as_deref(), Some("deny"), "the default");
        let missing = format!("{allow}\nwhen = [{{ field = \"f\", eq = true }}]");
        assert_eq!(own_act(&own(&rule(name, &missing))).as_deref(), Some("deny"));
    }
    assert_eq!(own_act(&own(&rule("*", deny))).as_deref(), Some("deny"));
    let declared = rule("approvals.policy", allow)
        + "[action.\"approvals.policy\"]\nargs = { to = \"string\" }\n";
    assert_eq!(own_act(&own(&declared)).as_deref(), Some("deny"), "an argument is missing");
    assert_eq!(own_act(&own(&rule("*", ask))).as_deref(), Some("o"));
    assert_eq!(own_act(&own(&rule("*", &format!("{ask}\nrisk = [\"low\"]")))), None);
    let both = rule("*", allow) + &rule("approvals.lift", allow);
    assert_eq!(own_act(&own(&both)), None, "a rule about another act");
}
