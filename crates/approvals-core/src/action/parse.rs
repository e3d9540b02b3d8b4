//! Strict JSON: what an agent sends, or a refusal that names the field.

use std::cell::RefCell;
use std::fmt;

use serde::de::{self, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use super::noncanonical::{CanonicalError, MAX_DEPTH};

/// Parses one JSON text (RFC 8259) of at most `limit` bytes.
///
/// Unlike `serde_json::from_slice` it refuses what would be lost silently: duplicate keys, and numbers
/// beyond 2⁵³ that are not exact integers of 64 bits. A decimal is the double that is nearest to it, which is
/// what is shown and what runs.
///
/// ```
/// # use approvals_core as approvals;
/// use approvals::canonical;
///
/// let value = canonical::parse(br#"{"to": "acct_7", "cents": 4200}"#, 1000)?;
/// assert_eq!(value["cents"], 4200);
///
/// let refused = canonical::parse(br#"{"pay": {"cents": 1, "cents": 4200}}"#, 1000);
/// assert_eq!(refused.unwrap_err().to_string(), "`pay.cents` stands twice in the same object");
/// # Ok::<(), approvals_core::canonical::CanonicalError>(())
/// ```
///
/// # Errors
///
/// The above, nesting over [`MAX_DEPTH`], size over `limit`, and text that is not JSON.
pub fn parse(text: &[u8], limit: usize) -> Result<Value, CanonicalError> {
    if text.len() > limit {
        return Err(CanonicalError::too_large(limit));
    }
    let refusal = RefCell::new(None);
    let mut json = serde_json::Deserializer::from_slice(text);
    let parsed = Strict { depth: 0, refusal: &refusal }.deserialize(&mut json);
    let parsed = parsed.and_then(|value| json.end().map(|()| value));
    parsed.map_err(|error| refusal.take().unwrap_or_else(|| CanonicalError::not_json(error)))
}

/// Reads one value in whatever is being read, as strictly.
pub(super) fn value<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Value, D::Error> {
    Strict { depth: 0, refusal: &RefCell::new(None) }.deserialize(deserializer)
}

/// Reads one value; what it refuses waits in `refusal` while the path is put together on the way out.
#[derive(Clone, Copy)]
struct Strict<'a> {
    depth: usize,
    refusal: &'a RefCell<Option<CanonicalError>>,
}

impl Strict<'_> {
    fn deeper<E: de::Error>(self) -> Result<Self, E> {
        let depth = self.depth.saturating_add(1);
        if depth > MAX_DEPTH {
            Err(self.refuse(CanonicalError::too_deep()))
        } else {
            Ok(Self { depth, ..self })
        }
    }

    fn refuse<E: de::Error>(self, error: CanonicalError) -> E {
        let told = E::custom(&error);
        self.refusal.replace(Some(error));
        told
    }

    fn locate(self, wrap: impl FnOnce(CanonicalError) -> CanonicalError) {
        let found = self.refusal.take().map(wrap);
        self.refusal.replace(found);
    }
}

impl<'de> DeserializeSeed<'de> for Strict<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Value, E> {
        const EXACT: f64 = 9_007_199_254_740_992.0;
        let number = Number::from_f64(value).filter(|_| value.abs() < EXACT);
        number.map(Value::Number).ok_or_else(|| self.refuse(CanonicalError::inexact()))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let child = self.deeper()?;
        let mut items = Vec::new();
        loop {
            match seq.next_element_seed(child) {
                Ok(Some(item)) => items.push(item),
                Ok(None) => return Ok(Value::Array(items)),
                Err(error) => {
                    self.locate(|refusal| refusal.under_index(items.len()));
                    return Err(error);
                }
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let child = self.deeper()?;
        let mut members = Map::new();
        while let Some(key) = map.next_key::<String>()? {
            if key.starts_with("$serde_json::private") {
                return Err(self.refuse(CanonicalError::smuggled()));
            }
            if members.contains_key(&key) {
                return Err(self.refuse(CanonicalError::duplicate(&key)));
            }
            let value = map.next_value_seed(child);
            let value = value.inspect_err(|_| self.locate(|refusal| refusal.under_key(&key)))?;
            members.insert(key, value);
        }
        Ok(Value::Object(members))
    }
}
