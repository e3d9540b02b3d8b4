//! Canonical bytes: any `Serialize` value as one JSON text, or a refusal that names the field.
//!
//! Keys are sorted by code point, there is no white space, integers are exact digits, floats the shortest
//! that read back the same (RFC 8259 JSON, not RFC 8785: nothing is rounded to a double). Bytes are
//! made once and hashed as stored; nobody canonicalizes again to verify.
//!
//! Within one Rust type, two values never give the same bytes as long as the type's own `Serialize`
//! tells them apart. An `#[serde(untagged)]` enum or a skipped field can merge values before they get here.

use std::collections::BTreeMap;

use serde::ser::{self, Serialize};

use super::noncanonical::{CanonicalError, MAX_DEPTH, Problem};

/// The largest canonical text that is accepted unless configured otherwise: 256 KiB.
pub const MAX_BYTES: usize = 256 * 1024;

/// The canonical bytes of `value`, at most `limit` of them.
///
/// ```
/// # use approvals_core as approvals;
/// use approvals::canonical;
/// use std::collections::HashMap;
///
/// let filter = HashMap::from([("max", u64::MAX), ("country", 41)]);
/// let bytes = canonical::to_bytes(&filter, canonical::MAX_BYTES)?;
/// assert_eq!(bytes, br#"{"country":41,"max":18446744073709551615}"#);
///
/// let refused = canonical::to_bytes(&HashMap::from([("ratio", [1.0, f64::NAN])]), 100);
/// assert_eq!(refused.unwrap_err().to_string(), "`ratio[1]` is NaN or infinite, which JSON cannot carry");
/// # Ok::<(), approvals_core::canonical::CanonicalError>(())
/// ```
///
/// # Errors
///
/// NaN and infinities, duplicate keys, keys that are not text or integers, `Some` of nothing (it would
/// read as `None`), nesting over [`MAX_DEPTH`], size over `limit`, and whatever the type's own
/// `Serialize` refuses; each with the path of the field.
pub fn to_bytes<T: Serialize + ?Sized>(value: &T, limit: usize) -> Result<Vec<u8>, CanonicalError> {
    let bytes = value.serialize(Canonical { depth: 0, limit })?;
    within(limit, bytes)
}

type Result<T, E = CanonicalError> = std::result::Result<T, E>;

fn within(limit: usize, bytes: Vec<u8>) -> Result<Vec<u8>> {
    if bytes.len() > limit { Err(CanonicalError::too_large(limit)) } else { Ok(bytes) }
}

/// JSON text of a scalar, as `serde_json` writes it.
fn scalar<T: Serialize + ?Sized>(value: &T) -> Result<Vec<u8>> {
    serde_json::to_vec(value).map_err(CanonicalError::other)
}

/// Writes one value; every container writes its parts with a child of itself.
#[derive(Clone, Copy)]
struct Canonical {
    depth: usize,
    limit: usize,
}

impl Canonical {
    fn deeper(self) -> Result<Self> {
        let depth = self.depth.saturating_add(1);
        if depth > MAX_DEPTH { Err(CanonicalError::too_deep()) } else { Ok(Self { depth, ..self }) }
    }

    fn list(self) -> Result<List> {
        Ok(List { child: self.deeper()?, out: vec![b'['], items: 0, tag: None })
    }

    fn object(self) -> Result<Object> {
        Ok(Object {
            child: self.deeper()?,
            members: BTreeMap::new(),
            key: None,
            size: 0,
            tag: None,
        })
    }
}

macro_rules! scalars {
    ($($method:ident: $type:ty,)*) => {
        $(fn $method(self, value: $type) -> Result<Vec<u8>> {
            scalar(&value)
        })*
    };
}

impl ser::Serializer for Canonical {
    type Ok = Vec<u8>;
    type Error = CanonicalError;
    type SerializeSeq = List;
    type SerializeTuple = List;
    type SerializeTupleStruct = List;
    type SerializeTupleVariant = List;
    type SerializeMap = Object;
    type SerializeStruct = Object;
    type SerializeStructVariant = Object;

