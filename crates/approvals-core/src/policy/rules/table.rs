//! The tables of a policy file. Nothing unknown is let through.

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;
use serde::de::{self, Deserializer, Visitor};
use toml::Spanned;

use super::literal::Literal;
use crate::action::risk::Risk;
use crate::policy::assurance::Assurance;
use crate::policy::vocabulary::{Declared, ValueType};

/// A text and where it stands.
pub(super) type Text = Spanned<String>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    pub(super) version: Spanned<u32>,
    pub(super) default: Text,
    #[serde(default)]
    pub(super) action: BTreeMap<Text, ActionTable>,
    #[serde(default)]
    pub(super) facts: BTreeMap<Text, Spanned<Kind>>,
    #[serde(default)]
    pub(super) obligation: BTreeMap<Text, ObligationTable>,
    pub(super) break_glass: Option<BreakGlassTable>,
    #[serde(default)]
    pub(super) rule: Vec<Spanned<RuleTable>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ActionTable {
    #[serde(default)]
    pub(super) args: BTreeMap<Text, Kind>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ObligationTable {
    pub(super) quorum: Spanned<Vec<SeatsTable>>,
    pub(super) veto: Option<Spanned<u32>>,
    pub(super) approve_within: Option<Text>,
    pub(super) vote_lives: Option<Text>,
    pub(super) execute_within: Option<Text>,
    pub(super) cool_off: Option<Text>,
    #[serde(default)]
    pub(super) owner_may_approve: bool,
    #[serde(default)]
    pub(super) shared: bool,
    pub(super) assurance: Option<Assurance>,
    pub(super) channels: Option<Spanned<Vec<Text>>>,
    pub(super) escalate: Option<Spanned<Vec<Spanned<EscalationTable>>>>,
    pub(super) remind: Option<Spanned<Vec<Text>>>,
    pub(super) ask_first: Option<Text>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SeatsTable {
    pub(super) group: Option<Text>,
    pub(super) group_from: Option<Text>,
    pub(super) count: Spanned<u32>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct EscalationTable {
    pub(super) after: Option<Text>,
    pub(super) when: Option<Text>,
    pub(super) add_group: Option<Text>,
    pub(super) add_channel: Option<Text>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct BreakGlassTable {
    pub(super) require: Spanned<Vec<Text>>,
    pub(super) rules: Spanned<Vec<Text>>,
    pub(super) review_by: Text,
    pub(super) review_within: Text,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RuleTable {
    pub(super) id: Text,
    pub(super) action: Text,
    pub(super) risk: Option<Spanned<Vec<Risk>>>,
    pub(super) when: Option<Spanned<Vec<ConditionTable>>>,
    pub(super) unless: Option<Spanned<Vec<ConditionTable>>>,
    pub(super) effect: Option<Spanned<EffectWord>>,
    pub(super) require: Option<Spanned<Vec<Text>>>,
    pub(super) reason: Option<Text>,
    #[serde(default)]
    pub(super) test: Vec<Spanned<TestTable>>,
}

/// `field` and one operator; which words are operators is for those to say.
pub(super) type ConditionTable = Spanned<BTreeMap<Text, Spanned<Literal>>>;

#[derive(Clone, Copy, Deserialize, PartialEq)]
#[serde(rename_all = "snake_case")]
pub(super) enum EffectWord {
    Allow,
    Deny,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TestTable {
    #[serde(default)]
    pub(super) given: BTreeMap<Text, Spanned<Literal>>,
    pub(super) expect: ExpectWord,
    pub(super) require: Option<Spanned<Vec<Text>>>,
}

#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub(super) enum ExpectWord {
    Allow,
    Deny,
    Review,
}

/// The type of an argument or a fact.
pub(super) struct Kind(pub(super) Declared);

impl<'de> Deserialize<'de> for Kind {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_str(KindWord)
    }
}

struct KindWord;

impl Visitor<'_> for KindWord {
    type Value = Kind;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "a type: \"boolean\", \"integer\", \"string\", \"strings\" or \"any\", with `?` after it for \
             what may be missing (a name with dots stands in quotes)",
        )
    }

    fn visit_str<E: de::Error>(self, word: &str) -> Result<Kind, E> {
        let (word, optional) = match word.strip_suffix('?') {
            Some(word) => (word, true),
            None => (word, false),
        };
        let kind = match word {
            "boolean" => ValueType::Bool,
            "integer" => ValueType::Int,
            "string" => ValueType::Text,
            "strings" => ValueType::Set,
            "any" => ValueType::Any,
            _ => return Err(E::invalid_value(de::Unexpected::Str(word), &self)),
        };
        Ok(Kind(Declared { kind, optional }))
    }
}
