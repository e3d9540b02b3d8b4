//! Cluster roles: always two people, and one role never.

use approvals_core::PrincipalKind::{Human, Service};

use super::super::row::Change::{Arg, By, Call, Emergency, Fact, LongArg, NoFact, Resource, Risk};
use super::super::row::Expect::{Deny, Review};
use super::super::row::Table;

pub(super) static TABLE: Table = Table {
    policy: "cluster-role-binding",
    action: "k8s.bind-cluster-role",
    arguments: &[("role", "\"view\""), ("subject", "\"s\"")],
    facts: &[("env.name", "\"prod\"")],
    rows: &[
        ("the plain call", &[], Review(&["two-platform-sec"])),
        ("a person makes the call", &[By(Human)], Review(&["two-platform-sec"])),
        ("a service makes the call", &[By(Service)], Review(&["two-platform-sec"])),
        ("a resource is named", &[Resource("anything")], Review(&["two-platform-sec"])),
        ("the risk is low", &[Risk("low")], Review(&["two-platform-sec"])),
        ("the risk is critical", &[Risk("critical")], Review(&["two-platform-sec"])),
        (
            "a fact that nobody declared",
            &[Fact("weather.rain", "true")],
            Review(&["two-platform-sec"]),
        ),
        (
            "a fact that nobody declared, of another type",
            &[Fact("weather.rain", "[\"x\"]")],
            Review(&["two-platform-sec"]),
        ),
        ("a very long text", &[LongArg("subject", 200_000)], Review(&["two-platform-sec"])),
        ("an action that nobody knows", &[Call("cloud.erase", &[])], Deny),
        ("an action that begins alike", &[Call("k8s.bind-cluster-role.more", &[])], Deny),
        ("an action above this one", &[Call("k8s", &[])], Deny),
        (
            "an action that nobody knows, in an emergency",
            &[Call("cloud.erase", &[]), Emergency],
            Deny,
        ),
        ("no argument at all", &[Call("k8s.bind-cluster-role", &[])], Deny),
        ("cluster-admin in production", &[Arg("role", "\"cluster-admin\"")], Deny),
        ("an empty role", &[Arg("role", "\"\"")], Review(&["two-platform-sec"])),
        (
            "cluster-admin in staging",
            &[Arg("role", "\"cluster-admin\""), Fact("env.name", "\"staging\"")],
            Review(&["two-platform-sec"]),
        ),
        (
            "cluster-admin where nobody knows",
            &[Arg("role", "\"cluster-admin\""), Fact("env.name", "\"moon\"")],
            Review(&["two-platform-sec"]),
        ),
        (
            "cluster-admin in an environment without a name",
            &[Arg("role", "\"cluster-admin\""), Fact("env.name", "\"\"")],
            Review(&["two-platform-sec"]),
        ),
        (
            "cluster-admin in capitals",
            &[Arg("role", "\"CLUSTER-ADMIN\"")],
            Review(&["two-platform-sec"]),
        ),
        (
            "a role that begins alike",
            &[Arg("role", "\"cluster-admins\"")],
            Review(&["two-platform-sec"]),
        ),
        (
            "cluster-admin with a space",
            &[Arg("role", "\"cluster-admin \"")],
            Review(&["two-platform-sec"]),
        ),
        (
            "cluster-admin, without an environment",
            &[Arg("role", "\"cluster-admin\""), NoFact("env.name")],
            Deny,
        ),
        ("cluster-admin in a list", &[Arg("role", "[\"cluster-admin\"]")], Deny),
        (
            "another role in staging",
            &[Fact("env.name", "\"staging\"")],
            Review(&["two-platform-sec"]),
        ),
        (
            "a role that imitates a quotation",
            &[Arg("role", "\"\\\"cluster-admin\\\"\"")],
            Review(&["two-platform-sec"]),
        ),
        ("cluster-admin, asked by a person", &[Arg("role", "\"cluster-admin\""), By(Human)], Deny),
        (
            "cluster-admin, asked by a service",
            &[Arg("role", "\"cluster-admin\""), By(Service)],
            Deny,
        ),
        (
            "cluster-admin in production, in an emergency",
            &[Arg("role", "\"cluster-admin\""), Emergency],
            Deny,
        ),
        ("the plain call, in an emergency", &[Emergency], Review(&["two-platform-sec"])),
    ],
};
