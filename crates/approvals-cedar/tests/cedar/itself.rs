//! Acts on the approvals themselves.

use approvals_cedar::CedarPolicy;
use approvals_core::Policy;

use crate::call::{Call, WORDS, plain, said};

const ACT: &str = "\n[action.\"approvals.policy.replace\"]\nargs = {}\n";

fn ruled(cedar: &str) -> Option<String> {
    let policy = CedarPolicy::new(&[WORDS, ACT].concat(), cedar).unwrap();
    let call = Call::new("approvals.policy.replace", "{}").fact("env.name", "prod");
    let ruling = call.put(|facts| policy.rule_on_itself(facts)).unwrap()?;
    Some(said(&ruling.verdict))
}

#[test]
fn only_policies_that_name_an_act_on_the_approvals_decide_it() {
    let any = r#"@id("yes") permit(principal, action, resource);"#;
    let no = r#"@id("no") forbid(principal, action, resource);"#;
    let this =
        r#"@id("this") permit(principal, action == Action::"approvals.policy.replace", resource);"#;
    let both = r#"@id("both") permit(principal, action in [Action::"a.do", Action::"approvals.policy.replace"], resource);"#;
    let ask = r#"@id("ask") @requires("two")
        forbid(principal, action == Action::"approvals.policy.replace", resource)
        unless { context.satisfied.contains("two") };"#;
    assert_eq!(ruled(any), None);
    assert_eq!(ruled(&[any, no].concat()), None);
    assert_eq!(ruled(this).as_deref(), Some("allow"));
    assert_eq!(ruled(both).as_deref(), Some("allow"));
    assert_eq!(ruled(&[any, ask].concat()).as_deref(), Some("deny"));
    assert_eq!(ruled(&[this, ask, no].concat()).as_deref(), Some("two"));
}

#[test]
fn facts_may_be_missing_where_acts_on_the_approvals_are_judged() {
    let looks = |condition: &str| {
        format!(
            r#"@id("this") permit(principal, action == Action::"approvals.policy.replace", resource)
               when {{ {condition} }};"#
        )
    };
    let blind = looks(r#"context.facts["env.name"] == "prod""#);
    let error = CedarPolicy::new(&[WORDS, ACT].concat(), &blind).unwrap_err().to_string();
    assert!(error.contains("policy `this`") && error.contains("env.name"), "{error}");
    let careful = looks(r#"context.facts has "env.name" && context.facts["env.name"] == "prod""#);
    assert_eq!(ruled(&careful).as_deref(), Some("allow"));

    let policy = CedarPolicy::new(&[WORDS, ACT].concat(), &careful).unwrap();
    let act = |arguments: &str| Call::new("approvals.policy.replace", arguments);
    let asked = act("{}").put(|facts| policy.rule_on_itself(facts)).unwrap().unwrap();
    assert_eq!(said(&asked.verdict), "deny", "the fact is missing");
    let call = act(r#"{"x":1}"#).fact("env.name", "prod");
    let asked = call.put(|facts| policy.rule_on_itself(facts)).unwrap().unwrap();
    assert_eq!(said(&asked.verdict), "deny", "the argument is not declared");
    assert_eq!(act("{}").fact("env.name", "prod").says(&policy), "allow");
}

#[test]
fn an_act_that_nobody_declared_is_not_decided() {
    let policy = CedarPolicy::new(WORDS, r#"@id("yes") permit(principal, action, resource);"#);
    let policy = policy.unwrap();
    let call = Call::new("approvals.stop", "{}").fact("env.name", "prod");
    assert_eq!(call.put(|facts| policy.rule_on_itself(facts)).unwrap(), None);
    assert_eq!(plain().put(|facts| policy.rule_on_itself(facts)).unwrap(), None);
}
