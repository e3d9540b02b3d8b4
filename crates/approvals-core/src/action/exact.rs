//! A value on its way between processes, which says the same bytes there.

use std::collections::BTreeMap;

use serde::de::{self, Deserializer};
use serde::ser::{self, Serialize, Serializer};
use serde_json::Value;
use zeroize::{Zeroize as _, Zeroizing};

use super::canonical;
use super::noncanonical::CanonicalError;
use super::parse;

/// The canonical bytes of a value that reads back as it was written. They leave memory with it.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Exact(Zeroizing<Vec<u8>>);

impl Exact {
    /// These canonical bytes, unless what they say would be written in another way.
    pub(super) fn new(bytes: &[u8]) -> Result<Self, CanonicalError> {
        let again = Self::of(parse::parse(bytes, usize::MAX)?)?;
        if again.0.as_slice() == bytes { Ok(again) } else { Err(CanonicalError::inexact()) }
    }

    fn of(value: Value) -> Result<Self, CanonicalError> {
        let bytes = canonical::to_bytes(&value, usize::MAX).map(Zeroizing::new);
        wipe(value);
        bytes.map(Self)
    }

    /// The values of an object, each under its name.
    pub(super) fn members<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<BTreeMap<String, Self>, D::Error> {
        // What is wrong may stand in what nobody may read.
        let refused = || de::Error::custom("its values are not JSON without anything twice");
        match parse::value(deserializer).map_err(|_hidden: D::Error| refused())? {
            Value::Object(members) => {
                let exact = |(name, value)| Ok((name, Self::of(value)?));
                let all: Result<_, CanonicalError> = members.into_iter().map(exact).collect();
                all.map_err(|_hidden| refused())
            }
            odd @ (Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::String(_)
            | Value::Array(_)) => {
                wipe(odd);
                Err(refused())
            }
        }
    }
}

impl Serialize for Exact {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let value = parse::parse(&self.0, usize::MAX).map_err(ser::Error::custom)?;
        let written = value.serialize(serializer);
        wipe(value);
        written
    }
}

/// Takes what a value says out of memory.
fn wipe(value: Value) {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
        Value::String(mut text) => text.zeroize(),
        Value::Array(items) => items.into_iter().for_each(wipe),
        Value::Object(members) => {
            for (mut key, value) in members {
                key.zeroize();
                wipe(value);
            }
        }
    }
}
