//! Each mistake that a file can hold: it does not load, and the message says where and what to do.

use super::{Rules, RulesError};
use crate::policy::vocabulary::Vocabulary;

pub(super) const RULES: &str = r#"version = 1
default = "deny"

[action."db.export"]
args = { table = "string", rows = "integer", note = "string?", full = "boolean", tags = "strings", filter = "any" }

[facts]
"env.name" = "string"
"env.count" = "integer"
"on.call" = "strings"

[obligation.one-owner]
quorum = [{ group = "owners", count = 1 }]
approve_within = "30m"
escalate = [{ after = "15m", add_group = "leads" }]
remind = ["10m"]
channels = ["slack"]
ask_first = "on.call"
veto = 2
cool_off = "0s"

[break_glass]
require = ["one-owner"]
rules = ["never"]
review_by = "security"
review_within = "24h"

[[rule]]
id = "exports"
action = "db.export"
effect = "allow"
unless = [{ field = "args.table", eq = "secrets" }]

[[rule]]
id = "large"
action = "db.export"
risk = ["high", "critical"]
when = [{ field = "args.rows", gt = 10000 }]
unless = [{ field = "env.name", eq = "test" }]
require = ["one-owner"]
test = [{ given = { "args.rows" = 10001, "args.table" = "t", "env.name" = "prod", "args.full" = true }, expect = "review", require = ["one-owner"] }]

[[rule]]
id = "never"
action = "db.*"
when = [{ field = "requester.kind", eq = "service" }]
effect = "deny"
reason = "services do not export"
"#;

fn mistake(text: &str) -> String {
    text.parse::<Rules>().expect_err("it loads").to_string()
}

