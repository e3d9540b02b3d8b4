//! What stands in a path or behind a question mark, read strictly.

use std::fmt;
use std::str::FromStr;

use approvals_core::RequestId;
use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64URL;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::problem::{self, Problem};

/// The query of a call.
#[derive(Debug)]
pub(crate) struct Params<T>(pub(crate) T);

/// The id of a request, in a path.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Id(pub(crate) RequestId);

/// The most bytes of a query.
const MAX: usize = 4096;

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Params<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let refuse = |why: &dyn fmt::Display| {
            Problem::new(problem::MALFORMED, format_args!("the query is refused: {why}"))
        };
        if parts.uri.query().is_some_and(|query| query.len() > MAX) {
            return Err(refuse(&"it is too long"));
        }
        let query = axum::extract::Query::<T>::from_request_parts(parts, state).await;
        query.map(|query| Self(query.0)).map_err(|error| refuse(&error.body_text()))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Id {
    type Rejection = Problem;

    /// What is no id is answered like an id that nobody has.
    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let text = Path::<String>::from_request_parts(parts, state).await;
        let text = text.map_err(|_other| Problem::no_request())?;
        text.parse().map(Self).map_err(|_none| Problem::no_request())
    }
}

/// Where a list goes on: opaque to whoever has it, and the same however much comes in before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Cursor(pub(crate) u64);

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&BASE64URL.encode([&b"c1"[..], &self.0.to_be_bytes()[..]].concat()))
    }
}

impl FromStr for Cursor {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, &'static str> {
        let none = "the cursor is none of this server's; take `next` from the page before";
        let bytes = BASE64URL.decode(text).map_err(|_other| none)?;
        let place = bytes.strip_prefix(b"c1").ok_or(none)?;
        place.try_into().map(u64::from_be_bytes).map(Self).map_err(|_other| none)
    }
}

impl<'de> Deserialize<'de> for Cursor {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

impl Serialize for Cursor {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// How many items a page has, unless said otherwise, and at most.
pub(crate) const PAGE: usize = 50;
pub(crate) const MAX_PAGE: usize = 200;

/// How many items of a page were asked for.
pub(crate) fn page(limit: Option<usize>) -> Result<usize, Problem> {
    match limit {
        None => Ok(PAGE),
        Some(limit) if (1..=MAX_PAGE).contains(&limit) => Ok(limit),
        Some(_) => {
            Err(Problem::new(problem::MALFORMED, format_args!("`limit` is from 1 to {MAX_PAGE}")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_has_one_spelling() {
        let cursor = Cursor(42);
        assert_eq!(cursor.to_string().parse(), Ok(cursor));
        for other in ["", "42", "YzE", "AAAA", "YzEAAAAAAAAAKg=", "YzEAAAAAAAAAKgA"] {
            assert!(other.parse::<Cursor>().is_err(), "{other}");
        }
    }
}
