//! Texts that do not become a policy, each with the place and what to do.

use approvals_cedar::CedarPolicy;
use proptest::prelude::*;

use crate::call::{WORDS, policy, rules_of};

const SOUND: &str = r#"
@id("yes")
permit (principal, action, resource);

@id("ask")
@requires("one")
forbid (principal, action == Action::"a.do", resource)
when { context.args.n > 10 }
unless { context.satisfied.contains("one") };

@id("shut")
@reason("shut")
forbid (principal, action == Action::"a.do", resource)
unless { context.facts["env.name"] == "prod" };
"#;

/// The mistake made in the sound text, and what the error says.
fn refused(from: &str, to: &str, expected: &str) {
    let broken = SOUND.replacen(from, to, 1);
    assert_ne!(broken, SOUND, "{from}");
    let error = CedarPolicy::new(WORDS, &broken).map(|_| broken.clone()).unwrap_err().to_string();
    assert!(error.contains(expected), "{error}\nexpected: {expected}\n{broken}");
}

#[test]
fn the_text_that_is_broken_below_is_sound() {
    policy(SOUND);
}

#[test]
fn text_that_is_no_cedar_is_refused_with_its_place() {
    refused("when {", "wen {", "line 8, column 1: ");
    refused("10 }", "99999999999999999999 }", "line 8, column 25: ");
    refused("@id(\"ask\")", "@id(\"ask\") @id(\"x\")", "duplicate annotation: @id");
}

#[test]
fn annotations_are_those_that_mean_something() {
    refused("@requires", "@require", "policy `ask` (line 5, column 1): `@require` means nothing");
    refused("@reason", "@Reason", "`@Reason` means nothing");
    refused("@id(\"ask\")", "", "policy `policy1` (line 6, column 1): it has no `@id");
    refused("@id(\"ask\")", "@id", "`` is not a rule id");
    refused("@id(\"ask\")", "@id(\"a b\")", "`a b` is not a rule id");
    refused("@id(\"ask\")", "@id(\"yes\")", "policy `yes` (line 5, column 1): another policy has");
    refused("@requires(\"one\")", "@requires(\"on\")", "there is no `[obligation.on]`");
    refused("@id(\"yes\")", "@id(\"yes\") @requires(\"one\")", "a `permit` cannot ask");
    refused("@id(\"yes\")", "@id(\"yes\") @reason(\"x\")", "only a `forbid` without `@requires`");
    refused("@id(\"ask\")", "@id(\"ask\") @reason(\"x\")", "only a `forbid` without `@requires`");
}

#[test]
fn evidence_stands_in_one_place_only() {
    let exactly =
        "`@requires(\"one\")` stands with `unless { context.satisfied.contains(\"one\") }`";
    refused("unless { context.satisfied.contains(\"one\") };", ";", exactly);
    let only = "`context.satisfied` stands only in";
    refused("contains(\"one\")", "contains(\"two\")", only);
    refused("contains(\"one\")", "contains(\"one\") || true", only);
    refused("contains(\"one\")", "containsAny([\"one\"])", only);
    refused("unless { context.sat", "when { context.sat", only);
    refused("@requires(\"one\")", "", only);
    refused("context.args.n > 10", "context.satisfied.isEmpty()", only);
    refused("context.args.n > 10", "context has satisfied", only);
    refused("resource);", "resource) when { context.satisfied.contains(\"one\") };", only);
    refused("context.args.n > 10", "context == context", "looks at `context` as a whole");
    let twice = "unless { context.satisfied.contains(\"one\") }\nunless { context.facts[\"env.name\"] == \"x\" };";
    policy(&SOUND.replacen("unless { context.satisfied.contains(\"one\") };", twice, 1));
}

#[test]
fn there_are_no_templates() {
    refused(
        "(principal, action, resource)",
        "(principal == ?principal, action, resource)",
        "line 2, column 1: templates are not read",
    );
}

#[test]
fn every_expression_is_of_the_types_that_are_declared() {
    refused("context.args.n > 10", "context.args.m > 10", "policy `ask` (line 8, column 8): ");
    refused("context.args.n > 10", "context.args.n == \"10\"", "policy `ask` (line 8, column 8): ");
    refused("context.args.n > 10", "context.args.x == 10", "policy `ask` (line 8, column 8): ");
    refused(
        "context.args.n > 10",
        "context.args[\"opt.n\"] > 10",
        "policy `ask` (line 8, column 8): ",
    );
    refused("context.args.n > 10", "context.break_glass", "policy `ask` (line 8, column 8): ");
    refused("Action::\"a.do\"", "Action::\"a.don\"", "policy `ask`");
    refused("\"env.name\"", "\"env.nam\"", "policy `shut` (line 14, column 10): ");
    refused(
        "context.facts[\"env.name\"] == \"prod\"",
        "context.facts[\"env.open\"]",
        "policy `shut`",
    );
    refused("context.args.n > 10", "context.args.n > 10 && false", "policy `ask`");
    refused(
        "(principal, action, resource)",
        "(principal == User::\"x\", action, resource)",
        "policy `yes`",
    );
}

#[test]
fn text_that_does_not_read_as_it_compares_is_refused() {
    refused("\"prod\"", "\"prod\u{202e}\"", "policy `shut`");
    refused("\"prod\"", "\"pr\u{43e}d\"", "policy `shut`");
}

#[test]
fn a_vocabulary_that_does_not_load_says_why() {
    let says = |words: &str| CedarPolicy::new(words, SOUND).unwrap_err().to_string();
    let error = says("version = ");
    assert!(error.starts_with("the vocabulary does not load: line 1, column 11: "), "{error}");
    let error = says(rules_of("s3-export"));
    assert!(error.starts_with("the vocabulary does not load: line 22, column "), "{error}");
    assert!(error.contains("[[rule]]"), "{error}");
}

#[test]
fn text_that_is_nested_beyond_measure_is_refused() {
    for (open, close) in
        [("(", ")"), ("!", ""), ("[", "]"), ("-", ""), ("if true then ", " else true")]
    {
        let deep = [&open.repeat(20_000), "true", &close.repeat(20_000)].concat();
        let cedar = format!("@id(\"x\") forbid(principal, action, resource) when {{ {deep} }};");
        let error = CedarPolicy::new(WORDS, &cedar).unwrap_err().to_string();
        assert!(error.contains("write several"), "{open}: {error}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever is cut out of the text or written into it, loading ends with a policy or an error.
    #[test]
    fn no_text_makes_loading_panic(at in 0..SOUND.len(), cut in 0..40_usize, new in "[@a-z(){}\\[\\]\"./;=&|! \\n\u{e4}]{0,12}") {
        let end = at.saturating_add(cut).min(SOUND.len());
        let parts = SOUND.get(..at).zip(SOUND.get(end..));
        if let Some((before, after)) = parts {
            let _either = CedarPolicy::new(WORDS, &[before, &new, after].concat());
        }
    }
}
