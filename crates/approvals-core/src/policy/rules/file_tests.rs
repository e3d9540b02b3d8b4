use super::*;
use crate::action::clock::Timestamp;
use crate::action::document::Document;
use crate::action::principal::{Principal, Requester};
use crate::policy::facts::Facts;
use crate::policy::policy::{Policy, Verdict};

const RULES: &str = r#"
version = 1
default = "deny"

[obligation.one-owner]
quorum = [{ group = "shop-owners", count = 1 }]
approve_within = "5m"

[obligation.two-leads]
quorum = [{ group = "leads", count = 2 }]
execute_within = "1m"

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

fn verdict(action: &str, risk: &str) -> Verdict {
    let rules: Rules = RULES.parse().unwrap();
    let document = format!(
        r#"{{"action":"{action}","arguments":{{}},"log":"l","on_behalf_of":[],"redacted":{{}},"requester":"a","risk":"{risk}","unbound":[]}}"#
    );
    let document = Document::parse(document.as_bytes()).unwrap();
    let agent = Requester::new(Principal::agent("a").unwrap());
    rules.rule(&Facts::new(&document, &agent, Timestamp::from_millis(0))).unwrap().verdict
}

fn names(verdict: &Verdict) -> Vec<&str> {
    match verdict {
        Verdict::Review(obligations) => {
            let mut names: Vec<_> = obligations.iter().map(|one| one.name.as_str()).collect();
            names.sort_unstable();
            names
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_strictest_of_all_matching_rules_wins_and_obligations_add_up() {
    assert_eq!(verdict("db.read", "low"), Verdict::Allow);
    assert_eq!(names(&verdict("db.read", "high")), ["one-owner"]);
    assert_eq!(names(&verdict("db.export", "low")), ["two-leads"]);
    assert_eq!(names(&verdict("db.export", "high")), ["one-owner", "two-leads"]);
    assert_eq!(
        verdict("db.drop", "critical"),
        Verdict::Deny("tables are never dropped by agents".into())
    );
}

#[test]
fn what_no_rule_matches_is_denied() {
    for action in ["dbx.read", "db", "mail.send"] {
        assert!(matches!(verdict(action, "high"), Verdict::Deny(_)), "{action}");
    }
}

#[test]
fn a_file_with_a_mistake_does_not_load_and_says_where() {
    let cases = [
        ("version = 1", "version = 2", "line 2, column 11: this version reads `version = 1` only"),
        (
            "default = \"deny\"",
            "default = \"allow\"",
            "line 3, column 11: the default can only be \"deny\"",
        ),
        ("count = 1", "count = 0", "line 6, column 44: a count is from 1 to 100"),
        ("\"5m\"", "\"5 parsecs\"", "line 7, column 18: expected a time"),
        (
            "action = \"db.read\"",
            "action = \"DB read\"",
            "line 15, column 10: `DB read` is not an action name",
        ),
        (
            "effect = \"allow\"",
            "effect = \"allow\"\nrequire = [\"one-owner\"]",
            "line 14, column 6: a rule has either",
        ),
        ("effect = \"allow\"", "efect = \"allow\"", "line 16, column 1: unknown field `efect`"),
        (
            "effect = \"allow\"",
            "effect = \"permit\"",
            "line 16, column 10: unknown variant `permit`",
        ),
        ("[\"high\", \"critical\"]", "[\"huge\"]", "line 21, column 9: unknown variant `huge`"),
        (
            "[\"two-leads\"]",
            "[\"two-leds\"]",
            "line 27, column 12: there is no `[obligation.two-leds]`",
        ),
        ("[\"two-leads\"]", "[]", "line 27, column 11: an empty `require` would ask nobody"),
        ("id = \"exports\"", "id = \"reads\"", "line 25, column 6: another rule has this id"),
        (
            "quorum = [{ group = \"leads\", count = 2 }]",
            "quorum = []",
            "line 10, column 10: an empty quorum",
        ),
    ];
    for (from, to, expected) in cases {
        let broken = RULES.replacen(from, to, 1);
        assert_ne!(broken, RULES, "{from}");
        let error = broken.parse::<Rules>().unwrap_err().to_string();
        assert!(error.contains(expected), "{error}\nexpected: {expected}");
    }
}

#[test]
fn the_digest_of_the_policy_is_of_the_file() {
    let digest = |text: &str| text.parse::<Rules>().unwrap().digest();
    assert_eq!(digest(RULES), digest(RULES));
    assert_ne!(digest(RULES), digest(&RULES.replace("count = 2", "count = 3")));
}
