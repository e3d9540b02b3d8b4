//! A rule's own tests: a call as it might be, and what the whole policy must say about it.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;

use toml::Spanned;

use super::error::{RulesError, Source};
use super::field::Field;
use super::literal::Literal;
use super::pattern::Pattern;
use super::rule::Rule;
use super::scene::Scene;
use super::table::{ExpectWord, TestTable, Text};
use super::words::MAX_NAMES;
use crate::action::clock::Timestamp;
use crate::action::document::Document;
use crate::action::id::{ActionName, NameError, RuleId};
use crate::action::principal::Requester;
use crate::action::risk::Risk;
use crate::policy::fact::FactSet;
use crate::policy::facts::Facts;
use crate::policy::policy::{Ruling, Verdict};
use crate::policy::vocabulary::Vocabulary;

/// One test of a policy file, written beside a rule.
///
/// What it says is in its [`Display`](fmt::Display) form.
///
/// ```
/// # use approvals_core as approvals;
/// use approvals::Rules;
///
/// let failed = Rules::run_tests(r#"
/// version = 1
/// default = "deny"
///
/// [[rule]]
/// id = "reads"
/// action = "db.read"
/// risk = ["low"]
/// effect = "allow"
/// test = [{ given = { risk = "high" }, expect = "allow" }]
/// "#)?;
/// let (test, problem) = &failed[0];
/// assert_eq!((test.rule().as_str(), test.line()), ("reads", 10));
/// assert_eq!(test.to_string(), "given risk = \"high\": expect allow");
/// assert!(problem.as_ref().is_some_and(|problem| problem.contains("expects allow, but gets deny")));
/// # Ok::<(), approvals::RulesError>(())
/// ```
#[derive(Clone, Debug)]
pub struct RuleTest {
    pub(super) rule: RuleId,
    pub(super) span: Range<usize>,
    line: usize,
    words: String,
    document: Document,
    requester: Requester,
    provided: FactSet,
    expect: ExpectWord,
    require: Option<Vec<RuleId>>,
}

impl RuleTest {
    /// The rule that it stands beside.
    #[must_use]
    pub fn rule(&self) -> &RuleId {
        &self.rule
    }

    /// The line of the file, from 1.
    #[must_use]
    pub fn line(&self) -> usize {
        self.line
    }

    /// The call that it describes.
    #[must_use]
    pub fn facts(&self) -> Facts<'_> {
        let now = Timestamp::from_millis(0);
        Facts::new(&self.document, &self.requester, now).with(&self.provided)
    }

    /// Whether this is what it expects.
    ///
    /// # Errors
    ///
    /// What it is instead. A denial because of an error never is what was expected, so that nothing passes because
    /// of what the test forgot to give.
    pub(super) fn accepts(&self, got: &Ruling, is_error: bool) -> Result<(), String> {
        let (word, obligations) = match &got.verdict {
            Verdict::Allow => (ExpectWord::Allow, Vec::new()),
            Verdict::Deny(_) => (ExpectWord::Deny, Vec::new()),
            Verdict::Review(asked) => {
                let mut names: Vec<_> = asked.iter().map(|one| one.name.clone()).collect();
                names.sort();
                names.dedup();
                (ExpectWord::Review, names)
            }
        };
        let is_asked = self.require.as_ref().is_none_or(|names| *names == obligations);
        if word == self.expect && is_asked && !is_error {
            return Ok(());
        }
        let verdict = match &got.verdict {
            Verdict::Allow => "allow".to_owned(),
            Verdict::Deny(reason) => format!("deny ({reason})"),
            Verdict::Review(_) => format!("review {}", list(&obligations)),
        };
        let by = match got.rules.as_slice() {
            [] => "no rule applies".to_owned(),
            rules => format!("rules that apply: {}", list(rules)),
        };
        Err(format!(
            "the test of rule `{}` expects {}, but gets {verdict}; {by}",
            self.rule,
            self.expected()
        ))
    }

    fn expected(&self) -> String {
        match (self.expect, &self.require) {
            (ExpectWord::Allow, _) => "allow".to_owned(),
            (ExpectWord::Deny, _) => "deny".to_owned(),
            (ExpectWord::Review, None) => "review".to_owned(),
            (ExpectWord::Review, Some(names)) => format!("review {}", list(names)),
        }
    }
}

