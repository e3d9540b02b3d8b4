//! TOML rules and Cedar say the same about any call, for each of the ten policies.

use std::collections::BTreeSet;

use approvals_cedar::CedarPolicy;
use approvals_core::{
    Digest, Fact, Obligation, Policy, Principal, Requester, Rules, ValueType, Verdict,
};
use approvals_testkit::conformance::policy::{NAMES, all};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::call::{Call, cedar_of, named, rules_of, words};

fn rules(name: &str) -> Rules {
    rules_of(name).parse().unwrap_or_else(|error| panic!("{name}: {error}"))
}

#[test]
fn t47_toml_rules_pass_the_same_table() {
    all(|name| Box::new(rules(name)));
}

/// What one engine says, in a form that the other can say as well.
fn said(call: &Call, policy: &dyn Policy) -> (String, BTreeSet<Digest>, String) {
    let Ok(ruling) = call.rule(policy) else {
        return ("deny".into(), BTreeSet::new(), String::new());
    };
    let (verdict, obligations) = match ruling.verdict {
        Verdict::Allow => ("allow", BTreeSet::new()),
        Verdict::Deny(_) => ("deny", BTreeSet::new()),
        Verdict::Review(asked) => ("review", asked.iter().map(Obligation::digest).collect()),
    };
    (verdict.into(), obligations, format!("{:?}", ruling.break_glass))
}

/// Values of each type: numbers around the limits of the policy, texts that mean something in one of the ten, and others.
#[derive(Clone)]
struct Values {
    limits: Vec<i64>,
}

impl Values {
    /// The limits are the numbers in the text.
    fn new(name: &str) -> Self {
        let numbers = cedar_of(name).split(|c: char| !c.is_ascii_digit());
        let numbers: BTreeSet<i64> = numbers.filter_map(|digits| digits.parse().ok()).collect();
        Self { limits: numbers.into_iter().chain([0]).collect() }
    }

    fn of(&self, kind: ValueType) -> BoxedStrategy<Value> {
        let near = (prop::sample::select(self.limits.clone()), -1..=1_i64);
        let near = near.prop_map(|(at, by)| at.saturating_add(by));
        let known = ["prod", "prod", "staging", "cluster-admin", "view", "dba", "two words", ""];
        let known = prop::sample::select(known.to_vec()).prop_map(str::to_owned);
        let labels = prop::sample::subsequence(vec!["pii", "public", "prod"], 0..=3);
        match kind {
            ValueType::Bool => any::<bool>().prop_map(Value::from).boxed(),
            ValueType::Int => {
                prop_oneof![4 => near, 1 => any::<i64>()].prop_map(Value::from).boxed()
            }
            ValueType::Text => prop_oneof![4 => known, 1 => ".*"].prop_map(Value::from).boxed(),
            ValueType::Set => labels.prop_map(Value::from).boxed(),
            ValueType::Any => Just(json!({ "x": [1.5, null] })).boxed(),
        }
    }

    /// Nearly always of this type; sometimes of any type, and sometimes not there.
    fn given(&self, kind: ValueType) -> BoxedStrategy<Option<Value>> {
        use ValueType::{Any, Bool, Int, Set, Text};
        let (own, all) = (self.of(kind), self.clone());
        let odd = prop::sample::select(vec![Any, Bool, Int, Set, Text]);
        let odd = odd.prop_flat_map(move |kind| all.of(kind));
        prop_oneof![30 => own.prop_map(Some), 1 => odd.prop_map(Some), 1 => Just(None)].boxed()
    }

    /// Values by name, of which some may be missing.
    fn named(&self, declared: Vec<(String, ValueType)>) -> BoxedStrategy<Vec<(String, Value)>> {
        let one = |(name, kind)| {
            self.given(kind).prop_map(move |value| Some((String::clone(&name), value?)))
        };
        let all: Vec<_> = declared.into_iter().map(one).collect();
        all.prop_map(|all| all.into_iter().flatten().collect()).boxed()
    }
}

/// An action with its arguments.
fn asked(
    rules: &Rules,
    values: &Values,
) -> impl Strategy<Value = (String, Vec<(String, Value)>)> + use<> {
    let known = rules.vocabulary().actions().map(|(action, declared)| {
        let own = declared.iter().map(|(name, declared)| (name.clone(), declared.kind)).collect();
        let odd = prop_oneof![30 => Just(vec![]), 1 => values.named(vec![("odd".into(), ValueType::Int)])];
        let arguments = (values.named(own), odd).prop_map(|(own, odd)| [own, odd].concat());
        (20, (Just(action.to_string()), arguments).boxed())
    });
    let unknown = (Just("cloud.erase".to_owned()), Just(vec![])).boxed();
    prop::strategy::Union::new_weighted(known.chain([(1, unknown)]).collect())
}

fn call(rules: &Rules, values: &Values) -> impl Strategy<Value = Call> + use<> {
    let facts = rules.vocabulary().facts().map(|(name, it)| (name.to_string(), it.kind)).collect();
    let who = prop::sample::select(vec![
        Principal::agent("x").unwrap(),
        Principal::human("x").unwrap(),
        Principal::service("x").unwrap(),
    ]);
    (asked(rules, values), values.named(facts), any::<bool>(), who).prop_map(
        |((action, arguments), facts, is_emergency, who)| {
            let arguments: serde_json::Map<_, _> = arguments.into_iter().collect();
            let call = Call::new(&action, &Value::from(arguments).to_string());
            let call = if is_emergency { call.with("break_glass", "fire") } else { call };
            let fact = |value| serde_json::from_value::<Fact>(value).ok();
            let facts = facts.into_iter().filter_map(|(name, value)| Some((name, fact(value)?)));
            facts.fold(call, |call, (name, value)| call.fact(&name, value)).by(Requester::new(who))
        },
    )
}

/// The first call about which the two differ.
fn difference(name: &str, toml: &Rules, cedar: &CedarPolicy) -> Option<String> {
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig {
        failure_persistence: None,
        cases: 2000,
        ..ProptestConfig::default()
    });
    let same = |call: Call| {
        prop_assert_eq!(said(&call, toml), said(&call, cedar), "{}", name);
        Ok(())
    };
    runner.run(&call(toml, &Values::new(name)), same).err().map(|error| error.to_string())
}

#[test]
fn toml_and_cedar_say_the_same_about_any_call() {
    for name in NAMES {
        let difference = difference(name, &rules(name), &named(name));
        assert!(difference.is_none(), "{name}: {}", difference.unwrap_or_default());
    }
}

#[test]
fn a_limit_that_is_off_by_one_in_one_of_them_is_found() {
    for (name, from, to) in [
        ("s3-export", "> 10000", ">= 10000"),
        ("spend", "> 50000", "> 50001"),
        ("bulk-email", "> 100", ">= 100"),
        ("secret-read", "> 3", "> 4"),
        ("service-restart", "!= \"staging\"", "== \"prod\""),
        ("break-glass", "&& context.args.role == \"cluster-admin\"", ""),
    ] {
        let text = cedar_of(name).replace(from, to);
        assert_ne!(text, cedar_of(name));
        let cedar = CedarPolicy::new(words(rules_of(name)), &text).unwrap();
        assert!(difference(name, &rules(name), &cedar).is_some(), "{name}");
    }
}
