//! The grammar of the file: everything is checked when it is loaded, nothing unknown is let through.

use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::ops::Range;
use std::str::FromStr;
use std::time::Duration;

use serde::Deserialize;
use toml::Spanned;

use super::{Effect, Pattern, Rule, Rules};
use crate::action::digest::Digest;
use crate::action::id::{Group, RuleId};
use crate::action::risk::Risk;
use crate::policy::obligation::{Obligation, Seats};

/// The largest file that is read.
const MAX_FILE: usize = 1024 * 1024;

/// Rules that do not load: where, what, and how to mend it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {message}")]
pub struct RulesError {
    line: usize,
    column: usize,
    message: String,
}

impl RulesError {
    fn at(text: &str, span: Option<Range<usize>>, message: impl Into<String>) -> Self {
        let before = span.and_then(|span| text.get(..span.start)).unwrap_or_default();
        let line = before.matches('\n').count().saturating_add(1);
        let column =
            before.rsplit('\n').next().unwrap_or_default().chars().count().saturating_add(1);
        Self { line, column, message: message.into() }
    }

    /// The line, from 1.
    #[must_use]
    pub fn line(&self) -> usize {
        self.line
    }

    /// The column, in characters from 1.
    #[must_use]
    pub fn column(&self) -> usize {
        self.column
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    version: Spanned<u32>,
    default: Spanned<String>,
    #[serde(default)]
    obligation: BTreeMap<Spanned<String>, ObligationTable>,
    #[serde(default)]
    rule: Vec<RuleTable>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ObligationTable {
    quorum: Spanned<Vec<SeatsTable>>,
    approve_within: Option<Spanned<String>>,
    execute_within: Option<Spanned<String>>,
    #[serde(default)]
    owner_may_approve: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SeatsTable {
    group: Spanned<String>,
    count: Spanned<u32>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleTable {
    id: Spanned<String>,
    action: Spanned<String>,
    risk: Option<Spanned<Vec<Risk>>>,
    effect: Option<Spanned<EffectWord>>,
    require: Option<Spanned<Vec<Spanned<String>>>>,
    reason: Option<Spanned<String>>,
}

#[derive(Deserialize, PartialEq)]
#[serde(rename_all = "snake_case")]
enum EffectWord {
    Allow,
    Deny,
}

impl FromStr for Rules {
    type Err = RulesError;

    fn from_str(text: &str) -> Result<Self, RulesError> {
        if text.len() > MAX_FILE {
            return Err(RulesError::at(
                text,
                None,
                format!("the file is larger than {MAX_FILE} bytes"),
            ));
        }
        let file: File =
            toml::from_str(text).map_err(|e| RulesError::at(text, e.span(), e.message()))?;
        Loader { text, obligations: BTreeMap::new() }.load(file)
    }
}

struct Loader<'a> {
    text: &'a str,
    obligations: BTreeMap<RuleId, Obligation>,
}

impl Loader<'_> {
    fn load(mut self, file: File) -> Result<Rules, RulesError> {
        if *file.version.get_ref() != 1 {
            return self.refuse(&file.version, "this version reads `version = 1` only");
        }
        if file.default.get_ref() != "deny" {
            return self.refuse(&file.default, "the default can only be \"deny\"");
        }
        for (name, table) in file.obligation {
            let obligation = self.obligation(&name, table)?;
            self.obligations.insert(obligation.name.clone(), obligation);
        }
        let mut rules: Vec<Rule> = Vec::new();
        for table in file.rule {
            let id = table.id.clone();
            let rule = self.rule(table)?;
            if rules.iter().any(|other| other.id == rule.id) {
                return self.refuse(&id, "another rule has this id");
            }
            rules.push(rule);
        }
        Ok(Rules {
            digest: Digest::of("policy", self.text.as_bytes()),
            all: rules,
            obligations: self.obligations,
        })
    }

    fn refuse<T, V>(&self, at: &Spanned<V>, message: impl Into<String>) -> Result<T, RulesError> {
        Err(RulesError::at(self.text, Some(at.span()), message))
    }

    fn parse<T: FromStr<Err: ToString>>(&self, text: &Spanned<String>) -> Result<T, RulesError> {
        text.get_ref().parse().or_else(|error: T::Err| self.refuse(text, error.to_string()))
    }

    fn obligation(
        &self,
        name: &Spanned<String>,
        table: ObligationTable,
    ) -> Result<Obligation, RulesError> {
        if table.quorum.get_ref().is_empty() {
            return self.refuse(
                &table.quorum,
                "an empty quorum could never approve; name a group and a count",
            );
        }
        let id: RuleId = self.parse(name)?;
        let mut obligation =
            Obligation::new(id.as_str()).or_else(|e| self.refuse(name, e.to_string()))?;
        for seats in table.quorum.into_inner() {
            let group: Group = self.parse(&seats.group)?;
            match NonZeroU32::new(*seats.count.get_ref()).filter(|count| count.get() <= 100) {
                Some(count) => obligation.quorum.push(Seats::new(group, count)),
                None => return self.refuse(&seats.count, "a count is from 1 to 100"),
            }
        }
        if let Some(span) = table.approve_within {
            obligation.approve_within = self.span(&span)?;
        }
        if let Some(span) = table.execute_within {
            obligation.execute_within = self.span(&span)?;
        }
        obligation.owner_may_approve = table.owner_may_approve;
        Ok(obligation)
    }

    fn span(&self, text: &Spanned<String>) -> Result<Duration, RulesError> {
        let parsed = text.get_ref().parse::<jiff::SignedDuration>().ok();
        let parsed = parsed.and_then(|span| Duration::try_from(span).ok());
        match parsed.filter(|span| (1..=31_536_000).contains(&span.as_secs())) {
            Some(span) => Ok(span),
            None => self.refuse(
                text,
                "expected a time from one second to a year, such as \"30m\" or \"8h\"",
            ),
        }
    }

    fn rule(&self, table: RuleTable) -> Result<Rule, RulesError> {
        let id: RuleId = self.parse(&table.id)?;
        if table.risk.as_ref().is_some_and(|levels| levels.get_ref().is_empty()) {
            return self
                .refuse(&table.id, "an empty `risk` matches nothing; leave it out to match any");
        }
        let effect = match (&table.effect, &table.require) {
            (Some(word), None) if *word.get_ref() == EffectWord::Allow => Effect::Allow,
            (Some(_deny), None) => Effect::Deny(match &table.reason {
                Some(reason) => reason.get_ref().clone(),
                None => format!("rule `{id}` denies it"),
            }),
            (None, Some(names)) => Effect::Require(self.required(names)?),
            _ => return self.refuse(&table.id, "a rule has either `effect` or `require`"),
        };
        if let (Some(reason), false) = (&table.reason, matches!(effect, Effect::Deny(_))) {
            return self.refuse(reason, "only a rule that denies has a reason");
        }
        let risk = table.risk.map(Spanned::into_inner);
        Ok(Rule { id, action: self.pattern(&table.action)?, risk, effect })
    }

    fn required(&self, names: &Spanned<Vec<Spanned<String>>>) -> Result<Vec<RuleId>, RulesError> {
        if names.get_ref().is_empty() {
            return self.refuse(
                names,
                "an empty `require` would ask nobody; use `effect = \"allow\"` to allow",
            );
        }
        let known = |name: &Spanned<String>| {
            let id: RuleId = self.parse(name)?;
            if self.obligations.contains_key(&id) {
                return Ok(id);
            }
            self.refuse(name, format!("there is no `[obligation.{id}]`"))
        };
        names.get_ref().iter().map(known).collect()
    }

    fn pattern(&self, text: &Spanned<String>) -> Result<Pattern, RulesError> {
        match text.get_ref().strip_suffix(".*") {
            _ if text.get_ref() == "*" => Ok(Pattern::Any),
            None => self.parse(text).map(Pattern::Exactly),
            Some(stem) => {
                let stem = stem
                    .parse()
                    .or_else(|_name| self.refuse(text, "before `.*` stands an action name"))?;
                Ok(Pattern::Below(stem))
            }
        }
    }
}

#[cfg(test)]
#[expect(clippy::wildcard_enum_match_arm, reason = "a test that overlooks fails")]
#[path = "file_tests.rs"]
mod tests;
