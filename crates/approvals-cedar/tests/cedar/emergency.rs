//! What an emergency sets aside: the denials that are listed, and nothing else.

use approvals_cedar::CedarPolicy;
use approvals_core::{Policy, RuleId, Verdict};

use crate::call::{WORDS, plain, said};

const LISTED: &str = "\n[break_glass]\nrules = [\"shut\"]\nrequire = [\"two\"]\nreview_by = \"security\"\nreview_within = \"24h\"\n";

const CEDAR: &str = r#"
@id("yes") permit(principal, action, resource);
@id("ask") @requires("one") forbid(principal, action == Action::"a.do", resource)
    when { context.args.n > 1 } unless { context.satisfied.contains("one") };
@id("shut") forbid(principal, action == Action::"a.do", resource)
    when { context.facts["env.name"] == "prod" };
@id("never") forbid(principal, action == Action::"a.do", resource) when { context.args.t == "never" };
"#;

fn with_terms(cedar: &str) -> CedarPolicy {
    CedarPolicy::new(&[WORDS, LISTED].concat(), cedar).unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn a_listed_denial_becomes_a_review_that_says_so() {
    let policy = with_terms(CEDAR);
    assert_eq!(plain().says(&policy), "deny");
    let ruling = plain().with("break_glass", "fire").rule(&policy).unwrap();
    assert_eq!(said(&ruling.verdict), "two");
    let ids: Vec<_> = ruling.rules.iter().map(RuleId::as_str).collect();
    assert_eq!(ids, ["yes", "shut"]);
    let terms = ruling.break_glass.unwrap();
    assert_eq!(terms.rules, ["shut".parse().unwrap()]);
    assert_eq!(terms.review_by.as_str(), "security");
}

#[test]
fn what_was_asked_anyway_is_asked_as_well() {
    let mut call = plain().with("break_glass", "fire");
    assert_eq!(call.says(&with_terms(CEDAR)), "two");
    call = crate::call::Call::new("a.do", r#"{"n":2,"t":"t","b":true,"l":[],"x":null}"#)
        .fact("env.name", "prod")
        .with("break_glass", "fire");
    assert_eq!(call.says(&with_terms(CEDAR)), "one two");
}

#[test]
fn one_denial_that_is_not_listed_holds_and_takes_the_others_along() {
    let policy = with_terms(CEDAR);
    let call = crate::call::Call::new("a.do", r#"{"n":1,"t":"never","b":true,"l":[],"x":null}"#)
        .fact("env.name", "prod")
        .with("break_glass", "fire");
    let ruling = call.rule(&policy).unwrap();
    assert_eq!(ruling.verdict, Verdict::Deny("policy `shut` denies it".into()));
    assert_eq!(ruling.rules.len(), 2);
    assert_eq!(ruling.break_glass, None);
}

#[test]
fn an_emergency_permits_nothing_by_itself() {
    let without = CEDAR.replace("@id(\"yes\") permit(principal, action, resource);", "");
    assert_eq!(plain().with("break_glass", "fire").says(&with_terms(&without)), "deny");
}

#[test]
fn an_emergency_that_sets_nothing_aside_changes_nothing() {
    let policy = with_terms(CEDAR);
    let call = plain().fact("env.name", "staging");
    assert_eq!(call.says(&policy), "allow");
    let ruling = call.with("break_glass", "fire").rule(&policy).unwrap();
    assert_eq!((ruling.verdict, ruling.break_glass), (Verdict::Allow, None));
}

#[test]
fn without_terms_an_emergency_is_like_any_other_call() {
    let policy = CedarPolicy::new(WORDS, CEDAR).unwrap();
    assert_eq!(plain().with("break_glass", "fire").says(&policy), "deny");
}

#[test]
fn only_denials_that_are_there_can_be_listed() {
    for (from, to, expected) in [
        ("\"shut\"", "\"shout\"", "there is no policy with this `@id`"),
        ("\"shut\"", "\"yes\"", "only a `forbid` without `@requires` can be set aside"),
        ("\"shut\"", "\"ask\"", "only a `forbid` without `@requires` can be set aside"),
    ] {
        let terms = LISTED.replace(from, to);
        let error = CedarPolicy::new(&[WORDS, &terms].concat(), CEDAR).unwrap_err().to_string();
        assert!(error.starts_with("`[break_glass]` lists"), "{error}");
        assert!(error.contains(expected), "{error}");
    }
    assert_ne!(with_terms(CEDAR).digest(), CedarPolicy::new(WORDS, CEDAR).unwrap().digest());
}
