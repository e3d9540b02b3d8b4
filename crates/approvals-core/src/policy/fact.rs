//! What trusted providers state about a call: typed values under names.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::action::id::FactName;

/// One value. There is no null, no fraction and no nesting: what a policy compares has one reading.
///
/// ```
/// # use approvals_core as approvals;
/// use approvals::Fact;
///
/// assert_eq!(Fact::from("prod"), Fact::Text("prod".to_owned()));
/// assert_eq!(Fact::from(42_00), Fact::Int(4200)); // cents
/// assert_eq!(Fact::from(["pii", "eu", "pii"]), Fact::from(["eu", "pii"]));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
#[expect(clippy::exhaustive_enums, reason = "policy engines map each kind to one of theirs")]
pub enum Fact {
    /// Yes or no, such as whether a change window is open.
    Bool(bool),
    /// A whole number; money is in its smallest unit. At most 2⁵³ − 1 either way, so that any JSON reader
    /// gets it right.
    Int(i64),
    /// A text, such as the name of the environment.
    Text(String),
    /// Some texts, in no order, each once, such as the labels of a resource.
    Set(BTreeSet<String>),
}

/// What is known about a call: facts by name.
///
/// ```
/// # use approvals_core as approvals;
/// use approvals::{Fact, FactName, FactSet};
///
/// let name: FactName = "env.name".parse()?;
/// let known = FactSet::from([(name.clone(), "prod".into())]);
/// assert_eq!(known[&name], Fact::from("prod"));
/// # Ok::<(), approvals::NameError>(())
/// ```
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
