//! `approvals people check`: who is in a file of people.

use std::collections::BTreeMap;

use approvals_core::{Principal, PrincipalKind};
use serde::Serialize;

use crate::args::PeopleCheck;
use crate::command::stranger;
use crate::error::Error;
use crate::mistake;
use crate::output::{Console, Page, Report, printable};

pub(crate) fn run(args: &PeopleCheck, console: &mut Console<'_>) -> Result<(), Error> {
    let directory = mistake::people(&args.file)?;
    let mut people: BTreeMap<String, Person> = BTreeMap::new();
    for (identity, principal) in directory.identities() {
        let person = people.entry(principal.id().to_string());
        person.or_insert_with(|| Person::new(principal)).identities.push(identity.to_string());
    }
    let file = args.file.display().to_string();
    let doubts = directory.identities().filter_map(|(identity, _)| stranger::doubt(identity));
    let doubts = doubts.collect();
    console.report(&Checked { file, people: people.into_values().collect(), doubts })
}

#[derive(Debug, Serialize)]
struct Checked {
    file: String,
    people: Vec<Person>,
    /// What loads and is probably a mistake.
    doubts: Vec<String>,
}

#[derive(Debug, Serialize)]
struct Person {
    id: String,
    kind: PrincipalKind,
    groups: Vec<String>,
    also_known_as: Vec<String>,
    identities: Vec<String>,
}

impl Person {
    fn new(principal: &Principal) -> Self {
        Self {
            id: principal.id().to_string(),
            kind: principal.kind(),
            groups: principal.groups().iter().map(ToString::to_string).collect(),
            also_known_as: principal.ids().skip(1).map(ToString::to_string).collect(),
            identities: Vec::new(),
        }
    }
}

impl Report for Checked {
    fn text(&self) -> String {
        let mut page = Page::default();
        page.line("ok: ", &printable(&self.file));
        for person in &self.people {
            let kind = match person.kind {
                PrincipalKind::Human => "",
                PrincipalKind::Agent => " (an agent: approves nothing)",
                PrincipalKind::Service => " (a service: approves nothing)",
            };
            page.line("  ", &printable(&format!("{}{kind}", person.id)));
            let rows = [
                ("groups", &person.groups),
                ("also", &person.also_known_as),
                ("known as", &person.identities),
            ];
            for (label, names) in rows.iter().filter(|(_, names)| !names.is_empty()) {
                page.line(&format!("    {label:<10} "), &printable(&names.join(", ")));
            }
        }
        for doubt in &self.doubts {
            page.line("  doubt: ", &printable(doubt));
        }
        page.into_text()
    }
}
