//! Rules as TOML, for the people who deploy.

mod file;

use std::collections::BTreeMap;

use super::facts::Facts;
use super::obligation::Obligation;
use super::obligations::Obligations;
use super::policy::{Policy, PolicyError, Ruling, Verdict};
use crate::action::digest::Digest;
use crate::action::id::{ActionName, RuleId};
use crate::action::risk::Risk;

pub use file::RulesError;

/// A policy read from TOML.
///
/// The strictest of all matching rules wins (deny before review before allow), the obligations of all
/// matching reviews add up, and what no rule matches is denied.
///
/// ```toml
/// version = 1
/// default = "deny"
///
/// [obligation.one-owner]
/// quorum = [{ group = "shop-owners", count = 1 }]
/// approve_within = "30m"
/// execute_within = "15m"
///
/// [[rule]]
/// id = "reads"
/// action = "db.read"              # a name, or a name and `.*` for everything below it
/// effect = "allow"
///
/// [[rule]]
/// id = "risky"
/// action = "db.*"
/// risk = ["high", "critical"]     # left out: any
/// require = ["one-owner"]
/// ```
///
/// ```
/// use approvals_core::Rules;
///
/// let rules: Rules = "version = 1\ndefault = \"deny\"".parse()?;
/// let error = "version = 1\ndefault = \"allow\"".parse::<Rules>().unwrap_err();
/// assert!(error.to_string().contains("line 2"));
/// # Ok::<(), approvals_core::RulesError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Rules {
    digest: Digest,
    all: Vec<Rule>,
    obligations: BTreeMap<RuleId, Obligation>,
}

#[derive(Clone, Debug)]
struct Rule {
    id: RuleId,
    action: Pattern,
    risk: Option<Vec<Risk>>,
    effect: Effect,
}

/// Which actions a rule is about.
#[derive(Clone, Debug)]
enum Pattern {
    Exactly(ActionName),
    /// Everything whose name begins with this and a dot.
    Below(ActionName),
    Any,
}

#[derive(Clone, Debug)]
enum Effect {
    Allow,
    Deny(String),
    Require(Vec<RuleId>),
}

impl Pattern {
    fn matches(&self, action: &ActionName) -> bool {
        match self {
            Self::Exactly(name) => name == action,
            Self::Below(name) => action
                .as_str()
                .strip_prefix(name.as_str())
                .is_some_and(|rest| rest.starts_with('.')),
            Self::Any => true,
        }
    }
}

impl Rule {
    fn matches(&self, facts: &Facts<'_>) -> bool {
        let risk = self.risk.as_ref().is_none_or(|levels| levels.contains(&facts.risk()));
        risk && self.action.matches(facts.action())
    }
}

impl Policy for Rules {
    fn digest(&self) -> Digest {
        self.digest
    }

    fn rule(&self, facts: &Facts<'_>) -> Result<Ruling, PolicyError> {
        let matching: Vec<&Rule> = self.all.iter().filter(|rule| rule.matches(facts)).collect();
        let ids = matching.iter().map(|rule| rule.id.clone()).collect();
        Ok(Ruling::new(self.verdict(&matching)?, ids, self.digest))
    }
}

impl Rules {
    fn verdict(&self, matching: &[&Rule]) -> Result<Verdict, PolicyError> {
        if matching.is_empty() {
            return Ok(Verdict::Deny("no rule is about this action".into()));
        }
        let mut required = Vec::new();
        for rule in matching {
            match &rule.effect {
                Effect::Deny(reason) => return Ok(Verdict::Deny(reason.clone())),
                Effect::Require(names) => required.extend(names),
                Effect::Allow => {}
            }
        }
        if required.is_empty() {
            return Ok(Verdict::Allow);
        }
        let known = |name: &&RuleId| self.obligations.get(*name).cloned();
        let obligations: Option<Vec<_>> = required.iter().map(known).collect();
        let obligations = obligations.ok_or_else(|| PolicyError::new("an unknown obligation"))?;
        Ok(Verdict::Review(Obligations::new(obligations)))
    }
}
