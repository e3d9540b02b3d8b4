//! How a condition compares. Which operator goes with which type is settled when the file is loaded.

use std::collections::BTreeSet;
use std::fmt;

use super::glob::Glob;
use super::literal::{Literal, Scalar};
use crate::policy::vocabulary::ValueType;

/// The longest list to compare with.
const MAX_LIST: usize = 1000;

/// All operators, in the order of the reference.
pub(super) const WORDS: [&str; 13] = [
    "eq",
    "ne",
    "lt",
    "le",
    "gt",
    "ge",
    "in",
    "not_in",
    "contains",
    "not_contains",
    "starts_with",
    "matches_glob",
    "exists",
];

/// What a condition looks at, as it was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Reading<'a> {
    Bool(bool),
    Int(i64),
    Text(&'a str),
    Set(BTreeSet<&'a str>),
    /// Something that rules do not look into.
    Opaque,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Operator {
    Eq(Scalar),
    Ne(Scalar),
    Lt(i64),
    Le(i64),
    Gt(i64),
    Ge(i64),
    In(Vec<Scalar>),
    NotIn(Vec<Scalar>),
    Contains(String),
    NotContains(String),
    StartsWith(String),
    MatchesGlob(Glob),
    Exists(bool),
}

/// The operators for a type.
pub(super) fn words_for(kind: ValueType) -> &'static [&'static str] {
    match kind {
        ValueType::Bool => &["eq", "ne", "exists"],
        ValueType::Int => &["eq", "ne", "lt", "le", "gt", "ge", "in", "not_in", "exists"],
        ValueType::Text => &["eq", "ne", "in", "not_in", "starts_with", "matches_glob", "exists"],
        ValueType::Set => &["contains", "not_contains", "exists"],
        ValueType::Any => &["exists"],
    }
}

impl Operator {
    /// The operator `word` with this literal, for a field of this type that has the operator.
    pub(super) fn new(word: &str, literal: &Literal, kind: ValueType) -> Result<Self, String> {
        let wrong = |expected: &str| {
            Err(format!("`{word}` takes {expected} here, this is {}", literal.what()))
        };
        match (word, literal) {
            ("exists", Literal::One(Scalar::Bool(wanted))) => Ok(Self::Exists(*wanted)),
            ("exists", _) => wrong("a boolean"),
            ("in" | "not_in", Literal::Many(list)) => Self::among(word, list, kind),
            ("in" | "not_in", Literal::One(_)) => wrong("a list"),
            ("contains", Literal::One(Scalar::Text(text))) => Ok(Self::Contains(text.clone())),
            ("not_contains", Literal::One(Scalar::Text(text))) => {
                Ok(Self::NotContains(text.clone()))
            }
            ("starts_with", Literal::One(Scalar::Text(text))) => Ok(Self::StartsWith(text.clone())),
            ("matches_glob", Literal::One(Scalar::Text(text))) => {
                Glob::new(text).map(Self::MatchesGlob)
            }
            ("contains" | "not_contains" | "starts_with" | "matches_glob", _) => wrong("a string"),
            ("lt", Literal::One(Scalar::Int(bound))) => Ok(Self::Lt(*bound)),
            ("le", Literal::One(Scalar::Int(bound))) => Ok(Self::Le(*bound)),
            ("gt", Literal::One(Scalar::Int(bound))) => Ok(Self::Gt(*bound)),
            ("ge", Literal::One(Scalar::Int(bound))) => Ok(Self::Ge(*bound)),
            ("lt" | "le" | "gt" | "ge", _) => wrong("an integer"),
            ("eq", Literal::One(scalar)) if is_of(scalar, kind) => Ok(Self::Eq(scalar.clone())),
            ("ne", Literal::One(scalar)) if is_of(scalar, kind) => Ok(Self::Ne(scalar.clone())),
            ("eq" | "ne", _) => wrong(a_value_of(kind)),
            (_, _) => Err(format!("there is no operator `{word}`")),
        }
    }

    fn among(word: &str, list: &[Scalar], kind: ValueType) -> Result<Self, String> {
        if list.is_empty() || list.len() > MAX_LIST {
            return Err(format!("`{word}` takes a list of 1 to {MAX_LIST} values"));
        }
        if let Some(other) = list.iter().find(|scalar| !is_of(scalar, kind)) {
            let expected = a_value_of(kind);
            return Err(format!("each of the list of `{word}` is {expected}; {other} is not"));
        }
        let mut list = list.to_vec();
        list.sort();
        list.dedup();
        Ok(if word == "in" { Self::In(list) } else { Self::NotIn(list) })
    }

    /// Whether it holds of what was found; nothing if the two do not compare.
    pub(super) fn holds(&self, reading: &Reading<'_>) -> Option<bool> {
        match (self, reading) {
            (Self::Exists(wanted), _) => Some(*wanted),
            (Self::Eq(scalar), _) => equals(scalar, reading),
            (Self::Ne(scalar), _) => equals(scalar, reading).map(|same| !same),
            (Self::In(list), _) => is_among(list, reading),
            (Self::NotIn(list), _) => is_among(list, reading).map(|found| !found),
            (Self::Lt(bound), Reading::Int(found)) => Some(found < bound),
            (Self::Le(bound), Reading::Int(found)) => Some(found <= bound),
            (Self::Gt(bound), Reading::Int(found)) => Some(found > bound),
            (Self::Ge(bound), Reading::Int(found)) => Some(found >= bound),
            (Self::Contains(text), Reading::Set(found)) => Some(found.contains(text.as_str())),
            (Self::NotContains(text), Reading::Set(found)) => Some(!found.contains(text.as_str())),
            (Self::StartsWith(text), Reading::Text(found)) => Some(found.starts_with(text)),
            (Self::MatchesGlob(glob), Reading::Text(found)) => Some(glob.matches(found)),
            (
                Self::Lt(_)
                | Self::Le(_)
                | Self::Gt(_)
                | Self::Ge(_)
                | Self::Contains(_)
                | Self::NotContains(_)
                | Self::StartsWith(_)
                | Self::MatchesGlob(_),
                _,
            ) => None,
        }
    }

    /// The texts that it compares with as a whole.
    pub(super) fn texts(&self) -> impl Iterator<Item = &str> {
        let scalars = match self {
            Self::Eq(scalar) | Self::Ne(scalar) => std::slice::from_ref(scalar),
            Self::In(list) | Self::NotIn(list) => list,
            Self::Lt(_)
            | Self::Le(_)
            | Self::Gt(_)
            | Self::Ge(_)
            | Self::Contains(_)
            | Self::NotContains(_)
            | Self::StartsWith(_)
            | Self::MatchesGlob(_)
            | Self::Exists(_) => &[],
        };
        scalars.iter().filter_map(Scalar::text)
    }
}

fn is_of(scalar: &Scalar, kind: ValueType) -> bool {
    match scalar {
        Scalar::Bool(_) => kind == ValueType::Bool,
        Scalar::Int(_) => kind == ValueType::Int,
        Scalar::Text(_) => kind == ValueType::Text,
    }
}

fn a_value_of(kind: ValueType) -> &'static str {
    match kind {
        ValueType::Bool => "a boolean",
        ValueType::Int => "an integer",
        ValueType::Text => "a string",
        ValueType::Set => "a list of strings",
        ValueType::Any => "any value",
    }
}

