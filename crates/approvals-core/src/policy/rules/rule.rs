//! One rule: which calls it applies to, and what it says about them.

use std::fmt;

use toml::Spanned;

use super::condition::Condition;
use super::error::{RulesError, Source};
use super::pattern::Pattern;
use super::table::{ConditionTable, EffectWord, RuleTable};
use super::words::MAX_NAMES;
use crate::action::id::RuleId;
use crate::action::risk::Risk;
use crate::policy::facts::Facts;
use crate::policy::vocabulary::Vocabulary;

/// The most conditions of one rule.
const MAX_CONDITIONS: usize = 64;

#[derive(Clone, Debug)]
pub(super) struct Rule {
    pub(super) id: RuleId,
    pub(super) line: usize,
    pub(super) action: Pattern,
    pub(super) risk: Option<Vec<Risk>>,
    pub(super) when: Vec<Condition>,
    pub(super) unless: Vec<Condition>,
    pub(super) effect: Effect,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Effect {
    Allow,
    Deny(String),
    Require(Vec<RuleId>),
}

/// Where a condition stands.
#[derive(Clone, Copy, PartialEq)]
enum Place {
    When,
    Unless,
}

impl Rule {
    /// Whether it applies to a call of an action that it is about.
    ///
    /// # Errors
    ///
    /// If a condition cannot be evaluated. Those after one that does not hold are not looked at.
    pub(super) fn applies(&self, facts: &Facts<'_>) -> Result<bool, String> {
        if !self.is_for(facts.risk()) || !all(&self.when, facts)? {
            return Ok(false);
        }
        Ok(self.unless.is_empty() || !all(&self.unless, facts)?)
    }

    pub(super) fn is_for(&self, risk: Risk) -> bool {
        self.risk.as_ref().is_none_or(|levels| levels.contains(&risk))
    }
}

fn all(conditions: &[Condition], facts: &Facts<'_>) -> Result<bool, String> {
    for condition in conditions {
        if !condition.holds(facts)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// The same list for the same meaning.
fn sorted<T: Ord>(mut list: Vec<T>) -> Vec<T> {
    list.sort();
    list.dedup();
    list
}

/// What it says, in words that are the same for the same rule.
impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.effect {
            Effect::Allow => write!(f, "allow {}", self.action)?,
            Effect::Deny(reason) => write!(f, "deny {} ({})", self.action, reason.escape_debug())?,
            Effect::Require(names) => {
                let names: Vec<&str> = names.iter().map(RuleId::as_str).collect();
                write!(f, "require {} for {}", names.join(" and "), self.action)?;
            }
        }
        if let Some(levels) = &self.risk {
            let levels: Vec<&str> = levels.iter().map(|level| level.as_str()).collect();
            write!(f, " of risk {}", levels.join(" or "))?;
        }
        for (word, conditions) in [("when", &self.when), ("unless", &self.unless)] {
            let conditions: Vec<String> = conditions.iter().map(ToString::to_string).collect();
            if !conditions.is_empty() {
                write!(f, " {word} {}", conditions.join(" and "))?;
            }
        }
        Ok(())
    }
}

impl Source<'_> {
    pub(super) fn rule(
        self,
        table: &Spanned<RuleTable>,
        words: &Vocabulary,
    ) -> Result<Rule, RulesError> {
        let (line, _) = self.position(Some(table.span()));
        let table = table.get_ref();
        let id: RuleId = self.parse(&table.id)?;
        if table.risk.as_ref().is_some_and(|levels| levels.get_ref().is_empty()) {
            return self
                .refuse(&table.id, "an empty `risk` matches nothing; leave it out to match any");
        }
        let effect = self.effect(&id, table, words)?;
        let action: Pattern = self.parse(&table.action)?;
        let conditions = |list, place| match list {
            Some(list) => self.conditions(list, place, &effect, &action, words),
            None => Ok(Vec::new()),
        };
        let when = conditions(table.when.as_ref(), Place::When)?;
        let unless = conditions(table.unless.as_ref(), Place::Unless)?;
        if when.len().saturating_add(unless.len()) > MAX_CONDITIONS {
            return self.refuse(
                &table.id,
                format!("more than {MAX_CONDITIONS} conditions; use facts that sum them up"),
            );
        }
        let risk = table.risk.as_ref().map(|levels| sorted(levels.get_ref().clone()));
        Ok(Rule { id, line, action, risk, when, unless, effect })
    }

    fn effect(
        self,
        id: &RuleId,
        table: &RuleTable,
        words: &Vocabulary,
    ) -> Result<Effect, RulesError> {
        let effect = match (&table.effect, &table.require) {
            (Some(word), None) if *word.get_ref() == EffectWord::Allow => Effect::Allow,
            (Some(_deny), None) => Effect::Deny(match &table.reason {
                Some(reason) => reason.get_ref().clone(),
                None => format!("rule `{id}` denies it"),
            }),
            (None, Some(names)) => Effect::Require(sorted(self.required(names, words)?)),
            _ => return self.refuse(&table.id, "a rule has either `effect` or `require`"),
        };
        match (&table.reason, &effect) {
            (Some(reason), Effect::Allow | Effect::Require(_)) => {
                self.refuse(reason, "only a rule that denies has a reason")
            }
            (Some(_) | None, _) => Ok(effect),
        }
    }

    fn conditions(
        self,
        list: &Spanned<Vec<ConditionTable>>,
        place: Place,
        effect: &Effect,
        action: &Pattern,
        words: &Vocabulary,
    ) -> Result<Vec<Condition>, RulesError> {
        self.bounded(list, MAX_NAMES, "no condition stands here; leave it out")?;
        let mut conditions = Vec::new();
        for table in list.get_ref() {
            let (condition, name) = self.condition(table, action, words)?;
            if let Some(turned) =
                turn_around(place, effect).filter(|_| condition.field.is_untrusted())
            {
                return self.refuse(
                    name,
                    format!("`{}` is chosen by the agent, {turned}", condition.field),
                );
            }
            conditions.push(condition);
        }
        Ok(conditions)
    }
}

/// Where a condition that holds loosens, how to write the rule so that it tightens.
fn turn_around(place: Place, effect: &Effect) -> Option<&'static str> {
    match (place, effect) {
        (Place::When, Effect::Allow) => Some(
            "so it cannot be why a call is allowed; allow without it, and add a rule with `require` or \
             `effect = \"deny\"` for the values that need more, or put the opposite into `unless`",
        ),
        (Place::Unless, Effect::Deny(_) | Effect::Require(_)) => Some(
            "so it cannot excuse a call from this rule; turn the condition around and put it into `when`",
        ),
        (Place::When, Effect::Deny(_) | Effect::Require(_)) | (Place::Unless, Effect::Allow) => {
            None
        }
    }
}
