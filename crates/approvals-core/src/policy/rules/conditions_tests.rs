//! Each mistake that a condition or a test of a rule can hold.

use super::Rules;
use super::mistakes_tests::{ALLOW, RULES, refused};

const TEST: &str = "\"env.name\" = \"prod\", \"args.full\" = true }, expect = \"review\", require = [\"one-owner\"]";
const LARGE: &str = "{ field = \"args.rows\", gt = 10000 }";
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
        "\"env.name\" = \"prod\", \"args.full\" = 1 }, expect = \"review\"",
        "`args.full` is of type boolean, this is an integer",
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
fn all_tests_of_a_file_run_also_where_one_fails() {
    let ran = |text: &str| {
        let ran = Rules::run_tests(text).unwrap();
        ran.into_iter().map(|(_, problem)| problem.is_some()).collect::<Vec<_>>()
    };
    assert_eq!(ran(RULES), [false]);
    let fails =
        RULES.replacen("expect = \"review\", require = [\"one-owner\"]", "expect = \"allow\"", 1);
    let another =
        "test = [{ expect = \"deny\", given = { action = \"db.drop\" } }]\nreason = \"services";
    assert_eq!(ran(&fails.replacen("reason = \"services", another, 1)), [true, false]);
}
