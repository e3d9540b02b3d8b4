//! The emergency exit: one denial out of two.

use approvals_core::PrincipalKind::{Human, Service};

use super::super::row::Change::{Arg, By, Call, Emergency, Fact, LongArg, NoFact, Resource, Risk};
use super::super::row::Expect::{Broken, Deny, Review};
use super::super::row::{Expect, Table};

const GLASS: Expect = Broken {
    rules: &["cluster-admin-never"],
    require: &["incident-commander", "two-platform-sec"],
};

pub(super) static TABLE: Table = Table {
    policy: "break-glass",
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
            GLASS,
        ),
        (
            "cluster-admin in production, in an emergency, asked by a person",
            &[Arg("role", "\"cluster-admin\""), Emergency, By(Human)],
            GLASS,
        ),
        (
            "cluster-admin in production, in an emergency at low risk",
            &[Arg("role", "\"cluster-admin\""), Emergency, Risk("low")],
            GLASS,
        ),
        (
            "cluster-admin in staging, in an emergency that sets nothing aside",
            &[Arg("role", "\"cluster-admin\""), Fact("env.name", "\"staging\""), Emergency],
            Review(&["two-platform-sec"]),
        ),
        (
            "another role, in an emergency that sets nothing aside",
            &[Emergency],
            Review(&["two-platform-sec"]),
        ),
        (
            "cluster-admin, in an emergency, without an environment",
            &[Arg("role", "\"cluster-admin\""), Emergency, NoFact("env.name")],
            Deny,
        ),
        (
            "cluster-admin, in an emergency, and an argument too many",
            &[Arg("role", "\"cluster-admin\""), Emergency, Arg("force", "true")],
            Deny,
        ),
        (
            "cluster-admin in a list, in an emergency",
            &[Arg("role", "[\"cluster-admin\"]"), Emergency],
            Deny,
        ),
        ("a shell", &[Call("k8s.exec", &[("pod", "\"p\"")])], Deny),
        ("a shell, in an emergency", &[Call("k8s.exec", &[("pod", "\"p\"")]), Emergency], Deny),
        (
            "a shell in staging",
            &[Call("k8s.exec", &[("pod", "\"p\"")]), Fact("env.name", "\"staging\"")],
            Deny,
        ),
        (
            "a shell in staging, in an emergency",
            &[Call("k8s.exec", &[("pod", "\"p\"")]), Fact("env.name", "\"staging\""), Emergency],
            Deny,
        ),
        (
            "a shell, asked by a person in an emergency",
            &[Call("k8s.exec", &[("pod", "\"p\"")]), Emergency, By(Human)],
            Deny,
        ),
        ("a shell, without a pod, in an emergency", &[Call("k8s.exec", &[]), Emergency], Deny),
    ],
};
