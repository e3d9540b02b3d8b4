//! What trusted providers state about a call: typed values under names.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::action::id::FactName;

/// One value. There is no null, no fraction and no nesting: what a policy compares has one reading.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
#[expect(clippy::exhaustive_enums, reason = "policy engines map each kind to one of theirs")]
pub enum Fact {
    /// Yes or no.
    Bool(bool),
    /// A whole number; money is in its smallest unit. At most 2⁵³ − 1 either way, so that any JSON reader
    /// gets it right.
    Int(i64),
    /// A text.
    Text(String),
    /// Some texts, in no order, each once.
    Set(BTreeSet<String>),
}

/// Facts by name.
pub type FactSet = BTreeMap<FactName, Fact>;

impl From<bool> for Fact {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<i64> for Fact {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

impl From<&str> for Fact {
    fn from(value: &str) -> Self {
        Self::Text(value.to_owned())
    }
}

impl<const N: usize> From<[&str; N]> for Fact {
    fn from(values: [&str; N]) -> Self {
        Self::Set(values.map(str::to_owned).into())
    }
}
