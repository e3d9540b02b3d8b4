//! Text objects.

use serde_json::{Map, Value};

use super::check::Check;

/// Which kinds of text a place takes.
#[derive(Clone, Copy, Debug)]
pub(super) enum Kind {
    Plain,
    Any,
}

/// The text in a field, if it is there.
pub(super) fn field(
    check: &mut Check,
    object: &Map<String, Value>,
    name: &str,
    at: &str,
    kind: Kind,
    max: usize,
) {
    if let Some(value) = object.get(name) {
        text(check, value, &format!("{at}/{name}"), kind, max);
    }
}

pub(super) fn text(check: &mut Check, value: &Value, at: &str, kind: Kind, max: usize) {
    let found = check.kind(value, at);
    let own: &[&str] = match (found, kind) {
        ("plain_text", _) => &["emoji"],
        ("mrkdwn", Kind::Any) => &["verbatim"],
        (other, _) => return check.unsupported(other, at),
    };
    if let Some(object) = check.object(value, at, &["text"], own) {
        check.string(object, "text", at, 1, max);
        check.flag(object, "emoji", at);
        check.flag(object, "verbatim", at);
    }
}
