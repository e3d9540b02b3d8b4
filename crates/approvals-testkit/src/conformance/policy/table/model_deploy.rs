//! Deployments of models: evaluated, and looked at.

use approvals_core::PrincipalKind::{Human, Service};

use super::super::row::Change::{Arg, By, Call, Emergency, Fact, LongArg, NoFact, Resource, Risk};
use super::super::row::Expect::{Deny, Review};
use super::super::row::Table;

pub(super) static TABLE: Table = Table {
    policy: "model-deploy",
    action: "model.deploy",
    arguments: &[("model", "\"m\""), ("version", "\"1\"")],
    facts: &[("eval.passed", "true")],
    rows: &[
        ("the plain call", &[], Review(&["one-ml-lead"])),
        ("a person makes the call", &[By(Human)], Review(&["one-ml-lead"])),
        ("a service makes the call", &[By(Service)], Review(&["one-ml-lead"])),
        ("a resource is named", &[Resource("anything")], Review(&["one-ml-lead"])),
        ("the risk is low", &[Risk("low")], Review(&["one-ml-lead"])),
        ("the risk is critical", &[Risk("critical")], Review(&["one-ml-lead"])),
        ("a fact that nobody declared", &[Fact("weather.rain", "true")], Review(&["one-ml-lead"])),
        (
            "a fact that nobody declared, of another type",
            &[Fact("weather.rain", "[\"x\"]")],
            Review(&["one-ml-lead"]),
        ),
        ("a very long text", &[LongArg("model", 200_000)], Review(&["one-ml-lead"])),
        ("an action that nobody knows", &[Call("cloud.erase", &[])], Deny),
        ("an action that begins alike", &[Call("model.deploy.more", &[])], Deny),
        ("an action above this one", &[Call("model", &[])], Deny),
        (
            "an action that nobody knows, in an emergency",
            &[Call("cloud.erase", &[]), Emergency],
            Deny,
        ),
        ("no argument at all", &[Call("model.deploy", &[])], Deny),
        ("the evaluation failed", &[Fact("eval.passed", "false")], Deny),
        (
            "the evaluation failed, in an emergency",
            &[Fact("eval.passed", "false"), Emergency],
            Deny,
        ),
        (
            "the evaluation failed, and a person asks",
            &[Fact("eval.passed", "false"), By(Human)],
            Deny,
        ),
        ("the evaluation is the word true", &[Fact("eval.passed", "\"true\"")], Deny),
        ("the evaluation is 1", &[Fact("eval.passed", "1")], Deny),
        ("the evaluation is a set", &[Fact("eval.passed", "[\"true\"]")], Deny),
        ("nobody has evaluated it", &[NoFact("eval.passed")], Deny),
        ("the caller says that it passed", &[NoFact("eval.passed"), Arg("passed", "true")], Deny),
        ("the version is a number", &[Arg("version", "1")], Deny),
        ("empty names", &[Arg("model", "\"\""), Arg("version", "\"\"")], Review(&["one-ml-lead"])),
    ],
};
