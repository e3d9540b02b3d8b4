//! Payments: two limits, and a sum over the hour.

use approvals_core::PrincipalKind::{Human, Service};

use super::super::row::Change::{Arg, By, Call, Emergency, Fact, LongArg, NoFact, Resource, Risk};
use super::super::row::Expect::{Allow, Deny, Review};
use super::super::row::Table;

pub(super) static TABLE: Table = Table {
    policy: "spend",
    action: "payments.pay",
    arguments: &[("cents", "1"), ("payee", "\"p\"")],
    facts: &[("spend.hour_cents", "0")],
    rows: &[
        ("the plain call", &[], Allow),
        ("a person makes the call", &[By(Human)], Allow),
        ("a service makes the call", &[By(Service)], Allow),
        ("a resource is named", &[Resource("anything")], Allow),
        ("the risk is low", &[Risk("low")], Allow),
        ("the risk is critical", &[Risk("critical")], Allow),
        ("a fact that nobody declared", &[Fact("weather.rain", "true")], Allow),
        ("a fact that nobody declared, of another type", &[Fact("weather.rain", "[\"x\"]")], Allow),
        ("a very long text", &[LongArg("payee", 200_000)], Allow),
        ("an action that nobody knows", &[Call("cloud.erase", &[])], Deny),
        ("an action that begins alike", &[Call("payments.pay.more", &[])], Deny),
        ("an action above this one", &[Call("payments", &[])], Deny),
        (
            "an action that nobody knows, in an emergency",
            &[Call("cloud.erase", &[]), Emergency],
            Deny,
        ),
        ("no argument at all", &[Call("payments.pay", &[])], Deny),
        ("nothing", &[Arg("cents", "0")], Deny),
        ("less than nothing", &[Arg("cents", "-1")], Deny),
        (
            "less than nothing, and the hour is over the limit",
            &[Arg("cents", "-1"), Fact("spend.hour_cents", "1000001")],
            Deny,
        ),
        ("less than nothing, in an emergency", &[Arg("cents", "-1"), Emergency], Deny),
        ("a cent below the first limit", &[Arg("cents", "49999")], Allow),
        ("the first limit", &[Arg("cents", "50000")], Allow),
        ("a cent over the first limit", &[Arg("cents", "50001")], Review(&["one-finance"])),
        ("a cent below the second limit", &[Arg("cents", "999999")], Review(&["one-finance"])),
        ("the second limit", &[Arg("cents", "1000000")], Review(&["one-finance"])),
        (
            "a cent over the second limit",
            &[Arg("cents", "1000001")],
            Review(&["one-finance", "two-finance-stepup"]),
        ),
        (
            "the largest integer",
            &[Arg("cents", "9223372036854775807")],
            Review(&["one-finance", "two-finance-stepup"]),
        ),
        ("the smallest integer", &[Arg("cents", "-9223372036854775808")], Deny),
        ("one more than the largest integer", &[Arg("cents", "9223372036854775808")], Deny),
        ("a fraction of a cent", &[Arg("cents", "50000.5")], Deny),
        ("cents as a decimal", &[Arg("cents", "50000.0")], Deny),
        ("cents with an exponent", &[Arg("cents", "5e4")], Deny),
        ("cents as a text", &[Arg("cents", "\"1\"")], Deny),
        ("the hour is at the limit", &[Fact("spend.hour_cents", "1000000")], Allow),
        (
            "the hour is a cent over the limit",
            &[Fact("spend.hour_cents", "1000001")],
            Review(&["two-finance-stepup"]),
        ),
        (
            "the hour is a cent over the limit, and 500.01 more",
            &[Fact("spend.hour_cents", "1000001"), Arg("cents", "50001")],
            Review(&["one-finance", "two-finance-stepup"]),
        ),
        (
            "the hour is at the limit, and 500.01 more",
            &[Fact("spend.hour_cents", "1000000"), Arg("cents", "50001")],
            Review(&["one-finance"]),
        ),
        ("the hour is a cent below the limit", &[Fact("spend.hour_cents", "999999")], Allow),
        (
            "both are over the limit",
            &[Fact("spend.hour_cents", "1000001"), Arg("cents", "1000001")],
            Review(&["one-finance", "two-finance-stepup"]),
        ),
        (
            "the hour is the largest integer",
            &[Fact("spend.hour_cents", "9223372036854775807")],
            Review(&["two-finance-stepup"]),
        ),
        (
            "both are the largest integer: nothing is added up",
            &[Fact("spend.hour_cents", "9223372036854775807"), Arg("cents", "9223372036854775807")],
            Review(&["one-finance", "two-finance-stepup"]),
        ),
        ("the hour is below zero", &[Fact("spend.hour_cents", "-1")], Allow),
        (
            "the sixteenth payment of 600",
            &[Fact("spend.hour_cents", "960000"), Arg("cents", "60000")],
            Review(&["one-finance"]),
        ),
        (
            "the seventeenth payment of 600",
            &[Fact("spend.hour_cents", "1020000"), Arg("cents", "60000")],
            Review(&["one-finance", "two-finance-stepup"]),
        ),
        ("the hour is a text", &[Fact("spend.hour_cents", "\"0\"")], Deny),
        ("nobody has added up the hour", &[NoFact("spend.hour_cents")], Deny),
        (
            "much, in an emergency",
            &[Arg("cents", "1000001"), Emergency],
            Review(&["one-finance", "two-finance-stepup"]),
        ),
        (
            "much, asked by a person",
            &[Arg("cents", "1000001"), By(Human)],
            Review(&["one-finance", "two-finance-stepup"]),
        ),
        (
            "much, at low risk",
            &[Arg("cents", "1000001"), Risk("low")],
            Review(&["one-finance", "two-finance-stepup"]),
        ),
    ],
};
