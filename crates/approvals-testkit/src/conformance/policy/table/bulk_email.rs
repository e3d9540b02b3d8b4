//! Mail: not to many people outside.

use approvals_core::PrincipalKind::{Human, Service};

use super::super::row::Change::{Arg, By, Call, Emergency, Fact, LongArg, NoArg, Resource, Risk};
use super::super::row::Expect::{Allow, Deny, Review};
use super::super::row::Table;

pub(super) static TABLE: Table = Table {
    policy: "bulk-email",
    action: "email.send",
    arguments: &[("external_recipients", "1"), ("subject", "\"s\"")],
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
        ("a very long text", &[LongArg("subject", 200_000)], Allow),
        ("an action that nobody knows", &[Call("cloud.erase", &[])], Deny),
        ("an action that begins alike", &[Call("email.send.more", &[])], Deny),
        ("an action above this one", &[Call("email", &[])], Deny),
        (
            "an action that nobody knows, in an emergency",
            &[Call("cloud.erase", &[]), Emergency],
            Deny,
        ),
        ("no argument at all", &[Call("email.send", &[])], Deny),
        ("nobody outside", &[Arg("external_recipients", "0")], Allow),
        ("fewer than nobody", &[Arg("external_recipients", "-101")], Allow),
        ("one below the limit", &[Arg("external_recipients", "99")], Allow),
        ("the limit", &[Arg("external_recipients", "100")], Allow),
        ("one over the limit", &[Arg("external_recipients", "101")], Review(&["one-comms"])),
        (
            "the largest integer",
            &[Arg("external_recipients", "9223372036854775807")],
            Review(&["one-comms"]),
        ),
        ("the smallest integer", &[Arg("external_recipients", "-9223372036854775808")], Allow),
        (
            "one more than the largest integer",
            &[Arg("external_recipients", "9223372036854775808")],
            Deny,
        ),
        (
            "the largest that JSON readers take",
            &[Arg("external_recipients", "18446744073709551615")],
            Deny,
        ),
        ("half a recipient over the limit", &[Arg("external_recipients", "100.5")], Deny),
        ("the limit as a decimal", &[Arg("external_recipients", "100.0")], Deny),
        ("the limit as a text", &[Arg("external_recipients", "\"100\"")], Deny),
        (
            "one over the limit, in an emergency",
            &[Arg("external_recipients", "101"), Emergency],
            Review(&["one-comms"]),
        ),
        (
            "one over the limit, asked by a person",
            &[Arg("external_recipients", "101"), By(Human)],
            Review(&["one-comms"]),
        ),
        (
            "one over the limit, asked by a service",
            &[Arg("external_recipients", "101"), By(Service)],
            Review(&["one-comms"]),
        ),
        (
            "one over the limit, without a subject",
            &[Arg("external_recipients", "101"), NoArg("subject")],
            Deny,
        ),
    ],
};
