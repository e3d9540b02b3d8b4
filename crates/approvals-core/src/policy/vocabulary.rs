//! The words a policy is written in: known actions and facts with their types, and named obligations.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::num::NonZeroU32;

use serde_json::Value;

use super::fact::Fact;
use super::facts::Facts;
use super::obligation::{Obligation, Seats};
use super::policy::{BreakGlass, PolicyError};
use crate::action::canonical;
use crate::action::id::{ActionName, FactName, Group, RuleId};

/// The type of a value that a policy can compare. [`Declared`] has an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "policy engines map each kind to one of theirs")]
pub enum ValueType {
    /// `boolean`
    Bool,
    /// `integer`, from −2⁶³ to 2⁶³ − 1
    Int,
    /// `string`
    Text,
    /// `strings`: in no order, each once
    Set,
    /// `any`: named, so that a call may have it, but no policy can look into it.
    Any,
}

/// The word for it in a policy file.
impl fmt::Display for ValueType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Bool => "boolean",
            Self::Int => "integer",
            Self::Text => "string",
            Self::Set => "strings",
            Self::Any => "any",
        })
    }
}

/// A value that a call or a provider may give.
///
/// ```
/// # use approvals_core as approvals;
/// use approvals::{Declared, ValueType, Vocabulary};
///
/// let words: Vocabulary = r#"
/// # version = 1
/// # default = "deny"
/// #
/// [action."db.drop"]
/// args = { database = "string", force = "boolean?" }
/// "#
/// .parse()?;
/// let (_name, arguments) = words.actions().next().ok_or("none")?;
/// assert_eq!(arguments["force"], Declared { kind: ValueType::Bool, optional: true });
/// assert_eq!(arguments["force"].to_string(), "boolean?");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a type and whether it must be there: nothing else")]
pub struct Declared {
    /// The type that it must have if it is there.
    pub kind: ValueType,
    /// Whether it may be missing, which a `?` after the type says.
    pub optional: bool,
}

impl fmt::Display for Declared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.kind, if self.optional { "?" } else { "" })
    }
}

/// Known actions, known facts, named obligations, and the terms of an emergency.
///
/// It is the part of a policy that TOML rules and other engines share, so that they judge by the same words:
///
/// ```toml
/// [action."s3.export"]
/// args = { bucket = "string", rows = "integer", note = "string?", filter = "any" }
///
/// [facts]
/// "env.name" = "string"
/// "resource.labels" = "strings"
/// ```
///
/// A file of words alone is read with `parse`, and that of [`Rules`](crate::Rules) has them as well:
///
/// ```
/// # use approvals_core as approvals;
/// use approvals::Vocabulary;
///
/// let words: Vocabulary = "version = 1\ndefault = \"deny\"\n[facts]\n\"env.name\" = \"string\"".parse()?;
/// let facts: Vec<_> = words.facts().map(|(name, kind)| format!("{name}: {kind}")).collect();
/// assert_eq!(facts, ["env.name: string"]);
/// # Ok::<(), approvals::RulesError>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Vocabulary {
    pub(super) actions: BTreeMap<ActionName, BTreeMap<String, Declared>>,
    pub(super) facts: BTreeMap<FactName, Declared>,
    pub(super) obligations: BTreeMap<RuleId, Template>,
    pub(super) break_glass: Option<Emergency>,
}

/// An obligation some of whose seats are for a group that a fact names.
#[derive(Clone, Debug)]
pub(super) struct Template {
    pub(super) obligation: Obligation,
    pub(super) seats_from: Vec<(FactName, NonZeroU32)>,
}

impl fmt::Display for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let content =
            canonical::to_bytes(&self.obligation, usize::MAX).map_err(|_none| fmt::Error)?;
        f.write_str(&String::from_utf8_lossy(&content))?;
        self.seats_from.iter().try_for_each(|(fact, count)| write!(f, " and {count} of {fact}"))
    }
}

/// What turns listed denials into a question to named people.
#[derive(Clone, Debug)]
pub(super) struct Emergency {
    /// The obligations that it takes.
    pub(super) require: Vec<RuleId>,
    /// The denials that it can set aside, and who looks at it afterwards.
    pub(super) terms: BreakGlass,
}

impl Vocabulary {
    /// The known actions, and the arguments that each may have.
    pub fn actions(&self) -> impl Iterator<Item = (&ActionName, &BTreeMap<String, Declared>)> {
        self.actions.iter()
    }

    /// The known facts, and the type of each.
    pub fn facts(&self) -> impl Iterator<Item = (&FactName, Declared)> {
        self.facts.iter().map(|(name, declared)| (name, *declared))
    }

    /// The names of the obligations.
    pub fn obligations(&self) -> impl Iterator<Item = &RuleId> {
        self.obligations.keys()
    }

