//! What is percent-encoded: forms, queries, and the parts of a path.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};

/// The pairs of a form or of a query, as an object; nothing where one is no UTF-8.
pub(crate) fn decode(text: &str) -> Option<Map<String, Value>> {
    let pairs = text.split('&').filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            Some((part(&name.replace('+', " "))?, Value::String(part(&value.replace('+', " "))?)))
        })
        .collect()
}

/// One part of a path or of a form.
pub(crate) fn part(text: &str) -> Option<String> {
    percent_decode_str(text).decode_utf8().ok().map(Cow::into_owned)
}
