//! Rules as TOML, for the people who deploy.

mod error;
mod literal;
mod table;
mod template;
mod words;
mod pattern;
mod glob;
mod operator;
mod field;
mod condition;
mod rule;
mod index;
mod judge;
mod scene;
mod example;
mod load;
mod explain;
mod doubts;

use super::bounds::bounded;
use super::facts::Facts;
use super::policy::{Policy, PolicyError, Ruling};
use super::vocabulary::Vocabulary;
use crate::action::digest::Digest;
use crate::action::id::ActionName;
use index::Index;
use judge::{Judgement, cause, judge};
use pattern::Pattern;
use rule::{Effect, Rule};

pub use error::RulesError;
pub use example::RuleTest;
pub use explain::{Explanation, RuleFinding};

#[doc = include_str!("language.md")]
#[derive(Clone, Debug)]
pub struct Rules {
    digest: Digest,
    /// Sorted by id, so that their order in the file means nothing.
    all: Vec<Rule>,
    index: Index,
    words: Vocabulary,
    tests: Vec<RuleTest>,
}

impl Policy for Rules {
    fn digest(&self) -> Digest {
        self.digest
    }

    fn rule(&self, facts: &Facts<'_>) -> Result<Ruling, PolicyError> {
        if facts.action().is_reserved() {
            let silent = || self.ruling(Judgement::deny("no rule is about this act"));
            return Ok(self.rule_on_itself(facts)?.unwrap_or_else(silent));
        }
        let rules = self.about(facts.action());
        // What no rule is about is denied for that, whatever else is missing.
        let checked = if rules.is_empty() { Ok(()) } else { self.words.check(facts) };
        Ok(self.ruling(match checked {
            Ok(()) => judge(&rules, &self.words, facts),
            Err(error) => Judgement::deny(cause(&error)),
        }))
    }

    fn rule_on_itself(&self, facts: &Facts<'_>) -> Result<Option<Ruling>, PolicyError> {
        let judged = self.judge(facts);
        if self.is_silent(&judged, facts) {
            return Ok(None);
        }
        // Facts are not asked for here: a rule that needs one that is missing denies.
        let judged = match self.words.check_arguments(facts) {
            Ok(()) => judged,
            Err(error) => Judgement::deny(cause(&error)),
        };
        Ok(Some(self.ruling(judged)))
    }
}

impl Rules {
    /// The words that the rules are written in.
    #[must_use]
    pub fn vocabulary(&self) -> &Vocabulary {
        &self.words
    }

    /// The tests that stand beside the rules. All of them pass: otherwise the rules would not have loaded.
    #[must_use]
    pub fn tests(&self) -> &[RuleTest] {
        &self.tests
    }

    /// Runs a test, which may be that of another policy.
    ///
    /// What it does not give is missing, also where the vocabulary demands it: only a rule that looks at it
    /// makes the test fail.
    ///
    /// # Errors
    ///
    /// What it expects, what it gets instead, and by which rules.
    pub fn run(&self, test: &RuleTest) -> Result<Ruling, String> {
        let facts = test.facts();
        let judged = self.judge(&facts);
        let is_error = judged.is_error;
        let said = (!self.is_silent(&judged, &facts)).then(|| self.ruling(judged));
        let ruling = bounded(said, &facts, self.digest);
        test.accepts(&ruling, is_error).map(|()| ruling)
    }

    /// Whether nothing is said about an act on the approvals themselves.
    fn is_silent(&self, judged: &Judgement, facts: &Facts<'_>) -> bool {
        let action = facts.action();
        let is_named = || self.about(action).iter().any(|rule| rule.action.names_own_acts());
        action.is_reserved() && judged.rules.is_empty() && !is_named()
    }

    fn judge(&self, facts: &Facts<'_>) -> Judgement {
        judge(&self.about(facts.action()), &self.words, facts)
    }

    /// The rules about this action, sorted by id. To allow an act on the approvals themselves, or to let
    /// people agree to one that loosens, takes a rule that names such acts.
    fn about(&self, action: &ActionName) -> Vec<&Rule> {
        let loosens = matches!(action.as_str(), "approvals.lift" | "approvals.standing");
        let is_for_others = |rule: &Rule| {
            let stays = match rule.effect {
                Effect::Allow => false,
                Effect::Require(_) => !loosens,
                Effect::Deny(_) => true,
            };
            action.is_reserved() && rule.action == Pattern::Any && !stays
        };
        let places = self.index.about(action).into_iter();
        places.filter_map(|at| self.all.get(at)).filter(|rule| !is_for_others(rule)).collect()
    }

    fn ruling(&self, judged: Judgement) -> Ruling {
        let ruling = Ruling::new(judged.verdict, judged.rules, self.digest);
        match judged.break_glass {
            Some(terms) => ruling.by_breaking_glass(terms),
            None => ruling,
        }
    }
}

#[cfg(test)]
#[path = "support_tests.rs"]
mod support;

#[cfg(test)]
#[path = "policies_tests.rs"]
mod policies_tests;

#[cfg(test)]
#[path = "mistakes_tests.rs"]
mod mistakes_tests;

#[cfg(test)]
#[path = "steps_tests.rs"]
mod steps_tests;

#[cfg(test)]
#[path = "conditions_tests.rs"]
mod conditions_tests;

#[cfg(test)]
#[path = "rules_tests.rs"]
mod rules_tests;

#[cfg(test)]
#[path = "own_acts_tests.rs"]
mod own_acts_tests;

#[cfg(test)]
#[path = "words_tests.rs"]
mod words_tests;

#[cfg(test)]
#[path = "properties_tests.rs"]
mod properties_tests;
