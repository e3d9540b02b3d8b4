//! Values as they stand in a policy file.

use std::fmt;

use serde::Deserialize;
use serde::de::{self, Deserializer, SeqAccess, Visitor};

/// One value: there is no fraction, no date and no table.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Scalar {
    Bool(bool),
    Int(i64),
    Text(String),
}

/// What stands after an operator, or what a test gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Literal {
    One(Scalar),
    Many(Vec<Scalar>),
}

impl Scalar {
    pub(super) fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Bool(_) | Self::Int(_) => None,
        }
    }
}

impl Literal {
    /// The text, if it is one.
    pub(super) fn text(&self) -> Option<&str> {
        match self {
            Self::One(scalar) => scalar.text(),
            Self::Many(_) => None,
        }
    }

    /// What it is, in a sentence.
    pub(super) fn what(&self) -> &'static str {
        match self {
            Self::One(Scalar::Bool(_)) => "a boolean",
            Self::One(Scalar::Int(_)) => "an integer",
            Self::One(Scalar::Text(_)) => "a string",
            Self::Many(_) => "a list",
        }
    }

    /// The texts of a list of texts.
    pub(super) fn texts(&self) -> Option<Vec<&str>> {
        match self {
            Self::Many(list) => list.iter().map(Scalar::text).collect(),
            Self::One(_) => None,
        }
    }
}

impl fmt::Display for Scalar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool(value) => value.fmt(f),
            Self::Int(value) => value.fmt(f),
            Self::Text(value) => write!(f, "\"{}\"", value.escape_debug()),
        }
    }
}

impl fmt::Display for Literal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::One(scalar) => scalar.fmt(f),
            Self::Many(list) => {
                let list: Vec<String> = list.iter().map(ToString::to_string).collect();
                write!(f, "[{}]", list.join(", "))
            }
        }
    }
}

struct OneScalar;

impl Visitor<'_> for OneScalar {
    type Value = Scalar;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a boolean, an integer or a string (a name with dots stands in quotes)")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Scalar, E> {
        Ok(Scalar::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Scalar, E> {
        Ok(Scalar::Int(value))
    }

    fn visit_str<E>(self, value: &str) -> Result<Scalar, E> {
        Ok(Scalar::Text(value.to_owned()))
    }
}

impl<'de> Deserialize<'de> for Scalar {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(OneScalar)
    }
}

struct OneLiteral;

impl<'de> Visitor<'de> for OneLiteral {
    type Value = Literal;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "a boolean, an integer, a string or a list of them (a name with dots stands in quotes)",
        )
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<Literal, E> {
        OneScalar.visit_bool(value).map(Literal::One)
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<Literal, E> {
        OneScalar.visit_i64(value).map(Literal::One)
    }

    fn visit_str<E: de::Error>(self, value: &str) -> Result<Literal, E> {
        OneScalar.visit_str(value).map(Literal::One)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Literal, A::Error> {
        let mut list = Vec::new();
        while let Some(scalar) = seq.next_element()? {
            list.push(scalar);
        }
        Ok(Literal::Many(list))
    }
}

impl<'de> Deserialize<'de> for Literal {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(OneLiteral)
    }
}
