//! How an attempt differs from the one that people rejected before.

use std::collections::BTreeSet;
use std::num::NonZeroUsize;

use serde_json::Value;

use super::event::Cause;
use super::state::{Outcome, Phase, State};
use crate::action::document::Document;
use crate::review::request::{Earlier, Was};

/// So many arguments, and so many bytes of each, stand beside the new ones.
const MOST: usize = 40;
const LONGEST: usize = 200;

fn shortened(value: &Value) -> Was {
    let length = value.to_string().len();
    if length <= LONGEST { Was::Value(value.clone()) } else { Was::Long(length) }
}

/// What is no argument, if it is another one now.
fn changed<T: Clone + PartialEq + Into<Value>>(was: &T, now: &T) -> Option<Was> {
    let told = |was: Value| if was.is_null() { Was::Absent } else { shortened(&was) };
    (was != now).then(|| told(was.clone().into()))
}

fn people(document: &Document) -> Value {
    document.on_behalf_of.iter().map(ToString::to_string).collect()
}

fn tags(document: &Document) -> Value {
    document.tags.iter().map(String::as_str).collect()
}

/// The names of all arguments, however much is known of them.
fn names(document: &Document) -> impl Iterator<Item = &String> {
    let Document { arguments, shown, redacted, unbound, .. } = document;
    arguments.keys().chain(shown.keys()).chain(redacted.keys()).chain(unbound)
}

/// What everybody sees under this name.
fn visible<'a>(document: &'a Document, name: &String) -> Option<&'a Value> {
    document.arguments.get(name).or_else(|| document.shown.get(name))
}

fn argument(document: &Document, name: &String) -> Was {
    match visible(document, name) {
        Some(value) => shortened(value),
        None if document.redacted.contains_key(name) => Was::Hidden,
        None if document.unbound.contains(name) => Was::Unbound,
        None => Was::Absent,
    }
}

impl Earlier {
    /// What a card says of the rejected request `state`, whose action was `was`, beside the action `now`;
    /// nothing if it was not rejected, or was another action or requester.
    pub(crate) fn of(state: &State, was: &Document, now: &Document) -> Option<Self> {
        let Phase::Ended(Outcome::Closed(Cause::Rejected { by })) = state.phase() else {
            return None;
        };
        if was.action != now.action || was.requester != now.requester {
            return None;
        }
        let names: BTreeSet<&String> = names(was).chain(names(now)).collect();
        // Only what is shown both times is known to be the same.
        let is_same = |name: &String| {
            visible(was, name).is_some_and(|value| visible(now, name) == Some(value))
        };
        let mut differing = names.into_iter().filter(|name| !is_same(name));
        let first = differing.by_ref().take(MOST).map(|name| (name.clone(), argument(was, name)));
        Some(Self {
            by: by.clone(),
            on_behalf_of: changed(&people(was), &people(now)),
            reason: state.why_rejected().map(ToOwned::to_owned),
            request: state.id()?,
            resource: changed(&was.resource, &now.resource),
            retry_after_ms: changed(&was.retry_after_ms, &now.retry_after_ms),
            risk: changed(&was.risk.as_str(), &now.risk.as_str()),
            tags: changed(&tags(was), &tags(now)),
            was: first.collect(),
            more: NonZeroUsize::new(differing.count()),
        })
    }

    /// Whether this is what there is to tell of an earlier attempt. Why that was rejected may have been said only while
    /// this was asked for.
    pub(super) fn tells_of(&self, state: &State, was: &Document, now: &Document) -> bool {
        let told = Self::of(state, was, now);
        let unexplained = told.clone().map(|told| Self { reason: None, ..told });
        [told, unexplained].iter().any(|told| told.as_ref() == Some(self))
    }
}