fn equals(scalar: &Scalar, reading: &Reading<'_>) -> Option<bool> {
    match (scalar, reading) {
        (Scalar::Bool(wanted), Reading::Bool(found)) => Some(wanted == found),
        (Scalar::Int(wanted), Reading::Int(found)) => Some(wanted == found),
        (Scalar::Text(wanted), Reading::Text(found)) => Some(wanted == found),
        (Scalar::Bool(_) | Scalar::Int(_) | Scalar::Text(_), _) => None,
    }
}

fn is_among(list: &[Scalar], reading: &Reading<'_>) -> Option<bool> {
    let same: Option<Vec<bool>> = list.iter().map(|scalar| equals(scalar, reading)).collect();
    same.map(|same| same.contains(&true))
}

impl fmt::Display for Operator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let quoted = |text: &str| Scalar::Text(text.to_owned()).to_string();
        let list = |list: &Vec<Scalar>| Literal::Many(list.clone()).to_string();
        let (word, literal) = match self {
            Self::Eq(scalar) => ("eq", scalar.to_string()),
            Self::Ne(scalar) => ("ne", scalar.to_string()),
            Self::Lt(bound) => ("lt", bound.to_string()),
            Self::Le(bound) => ("le", bound.to_string()),
            Self::Gt(bound) => ("gt", bound.to_string()),
            Self::Ge(bound) => ("ge", bound.to_string()),
            Self::In(scalars) => ("in", list(scalars)),
            Self::NotIn(scalars) => ("not_in", list(scalars)),
            Self::Contains(text) => ("contains", quoted(text)),
            Self::NotContains(text) => ("not_contains", quoted(text)),
            Self::StartsWith(text) => ("starts_with", quoted(text)),
            Self::MatchesGlob(glob) => ("matches_glob", quoted(&glob.to_string())),
            Self::Exists(wanted) => ("exists", wanted.to_string()),
        };
        write!(f, "{word} {literal}")
    }
}
