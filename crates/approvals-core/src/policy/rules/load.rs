//! From the text of a policy file to rules: everything is checked when it is loaded.

use std::collections::BTreeSet;
use std::str::FromStr;

use toml::Spanned;

use super::Rules;
use super::error::{RulesError, Source};
use super::example::RuleTest;
use super::index::Index;
use super::rule::{Effect, Rule};
use super::table::File;
use crate::action::digest::Digest;
use crate::policy::vocabulary::Vocabulary;

/// The most rules of one file.
const MAX_RULES: usize = 1000;
/// The most tests of one file.
const MAX_TESTS: usize = 1000;

impl FromStr for Rules {
    type Err = RulesError;

    fn from_str(text: &str) -> Result<Self, RulesError> {
        let rules = Self::untested(text)?;
        Source(text).hold(&rules)?;
        Ok(rules)
    }
}

impl Rules {
    /// Runs every test of a policy file, also where some fail, which is why it does not load. Beside each one
    /// stands what is wrong, if it fails. No policy comes of it: only a file whose tests pass is one.
    ///
    /// # Errors
    ///
    /// If there is another mistake in the file.
    pub fn run_tests(text: &str) -> Result<Vec<(RuleTest, Option<String>)>, RulesError> {
        let rules = Self::untested(text)?;
        Ok(rules.tests.iter().map(|test| (test.clone(), rules.run(test).err())).collect())
    }

    fn untested(text: &str) -> Result<Self, RulesError> {
        let source = Source(text);
        let file = source.file()?;
        let words = source.words(&file)?;
        let mut rules = source.rules(&file, &words)?;
        source.listed(&file, &rules)?;
        let tests = source.tests(&file, &rules, &words)?;
        rules.sort_by(|one, other| one.id.cmp(&other.id));
        Ok(Self {
            digest: Digest::of("policy", text.as_bytes()),
            index: Index::new(rules.iter().map(|rule| &rule.action)),
            all: rules,
            words,
            tests,
        })
    }
}

impl Source<'_> {
    /// The rules in the order of the file.
    fn rules(self, file: &File, words: &Vocabulary) -> Result<Vec<Rule>, RulesError> {
        if let Some(one_more) = file.rule.get(MAX_RULES) {
            return self.refuse(one_more, format!("more than {MAX_RULES} rules; split the policy"));
        }
        let mut ids = BTreeSet::new();
        let mut rules = Vec::new();
        for table in &file.rule {
            let rule = self.rule(table, words)?;
            if !ids.insert(rule.id.clone()) {
                return self.refuse(&table.get_ref().id, "another rule has this id");
            }
            rules.push(rule);
        }
        Ok(rules)
    }

    /// What an emergency sets aside are denials, and are there.
    fn listed(self, file: &File, rules: &[Rule]) -> Result<(), RulesError> {
        let Some(table) = &file.break_glass else { return Ok(()) };
        for name in table.rules.get_ref() {
            match rules.iter().find(|rule| rule.id.as_str() == name.get_ref()) {
                Some(Rule { effect: Effect::Deny(_), .. }) => {}
                Some(_other) => {
                    return self.refuse(
                        name,
                        "this rule does not deny; an emergency sets aside rules with `effect = \"deny\"`",
                    );
                }
                None => return self.refuse(name, "no rule has this id; list rules of this file"),
            }
        }
        Ok(())
    }

    fn tests(
        self,
        file: &File,
        rules: &[Rule],
        words: &Vocabulary,
    ) -> Result<Vec<RuleTest>, RulesError> {
        let tables = file.rule.iter().map(Spanned::get_ref).zip(rules);
        let tables: Vec<_> = tables
            .flat_map(|(table, rule)| table.test.iter().map(move |test| (test, rule)))
            .collect();
        if let Some((one_more, _)) = tables.get(MAX_TESTS) {
            return self.refuse(one_more, format!("more than {MAX_TESTS} tests; split the policy"));
        }
        tables.into_iter().map(|(test, rule)| self.example(test, rule, words)).collect()
    }

    /// The policy does what its tests say.
    fn hold(self, rules: &Rules) -> Result<(), RulesError> {
        let failed = rules.tests.iter().filter_map(|test| Some((test, rules.run(test).err()?)));
        let failed: Vec<(&RuleTest, String)> = failed.collect();
        let Some(((test, message), others)) = failed.split_first() else { return Ok(()) };
        let mut message = message.clone();
        if !others.is_empty() {
            let lines: Vec<String> =
                others.iter().map(|(test, _)| test.line().to_string()).collect();
            let word = if lines.len() == 1 {
                "a test that fails as well: line"
            } else {
                "tests that fail as well: lines"
            };
            message = format!("{message} ({word} {})", lines.join(", "));
        }
        Err(self.error(Some(test.span.clone()), message))
    }
}