fn list(names: &[RuleId]) -> String {
    let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    names.join(", ")
}

impl fmt::Display for RuleTest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: expect {}", self.words, self.expected())
    }
}

impl Source<'_> {
    /// A test that stands beside `rule`.
    pub(super) fn example(
        self,
        table: &Spanned<TestTable>,
        rule: &Rule,
        words: &Vocabulary,
    ) -> Result<RuleTest, RulesError> {
        let (span, table) = (table.span(), table.get_ref());
        let (line, _) = self.position(Some(span.clone()));
        let action = self.action(&table.given, rule, &span)?;
        let mut scene =
            Scene::new(action).map_err(|e| self.error(Some(span.clone()), e.to_string()))?;
        for (name, literal) in &table.given {
            self.give(name, literal, words, &mut scene)?;
        }
        let require = match (&table.require, table.expect) {
            (None, _) => None,
            (Some(names), ExpectWord::Review) => {
                self.bounded(names, MAX_NAMES, "a review asks for something; leave it out")?;
                let mut names = self.required(names, words)?;
                names.sort();
                names.dedup();
                Some(names)
            }
            (Some(names), ExpectWord::Allow | ExpectWord::Deny) => {
                return self.refuse(names, "only with `expect = \"review\"` is anything required");
            }
        };
        let given = table.given.iter().map(|(name, value)| format!("{name} = {}", value.get_ref()));
        let given: Vec<String> = given.collect();
        let words = if given.is_empty() {
            "given nothing".into()
        } else {
            format!("given {}", given.join(", "))
        };
        let requester =
            scene.requester().map_err(|e| self.error(Some(span.clone()), e.to_string()))?;
        Ok(RuleTest {
            rule: rule.id.clone(),
            span,
            line,
            words,
            document: scene.document,
            requester,
            provided: scene.provided,
            expect: table.expect,
            require,
        })
    }

    fn action(
        self,
        given: &BTreeMap<Text, Spanned<Literal>>,
        rule: &Rule,
        span: &Range<usize>,
    ) -> Result<ActionName, RulesError> {
        match (given.get("action"), &rule.action) {
            (None, Pattern::Exactly(name)) => Ok(name.clone()),
            (None, Pattern::Below(_) | Pattern::Any) => Err(self.error(
                Some(span.clone()),
                format!(
                    "which action? The rule is about `{}`; add `action = \"…\"` to `given`",
                    rule.action
                ),
            )),
            (Some(value), _) => match value.get_ref().text() {
                Some(name) => {
                    name.parse().or_else(|e: NameError| self.refuse(value, e.to_string()))
                }
                None => self.refuse(value, "the name of an action is a string"),
            },
        }
    }

    /// Puts one given value where it belongs.
    fn give(
        self,
        name: &Text,
        literal: &Spanned<Literal>,
        words: &Vocabulary,
        scene: &mut Scene,
    ) -> Result<(), RulesError> {
        let text = literal.get_ref().text();
        let done = match (name.get_ref().as_str(), text) {
            ("action", _) => Ok(()),
            ("break_glass", Some(why)) => {
                scene.document.break_glass = Some(why.to_owned());
                Ok(())
            }
            ("risk", Some(level)) => risk(level).map(|level| scene.document.risk = level),
            ("break_glass" | "risk", None) => Err("expected a string".to_owned()),
            (field, _) => {
                let about = Pattern::Exactly(scene.document.action.clone());
                let field = Field::find(field, &about, words).or_else(|e| self.refuse(name, e))?;
                scene.set(&field, literal.get_ref())
            }
        };
        done.or_else(|error| self.refuse(literal, error))
    }
}

fn risk(word: &str) -> Result<Risk, String> {
    let mut levels = [Risk::Low, Risk::Medium, Risk::High, Risk::Critical].into_iter();
    let level = levels.find(|level| level.as_str() == word);
    level.ok_or_else(|| "a risk is \"low\", \"medium\", \"high\" or \"critical\"".to_owned())
}