    /// The obligation of this name, for this call.
    ///
    /// # Errors
    ///
    /// If there is none, or a fact that names one of its groups is missing or no name of a group.
    pub fn obligation(&self, name: &RuleId, facts: &Facts<'_>) -> Result<Obligation, PolicyError> {
        let template = self
            .obligations
            .get(name)
            .ok_or_else(|| PolicyError::new(format!("there is no obligation `{name}`")))?;
        let mut obligation = template.obligation.clone();
        for (fact, count) in &template.seats_from {
            let Some(Fact::Text(group)) = facts.fact(fact.as_str()) else {
                return Err(PolicyError::new(format!("the fact `{fact}` names no group")));
            };
            let group: Group = group.parse().map_err(PolicyError::new)?;
            obligation.quorum.push(Seats::new(group, *count));
        }
        Ok(obligation)
    }

    /// The denials that an emergency can set aside, what it takes, and what follows; none unless the policy
    /// says so.
    #[must_use]
    pub fn break_glass(&self) -> Option<(&[RuleId], &BreakGlass)> {
        self.break_glass.as_ref().map(|one| (one.require.as_slice(), &one.terms))
    }

    /// Whether the call and what providers state are of the declared types.
    ///
    /// An action that is not declared may have any arguments; rules cannot look at them. Providers may state
    /// more facts than are declared; rules cannot look at those. An argument that may be missing may also be
    /// null, which says the same.
    ///
    /// # Errors
    ///
    /// If a declared argument or fact is missing or of another type, or a declared action has an argument
    /// that is not declared.
    pub fn check(&self, facts: &Facts<'_>) -> Result<(), PolicyError> {
        self.check_arguments(facts)?;
        for (name, declared) in &self.facts {
            check_one(&format!("fact `{name}`"), *declared, facts.fact(name.as_str()), is_of)?;
        }
        Ok(())
    }

    /// The same for the arguments alone, for acts on the approvals themselves: no provider is asked about those.
    ///
    /// # Errors
    ///
    /// As for [`check`](Self::check).
    pub fn check_arguments(&self, facts: &Facts<'_>) -> Result<(), PolicyError> {
        let Some(declared) = self.actions.get(facts.action()) else { return Ok(()) };
        for (name, declared) in declared {
            let value = facts.argument(name).filter(|value| !declared.optional || !value.is_null());
            check_one(&format!("argument `{}`", name.escape_debug()), *declared, value, fits)?;
        }
        match facts.arguments().find(|(name, _)| !declared.contains_key(*name)) {
            None => Ok(()),
            Some((name, _)) => Err(PolicyError::new(format!(
                "argument `{}` of `{}` is not declared",
                name.escape_debug(),
                facts.action()
            ))),
        }
    }
}

impl Vocabulary {
    /// All of it, in words that are the same for the same meaning.
    pub(super) fn in_words(&self) -> BTreeMap<String, String> {
        let action = |(name, arguments): (&ActionName, &BTreeMap<String, Declared>)| {
            let arguments = arguments.iter().map(|(name, kind)| format!("{name:?}: {kind}"));
            (format!("action {name}"), arguments.collect::<Vec<_>>().join(", "))
        };
        let mut words: BTreeMap<_, _> = self.actions.iter().map(action).collect();
        words.extend(
            self.facts.iter().map(|(name, kind)| (format!("fact {name}"), kind.to_string())),
        );
        words.extend(
            self.obligations
                .iter()
                .map(|(name, template)| (format!("obligation {name}"), template.to_string())),
        );
        if let Some(Emergency { require, terms }) = &self.break_glass {
            let list = |names: &[RuleId]| {
                let names: BTreeSet<&str> = names.iter().map(RuleId::as_str).collect();
                names.into_iter().collect::<Vec<_>>().join(", ")
            };
            let text = format!(
                "require {} to set aside {}; review by {} within {} s",
                list(require),
                list(&terms.rules),
                terms.review_by,
                terms.review_within.as_secs()
            );
            words.insert("break_glass".to_owned(), text);
        }
        words
    }
}

fn check_one<T: ?Sized>(
    what: &str,
    declared: Declared,
    value: Option<&T>,
    fits: impl Fn(ValueType, &T) -> bool,
) -> Result<(), PolicyError> {
    match value {
        None if declared.optional => Ok(()),
        None => Err(PolicyError::new(format!("{what} is missing"))),
        Some(value) if fits(declared.kind, value) => Ok(()),
        Some(_) => Err(PolicyError::new(format!("{what} is not of its declared type"))),
    }
}

/// Whether an argument has this type.
fn fits(kind: ValueType, value: &Value) -> bool {
    match kind {
        ValueType::Bool => value.is_boolean(),
        ValueType::Int => value.as_i64().is_some(),
        ValueType::Text => value.is_string(),
        ValueType::Set => value.as_array().is_some_and(|items| items.iter().all(Value::is_string)),
        ValueType::Any => true,
    }
}

/// Whether a fact has this type.
fn is_of(kind: ValueType, fact: &Fact) -> bool {
    match fact {
        Fact::Bool(_) => kind == ValueType::Bool,
        Fact::Int(_) => kind == ValueType::Int,
        Fact::Text(_) => kind == ValueType::Text,
        Fact::Set(_) => kind == ValueType::Set,
    }
}

#[cfg(test)]
#[path = "vocabulary_tests.rs"]
mod tests;
