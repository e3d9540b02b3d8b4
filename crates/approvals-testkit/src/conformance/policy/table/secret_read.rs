//! Secrets: four tiers, and one of them asked about.

use approvals_core::PrincipalKind::{Human, Service};

use super::super::row::Change::{Arg, By, Call, Emergency, Fact, LongArg, NoFact, Resource, Risk};
use super::super::row::Expect::{Allow, Deny, Review};
use super::super::row::Table;

pub(super) static TABLE: Table = Table {
    policy: "secret-read",
    action: "secret.read",
    arguments: &[("name", "\"n\"")],
    facts: &[("secret.tier", "1")],
    rows: &[
        ("the plain call", &[], Allow),
        ("a person makes the call", &[By(Human)], Allow),
        ("a service makes the call", &[By(Service)], Allow),
        ("a resource is named", &[Resource("anything")], Allow),
        ("the risk is low", &[Risk("low")], Allow),
        ("the risk is critical", &[Risk("critical")], Allow),
        ("a fact that nobody declared", &[Fact("weather.rain", "true")], Allow),
        ("a fact that nobody declared, of another type", &[Fact("weather.rain", "[\"x\"]")], Allow),
        ("a very long text", &[LongArg("name", 200_000)], Allow),
        ("an action that nobody knows", &[Call("cloud.erase", &[])], Deny),
        ("an action that begins alike", &[Call("secret.read.more", &[])], Deny),
        ("an action above this one", &[Call("secret", &[])], Deny),
        (
            "an action that nobody knows, in an emergency",
            &[Call("cloud.erase", &[]), Emergency],
            Deny,
        ),
        ("no argument at all", &[Call("secret.read", &[])], Deny),
        ("tier 0", &[Fact("secret.tier", "0")], Review(&["security-stepup"])),
        ("tier 2", &[Fact("secret.tier", "2")], Allow),
        ("tier 3", &[Fact("secret.tier", "3")], Allow),
        ("tier 4", &[Fact("secret.tier", "4")], Deny),
        ("tier -1", &[Fact("secret.tier", "-1")], Deny),
        ("the largest integer", &[Fact("secret.tier", "9223372036854775807")], Deny),
        ("the smallest integer", &[Fact("secret.tier", "-9223372036854775808")], Deny),
        ("tier 1 as a text", &[Fact("secret.tier", "\"1\"")], Deny),
        ("tier true", &[Fact("secret.tier", "true")], Deny),
        (
            "tier 0, in an emergency",
            &[Fact("secret.tier", "0"), Emergency],
            Review(&["security-stepup"]),
        ),
        ("tier 4, in an emergency", &[Fact("secret.tier", "4"), Emergency], Deny),
        (
            "tier 0, asked by a person",
            &[Fact("secret.tier", "0"), By(Human)],
            Review(&["security-stepup"]),
        ),
        (
            "tier 0, at low risk",
            &[Fact("secret.tier", "0"), Risk("low")],
            Review(&["security-stepup"]),
        ),
        ("nobody knows the tier", &[NoFact("secret.tier")], Deny),
        (
            "the agent says another tier, which is no argument",
            &[Fact("secret.tier", "0"), Arg("tier", "3")],
            Deny,
        ),
        ("the agent says the fact itself", &[NoFact("secret.tier"), Arg("secret.tier", "3")], Deny),
        (
            "tier 0, and a name that says another",
            &[Fact("secret.tier", "0"), Arg("name", "\"tier=3\"")],
            Review(&["security-stepup"]),
        ),
    ],
};
