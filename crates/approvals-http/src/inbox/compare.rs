//! How a request differs from the attempt at the same that was rejected.

use approvals_core::{Card, Earlier, Was, visible};
use serde_json::Value;

use super::words::said;

/// The attempt that was rejected, and what is different now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Compare {
    /// The request that was rejected.
    pub(crate) request: String,
    /// Who rejected it.
    pub(crate) by: String,
    /// Why, in their words.
    pub(crate) reason: Option<String>,
    /// What is different, by name.
    pub(crate) changes: Vec<Change>,
    /// How many more differ than are listed.
    pub(crate) more: usize,
}

/// Something that is different, or may be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Change {
    /// What.
    pub(crate) name: String,
    /// What it was.
    pub(crate) then: Side,
    /// What it is.
    pub(crate) now: Side,
}

/// One side of a comparison.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    /// A value: what it begins with on both sides, what is different, and what it ends with on both sides.
    Value([String; 3]),
    /// No value, and why.
    Words(String),
}

impl Compare {
    pub(crate) fn of(card: &Card) -> Option<Self> {
        let earlier = card.request().earlier.as_ref()?;
        Some(Self {
            request: earlier.request.to_string(),
            by: earlier.by.to_string(),
            reason: earlier.reason.as_deref().map(said),
            changes: changes(card, earlier),
            more: earlier.more.map_or(0, Into::into),
        })
    }
}

fn changes(card: &Card, earlier: &Earlier) -> Vec<Change> {
    let (document, request) = (card.document(), card.request());
    let owners: Vec<_> = request.requester.chain().iter().map(|one| one.id().as_str()).collect();
    let tags: Vec<_> = document.tags.iter().map(String::as_str).collect();
    let terms = [
        ("on behalf of", &earlier.on_behalf_of, Some(Value::from(owners))),
        ("resource", &earlier.resource, document.resource.clone().map(Value::from)),
        ("risk", &earlier.risk, Some(Value::from(document.risk.as_str()))),
        ("tags", &earlier.tags, Some(Value::from(tags))),
        ("retry_after_ms", &earlier.retry_after_ms, document.retry_after_ms.map(Value::from)),
    ];
    let terms = terms.into_iter().filter_map(|(name, was, is)| {
        Some(Change::new(
            name.to_owned(),
            was.as_ref()?,
            is.as_ref().map_or(Now::Absent, Now::Value),
        ))
    });
    let arguments = earlier.was.iter().map(|(name, was)| {
        let now = if let Some(value) = document.arguments.get(name) {
            Now::Value(value)
        } else if document.redacted.contains_key(name) {
            Now::Hidden
        } else if document.unbound.contains(name) {
            Now::Unbound
        } else {
            Now::Absent
        };
        Change::new(visible::text(name), was, now)
    });
    terms.chain(arguments).collect()
}

/// What something is in this request.
#[derive(Clone, Copy)]
enum Now<'a> {
    Value(&'a Value),
    Hidden,
    Unbound,
    Absent,
}

impl Change {
    fn new(name: String, was: &Was, is: Now<'_>) -> Self {
        let words = |words: &str| Side::Words(words.to_owned());
        let then = match was {
            Was::Absent => words("not there"),
            Was::Value(value) => Side::whole(visible::json(value)),
            Was::Long(bytes) => words(&format!("another value, of {bytes} bytes")),
            Was::Hidden => words("hidden: whether it is the same cannot be told"),
            Was::Unbound => words("not bound"),
        };
        let now = match is {
            Now::Value(value) => Side::whole(visible::json(value)),
            Now::Hidden => words("hidden"),
            Now::Unbound => words("not bound"),
            Now::Absent => words("not there"),
        };
        let (then, now) = Side::apart(then, now);
        Self { name, then, now }
    }
}

impl Side {
    fn whole(value: String) -> Self {
        Self::Value([String::new(), value, String::new()])
    }

    /// Two values, divided where they differ.
    fn apart(then: Self, now: Self) -> (Self, Self) {
        let (Self::Value([_, was, _]), Self::Value([_, is, _])) = (&then, &now) else {
            return (then, now);
        };
        let same = |pair: &(char, char)| pair.0 == pair.1;
        let begins = was.chars().zip(is.chars()).take_while(same).count();
        let rest = was.chars().count().min(is.chars().count()).saturating_sub(begins);
        let ends = was.chars().rev().zip(is.chars().rev()).take(rest).take_while(same).count();
        (Self::divided(was, begins, ends), Self::divided(is, begins, ends))
    }

    fn divided(value: &str, begins: usize, ends: usize) -> Self {
        let middle = value.chars().count().saturating_sub(begins).saturating_sub(ends);
        let mut letters = value.chars();
        let first: String = letters.by_ref().take(begins).collect();
        let second: String = letters.by_ref().take(middle).collect();
        Self::Value([first, second, letters.collect()])
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn sides(one: &str, other: &str) -> (Side, Side) {
        Side::apart(Side::whole(one.to_owned()), Side::whole(other.to_owned()))
    }

    #[test]
    fn only_what_differs_is_marked() {
        let (then, now) = sides("\"s3://acme/2026/10\"", "\"s3://acme/2026/11\"");
        assert_eq!(then, Side::Value(["\"s3://acme/2026/1".into(), "0".into(), "\"".into()]));
        assert_eq!(now, Side::Value(["\"s3://acme/2026/1".into(), "1".into(), "\"".into()]));
    }

    proptest! {
        #[test]
        fn nothing_of_a_value_is_lost_in_a_comparison(one in "[ab]{0,9}", other in "[ab]{0,9}") {
            let (then, now) = sides(&one, &other);
            let (Side::Value(then), Side::Value(now)) = (then, now) else { return Ok(()) };
            prop_assert_eq!(then.concat(), one.clone());
            prop_assert_eq!(now.concat(), other.clone());
            prop_assert_eq!((&then[0], &then[2]), (&now[0], &now[2]));
            prop_assert_eq!(one == other, then[1].is_empty() && now[1].is_empty());
        }
    }
}
