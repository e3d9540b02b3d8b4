use super::*;
use crate::action::clock::Timestamp;
use crate::action::document::Document;
use crate::action::principal::{Principal, Requester};
use crate::policy::bounds;
use crate::policy::obligation::Obligation;
use crate::policy::rules::Rules;
use crate::policy::vocabulary::{Declared, ValueType};

const RULES: &str = r#"
version = 1
default = "deny"
[obligation.two]
quorum = [{ group = "ops", count = 2 }]
[[rule]]
id = "lifts"
action = "approvals.lift"
require = ["two"]
"#;

#[test]
fn a_shared_policy_says_what_the_policy_says_about_itself_too() {
    let rules: Rules = RULES.parse().unwrap();
    let shared: Arc<dyn Policy> = Arc::new(rules.clone());
    let lift =
        br#"{"action":"approvals.lift","arguments":{},"log":"l","on_behalf_of":[],"redacted":{},
        "requester":"u:ann","risk":"critical","unbound":[]}"#;
    let document = Document::parse(lift).unwrap();
    let requester = Requester::new(Principal::human("u:ann").unwrap());
    let facts = Facts::new(&document, &requester, Timestamp::from_millis(0));
    let ruling = shared.rule_on_itself(&facts).unwrap();
    assert!(matches!(&ruling, Some(Ruling { verdict: Verdict::Review(_), .. })), "{ruling:?}");
    assert_eq!(ruling, rules.rule_on_itself(&facts).unwrap());
    assert_eq!(shared.rule(&facts).unwrap(), rules.rule(&facts).unwrap());
    assert_eq!(shared.digest(), rules.digest());
}

#[test]
fn an_emergency_is_within_another_if_it_sets_aside_no_more_and_the_same_people_look_as_soon() {
    let terms = |rules: &[&str], group: &str, hours: u64| {
        let rules = rules.iter().map(|rule| rule.parse().unwrap()).collect();
        let within = Duration::from_secs(hours * 3600);
        BreakGlass::new(rules, group.parse().unwrap(), within)
    };
    let shown = terms(&["freeze", "embargo"], "security", 24);
    for (now, expected) in [
        (terms(&["freeze", "embargo"], "security", 24), true),
        (terms(&["freeze"], "security", 24), true),
        (terms(&["freeze"], "security", 48), true),
        (terms(&["freeze"], "security", 23), false),
        (terms(&["freeze"], "ops", 24), false),
        (terms(&["freeze", "never"], "security", 24), false),
    ] {
        assert_eq!(now.is_within(&shown), expected, "{now:?}");
    }
}

#[test]
fn words_about_policies_are_those_of_their_files() {
    let policy = PolicyFn::new("by-risk/1", |_| Verdict::Allow).unwrap();
    assert_eq!(format!("{policy:?}"), r#"PolicyFn { name: RuleId("by-risk/1"), .. }"#);
    let said = |kind, optional| Declared { kind, optional }.to_string();
    assert_eq!(
        (said(ValueType::Set, true), said(ValueType::Int, false)),
        ("strings?".into(), "integer".into())
    );
}

#[test]
fn whatever_a_policy_says_it_loosens_nothing_that_takes_people() {
    const EMPTY: Digest = Digest::ZERO;
    let one = Obligation::new("one").unwrap().seats("ops", 1).unwrap();
    let review = Verdict::Review(Obligations::new([one]));
    let verdict = |action: &str, is_demanded: bool, said: Option<&Verdict>| {
        let call = format!(
            r#"{{"action":"{action}","arguments":{{}},"log":"l","on_behalf_of":[],"redacted":{{}},
            "requester":"u:ann","risk":"critical","unbound":[]}}"#
        );
        let mut document = Document::parse(call.as_bytes()).unwrap();
        document.review_required = is_demanded;
        let requester = Requester::new(Principal::human("u:ann").unwrap());
        let facts = Facts::new(&document, &requester, Timestamp::from_millis(0));
        let said = said.map(|verdict| Ruling::new(verdict.clone(), Vec::new(), EMPTY));
        match bounds::bounded(said, &facts, EMPTY).verdict {
            Verdict::Allow => "allow".to_owned(),
            Verdict::Deny(reason) => reason,
            Verdict::Review(_) => "review".to_owned(),
        }
    };
    for (action, is_demanded, said, expected) in [
        ("a.b", false, Some(&Verdict::Allow), "allow"),
        ("a.b", true, Some(&Verdict::Allow), "require it when `review_required`"),
        ("a.b", true, Some(&review), "review"),
        ("approvals.policy", false, None, "allow"),
        ("approvals.stop", false, None, "allow"),
        ("approvals.stop", false, Some(&review), "review"),
        ("approvals.lift", false, None, "write a rule about `approvals.lift`"),
        ("approvals.lift", false, Some(&Verdict::Allow), "let the policy's rule require it"),
        ("approvals.lift", false, Some(&review), "review"),
        ("approvals.standing", false, Some(&Verdict::Allow), "let the policy's rule require it"),
    ] {
        let got = verdict(action, is_demanded, said);
        assert!(got.ends_with(expected), "{action} {said:?}: {got}");
    }
}
