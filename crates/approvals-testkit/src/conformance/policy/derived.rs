//! The rows that every table has: each declared value missing, and of every other type.

use super::case::{Asked, Case};
use super::row::{Change, Expect, Named, Table};

/// Something in JSON of every type, and integers that do not fit 64 bits with a sign.
const VALUES: [&str; 12] = [
    "null",
    "false",
    "7",
    "1.5",
    "1.0",
    "1e3",
    "9223372036854775808",
    "18446744073709551615",
    "\"7\"",
    "[\"x\"]",
    "[\"x\",7]",
    "{\"x\":7}",
];

/// The values among them that are facts.
const FACTS: [&str; 4] = ["false", "7", "\"7\"", "[\"x\"]"];

/// Every call that differs from the plain one by a value that is not of its declared type.
pub(super) fn denied(table: &'static Table) -> impl Iterator<Item = Asked> {
    let changed =
        |what: String, change: Change| (what, Case::plain(table).with(change), Expect::Deny);
    let gone = table.arguments.iter().map(|(name, _)| Change::NoArg(name));
    let gone = gone.chain(table.facts.iter().map(|(name, _)| Change::NoFact(name)));
    let odd = wrong(table.arguments, &VALUES).map(|(name, json)| Change::Arg(name, json));
    let odd = odd.chain(wrong(table.facts, &FACTS).map(|(name, json)| Change::Fact(name, json)));
    let new = VALUES.iter().map(|json| Change::Arg("undeclared", json));
    gone.chain(odd).chain(new).map(move |change| changed(format!("{change:?}"), change))
}

/// Each name with each value that is not of its type.
fn wrong(
    declared: Named,
    values: &'static [&'static str],
) -> impl Iterator<Item = (&'static str, &'static str)> {
    declared.iter().flat_map(move |(name, right)| {
        values.iter().filter(|json| kind(json) != kind(right)).map(|json| (*name, *json))
    })
}

#[derive(PartialEq)]
enum Kind {
    Bool,
    Int,
    Text,
    Set,
    Other,
}

fn kind(json: &str) -> Kind {
    match json.as_bytes() {
        [b't' | b'f', ..] => Kind::Bool,
        [b'"', ..] => Kind::Text,
        [b'[', ..] if !json.contains('7') => Kind::Set,
        [b'-' | b'0'..=b'9', ..] if json.parse::<i64>().is_ok() => Kind::Int,
        _other => Kind::Other,
    }
}
