//! Calls, written as JSON.

use approvals_cedar::CedarPolicy;
use approvals_core::{
    Document, Fact, FactSet, Facts, Policy, PolicyError, Principal, Requester, Ruling, Timestamp,
    Verdict,
};

/// One call of an action, by an agent in the group `bots` that acts for somebody in `owners`.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    document: serde_json::Value,
    facts: FactSet,
    pub(crate) requester: Requester,
}

impl Call {
    pub(crate) fn new(action: &str, arguments: &str) -> Self {
        let agent = Principal::agent("agent:a").unwrap().member_of(["bots"]).unwrap();
        let mira = Principal::human("u:mira").unwrap().member_of(["owners"]).unwrap();
        let document = format!(
            r#"{{"action":"{action}","arguments":{arguments},"log":"example.org/t/prod","on_behalf_of":["u:mira"],"redacted":{{}},"requester":"agent:a","risk":"high","unbound":[]}}"#
        );
        Self {
            document: serde_json::from_str(&document).unwrap(),
            facts: FactSet::new(),
            requester: Requester::new(agent).on_behalf_of(mira),
        }
    }

    pub(crate) fn fact(mut self, name: &str, value: impl Into<Fact>) -> Self {
        self.facts.insert(name.parse().unwrap(), value.into());
        self
    }

    pub(crate) fn with(mut self, member: &str, value: impl Into<serde_json::Value>) -> Self {
        self.document.as_object_mut().unwrap().insert(member.to_owned(), value.into());
        self
    }

    pub(crate) fn by(self, requester: Requester) -> Self {
        Self { requester, ..self }
    }

    pub(crate) fn rule(&self, policy: &dyn Policy) -> Result<Ruling, PolicyError> {
        self.put(|facts| policy.rule(facts))
    }

    pub(crate) fn put<T>(&self, ask: impl FnOnce(&Facts<'_>) -> T) -> T {
        let document = Document::parse(self.document.to_string().as_bytes()).unwrap();
        ask(&Facts::new(&document, &self.requester, Timestamp::from_millis(0)).with(&self.facts))
    }

    /// `allow`, `deny` or the obligations' names.
    pub(crate) fn says(&self, policy: &dyn Policy) -> String {
        match self.rule(policy) {
            Err(_) => "deny".into(),
            Ok(ruling) => said(&ruling.verdict),
        }
    }
}

pub(crate) fn said(verdict: &Verdict) -> String {
    match verdict {
        Verdict::Allow => "allow".into(),
        Verdict::Deny(_) => "deny".into(),
        Verdict::Review(obligations) => {
            let mut names: Vec<_> = obligations.iter().map(|one| one.name.as_str()).collect();
            names.sort_unstable();
            names.join(" ")
        }
    }
}

/// Everything that a vocabulary can declare.
pub(crate) const WORDS: &str = r#"
version = 1
default = "deny"

[action."a.do"]
args = { n = "integer", t = "string", b = "boolean", l = "strings", x = "any", "opt.n" = "integer?" }

[action."a.other"]
args = {}

[facts]
"env.name" = "string"
"env.open" = "boolean?"

[obligation.one]
quorum = [{ group = "g", count = 1 }]

[obligation.two]
quorum = [{ group = "g", count = 2 }]
"#;

/// A call of `a.do` that the vocabulary knows.
pub(crate) fn plain() -> Call {
    Call::new("a.do", r#"{"n":1,"t":"t","b":true,"l":["l"],"x":null}"#).fact("env.name", "prod")
}

pub(crate) fn policy(cedar: &str) -> CedarPolicy {
    CedarPolicy::new(WORDS, cedar).unwrap_or_else(|error| panic!("{error}\n{cedar}"))
}

macro_rules! texts {
    ($(#[$doc:meta])* $of:ident, $extension:literal) => {
        $(#[$doc])*
        pub(crate) fn $of(name: &str) -> &'static str {
            texts!(name, $extension: "s3-export" "cluster-role-binding" "iam-change" "service-restart"
                "model-deploy" "spend" "bulk-email" "schema-drop" "secret-read" "break-glass")
        }
    };
    ($wanted:ident, $extension:literal: $($name:literal)*) => {
        match $wanted {
            $($name => include_str!(concat!("../../../../policies/", $name, $extension)),)*
            other => panic!("there is no policy `{other}`"),
        }
    };
}

texts!(
    /// One of the ten policies of the repository, as TOML rules.
    rules_of, ".toml"
);
texts!(
    /// One of the ten policies of the repository, as Cedar.
    cedar_of, ".cedar"
);

/// One of the ten policies of the repository.
pub(crate) fn named(name: &str) -> CedarPolicy {
    let policy = CedarPolicy::new(words(rules_of(name)), cedar_of(name));
    policy.unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// A file of rules without the rules, which stand at its end.
pub(crate) fn words(rules: &str) -> &str {
    rules.split_once("[[rule]]").map_or(rules, |(words, _)| words)
}
