//! The cases that the reference numbers, for Cedar.

use approvals_cedar::CedarPolicy;
use approvals_core::{RuleId, Verdict};

use crate::call::{Call, WORDS, named, plain, policy};

fn export(rows: &str) -> Call {
    let arguments = format!(r#"{{"bucket":"b","rows":{rows},"destination":"d"}}"#);
    Call::new("s3.export", &arguments).fact("env.name", "prod").fact("resource.labels", ["pii"])
}

#[test]
fn t01_the_limit_is_allowed_and_one_more_is_reviewed() {
    let policy = named("s3-export");
    assert_eq!(export("10000").says(&policy), "allow");
    assert_eq!(export("10001").says(&policy), "two-data-owners");
}

#[test]
fn t02_what_is_missing_of_another_type_too_large_or_unknown_is_denied() {
    let policy = named("s3-export");
    let denied = [
        Call::new("s3.export", r#"{"bucket":"b","destination":"d"}"#)
            .fact("env.name", "prod")
            .fact("resource.labels", ["pii"]),
        export("\"10001\""),
        export("9223372036854775808"),
        export("1.5"),
        export("null"),
        export("1").fact("resource.labels", "pii"),
        Call::new("s3.export", r#"{"bucket":"b","rows":1,"destination":"d"}"#),
        Call::new("s3.erase", "{}"),
    ];
    for call in denied {
        assert_eq!(call.says(&policy), "deny", "{call:?}");
    }
    let unknown = Call::new("s3.erase", "{}").rule(&policy).unwrap();
    let Verdict::Deny(reason) = unknown.verdict else { panic!("it is denied") };
    assert_eq!(reason, "the policy does not know the action `s3.erase`");
}

const ALLOWED: &str = r#"@id("yes") permit(principal, action, resource);"#;
const ONE: &str = r#"@id("ask-one") @requires("one") forbid(principal, action == Action::"a.do", resource)
    unless { context.satisfied.contains("one") };"#;
const TWO: &str = r#"@id("ask-two") @requires("two") forbid(principal, action == Action::"a.do", resource)
    when { context.args.n > 0 } unless { context.satisfied.contains("two") };"#;
const NEVER: &str =
    r#"@id("never") @reason("not in this world") forbid(principal, action, resource);"#;

#[test]
fn t03_review_is_stricter_than_allowing_and_denying_than_both() {
    assert_eq!(plain().says(&policy(ALLOWED)), "allow");
    assert_eq!(plain().says(&policy(&[ALLOWED, ONE].concat())), "one");
    let ruling = plain().rule(&policy(&[ALLOWED, ONE, NEVER].concat())).unwrap();
    assert_eq!(ruling.verdict, Verdict::Deny("not in this world".into()));
    assert_eq!(ruling.rules, ["never".parse().unwrap()]);
}

#[test]
fn t04_obligations_of_all_matching_policies_add_up() {
    let ruling = plain().rule(&policy(&[TWO, ALLOWED, ONE].concat())).unwrap();
    assert_eq!(crate::call::said(&ruling.verdict), "one two");
    let ids: Vec<_> = ruling.rules.iter().map(RuleId::as_str).collect();
    assert_eq!(ids, ["ask-two", "ask-one"], "in the order of the text");
}

#[test]
fn what_nothing_permits_is_denied_though_it_could_be_satisfied() {
    assert_eq!(plain().says(&policy(ONE)), "deny");
    assert_eq!(plain().says(&policy("")), "deny");
    let only_other = r#"@id("x") permit(principal, action == Action::"a.other", resource);"#;
    assert_eq!(plain().says(&policy(only_other)), "deny");
}

#[test]
fn t05_an_unknown_obligation_and_a_misspelt_annotation_do_not_load() {
    let unknown = ONE.replace("(\"one\")", "(\"oen\")");
    let error = CedarPolicy::new(WORDS, &unknown).unwrap_err().to_string();
    assert!(error.ends_with("there is no `[obligation.oen]`"), "{error}");
    let misspelt = ONE.replace("@requires", "@require");
    let error = CedarPolicy::new(WORDS, &misspelt).unwrap_err().to_string();
    assert!(error.contains("`@require` means nothing here"), "{error}");
}

#[test]
fn t06_a_restart_in_an_unknown_environment_is_reviewed() {
    let policy = named("service-restart");
    let restart =
        |env: &str| Call::new("service.restart", r#"{"service":"web"}"#).fact("env.name", env);
    assert_eq!(restart("moon").says(&policy), "one-sre");
    assert_eq!(restart("staging").says(&policy), "allow");
}

#[test]
fn t31_what_is_over_a_limit_is_refused_or_denied_never_asked() {
    let long = format!("//{}\n{ALLOWED}", "x".repeat(1024 * 1024));
    let error = CedarPolicy::new(WORDS, &long).unwrap_err().to_string();
    assert!(error.contains("larger than 1048576 bytes"), "{error}");

    let policy = policy(&[ALLOWED, ONE].concat());
    let crowd: Vec<_> = (0..10_000).map(|n| format!("\"n{n}\":{n}")).collect();
    assert_eq!(Call::new("a.do", &format!("{{{}}}", crowd.join(","))).says(&policy), "deny");
    let deep = format!("{}{}", "[".repeat(60), "]".repeat(60));
    let deep = format!(r#"{{"n":{deep},"t":"t","b":true,"l":[],"x":null}}"#);
    assert_eq!(Call::new("a.do", &deep).fact("env.name", "prod").says(&policy), "deny");
}

#[test]
fn a_million_letters_and_a_large_set_are_compared_like_any_other() {
    let policy = policy(
        r#"@id("yes") permit(principal, action, resource);
           @id("no") forbid(principal, action == Action::"a.do", resource)
           when { context.args.t like "*end" || context.args.l.contains("777") };"#,
    );
    let call = |text: &str, items: usize| {
        let items: Vec<_> = (0..items).map(|n| format!("\"{n}\"")).collect();
        let arguments =
            format!(r#"{{"n":1,"t":"{text}","b":true,"l":[{}],"x":{{}}}}"#, items.join(","));
        Call::new("a.do", &arguments).fact("env.name", "prod").says(&policy)
    };
    let million = "x".repeat(1_000_000);
    assert_eq!(call(&million, 0), "allow");
    assert_eq!(call(&format!("{million}end"), 0), "deny");
    assert_eq!(call("", 777), "allow");
    assert_eq!(call("", 20_000), "deny");
}

#[test]
fn t46_splitting_a_payment_gains_nothing() {
    let policy = named("spend");
    let mut spent = 0;
    let mut asked = Vec::new();
    for _ in 0..20 {
        let pay = Call::new("payments.pay", r#"{"cents":60000,"payee":"p"}"#);
        spent += 60_000;
        asked.push(pay.fact("spend.hour_cents", spent).says(&policy));
    }
    assert!(asked[..16].iter().all(|asked| asked == "one-finance"), "{asked:?}");
    assert!(asked[16..].iter().all(|asked| asked == "one-finance two-finance-stepup"), "{asked:?}");
}

#[test]
fn t50_what_the_agent_writes_does_not_loosen() {
    for (from, to) in [
        (
            "permit(principal, action, resource)",
            "permit(principal, action, resource == Resource::\"x\")",
        ),
        (";", " when { context.args.n < 10 };"),
        (";", " unless { context.args.n > 10 };"),
        (";", " when { context has resource && context.resource == \"x\" };"),
        (";", " when { resource == Resource::\"x\" };"),
    ] {
        let cedar = ALLOWED.replace("action,", "action == Action::\"a.do\",").replace(
            &from.replace("action,", "action == Action::\"a.do\","),
            &to.replace("action,", "action == Action::\"a.do\","),
        );
        let error = CedarPolicy::new(WORDS, &cedar).unwrap_err().to_string();
        assert!(
            error.contains("which the agent writes") && error.contains("turn it around"),
            "{error}"
        );
    }
    let except = r#"@id("x") forbid(principal, action == Action::"a.do", resource)
        unless { context.args.t == "please" };"#;
    let error = CedarPolicy::new(WORDS, except).unwrap_err().to_string();
    assert!(error.contains("this `unless` looks at `context.args`"), "{error}");
    let around = except.replace("unless", "when").replace("==", "!=").replacen("!=", "==", 1);
    policy(&around);
}

#[test]
fn what_the_author_says_of_a_call_is_seen_where_it_asks_for_more() {
    let asks = |when: &str| {
        let one = format!(
            r#"@id("ask") @requires("one") forbid(principal, action == Action::"a.do", resource)
            when {{ {when} }} unless {{ context.satisfied.contains("one") }};"#
        );
        policy(&format!("{ALLOWED}{one}"))
    };
    let tagged = |tag: &str| plain().with("tags", vec![tag]);
    let money = asks(r#"context.tags.contains("money")"#);
    assert_eq!(plain().says(&money), "allow");
    assert_eq!(tagged("money").says(&money), "one");
    assert_eq!(tagged("other").says(&money), "allow");
    let told = asks("context.review_required");
    assert_eq!(plain().says(&told), "allow");
    assert_eq!(plain().with("review_required", true).says(&told), "one");
    for looks in [r#"context.tags.contains("harmless")"#, "!context.review_required"] {
        let loosens =
            format!(r#"@id("x") permit(principal, action, resource) when {{ {looks} }};"#);
        let refused = CedarPolicy::new(WORDS, &loosens).unwrap_err().to_string();
        assert!(refused.contains("this `permit` looks at `context."), "{refused}");
    }
}