    scalars! {
        serialize_bool: bool, serialize_i8: i8, serialize_i16: i16, serialize_i32: i32, serialize_i64: i64,
        serialize_i128: i128, serialize_u8: u8, serialize_u16: u16, serialize_u32: u32, serialize_u64: u64,
        serialize_u128: u128, serialize_char: char,
    }

    fn serialize_f32(self, value: f32) -> Result<Vec<u8>> {
        if value.is_finite() { scalar(&value) } else { Err(Problem::NotFinite.into()) }
    }

    fn serialize_f64(self, value: f64) -> Result<Vec<u8>> {
        if value.is_finite() { scalar(&value) } else { Err(Problem::NotFinite.into()) }
    }

    fn serialize_str(self, value: &str) -> Result<Vec<u8>> {
        if value.len() > self.limit {
            return Err(CanonicalError::too_large(self.limit));
        }
        scalar(value)
    }

    fn serialize_bytes(self, value: &[u8]) -> Result<Vec<u8>> {
        if value.len() > self.limit {
            return Err(CanonicalError::too_large(self.limit));
        }
        scalar(value)
    }

    fn serialize_none(self) -> Result<Vec<u8>> {
        self.serialize_unit()
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<Vec<u8>> {
        let bytes = value.serialize(self)?;
        if bytes == b"null" { Err(Problem::AmbiguousNull.into()) } else { Ok(bytes) }
    }

    fn serialize_unit(self) -> Result<Vec<u8>> {
        Ok(b"null".to_vec())
    }

    fn serialize_unit_struct(self, _name: &'static str) -> Result<Vec<u8>> {
        self.serialize_unit()
    }

    fn serialize_unit_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
    ) -> Result<Vec<u8>> {
        self.serialize_str(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<Vec<u8>> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<Vec<u8>> {
        let mut object = self.object()?;
        object.member(variant.to_owned(), value)?;
        object.finish()
    }

    fn serialize_seq(self, _len: Option<usize>) -> Result<List> {
        self.list()
    }

    fn serialize_tuple(self, _len: usize) -> Result<List> {
        self.list()
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<List> {
        self.list()
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<List> {
        Ok(List { tag: Some(variant), ..self.deeper()?.list()? })
    }

    fn serialize_map(self, _len: Option<usize>) -> Result<Object> {
        self.object()
    }

    fn serialize_struct(self, name: &'static str, _: usize) -> Result<Object> {
        // `serde_json` smuggles numbers and raw text through here where its features
        // `arbitrary_precision` or `raw_value` are on; what they hold would not be what is shown.
        if name.starts_with("$serde_json::private") {
            return Err(CanonicalError::smuggled());
        }
        self.object()
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Object> {
        Ok(Object { tag: Some(variant), ..self.deeper()?.object()? })
    }
}

/// An array being written.
struct List {
    child: Canonical,
    out: Vec<u8>,
    items: usize,
    tag: Option<&'static str>,
}

impl List {
    fn item<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<()> {
        let bytes = value.serialize(self.child).map_err(|error| error.under_index(self.items))?;
        if self.items > 0 {
            self.out.push(b',');
        }
        self.out.extend_from_slice(&bytes);
        self.items = self.items.saturating_add(1);
        if self.out.len() > self.child.limit {
            return Err(CanonicalError::too_large(self.child.limit));
        }
        Ok(())
    }

    fn finish(mut self) -> Result<Vec<u8>> {
        self.out.push(b']');
        tagged(self.tag, self.out)
    }
}

/// An object being written: members wait until all keys are known.
struct Object {
    child: Canonical,
    members: BTreeMap<String, Vec<u8>>,
    key: Option<String>,
    size: usize,
    tag: Option<&'static str>,
}

impl Object {
    fn member<T: Serialize + ?Sized>(&mut self, key: String, value: &T) -> Result<()> {
        let bytes = value.serialize(self.child).map_err(|error| error.under_key(&key))?;
        self.size =
            self.size.saturating_add(key.len()).saturating_add(bytes.len()).saturating_add(4);
        if self.size > self.child.limit {
            return Err(CanonicalError::too_large(self.child.limit));
        }
        if self.members.contains_key(&key) {
            return Err(CanonicalError::duplicate(&key));
        }
        self.members.insert(key, bytes);
        Ok(())
    }

    fn finish(self) -> Result<Vec<u8>> {
        let mut out = Vec::with_capacity(self.size.saturating_add(2));
        out.push(b'{');
        for (key, bytes) in self.members {
            if out.len() > 1 {
                out.push(b',');
            }
            out.extend(scalar(&key)?);
            out.push(b':');
            out.extend(bytes);
        }
        out.push(b'}');
        tagged(self.tag, out)
    }
}

/// The object of `members` whose values are canonical bytes already.
pub(super) fn object(members: BTreeMap<String, Vec<u8>>) -> Result<Vec<u8>> {
    let child = Canonical { depth: 0, limit: MAX_BYTES };
    Object { child, members, key: None, size: 0, tag: None }.finish()
}

/// `bytes`, or the object `{"tag":bytes}` for the content of an enum variant.
fn tagged(tag: Option<&'static str>, bytes: Vec<u8>) -> Result<Vec<u8>> {
    let Some(tag) = tag else { return Ok(bytes) };
    let mut out = vec![b'{'];
    out.extend(scalar(tag)?);
    out.push(b':');
    out.extend(bytes);
    out.push(b'}');
    Ok(out)
}

macro_rules! list_of {
    ($($trait:ident :: $method:ident),*) => {
        $(impl ser::$trait for List {
            type Ok = Vec<u8>;
            type Error = CanonicalError;

            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<()> {
                self.item(value)
            }

            fn end(self) -> Result<Vec<u8>> {
                self.finish()
            }
        })*
    };
}

list_of!(
    SerializeSeq::serialize_element,
    SerializeTuple::serialize_element,
    SerializeTupleStruct::serialize_field,
    SerializeTupleVariant::serialize_field
);

macro_rules! object_of {
    ($($trait:ident),*) => {
        $(impl ser::$trait for Object {
            type Ok = Vec<u8>;
            type Error = CanonicalError;

            fn serialize_field<T: Serialize + ?Sized>(&mut self, key: &'static str, value: &T) -> Result<()> {
                self.member(key.to_owned(), value)
            }

            fn end(self) -> Result<Vec<u8>> {
                self.finish()
            }
        })*
    };
}

object_of!(SerializeStruct, SerializeStructVariant);

impl ser::SerializeMap for Object {
    type Ok = Vec<u8>;
    type Error = CanonicalError;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<()> {
        let key = key.serialize(Canonical { limit: self.child.limit, depth: MAX_DEPTH });
        let text = key.map_err(|_nested| CanonicalError::from(Problem::BadKey))?;
        let text = String::from_utf8(text).map_err(CanonicalError::other)?;
        self.key = Some(match text.as_bytes().first() {
            Some(b'"') => serde_json::from_str(&text).map_err(CanonicalError::other)?,
            Some(b'-' | b'0'..=b'9') if !text.contains(['.', 'e']) => text,
            _ => return Err(Problem::BadKey.into()),
        });
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<()> {
        let key =
            self.key.take().ok_or_else(|| CanonicalError::other("a map value without a key"))?;
        self.member(key, value)
    }

    fn end(self) -> Result<Vec<u8>> {
        self.finish()
    }
}

#[cfg(test)]
#[expect(clippy::arithmetic_side_effects, reason = "a test that overflows fails")]
#[path = "canonical_tests.rs"]
mod tests;
