//! The Cedar schema of a vocabulary: what policies may look at, and the type of each value.

use approvals_core::{ActionName, Declared, ValueType, Vocabulary};
use cedar_policy::Schema;
use serde_json::{Map, Value, json};

use crate::error::CedarError;

/// The schemas of a vocabulary: one for acts on the approvals themselves, for which any fact may be missing, and
/// one for all other actions.
#[derive(Debug)]
pub(crate) struct Schemas {
    others: Schema,
    own: Schema,
}

impl Schemas {
    pub(crate) fn new(vocabulary: &Vocabulary) -> Result<Self, CedarError> {
        Ok(Self { others: schema(vocabulary, false)?, own: schema(vocabulary, true)? })
    }

    /// The schema of acts on the approvals themselves, or that of all others.
    pub(crate) fn of(&self, is_own: bool) -> &Schema {
        if is_own { &self.own } else { &self.others }
    }
}

fn schema(vocabulary: &Vocabulary, is_own: bool) -> Result<Schema, CedarError> {
    let facts = record(vocabulary.facts().map(|(name, declared)| {
        (name.as_str(), Declared { optional: declared.optional || is_own, ..declared })
    }));
    let action = |(name, arguments): (&ActionName, _)| {
        let applies = name.is_reserved() == is_own;
        // What the schema is not for can be named, and no more.
        let action = if applies { action(arguments, &facts) } else { json!({}) };
        (name.as_str().to_owned(), action)
    };
    let actions: Map<String, Value> = vocabulary.actions().map(action).collect();
    let member = json!({ "memberOfTypes": ["Group"] });
    let schema = json!({ "": {
        "entityTypes": {
            "Agent": member, "Human": member, "Service": member, "Group": {}, "Resource": {},
        },
        "actions": actions,
    }});
    Schema::from_json_value(schema).map_err(|error| CedarError::Schema(error.to_string()))
}

fn action<'a>(
    arguments: impl IntoIterator<Item = (&'a String, &'a Declared)>,
    facts: &Value,
) -> Value {
    let arguments =
        record(arguments.into_iter().map(|(name, declared)| (name.as_str(), *declared)));
    let text = json!({ "type": "String" });
    let texts = json!({ "type": "Set", "element": text });
    json!({ "appliesTo": {
        "principalTypes": ["Agent", "Human", "Service"],
        "resourceTypes": ["Resource"],
        "context": { "type": "Record", "attributes": {
            "args": arguments,
            "facts": facts,
            "satisfied": texts,
            "risk": text,
            "origin": text,
            "on_behalf_of": texts,
            "tags": texts,
            "review_required": { "type": "Boolean" },
            "owner": { "type": "Entity", "name": "Human", "required": false },
            "resource": { "type": "String", "required": false },
        }},
    }})
}

/// The values that a policy can look at; `any` is not among them.
fn record<'a>(declared: impl Iterator<Item = (&'a str, Declared)>) -> Value {
    let attributes: Map<String, Value> = declared
        .filter_map(|(name, declared)| Some((name.to_owned(), attribute(declared)?)))
        .collect();
    json!({ "type": "Record", "attributes": attributes })
}

fn attribute(declared: Declared) -> Option<Value> {
    let required = !declared.optional;
    match declared.kind {
        ValueType::Bool => Some(json!({ "type": "Boolean", "required": required })),
        ValueType::Int => Some(json!({ "type": "Long", "required": required })),
        ValueType::Text => Some(json!({ "type": "String", "required": required })),
        ValueType::Set => {
            let text = json!({ "type": "String" });
            Some(json!({ "type": "Set", "element": text, "required": required }))
        }
        ValueType::Any => None,
    }
}