/// Each file with one thing replaced does not load, and says this.
pub(super) fn refused(cases: &[(&str, &str, &str)]) {
    RULES.parse::<Rules>().unwrap();
    let mut wrong = Vec::new();
    for (from, to, expected) in cases {
        let broken = RULES.replacen(from, to, 1);
        assert_ne!(broken, RULES, "{from}");
        let error = mistake(&broken);
        if !error.starts_with("line ") || !error.contains(expected) {
            wrong.push(format!("{from} → {to}\n  got      {error}\n  expected {expected}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

pub(super) const ALLOW: &str = "unless = [{ field = \"args.table\", eq = \"secrets\" }]";

#[test]
fn a_mistake_about_the_whole_file_says_where() {
    refused(&[
        ("version = 1", "version = 2", "line 1, column 11: this version reads `version = 1` only"),
        ("version = 1\n", "", "line 1, column 1: missing field `version`: begin the file with"),
        ("effect = \"allow\"", "effect = \"review\"", "to have people asked, leave `effect` out"),
        (
            "approve_within = \"30m\"",
            "approve_within = 30",
            "texts and times stand in quotes, as in",
        ),
        (
            "when = [{ field = \"args.rows\", gt = 10000 }]",
            "when = { field = \"args.rows\" }",
            "write a list, as in",
        ),
        (
            "[[rule]]",
            "[rule]",
            "duplicate key: it stands twice, or a list of tables begins with `[rule]`",
        ),
        ("\"deny\"", "\"allow\"", "line 2, column 11: the default can only be \"deny\""),
        ("[[rule]]", "[[rules]]", "line 28, column 3: unknown field `rules`, expected one of"),
        ("version = 1", "version = 1\nextra = 1", "line 2, column 1: unknown field `extra`"),
        ("version = 1", "version = 1\nversion = 1", "line 2, column 1: duplicate key"),
        ("id = \"exports\"", "id = \"large\"", "line 35, column 6: another rule has this id"),
        ("id = \"exports\"", "id = \"a b\"", "line 29, column 6: `a b` is not a rule id"),
    ]);
}

#[test]
fn a_mistake_in_the_words_says_where() {
    refused(&[
        (
            "rows = \"integer\"",
            "rows = \"number\"",
            "line 5, column 35: invalid value: string \"number\", expected a type",
        ),
        ("args = {", "arg = {", "line 5, column 1: unknown field `arg`, expected `args`"),
        ("\"db.export\"]", "\"DB\"]", "line 4, column 9: `DB` is not an action name"),
        (
            "\"env.name\"",
            "env.name",
            "line 8, column 1: invalid type: map, expected a type: \"boolean\"",
        ),
        ("\"env.name\"", "\"resource\"", "line 8, column 1: `resource` is not a fact"),
        ("\"env.name\"", "\"args.name\"", "line 8, column 1: `args.name` is not a fact"),
        (
            "\"env.count\" = \"integer\"",
            "\"env.count\" = \"any\"",
            "line 9, column 15: a fact is not `any`",
        ),
    ]);
}

#[test]
fn a_mistake_in_an_obligation_says_where() {
    refused(&[
        (
            "[{ group = \"owners\", count = 1 }]",
            "[]",
            "line 13, column 10: an empty quorum could never approve",
        ),
        ("count = 1", "count = 0", "line 13, column 39: a count is from 1 to 100"),
        ("count = 1", "count = -1", "line 13, column 39: invalid value: integer `-1`"),
        (
            "group = \"owners\"",
            "group_from = \"owner\"",
            "line 13, column 26: no fact has this name; declare it",
        ),
        (
            "group = \"owners\"",
            "group_from = \"env.count\"",
            "line 13, column 26: the fact `env.count` is declared as integer; it must be string",
        ),
        (
            "group = \"owners\"",
            "group = \"o\", group_from = \"env.name\"",
            "line 13, column 21: seats have either a `group` or a `group_from`",
        ),
        ("group = \"owners\", ", "", "line 13, column 21: whose count? Say `group"),
        (
            "\"30m\"",
            "\"5 parsecs\"",
            "line 14, column 18: expected a time from one second to a year",
        ),
        ("\"30m\"", "\"0s\"", "line 14, column 18: expected a time from one second to a year"),
        ("\"30m\"", "\"-5m\"", "line 14, column 18: expected a time from one second to a year"),
        (
            "after = \"15m\"",
            "after = \"30m\"",
            "line 15, column 23: by then it is over: `approve_within` is 1800 seconds",
        ),
        ("[\"10m\"]", "[\"2h\"]", "line 16, column 11: by then it is over"),
        ("remind = [\"10m\"]", "remind = []", "line 16, column 10: nothing in it"),
        ("[\"slack\"]", "[\"sl ack\"]", "line 17, column 13: a channel has a name"),
        (
            "ask_first = \"on.call\"",
            "ask_first = \"env.name\"",
            "line 18, column 13: the fact `env.name` is declared as string; it must be strings",
        ),
        ("veto = 2", "veto = 0", "line 19, column 8: a count is from 1 to 100"),
        (
            "cool_off = \"0s\"",
            "cool_off = \"2y\"",
            "line 20, column 12: expected \"0s\", or a time",
        ),
        (
            "cool_off = \"0s\"",
            "assurance = \"strong\"",
            "line 20, column 13: unknown variant `strong`",
        ),
        ("cool_off = \"0s\"", "cooloff = \"0s\"", "line 20, column 1: unknown field `cooloff`"),
    ]);
}

#[test]
fn a_mistake_about_emergencies_says_where() {
    refused(&[
        ("rules = [\"never\"]", "rules = [\"ever\"]", "line 24, column 10: no rule has this id"),
        (
            "rules = [\"never\"]",
            "rules = [\"exports\"]",
            "line 24, column 10: this rule does not deny",
        ),
        ("rules = [\"never\"]", "rules = []", "line 24, column 9: no rule is listed"),
        (
            "require = [\"one-owner\"]",
            "require = [\"nobody\"]",
            "line 23, column 12: there is no `[obligation.nobody]`",
        ),
        ("review_by = \"security\"\n", "", "line 22, column 1: missing field `review_by`"),
        ("\"24h\"", "\"soon\"", "line 26, column 17: expected a time"),
    ]);
}

#[test]
fn a_mistake_in_a_rule_says_where() {
    refused(&[
        (
            "effect = \"allow\"",
            "effect = \"allow\"\nrequire = [\"one-owner\"]",
            "line 29, column 6: a rule has either",
        ),
        ("effect = \"allow\"\n", "", "line 29, column 6: a rule has either `effect` or `require`"),
        (
            "effect = \"allow\"",
            "effect = \"allow\"\nreason = \"r\"",
            "line 32, column 10: only a rule that denies has a reason",
        ),
        (
            "effect = \"allow\"",
            "effect = \"permit\"",
            "line 31, column 10: unknown variant `permit`",
        ),
        ("effect = \"allow\"", "efect = \"allow\"", "line 31, column 1: unknown field `efect`"),
        (
            "action = \"db.*\"",
            "action = \"*.db\"",
            "line 45, column 10: `*.db` is not an action name",
        ),
        (
            "action = \"db.*\"",
            "action = \".*\"",
            "line 45, column 10: before `.*` stands an action name",
        ),
        ("[\"high\", \"critical\"]", "[\"huge\"]", "line 37, column 9: unknown variant `huge`"),
        ("[\"high\", \"critical\"]", "[]", "line 35, column 6: an empty `risk` matches nothing"),
        (
            "unless = [{ field = \"env.name\", eq = \"test\" }]\nrequire = [\"one-owner\"]",
            "require = [\"two-owners\"]",
            "line 39, column 12: there is no `[obligation.two-owners]`",
        ),
        (
            "\"test\" }]\nrequire = [\"one-owner\"]",
            "\"test\" }]\nrequire = []",
            "line 40, column 11: an empty `require` would ask nobody",
        ),
        (
            "[break_glass]\nrequire = [\"one-owner\"]",
            "[break_glass]\nrequire = []",
            "line 23, column 11: an emergency always asks somebody first",
        ),
        (ALLOW, "unless = []", "line 32, column 10: no condition stands here; leave it out"),
    ]);
}

#[test]
fn a_test_names_exactly_what_is_asked_for() {
    let one_more = "[obligation.other]\nquorum = [{ group = \"g\", count = 1 }]\n[break_glass]";
    let text = RULES.replace("[break_glass]", one_more);
    let expecting = |names: &str| {
        text.replace(
            "expect = \"review\", require = [\"one-owner\"]",
            &format!("expect = \"review\", {names}"),
        )
    };
    assert!(expecting("require = [\"one-owner\", \"one-owner\"]").parse::<Rules>().is_ok());
    for names in ["require = [\"other\"]", "require = [\"one-owner\", \"other\"]"] {
        assert!(mistake(&expecting(names)).contains("but gets review `one-owner`"), "{names}");
    }
}

#[test]
fn all_tests_that_fail_are_named_at_once() {
    let failing = "test = [{ expect = \"deny\" },\n{ expect = \"deny\" }]\nrequire";
    let text = "version = 1\ndefault = \"deny\"\n[obligation.o]\nquorum = [{ group = \"g\", count = 1 }]\n[[rule]]\nid = \"r\"\naction = \"a\"\nrequire = [\"o\"]";
    let error = mistake(&text.replace("require", failing));
    assert!(error.contains("(a test that fails as well: line 9)"), "{error}");
}

#[test]
fn the_limits_hold() {
    let head = "version = 1\ndefault = \"deny\"\n";
    let rule = |n: usize| format!("[[rule]]\nid = \"r{n}\"\naction = \"a\"\neffect = \"deny\"\n");
    let rules = |most: usize| (0..most).map(rule).collect::<String>();
    assert!(format!("{head}{}", rules(1000)).parse::<Rules>().is_ok());
    assert!(mistake(&format!("{head}{}", rules(1001))).contains("more than 1000 rules"));
    let tests = |count: usize| {
        format!("{head}{}test = [{}]", rule(0), "{ expect = \"deny\" },".repeat(count))
    };
    assert!(tests(1000).parse::<Rules>().is_ok());
    assert!(mistake(&tests(1001)).contains("more than 1000 tests"));
    let when = |count: usize| {
        format!("{head}{}when = [{}]", rule(0), "{ field = \"origin\", eq = \"l\" },".repeat(count))
    };
    assert!(when(64).parse::<Rules>().is_ok());
    assert!(mistake(&when(65)).contains("at most 64 may stand here"));
    let both = when(33) + "\nunless = [" + &"{ field = \"origin\", eq = \"l\" },".repeat(33) + "]";
    assert!(mistake(&both).contains("more than 64 conditions"));
    assert!(
        mistake(&format!("{head}#{}", "x".repeat(1024 * 1024)))
            .contains("larger than 1048576 bytes")
    );
    for deep in ["[", "{a=", "a."] {
        mistake(&format!("{head}x = {}", deep.repeat(200_000)));
        mistake(&format!("{head}{}", deep.repeat(200_000)));
    }
}

#[test]
fn words_alone_are_read_without_the_rules_that_they_list() {
    let (words, _) = RULES.split_once("[[rule]]").unwrap();
    let words: Vocabulary = words.parse().unwrap();
    assert_eq!(
        (words.actions().count(), words.facts().count(), words.obligations().count()),
        (1, 3, 1)
    );
    assert!(words.break_glass().is_some());
    let error: RulesError = RULES.parse::<Vocabulary>().unwrap_err();
    assert_eq!((error.line(), error.column()), (28, 1));
}

#[test]
fn as_many_words_and_as_long_a_time_as_the_limits_say_and_no_more() {
    let head = "version = 1\ndefault = \"deny\"\n";
    let facts = |count: usize| {
        let each = |n| format!("f{n} = \"string\"\n");
        format!("{head}[facts]\n{}", (0..count).map(each).collect::<String>())
    };
    assert!(facts(1000).parse::<Rules>().is_ok());
    assert!(mistake(&facts(1001)).contains("more than 1000 of them"));
    let seats = "quorum = [{ group = \"ops\", count = 1 }]";
    let cool_off = |span| format!("{head}[obligation.one]\n{seats}\ncool_off = \"{span}\"\n");
    for fine in ["0s", "1s", "8760h"] {
        assert!(cool_off(fine).parse::<Rules>().is_ok(), "{fine}");
    }
    for wrong in ["999ms", "8761h", "-1s", "soon"] {
        assert!(mistake(&cool_off(wrong)).contains("expected \"0s\", or a time from one second"));
    }
    let error = cool_off("soon").parse::<Rules>().unwrap_err();
    assert_eq!((error.line(), error.column()), (5, 12));
    assert!(error.message().starts_with("expected \"0s\""));
    let list = |count: usize| {
        let values = "\"x\",".repeat(count);
        format!(
            "{head}[[rule]]\nid = \"a\"\naction = \"a\"\neffect = \"deny\"\nwhen = [{{ field = \"origin\", in = [{values}] }}]\n"
        )
    };
    assert!(list(1000).parse::<Rules>().is_ok());
    for wrong in [0, 1001] {
        assert!(mistake(&list(wrong)).contains("takes a list of 1 to"));
    }
    let padded =
        |more: usize| format!("{head}#{}", "x".repeat(1024 * 1024 - head.len() - 1 + more));
    assert!(padded(0).parse::<Rules>().is_ok() && padded(1).parse::<Rules>().is_err());
    let kind = mistake(&format!(
        "{head}[[rule]]\nid = \"a\"\naction = \"a\"\neffect = \"deny\"\nwhen = [{{ field = \"origin\", in = [1.5] }}]\n"
    ));
    assert!(kind.contains("a boolean, an integer or a string"), "{kind}");
}
