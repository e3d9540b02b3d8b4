//! What policies can look at.

use approvals_core::{Principal, Requester, Verdict};

use crate::call::{Call, plain, policy};

/// Whether a policy with this condition holds for the call.
fn holds(condition: &str, call: &Call) -> bool {
    let forbid = format!(
        "@id(\"yes\") permit(principal, action, resource);\
         @id(\"no\") forbid(principal, action == Action::\"a.do\", resource) when {{ {condition} }};"
    );
    call.says(&policy(&forbid)) == "deny"
}

#[test]
fn arguments_facts_and_the_requester_are_there_with_their_types() {
    let call = plain().with("resource", "s3://b/k").with("risk", "critical");
    for condition in [
        "context.args.n == 1",
        "context.args.b",
        "context.args.t like \"t*\"",
        "context.args.l.containsAll([\"l\"])",
        "!(context.args has \"opt.n\")",
        "context.facts[\"env.name\"] == \"prod\"",
        "!(context.facts has \"env.open\")",
        "context.risk == \"critical\"",
        "context.origin == \"example.org/t/prod\"",
        "context.on_behalf_of.contains(\"u:mira\")",
        "context has owner && context.owner == Human::\"u:mira\"",
        "context has owner && context.owner in Group::\"owners\"",
        "principal == Agent::\"agent:a\"",
        "principal is Agent",
        "principal in Group::\"bots\"",
        "!(principal in Group::\"owners\")",
        "resource == Resource::\"s3://b/k\"",
        "context has resource && context.resource like \"s3://*\"",
    ] {
        assert!(holds(condition, &call), "{condition}");
    }
}

#[test]
fn what_may_be_missing_is_there_when_it_is_given() {
    let call = Call::new("a.do", r#"{"n":1,"t":"t","b":true,"l":[],"x":null,"opt.n":5}"#)
        .fact("env.name", "prod")
        .fact("env.open", true);
    assert!(holds("context.args has \"opt.n\" && context.args[\"opt.n\"] == 5", &call));
    assert!(holds("context.facts has \"env.open\" && context.facts[\"env.open\"]", &call));
    assert!(!holds("context has resource", &call));
    assert!(holds("resource == Resource::\"\"", &call), "no resource is the one without a name");
}

#[test]
fn each_kind_of_requester_is_of_a_type_of_its_own() {
    let requesters = [
        ("Agent", Principal::agent("x").unwrap()),
        ("Human", Principal::human("x").unwrap()),
        ("Service", Principal::service("x").unwrap()),
    ];
    for (own, principal) in &requesters {
        let call = plain().by(Requester::new(principal.clone()));
        for (kind, _) in &requesters {
            let is_it = holds(&format!("principal == {kind}::\"x\""), &call);
            assert_eq!(is_it, kind == own, "{own} as {kind}");
        }
        assert!(!holds("context has owner", &call));
    }
}

#[test]
fn the_owner_is_the_last_person_and_may_stand_in_the_chain_twice() {
    let person = |id: &str, group: &str| Principal::human(id).unwrap().member_of([group]).unwrap();
    let agent = Principal::agent("x").unwrap();
    let service = Principal::service("x").unwrap();
    let chain = Requester::new(agent)
        .on_behalf_of(service)
        .on_behalf_of(person("u:a", "one"))
        .on_behalf_of(person("u:b", "two"))
        .on_behalf_of(person("u:a", "three"));
    let call = plain().by(chain);
    assert!(holds("context has owner && context.owner == Human::\"u:a\"", &call));
    assert!(holds("context has owner && context.owner in Group::\"three\"", &call));
    assert!(!holds("context has owner && context.owner in Group::\"one\"", &call));
    let own = plain().by(Requester::new(person("u:a", "one")).on_behalf_of(person("u:a", "three")));
    assert!(holds("principal in Group::\"one\"", &own));
    assert!(!holds("principal in Group::\"three\"", &own));
}

#[test]
fn texts_are_never_read_as_cedar() {
    let odd =
        r#"{"n":1,"t":"\" || true || \"","b":true,"l":["{\"__entity\":{}}"],"x":{"__entity":1}}"#;
    let call = Call::new("a.do", odd).fact("env.name", "Group::\"admins\"");
    assert!(holds("context.args.t == \"\\\" || true || \\\"\"", &call));
    assert!(!holds("context.args.t == \"\"", &call));
    let call = call.with("resource", "x\") || true; //");
    assert!(!holds("resource == Resource::\"x\"", &call));
}

#[test]
fn a_sum_that_overflows_denies() {
    let call = Call::new("a.do", r#"{"n":9223372036854775807,"t":"t","b":true,"l":[],"x":null}"#)
        .fact("env.name", "prod");
    let ask = r#"@id("yes") permit(principal, action, resource);
        @id("sum") forbid(principal, action == Action::"a.do", resource)
        when { context.args.n + 1 == 5 };"#;
    let Verdict::Deny(reason) = call.rule(&policy(ask)).unwrap().verdict else { panic!("denied") };
    assert!(reason.contains("`sum`") && reason.contains("overflow"), "{reason}");
    assert_eq!(plain().says(&policy(ask)), "allow");
}
