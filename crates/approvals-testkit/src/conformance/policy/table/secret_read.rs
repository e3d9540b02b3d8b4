//! Secrets: four tiers, and one of them asked about.

use approvals_core::PrincipalKind::{Human, Service};

use super::super::row::Change::{Arg, By, Call, Emergency, Fact, LongArg, NoArg, Resource, Risk};
use super::super::row::Expect::{Allow, Deny, Review};
use super::super::row::Table;

pub(super) static TABLE: Table = Table {
    policy: "secret-read",
    action: "secret.read",
    arguments: &[("name", "\"n\""), ("tier", "1")],
    facts: &[],
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
        ("tier 0", &[Arg("tier", "0")], Review(&["security-stepup"])),
        ("tier 2", &[Arg("tier", "2")], Allow),
        ("tier 3", &[Arg("tier", "3")], Allow),
        ("tier 4", &[Arg("tier", "4")], Deny),
        ("tier -1", &[Arg("tier", "-1")], Deny),
        ("the largest integer", &[Arg("tier", "9223372036854775807")], Deny),
        ("the smallest integer", &[Arg("tier", "-9223372036854775808")], Deny),
        ("one more than the largest integer", &[Arg("tier", "9223372036854775808")], Deny),
        ("2⁶⁴ − 1, which wraps to −1", &[Arg("tier", "18446744073709551615")], Deny),
        ("a tier between two", &[Arg("tier", "0.5")], Deny),
        ("tier 1 as a decimal", &[Arg("tier", "1.0")], Deny),
        ("tier 1 as a text", &[Arg("tier", "\"1\"")], Deny),
        ("tier true", &[Arg("tier", "true")], Deny),
        ("tier 0, in an emergency", &[Arg("tier", "0"), Emergency], Review(&["security-stepup"])),
        ("tier 4, in an emergency", &[Arg("tier", "4"), Emergency], Deny),
        ("tier 0, asked by a person", &[Arg("tier", "0"), By(Human)], Review(&["security-stepup"])),
        ("tier 0, at low risk", &[Arg("tier", "0"), Risk("low")], Review(&["security-stepup"])),
        ("no tier, and a name that has it", &[NoArg("tier"), Arg("name", "\"tier=1\"")], Deny),
    ],
};
