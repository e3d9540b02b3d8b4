//! One row of the log, and whether it is what it says it is.

use std::borrow::Cow;

use approvals_core::{Entry, RequestId};
use approvals_log::{MAX_ENTRY, leaf_hash};
use rusqlite::types::ValueRef;
use serde::Deserialize;

use crate::error::Damage;

/// What [`Event::read`] reads, in this order.
pub(crate) const COLUMNS: &str = "idx, request, seq, leaf, entry";

/// A row of `event`, borrowed from SQLite.
#[derive(Debug)]
pub(crate) struct Event<'a> {
    pub(crate) index: u64,
    /// Empty for the log's own events.
    pub(crate) request: &'a str,
    pub(crate) seq: u64,
    pub(crate) leaf: [u8; 32],
    pub(crate) entry: &'a [u8],
}

impl<'a> Event<'a> {
    /// Reads the row that should have this index.
    pub(crate) fn read(row: &'a rusqlite::Row<'_>, expected: u64) -> Result<Self, Damage> {
        let damage = |detail| Damage::at(expected, detail);
        let get = |column| row.get_ref(column).unwrap_or(ValueRef::Null);
        let number = |value: ValueRef<'_>| u64::try_from(value.as_i64().ok()?).ok();
        let event = Self {
            index: number(get(0)).ok_or_else(|| damage("its index is not a number"))?,
            request: get(1).as_str().map_err(|_type| damage("its request is not text"))?,
            seq: number(get(2))
                .ok_or_else(|| damage("its place in its request is not a number"))?,
            leaf: get(3)
                .as_blob()
                .ok()
                .and_then(|leaf| leaf.try_into().ok())
                .ok_or_else(|| damage("its leaf hash is not 32 bytes"))?,
            entry: get(4).as_blob().map_err(|_type| damage("it has no bytes"))?,
        };
        if event.index > expected {
            let last = event.index.saturating_sub(1);
            return Err(Damage::between(expected, last, "it is missing"));
        }
        if event.index < expected {
            return Err(Damage::at(event.index, "it is out of order"));
        }
        Ok(event)
    }

    /// Checks the row against itself: the leaf hash, the size, and the request that the event names.
    pub(crate) fn check(&self) -> Result<(), Damage> {
        if self.entry.len() > MAX_ENTRY {
            return Err(Damage::at(self.index, "it is longer than an event can be"));
        }
        if leaf_hash(self.entry) != self.leaf {
            return Err(Damage::at(self.index, "its bytes are not those that were hashed"));
        }
        if !names(self.entry).agrees_with(self.request) {
            return Err(Damage::at(
                self.index,
                "it is stored under a request that it does not name",
            ));
        }
        Ok(())
    }

    /// The request that it is stored under, or none for the log's own events.
    pub(crate) fn request_id(&self) -> Result<Option<RequestId>, Damage> {
        if self.request.is_empty() {
            return Ok(None);
        }
        let no_id = |_detail| Damage::at(self.index, "its request is no id");
        self.request.parse().map(Some).map_err(no_id)
    }

    /// The entry as ledgers give it out, still without attachments.
    pub(crate) fn to_entry(&self) -> Result<Entry, Damage> {
        Ok(Entry {
            index: self.index,
            request: self.request_id()?,
            bytes: self.entry.to_vec(),
            attachments: Vec::new(),
        })
    }
}

/// How a request is written in its column.
pub(crate) fn request_column(request: Option<RequestId>) -> String {
    request.map(|id| id.to_string()).unwrap_or_default()
}

/// Which request an event's own bytes name.
///
/// The column is for finding events and is under no hash; the bytes are. So each must say the same.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Names<'a> {
    /// The member `request` of the event.
    Request(Cow<'a, str>),
    /// An event without that member: the log's own.
    Log,
    /// The bytes are not a JSON object, so nothing can be compared.
    Opaque,
}

pub(crate) fn names(entry: &[u8]) -> Names<'_> {
    #[derive(Deserialize)]
    struct Named<'a> {
        #[serde(borrow, default)]
        request: Option<Cow<'a, str>>,
    }
    // Serde would also take an array for a struct.
    if entry.first() != Some(&b'{') {
        return Names::Opaque;
    }
    match serde_json::from_slice(entry) {
        Ok(Named { request: Some(id) }) => Names::Request(id),
        Ok(Named { request: None }) => Names::Log,
        Err(_) => Names::Opaque,
    }
}

impl Names<'_> {
    pub(crate) fn agrees_with(&self, column: &str) -> bool {
        match self {
            Self::Request(id) => id == column,
            Self::Log => column.is_empty(),
            Self::Opaque => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_names_its_request_at_its_top_level_only() {
        assert_eq!(names(br#"{"kind":"x","request":"a"}"#), Names::Request("a".into()));
        assert_eq!(names(br#"{"request":"\u0061"}"#), Names::Request("a".into()));
        assert_eq!(names(br#"{"kind":{"request":"a"}}"#), Names::Log);
        assert_eq!(names(br#"{"request":null}"#), Names::Log);
        for opaque in
            ["", "[\"a\"]", "{\"request\":1}", "{\"request\":\"a\",\"request\":\"b\"}", "{}x"]
        {
            assert_eq!(names(opaque.as_bytes()), Names::Opaque, "{opaque}");
        }
    }

    #[test]
    fn the_column_must_say_what_the_bytes_say() {
        assert!(names(br#"{"request":"a"}"#).agrees_with("a"));
        assert!(!names(br#"{"request":"a"}"#).agrees_with("b"));
        assert!(!names(br#"{"request":"a"}"#).agrees_with(""));
        assert!(names(b"{}").agrees_with(""));
        assert!(!names(b"{}").agrees_with("a"));
    }
}
