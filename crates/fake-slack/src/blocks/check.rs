//! What is wrong with JSON, and where, in the words of Slack.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::length;

/// Collects what is wrong.
#[derive(Debug, Default)]
pub(super) struct Check {
    errors: Vec<String>,
}

impl Check {
    pub(super) fn done(self) -> Result<(), Vec<String>> {
        if self.errors.is_empty() { Ok(()) } else { Err(self.errors) }
    }

    pub(super) fn wrong(&mut self, what: &str, at: &str) {
        self.errors.push(format!("{what} [json-pointer:{at}]"));
    }

    /// An object with these fields, and no others; `type` and `block_id` stand in no list.
    pub(super) fn object<'a>(
        &mut self,
        value: &'a Value,
        at: &str,
        required: &[&str],
        optional: &[&str],
    ) -> Option<&'a Map<String, Value>> {
        let Value::Object(object) = value else {
            self.wrong("must be an object", at);
            return None;
        };
        for name in required.iter().filter(|name| !object.contains_key(**name)) {
            self.wrong(&format!("missing required field: {name}"), at);
        }
        let known =
            |name: &str| name == "type" || required.contains(&name) || optional.contains(&name);
        for name in object.keys().filter(|name| !known(name)) {
            self.wrong(&format!("invalid additional property: {name}"), at);
        }
        Some(object)
    }

    /// The `type` of an object.
    pub(super) fn kind<'a>(&mut self, value: &'a Value, at: &str) -> &'a str {
        let kind = value.get("type").and_then(Value::as_str);
        if kind.is_none() {
            self.wrong("missing required field: type", at);
        }
        kind.unwrap_or("")
    }

    /// A kind that is not expected here.
    pub(super) fn unsupported(&mut self, kind: &str, at: &str) {
        if !kind.is_empty() {
            self.wrong(&format!("unsupported type: {kind}"), &format!("{at}/type"));
        }
    }

    /// A text of so many characters, if it is there.
    pub(super) fn string(
        &mut self,
        object: &Map<String, Value>,
        name: &str,
        at: &str,
        min: usize,
        max: usize,
    ) {
        let at = format!("{at}/{name}");
        match object.get(name) {
            Some(Value::String(text)) if length(text) > max => {
                self.wrong(&format!("must be less than {} characters", max + 1), &at);
            }
            Some(Value::String(text)) if length(text) < min => {
                self.wrong(&format!("must be more than {} characters", min - 1), &at);
            }
            None | Some(Value::String(_)) => {}
            Some(_) => self.wrong("must be a string", &at),
        }
    }

    /// One of these texts, if it is there.
    pub(super) fn one_of(
        &mut self,
        object: &Map<String, Value>,
        name: &str,
        at: &str,
        known: &[&str],
    ) {
        let is_known = |value: &Value| value.as_str().is_some_and(|text| known.contains(&text));
        if object.get(name).is_some_and(|value| !is_known(value)) {
            self.wrong("must be one of the allowed values", &format!("{at}/{name}"));
        }
    }

    pub(super) fn flag(&mut self, object: &Map<String, Value>, name: &str, at: &str) {
        if object.get(name).is_some_and(|value| !value.is_boolean()) {
            self.wrong("must be a boolean", &format!("{at}/{name}"));
        }
    }

    pub(super) fn integer(&mut self, object: &Map<String, Value>, name: &str, at: &str) {
        if object.get(name).is_some_and(|value| !value.is_u64()) {
            self.wrong("must be an integer", &format!("{at}/{name}"));
        }
    }

    /// A list of so many items, with the place of each.
    pub(super) fn list<'a>(
        &mut self,
        object: &'a Map<String, Value>,
        name: &str,
        at: &str,
        max: usize,
    ) -> Vec<(&'a Value, String)> {
        let at = format!("{at}/{name}");
        let items = match object.get(name) {
            None => return Vec::new(),
            Some(Value::Array(items)) => items,
            Some(_) => {
                self.wrong("must be an array", &at);
                return Vec::new();
            }
        };
        if items.len() > max {
            self.wrong(&format!("no more than {max} items allowed"), &at);
        }
        if items.is_empty() {
            self.wrong("no fewer than 1 items allowed", &at);
        }
        items.iter().enumerate().map(|(index, item)| (item, format!("{at}/{index}"))).collect()
    }

    /// A text that nothing else here has.
    pub(super) fn unique<'a>(
        &mut self,
        seen: &mut BTreeSet<&'a str>,
        value: &'a Value,
        name: &str,
        at: &str,
    ) {
        if let Some(id) = value.get(name).and_then(Value::as_str)
            && !seen.insert(id)
        {
            self.wrong(&format!("`{name}` \"{id}\" already exists"), &format!("{at}/{name}"));
        }
    }
}
