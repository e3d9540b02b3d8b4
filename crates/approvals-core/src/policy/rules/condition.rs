//! `{ field = "args.rows", gt = 10000 }`: a field, an operator, a literal.

use std::fmt;

use toml::Spanned;

use super::error::{RulesError, Source};
use super::field::{Field, KINDS};
use super::literal::{Literal, Scalar};
use super::operator::{Operator, Reading, WORDS, words_for};
use super::pattern::Pattern;
use super::table::{ConditionTable, Text};
use crate::policy::facts::Facts;
use crate::policy::vocabulary::Vocabulary;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Condition {
    pub(super) field: Field,
    operator: Operator,
}

impl Condition {
    /// Whether it holds for this call.
    ///
    /// # Errors
    ///
    /// If there is nothing to look at, or something of another type.
    pub(super) fn holds(&self, facts: &Facts<'_>) -> Result<bool, String> {
        match (self.field.read(facts)?, &self.operator) {
            (found, Operator::Exists(wanted)) => Ok(found.is_some() == *wanted),
            (None, _) => Err(format!("`{}` is missing", self.field)),
            (Some(found), operator) => operator
                .holds(&found)
                .ok_or_else(|| format!("`{}` does not compare with `{operator}`", self.field)),
        }
    }

    /// What it finds, so that people can see why it holds or does not.
    pub(super) fn finds(&self, facts: &Facts<'_>) -> String {
        match self.field.read(facts) {
            Err(error) => error,
            Ok(None) => "it is missing".to_owned(),
            Ok(Some(Reading::Bool(value))) => format!("it is {value}"),
            Ok(Some(Reading::Int(value))) => format!("it is {value}"),
            Ok(Some(Reading::Text(value))) => format!("it is {}", quoted(value)),
            Ok(Some(Reading::Set(values))) => {
                let shown: Vec<String> = values.iter().take(20).map(|one| quoted(one)).collect();
                let more = if values.len() > shown.len() { ", …" } else { "" };
                format!("it is [{}{more}]", shown.join(", "))
            }
            Ok(Some(Reading::Opaque)) => "it is there".to_owned(),
        }
    }
}

/// So much of a text as helps, with everything invisible escaped.
fn quoted(text: &str) -> String {
    const MOST: usize = 100;
    let shown: String = text.chars().take(MOST).collect();
    let more = if shown.len() < text.len() { "…" } else { "" };
    format!("{}{more}", Scalar::Text(shown))
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.field, self.operator)
    }
}

impl Source<'_> {
    /// A condition of a rule about `action`, and where its field stands.
    pub(super) fn condition<'t>(
        self,
        table: &'t ConditionTable,
        action: &Pattern,
        words: &Vocabulary,
    ) -> Result<(Condition, &'t Spanned<Literal>), RulesError> {
        let mut field = None;
        let mut operators = Vec::new();
        for (word, literal) in table.get_ref() {
            match word.get_ref().as_str() {
                "field" => field = Some(literal),
                known if WORDS.contains(&known) => operators.push((word, literal)),
                _ => {
                    return self.refuse(
                        word,
                        format!("there is no operator `{word}`; there are {}", WORDS.join(", ")),
                    );
                }
            }
        }
        let Some(name) = field else {
            return self.refuse(table, "a condition has a `field`");
        };
        let [(word, literal)] = operators.as_slice() else {
            return self.refuse(
                table,
                format!("a condition has exactly one operator, this has {}", operators.len()),
            );
        };
        let Some(text) = name.get_ref().text() else {
            return self.refuse(name, "the name of a field is a string");
        };
        let field = Field::find(text, action, words).or_else(|e| self.refuse(name, e))?;
        let operator = self.operator(word, literal, &field)?;
        Ok((Condition { field, operator }, name))
    }

    fn operator(
        self,
        word: &Text,
        literal: &Spanned<Literal>,
        field: &Field,
    ) -> Result<Operator, RulesError> {
        let kind = field.kind();
        let known = words_for(kind);
        if !known.contains(&word.get_ref().as_str()) {
            return self.refuse(
                word,
                format!(
                    "`{field}` is of type {kind}, which has no `{word}`; it has {}",
                    known.join(", ")
                ),
            );
        }
        let operator = Operator::new(word.get_ref(), literal.get_ref(), kind)
            .or_else(|error| self.refuse(literal, error))?;
        let is_kind = |text: &str| KINDS.iter().any(|(word, _)| *word == text);
        if *field == Field::RequesterKind && !operator.texts().all(is_kind) {
            return self.refuse(literal, "a requester is \"agent\", \"human\" or \"service\"");
        }
        Ok(operator)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::super::support::Call;
    use super::*;
    use crate::policy::vocabulary::{Declared, ValueType};

    #[test]
    fn what_a_condition_finds_is_told_as_far_as_it_helps() {
        let finds = |kind: ValueType, value: Value| {
            let field = Field::Argument("x".to_owned(), Declared { kind, optional: false });
            let condition = Condition { field, operator: Operator::Exists(true) };
            condition.finds(&Call::new("a").arg("x", value).facts())
        };
        let text = |length: usize| finds(ValueType::Text, "x".repeat(length).into());
        assert!(!text(100).contains('…') && text(101).ends_with('…'));
        let list = |length: usize| {
            let items = (0..length).map(|n| Value::from(format!("n{n:02}")));
            finds(ValueType::Set, items.collect())
        };
        assert!(list(20).ends_with("\"n19\"]"), "{}", list(20));
        assert!(list(21).ends_with("\"n19\", …]"), "{}", list(21));
        assert_eq!(finds(ValueType::Int, 7.into()), "it is 7");
    }
}
