//! Exports: production, personal data and many rows together.

use approvals_core::PrincipalKind::{Human, Service};

use super::super::row::Change::{
    Arg, By, Call, Emergency, Fact, LongArg, LongFact, NoFact, Resource, Risk,
};
use super::super::row::Expect::{Allow, Deny, Review};
use super::super::row::Table;

pub(super) static TABLE: Table = Table {
    policy: "s3-export",
    action: "s3.export",
    arguments: &[("bucket", "\"b\""), ("rows", "1"), ("destination", "\"d\"")],
    facts: &[("env.name", "\"prod\""), ("resource.labels", "[\"pii\"]")],
    rows: &[
        ("the plain call", &[], Allow),
        ("a person makes the call", &[By(Human)], Allow),
        ("a service makes the call", &[By(Service)], Allow),
        ("a resource is named", &[Resource("anything")], Allow),
        ("the risk is low", &[Risk("low")], Allow),
        ("the risk is critical", &[Risk("critical")], Allow),
        ("a fact that nobody declared", &[Fact("weather.rain", "true")], Allow),
        ("a fact that nobody declared, of another type", &[Fact("weather.rain", "[\"x\"]")], Allow),
        ("a very long text", &[LongArg("bucket", 200_000)], Allow),
        ("an action that nobody knows", &[Call("cloud.erase", &[])], Deny),
        ("an action that begins alike", &[Call("s3.export.more", &[])], Deny),
        ("an action above this one", &[Call("s3", &[])], Deny),
        (
            "an action that nobody knows, in an emergency",
            &[Call("cloud.erase", &[]), Emergency],
            Deny,
        ),
        ("no argument at all", &[Call("s3.export", &[])], Deny),
        ("one row below the limit", &[Arg("rows", "9999")], Allow),
        ("the limit", &[Arg("rows", "10000")], Allow),
        ("one row over the limit", &[Arg("rows", "10001")], Review(&["two-data-owners"])),
        ("no rows", &[Arg("rows", "0")], Allow),
        ("fewer rows than none", &[Arg("rows", "-10001")], Allow),
        (
            "the largest integer",
            &[Arg("rows", "9223372036854775807")],
            Review(&["two-data-owners"]),
        ),
        ("the smallest integer", &[Arg("rows", "-9223372036854775808")], Allow),
        ("many rows, staging", &[Arg("rows", "10001"), Fact("env.name", "\"staging\"")], Allow),
        (
            "many rows, an environment that nobody knows",
            &[Arg("rows", "10001"), Fact("env.name", "\"moon\"")],
            Allow,
        ),
        (
            "many rows, an environment without a name",
            &[Arg("rows", "10001"), Fact("env.name", "\"\"")],
            Allow,
        ),
        (
            "many rows, production in capitals",
            &[Arg("rows", "10001"), Fact("env.name", "\"PROD\"")],
            Allow,
        ),
        (
            "many rows, production with a space",
            &[Arg("rows", "10001"), Fact("env.name", "\"prod \"")],
            Allow,
        ),
        ("many rows, no labels", &[Arg("rows", "10001"), Fact("resource.labels", "[]")], Allow),
        (
            "many rows, another label",
            &[Arg("rows", "10001"), Fact("resource.labels", "[\"public\"]")],
            Allow,
        ),
        (
            "many rows, a label that begins alike",
            &[Arg("rows", "10001"), Fact("resource.labels", "[\"pii-free\"]")],
            Allow,
        ),
        (
            "many rows, the label among others",
            &[Arg("rows", "10001"), Fact("resource.labels", "[\"a\",\"pii\",\"z\"]")],
            Review(&["two-data-owners"]),
        ),
        ("many rows, no environment", &[Arg("rows", "10001"), NoFact("env.name")], Deny),
        ("many rows, no word on labels", &[Arg("rows", "10001"), NoFact("resource.labels")], Deny),
        (
            "many rows, one label that is no set",
            &[Arg("rows", "10001"), Fact("resource.labels", "\"pii\"")],
            Deny,
        ),
        (
            "many rows, and an argument too many",
            &[Arg("rows", "10001"), Arg("force", "true")],
            Deny,
        ),
        (
            "many rows, a very long environment",
            &[Arg("rows", "10001"), LongFact("env.name", 200_000)],
            Allow,
        ),
        ("many rows as a text", &[Arg("rows", "\"10001\"")], Deny),
        ("many rows as a fraction", &[Arg("rows", "10001.0")], Deny),
        (
            "one row over the limit, in an emergency",
            &[Arg("rows", "10001"), Emergency],
            Review(&["two-data-owners"]),
        ),
        (
            "many rows, and a person asks",
            &[Arg("rows", "10001"), By(Human)],
            Review(&["two-data-owners"]),
        ),
        (
            "many rows at low risk",
            &[Arg("rows", "10001"), Risk("low")],
            Review(&["two-data-owners"]),
        ),
    ],
};
