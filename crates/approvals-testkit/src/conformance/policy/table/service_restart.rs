//! Restarts: alone in staging only.

use approvals_core::PrincipalKind::{Human, Service};

use super::super::row::Change::{
    Arg, By, Call, Emergency, Fact, LongArg, LongFact, NoFact, Resource, Risk,
};
use super::super::row::Expect::{Allow, Deny, Review};
use super::super::row::Table;

pub(super) static TABLE: Table = Table {
    policy: "service-restart",
    action: "service.restart",
    arguments: &[("service", "\"web\"")],
    facts: &[("env.name", "\"staging\"")],
    rows: &[
        ("the plain call", &[], Allow),
        ("a person makes the call", &[By(Human)], Allow),
        ("a service makes the call", &[By(Service)], Allow),
        ("a resource is named", &[Resource("anything")], Allow),
        ("the risk is low", &[Risk("low")], Allow),
        ("the risk is critical", &[Risk("critical")], Allow),
        ("a fact that nobody declared", &[Fact("weather.rain", "true")], Allow),
        ("a fact that nobody declared, of another type", &[Fact("weather.rain", "[\"x\"]")], Allow),
        ("a very long text", &[LongArg("service", 200_000)], Allow),
        ("an action that nobody knows", &[Call("cloud.erase", &[])], Deny),
        ("an action that begins alike", &[Call("service.restart.more", &[])], Deny),
        ("an action above this one", &[Call("service", &[])], Deny),
        (
            "an action that nobody knows, in an emergency",
            &[Call("cloud.erase", &[]), Emergency],
            Deny,
        ),
        ("no argument at all", &[Call("service.restart", &[])], Deny),
        ("production", &[Fact("env.name", "\"prod\"")], Review(&["one-sre"])),
        ("an environment that nobody knows", &[Fact("env.name", "\"moon\"")], Review(&["one-sre"])),
        ("an environment without a name", &[Fact("env.name", "\"\"")], Review(&["one-sre"])),
        ("staging in capitals", &[Fact("env.name", "\"Staging\"")], Review(&["one-sre"])),
        ("staging with a space", &[Fact("env.name", "\" staging\"")], Review(&["one-sre"])),
        (
            "an environment that begins alike",
            &[Fact("env.name", "\"staging2\"")],
            Review(&["one-sre"]),
        ),
        (
            "staging with a letter that looks alike",
            &[Fact("env.name", "\"stаging\"")],
            Review(&["one-sre"]),
        ),
        ("a very long environment", &[LongFact("env.name", 200_000)], Review(&["one-sre"])),
        (
            "production, in an emergency",
            &[Fact("env.name", "\"prod\""), Emergency],
            Review(&["one-sre"]),
        ),
        (
            "production, asked by a person",
            &[Fact("env.name", "\"prod\""), By(Human)],
            Review(&["one-sre"]),
        ),
        (
            "the caller names the environment",
            &[NoFact("env.name"), Arg("env.name", "\"staging\"")],
            Deny,
        ),
        ("staging in a list", &[Fact("env.name", "[\"staging\"]")], Deny),
        ("staging is true", &[Fact("env.name", "true")], Deny),
        ("no service", &[Arg("service", "\"\"")], Allow),
    ],
};
