//! One call to be ruled on, made from a row or from the plain call of a table.

use std::collections::BTreeMap;

use approvals_core::{
    Document, Fact, FactSet, Facts, Policy, PolicyError, Principal, PrincipalKind, Requester,
    Ruling, Timestamp,
};

use super::row::{Change, Expect, Table};

/// What is special about the call, the call, and what the policy says.
pub(super) type Asked = (String, Case, Expect);

/// One call, in JSON.
#[derive(Clone, Debug)]
pub(super) struct Case {
    action: &'static str,
    arguments: BTreeMap<&'static str, String>,
    facts: BTreeMap<&'static str, String>,
    is_emergency: bool,
    by: PrincipalKind,
    resource: Option<&'static str>,
    risk: &'static str,
}

impl Case {
    /// The plain call of a table.
    pub(super) fn plain(table: &Table) -> Self {
        let own = |(name, json): &(&'static str, &str)| (*name, (*json).to_owned());
        Self {
            action: table.action,
            arguments: table.arguments.iter().map(own).collect(),
            facts: table.facts.iter().map(own).collect(),
            is_emergency: false,
            by: PrincipalKind::Agent,
            resource: None,
            risk: "high",
        }
    }

    /// The same call with this difference.
    pub(super) fn with(mut self, change: Change) -> Self {
        match change {
            Change::Call(action, arguments) => {
                self.action = action;
                let own = arguments.iter().map(|(name, json)| (*name, (*json).to_owned()));
                self.arguments = own.collect();
            }
            Change::Arg(name, json) => drop(self.arguments.insert(name, json.to_owned())),
            Change::LongArg(name, length) => drop(self.arguments.insert(name, long(length))),
            Change::NoArg(name) => drop(self.arguments.remove(name)),
            Change::Fact(name, json) => drop(self.facts.insert(name, json.to_owned())),
            Change::LongFact(name, length) => drop(self.facts.insert(name, long(length))),
            Change::NoFact(name) => drop(self.facts.remove(name)),
            Change::Emergency => self.is_emergency = true,
            Change::By(kind) => self.by = kind,
            Change::Resource(text) => self.resource = Some(text),
            Change::Risk(word) => self.risk = word,
        }
        self
    }

    /// The policy's ruling on it.
    pub(super) fn put_to(&self, policy: &dyn Policy) -> Result<Ruling, PolicyError> {
        let document = self.document();
        let document = Document::parse(document.as_bytes()).expect("the table holds documents");
        let requester = self.requester();
        let provided = self.provided();
        policy.rule(&Facts::new(&document, &requester, NOON).with(&provided))
    }

    fn document(&self) -> String {
        let arguments = self.arguments.iter().map(|(name, json)| format!("\"{name}\":{json}"));
        let arguments: Vec<String> = arguments.collect();
        let emergency = if self.is_emergency { r#""break_glass":"INC-7","# } else { "" };
        let resource = self.resource.map(|text| format!("\"resource\":\"{text}\","));
        format!(
            r#"{{"action":"{}","arguments":{{{}}},{emergency}"log":"example.org/t/prod","on_behalf_of":["u:mira"],"redacted":{{}},"requester":"x:1",{}"risk":"{}","unbound":[]}}"#,
            self.action,
            arguments.join(","),
            resource.unwrap_or_default(),
            self.risk,
        )
    }

    fn provided(&self) -> FactSet {
        let fact = |json: &str| serde_json::from_str::<Fact>(json).expect("the table holds facts");
        let named = self.facts.iter().map(|(name, json)| {
            (name.parse().expect("the table holds names of facts"), fact(json))
        });
        named.collect()
    }

    fn requester(&self) -> Requester {
        let principal = match self.by {
            PrincipalKind::Agent => Principal::agent("x:1"),
            PrincipalKind::Human => Principal::human("x:1"),
            PrincipalKind::Service => Principal::service("x:1"),
        };
        let principal = principal.expect("the id is visible ASCII");
        let owner = Principal::human("u:mira").expect("the id is visible ASCII");
        Requester::new(principal).on_behalf_of(owner)
    }
}

const NOON: Timestamp = Timestamp::from_millis(1_800_000_000_000);

fn long(length: usize) -> String {
    format!("\"{}\"", "x".repeat(length))
}
