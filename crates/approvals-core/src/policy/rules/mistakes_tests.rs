//! Each mistake that a file can hold: it does not load, and the message says where and what to do.

use super::{Rules, RulesError};
use crate::policy::vocabulary::Vocabulary;

const RULES: &str = r#"version = 1
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
fn refused(cases: &[(&str, &str, &str)]) {
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

const ALLOW: &str = "unless = [{ field = \"args.table\", eq = \"secrets\" }]";
const LARGE: &str = "{ field = \"args.rows\", gt = 10000 }";
const TEST: &str = "\"env.name\" = \"prod\", \"args.full\" = true }, expect = \"review\", require = [\"one-owner\"]";

#[test]
fn a_mistake_about_the_whole_file_says_where() {
    refused(&[
        ("version = 1", "version = 2", "line 1, column 11: this version reads `version = 1` only"),
        ("version = 1\n", "", "line 1, column 1: missing field `version`"),
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
        (ALLOW, "unless = []", "line 32, column 10: no condition stands here; leave it out"),
    ]);
}

const CONDITIONS: &[(&str, &str, &str)] = &[
    (LARGE, "{ gt = 1 }", "line 38, column 9: a condition has a `field`"),
    (
        LARGE,
        "{ field = \"args.rows\" }",
        "line 38, column 9: a condition has exactly one operator, this has 0",
    ),
    (
        LARGE,
        "{ field = \"args.rows\", gt = 1, lt = 9 }",
        "line 38, column 9: a condition has exactly one operator, this has 2",
    ),
    (
        LARGE,
        "{ field = \"args.rows\", regex = \"1\" }",
        "line 38, column 32: there is no operator `regex`; there are eq, ne,",
    ),
    (LARGE, "{ field = 1, gt = 1 }", "line 38, column 19: the name of a field is a string"),
    (
        LARGE,
        "{ field = \"args.row\", gt = 1 }",
        "line 38, column 19: `db.export` has no argument `row`",
    ),
    (
        LARGE,
        "{ field = \"row\", gt = 1 }",
        "line 38, column 19: there is no field `row`; fields are `args.NAME`",
    ),
    (
        LARGE,
        "{ field = \"args.rows\", gt = \"1\" }",
        "line 38, column 37: `gt` takes an integer here, this is a string",
    ),
    (
        LARGE,
        "{ field = \"args.rows\", gt = 1.5 }",
        "line 38, column 37: invalid type: floating point `1.5`, expected a boolean, an integer",
    ),
    (LARGE, "{ field = \"args.rows\", gt = 1979-05-27 }", "line 38, column 37: invalid type"),
    (
        LARGE,
        "{ field = \"args.rows\", gt = 9223372036854775808 }",
        "line 38, column 37: invalid type",
    ),
    (
        LARGE,
        "{ field = \"args.rows\", eq = true }",
        "`eq` takes an integer here, this is a boolean",
    ),
    (LARGE, "{ field = \"args.rows\", in = 1 }", "`in` takes a list here, this is an integer"),
    (LARGE, "{ field = \"args.rows\", in = [] }", "`in` takes a list of 1 to 1000 values"),
    (
        LARGE,
        "{ field = \"args.rows\", in = [1, \"2\"] }",
        "each of the list of `in` is an integer; \"2\" is not",
    ),
    (
        LARGE,
        "{ field = \"args.rows\", contains = \"1\" }",
        "line 38, column 32: `args.rows` is of type integer, which has no `contains`; it has eq, ne, lt",
    ),
    (
        LARGE,
        "{ field = \"args.table\", gt = 1 }",
        "`args.table` is of type string, which has no `gt`",
    ),
    (
        LARGE,
        "{ field = \"args.table\", starts_with = 1 }",
        "`starts_with` takes a string here, this is an integer",
    ),
    (
        LARGE,
        "{ field = \"args.tags\", eq = [\"a\"] }",
        "which has no `eq`; it has contains, not_contains, exists",
    ),
    (LARGE, "{ field = \"args.full\", in = [true] }", "is of type boolean, which has no `in`"),
    (
        LARGE,
        "{ field = \"args.filter\", eq = 1 }",
        "is of type any, which has no `eq`; it has exists",
    ),
    (
        LARGE,
        "{ field = \"args.note\", exists = \"yes\" }",
        "`exists` takes a boolean here, this is a string",
    ),
    (
        "eq = \"service\"",
        "eq = \"robot\"",
        "line 46, column 42: a requester is \"agent\", \"human\" or \"service\"",
    ),
    (
        "field = \"requester.kind\"",
        "field = \"args.rows\"",
        "line 46, column 19: a rule about `db.*` cannot look at arguments",
    ),
    (
        "id = \"large\"\naction = \"db.export\"",
        "id = \"large\"\naction = \"db.import\"",
        "the arguments of `db.import` are not declared; declare them: `[action.\"db.import\"]`",
    ),
];

#[test]
fn a_mistake_in_a_condition_says_where() {
    refused(CONDITIONS);
}

#[test]
fn what_the_agent_chooses_or_says_loosens_nothing() {
    refused(&[
        (
            ALLOW,
            "when = [{ field = \"args.rows\", lt = 9 }]",
            "line 32, column 19: `args.rows` is chosen by the agent, so it cannot be why a call is allowed; allow without it, and add a rule with `require`",
        ),
        (
            ALLOW,
            "when = [{ field = \"resource\", eq = \"r\" }]",
            "line 32, column 19: `resource` is chosen by the agent",
        ),
        (
            "field = \"env.name\", eq = \"test\"",
            "field = \"args.table\", eq = \"test\"",
            "line 39, column 21: `args.table` is chosen by the agent, so it cannot excuse a call from this rule; turn the condition around",
        ),
        (
            "when = [{ field = \"requester.kind\", eq = \"service\" }]",
            "unless = [{ field = \"resource\", eq = \"r\" }]",
            "line 46, column 21: `resource` is chosen by the agent, so it cannot excuse",
        ),
        (
            "\"args.rows\", gt = 10000",
            "\"request.reason\", eq = \"ticket\"",
            "line 38, column 19: `request.reason` is written by the agent, so no rule can look at it",
        ),
        (
            "\"args.rows\", gt = 10000",
            "\"summary\", eq = \"ticket\"",
            "line 38, column 19: `summary` is written by the agent",
        ),
        (
            "\"args.rows\", gt = 10000",
            "\"break_glass\", exists = true",
            "line 38, column 19: there is no field `break_glass`",
        ),
    ]);
}

const TESTS: &[(&str, &str, &str)] = &[
    (
        TEST,
        "\"env.name\" = \"prod\" }, expect = \"allow\"",
        "line 41, column 9: the test of rule `large` expects allow, but gets review `one-owner`; rules that apply: `exports`, `large`",
    ),
    (
        TEST,
        "\"env.name\" = \"test\" }, expect = \"review\"",
        "expects review, but gets allow; rules that apply: `exports`",
    ),
    (
        TEST,
        "\"requester.kind\" = \"service\", \"env.name\" = \"test\" }, expect = \"allow\"",
        "but gets deny (services do not export); rules that apply: `exports`, `never`",
    ),
    (
        TEST,
        "}, expect = \"deny\"",
        "expects deny, but gets deny (rule `large` could not be evaluated: `env.name` is missing)",
    ),
    (
        TEST,
        "\"env.nam\" = \"prod\" }, expect = \"review\"",
        "line 41, column 62: there is no field `env.nam`",
    ),
    (
        TEST,
        "\"env.name\" = 1 }, expect = \"review\"",
        "line 41, column 75: `env.name` is of type string, this is an integer",
    ),
    (
        TEST,
        "risk = \"huge\" }, expect = \"review\"",
        "a risk is \"low\", \"medium\", \"high\" or \"critical\"",
    ),
    (TEST, "summary = \"s\" }, expect = \"review\"", "`summary` is written by the agent"),
    (
        TEST,
        "env.name = \"prod\" }, expect = \"review\"",
        "invalid type: map, expected a boolean, an integer, a string or a list of them (a name with dots stands in quotes)",
    ),
    (
        TEST,
        "\"env.name\" = \"prod\" }, expect = \"deny\", require = [\"one-owner\"]",
        "only with `expect = \"review\"` is anything required",
    ),
    (TEST, "\"env.name\" = \"prod\" }, expect = \"ask\"", "unknown variant `ask`"),
    (TEST, "break_glass = true }, expect = \"review\"", "expected a string"),
    (
        TEST,
        "\"requester.kind\" = \"robot\" }, expect = \"review\"",
        "a requester is \"agent\", \"human\" or \"service\"",
    ),
    (TEST, "\"requester.id\" = \"a b\" }, expect = \"review\"", "`a b` is not a principal id"),
    (TEST, "\"requester.groups\" = [\"a b\"] }, expect = \"review\"", "`a b` is not a group"),
    (
        "reason = \"services",
        "test = [{ expect = \"deny\" }]\nreason = \"services",
        "line 48, column 9: which action? The rule is about `db.*`; add `action = ",
    ),
];

#[test]
fn a_test_that_fails_or_cannot_be_run_says_where() {
    refused(TESTS);
}

#[test]
fn all_tests_that_fail_are_named_at_once() {
    let failing = "test = [{ expect = \"deny\" },\n{ expect = \"deny\" }]\nrequire";
    let text = "version = 1\ndefault = \"deny\"\n[obligation.o]\nquorum = [{ group = \"g\", count = 1 }]\n[[rule]]\nid = \"r\"\naction = \"a\"\nrequire = [\"o\"]";
    let error = mistake(&text.replace("require", failing));
    assert!(error.contains("(tests that fail as well: lines 9)"), "{error}");
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
