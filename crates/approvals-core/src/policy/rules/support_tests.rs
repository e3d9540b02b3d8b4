//! Calls as tests need them.

use serde_json::Value;

use crate::action::clock::Timestamp;
use crate::action::document::Document;
use crate::action::principal::{Principal, Requester};
use crate::policy::fact::{Fact, FactSet};
use crate::policy::facts::Facts;
use crate::policy::policy::Verdict;

/// One call, and all that is known about it.
#[derive(Clone, Debug)]
pub(super) struct Call {
    pub(super) document: Document,
    pub(super) requester: Requester,
    pub(super) provided: FactSet,
}

impl Call {
    pub(super) fn new(action: &str) -> Self {
        let document = format!(
            r#"{{"action":"{action}","arguments":{{}},"log":"l","on_behalf_of":[],"redacted":{{}},"requester":"a","risk":"high","unbound":[]}}"#
        );
        Self {
            document: Document::parse(document.as_bytes()).unwrap(),
            requester: Requester::new(Principal::agent("a").unwrap()),
            provided: FactSet::new(),
        }
    }

    pub(super) fn arg(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.document.arguments.insert(name.to_owned(), value.into());
        self
    }

    pub(super) fn fact(mut self, name: &str, value: impl Into<Fact>) -> Self {
        self.provided.insert(name.parse().unwrap(), value.into());
        self
    }

    pub(super) fn without_fact(mut self, name: &str) -> Self {
        self.provided.remove(&name.parse().unwrap());
        self
    }

    pub(super) fn risk(mut self, level: &str) -> Self {
        self.document.risk = serde_json::from_value(level.into()).unwrap();
        self
    }

    pub(super) fn emergency(mut self) -> Self {
        self.document.break_glass = Some("the house is on fire".to_owned());
        self
    }

    pub(super) fn facts(&self) -> Facts<'_> {
        let now = Timestamp::from_millis(0);
        Facts::new(&self.document, &self.requester, now).with(&self.provided)
    }
}

/// `allow`, `deny`, or the sorted names of what is asked for.
pub(super) fn short(verdict: &Verdict) -> String {
    match verdict {
        Verdict::Allow => "allow".to_owned(),
        Verdict::Deny(_) => "deny".to_owned(),
        Verdict::Review(obligations) => {
            let mut names: Vec<_> = obligations.iter().map(|one| one.name.as_str()).collect();
            names.sort_unstable();
            names.join(" ")
        }
    }
}

pub(super) fn reason(verdict: &Verdict) -> &str {
    match verdict {
        Verdict::Deny(reason) => reason,
        Verdict::Allow | Verdict::Review(_) => "",
    }
}
