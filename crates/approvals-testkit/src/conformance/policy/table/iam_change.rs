//! IAM changes: in the window, and looked at.

use approvals_core::PrincipalKind::{Human, Service};

use super::super::row::Change::{Arg, By, Call, Emergency, Fact, LongArg, NoFact, Resource, Risk};
use super::super::row::Expect::{Deny, Review};
use super::super::row::Table;

pub(super) static TABLE: Table = Table {
    policy: "iam-change",
    action: "iam.update",
    arguments: &[("principal", "\"p\""), ("policy", "\"q\"")],
    facts: &[("env.change_window", "true")],
    rows: &[
        ("the plain call", &[], Review(&["one-iam-admin"])),
        ("a person makes the call", &[By(Human)], Review(&["one-iam-admin"])),
        ("a service makes the call", &[By(Service)], Review(&["one-iam-admin"])),
        ("a resource is named", &[Resource("anything")], Review(&["one-iam-admin"])),
        ("the risk is low", &[Risk("low")], Review(&["one-iam-admin"])),
        ("the risk is critical", &[Risk("critical")], Review(&["one-iam-admin"])),
        (
            "a fact that nobody declared",
            &[Fact("weather.rain", "true")],
            Review(&["one-iam-admin"]),
        ),
        (
            "a fact that nobody declared, of another type",
            &[Fact("weather.rain", "[\"x\"]")],
            Review(&["one-iam-admin"]),
        ),
        ("a very long text", &[LongArg("policy", 200_000)], Review(&["one-iam-admin"])),
        ("an action that nobody knows", &[Call("cloud.erase", &[])], Deny),
        ("an action that begins alike", &[Call("iam.update.more", &[])], Deny),
        ("an action above this one", &[Call("iam", &[])], Deny),
        (
            "an action that nobody knows, in an emergency",
            &[Call("cloud.erase", &[]), Emergency],
            Deny,
        ),
        ("no argument at all", &[Call("iam.update", &[])], Deny),
        ("the window is closed", &[Fact("env.change_window", "false")], Deny),
        (
            "the window is closed, and a person asks",
            &[Fact("env.change_window", "false"), By(Human)],
            Deny,
        ),
        (
            "the window is closed, in an emergency",
            &[Fact("env.change_window", "false"), Emergency],
            Deny,
        ),
        ("the window is open, in an emergency", &[Emergency], Review(&["one-iam-admin"])),
        ("the window is the word true", &[Fact("env.change_window", "\"true\"")], Deny),
        ("the window is 1", &[Fact("env.change_window", "1")], Deny),
        ("nobody speaks of the window", &[NoFact("env.change_window")], Deny),
        (
            "the caller says that the window is open",
            &[NoFact("env.change_window"), Arg("change_window", "true")],
            Deny,
        ),
        (
            "the window is closed, whatever the policy is named",
            &[Fact("env.change_window", "false"), Arg("policy", "\"env.change_window\"")],
            Deny,
        ),
        (
            "empty names",
            &[Arg("principal", "\"\""), Arg("policy", "\"\"")],
            Review(&["one-iam-admin"]),
        ),
    ],
};
