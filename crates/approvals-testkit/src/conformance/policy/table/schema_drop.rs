//! Dropped schemas: in production the owners are asked as well.

use approvals_core::PrincipalKind::{Human, Service};

use super::super::row::Change::{
    Arg, By, Call, Emergency, Fact, LongArg, LongFact, NoFact, Resource, Risk,
};
use super::super::row::Expect::{Deny, Review};
use super::super::row::Table;

pub(super) static TABLE: Table = Table {
    policy: "schema-drop",
    action: "db.drop-schema",
    arguments: &[("database", "\"d\""), ("schema", "\"s\"")],
    facts: &[("env.name", "\"prod\""), ("resource.owner_group", "\"shop\"")],
    rows: &[
        ("the plain call", &[], Review(&["dba-and-owner"])),
        ("a person makes the call", &[By(Human)], Review(&["dba-and-owner"])),
        ("a service makes the call", &[By(Service)], Review(&["dba-and-owner"])),
        ("a resource is named", &[Resource("anything")], Review(&["dba-and-owner"])),
        ("the risk is low", &[Risk("low")], Review(&["dba-and-owner"])),
        ("the risk is critical", &[Risk("critical")], Review(&["dba-and-owner"])),
        (
            "a fact that nobody declared",
            &[Fact("weather.rain", "true")],
            Review(&["dba-and-owner"]),
        ),
        (
            "a fact that nobody declared, of another type",
            &[Fact("weather.rain", "[\"x\"]")],
            Review(&["dba-and-owner"]),
        ),
        ("a very long text", &[LongArg("schema", 200_000)], Review(&["dba-and-owner"])),
        ("an action that nobody knows", &[Call("cloud.erase", &[])], Deny),
        ("an action that begins alike", &[Call("db.drop-schema.more", &[])], Deny),
        ("an action above this one", &[Call("db", &[])], Deny),
        (
            "an action that nobody knows, in an emergency",
            &[Call("cloud.erase", &[]), Emergency],
            Deny,
        ),
        ("no argument at all", &[Call("db.drop-schema", &[])], Deny),
        ("staging", &[Fact("env.name", "\"staging\"")], Review(&["one-dba"])),
        ("an environment that nobody knows", &[Fact("env.name", "\"moon\"")], Review(&["one-dba"])),
        ("an environment without a name", &[Fact("env.name", "\"\"")], Review(&["one-dba"])),
        ("production in capitals", &[Fact("env.name", "\"Prod\"")], Review(&["one-dba"])),
        (
            "other owners",
            &[Fact("resource.owner_group", "\"billing\"")],
            Review(&["dba-and-owner"]),
        ),
        (
            "owners who are administrators",
            &[Fact("resource.owner_group", "\"dba\"")],
            Review(&["dba-and-owner"]),
        ),
        (
            "owners that are no name of a group",
            &[Fact("resource.owner_group", "\"two words\"")],
            Deny,
        ),
        ("owners without a name", &[Fact("resource.owner_group", "\"\"")], Deny),
        ("owners in a list", &[Fact("resource.owner_group", "[\"shop\"]")], Deny),
        ("nobody knows the owners", &[NoFact("resource.owner_group")], Deny),
        (
            "nobody knows the owners, in staging",
            &[Fact("env.name", "\"staging\""), NoFact("resource.owner_group")],
            Deny,
        ),
        (
            "owners that are no name of a group, in staging",
            &[Fact("env.name", "\"staging\""), Fact("resource.owner_group", "\"two words\"")],
            Review(&["one-dba"]),
        ),
        ("very long owners", &[LongFact("resource.owner_group", 201)], Deny),
        (
            "owners as long as can be",
            &[LongFact("resource.owner_group", 200)],
            Review(&["dba-and-owner"]),
        ),
        ("production, in an emergency", &[Emergency], Review(&["dba-and-owner"])),
        (
            "staging, in an emergency",
            &[Fact("env.name", "\"staging\""), Emergency],
            Review(&["one-dba"]),
        ),
        (
            "the caller names the owners",
            &[NoFact("resource.owner_group"), Arg("owner_group", "\"shop\"")],
            Deny,
        ),
    ],
};
