//! What it takes to check arguments against a schema: counted first, since references can double it with each level.

use serde_json::{Map, Value};

/// The most times that a part of a schema may have to look at a part of the arguments.
const MAX_LOOKS: usize = 200_000;

/// The most parts of a schema inside, or referring to, each other on one way through the arguments.
const MAX_DEPTH: usize = 192;

/// Refuses a schema of which nobody can say what it takes, or that does not end whatever the arguments are.
pub(crate) fn check_schema(schema: &Value) -> Result<(), String> {
    let mut parts = vec![schema];
    let mut cost = Cost::of(schema);
    while let Some(part) = parts.pop() {
        match part {
            Value::Object(keywords) => {
                check_references(schema, keywords, std::ptr::eq(part, schema))?;
                cost.count(part, &Value::Null)?;
                parts.extend(keywords.values());
            }
            Value::Array(inner) => parts.extend(inner),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    Ok(())
}

/// Refuses arguments for which the schema takes too long.
pub(crate) fn check_arguments(schema: &Value, arguments: &Value) -> Result<(), String> {
    Cost::of(schema).count(schema, arguments)
}

/// References lead to where [`target`] looks, and nowhere else.
fn check_references(
    schema: &Value,
    keywords: &Map<String, Value>,
    is_root: bool,
) -> Result<(), String> {
    for (keyword, value) in keywords {
        let Some(value) = value.as_str() else { continue };
        match keyword.as_str() {
            "$ref" if target(schema, value).is_none() => {
                return Err(format!(
                    "it refers to {value:?}, where there is nothing; write `#/$defs/…`, for what stands in the schema itself"
                ));
            }
            "$dynamicRef" | "$recursiveRef" => {
                return Err(format!("it has `{keyword}`; write `$ref`"));
            }
            "$id" | "id" if !is_root && names_a_resource(schema, keyword) => {
                return Err(format!(
                    "it has a schema inside with an `{keyword}` of its own; leave it out"
                ));
            }
            _other => {}
        }
    }
    Ok(())
}

/// Whether this keyword changes what references are relative to. `id` did until draft 4, and is often an example's.
fn names_a_resource(schema: &Value, keyword: &str) -> bool {
    keyword == "$id" || schema.to_string().contains("json-schema.org/draft-04")
}

/// What stands there in the schema ([RFC 6901](https://www.rfc-editor.org/rfc/rfc6901)).
fn target<'s>(schema: &'s Value, reference: &str) -> Option<&'s Value> {
    schema.pointer(reference.strip_prefix('#')?).filter(|_| !reference.contains('%'))
}

/// Counts with a list, not by calling itself: how deep a schema goes is the choice of who wrote it.
struct Cost<'v> {
    schema: &'v Value,
    looks: usize,
    ahead: Vec<Look<'v>>,
}

/// A part of the schema looks at a part of the arguments.
#[derive(Clone, Copy)]
struct Look<'v> {
    part: &'v Value,
    arguments: &'v Value,
    depth: usize,
}

impl<'v> Cost<'v> {
    fn of(schema: &'v Value) -> Self {
        Self { schema, looks: 0, ahead: Vec::new() }
    }

    fn count(&mut self, part: &'v Value, arguments: &'v Value) -> Result<(), String> {
        self.push(Look { part, arguments, depth: 0 })?;
        while let Some(look) = self.ahead.pop() {
            let Some(keywords) = look.part.as_object() else { continue };
            // What is not evaluated is found by evaluating the rest again, for each of the children.
            let again = keywords.keys().any(|keyword| keyword.starts_with("unevaluated"));
            let rounds = if again { children(look.arguments).count() } else { 0 };
            for _round in 0..=rounds {
                for (keyword, inner) in keywords {
                    self.apply(keyword, inner, look)?;
                }
            }
        }
        Ok(())
    }

    fn apply(&mut self, keyword: &str, inner: &'v Value, look: Look<'v>) -> Result<(), String> {
        let Look { arguments, depth, .. } = look;
        let schema = self.schema;
        let depth = depth.saturating_add(1);
        let mut push = |part: &'v Value, arguments| self.push(Look { part, arguments, depth });
        match (keyword, arguments) {
            ("$ref", _) => {
                let to = inner.as_str().and_then(|to| target(schema, to));
                to.into_iter().try_for_each(|part| push(part, arguments))
            }
            ("not" | "if" | "then" | "else", _) => push(inner, arguments),
            ("allOf" | "anyOf" | "oneOf" | "dependentSchemas" | "dependencies", _) => {
                children(inner).try_for_each(|part| push(part, arguments))
            }
            ("properties", Value::Object(object)) => {
                let named = inner.as_object().into_iter().flatten();
                let mut both = named.filter_map(|(name, part)| Some((part, object.get(name)?)));
                both.try_for_each(|(part, child)| push(part, child))
            }
            ("patternProperties", Value::Object(object)) => children(inner)
                .try_for_each(|part| object.values().try_for_each(|child| push(part, child))),
            ("propertyNames", Value::Object(object)) => {
                object.values().try_for_each(|_name| push(inner, &Value::Null))
            }
            ("additionalProperties" | "unevaluatedProperties", Value::Object(object)) => {
                object.values().try_for_each(|child| push(inner, child))
            }
            ("items" | "prefixItems", Value::Array(array)) if inner.is_array() => {
                let mut both = children(inner).zip(array);
                both.try_for_each(|(part, child)| push(part, child))
            }
            (
                "items" | "additionalItems" | "contains" | "unevaluatedItems",
                Value::Array(array),
            ) => array.iter().try_for_each(|child| push(inner, child)),
            _no_schema => Ok(()),
        }
    }

    fn push(&mut self, look: Look<'v>) -> Result<(), String> {
        self.looks = self.looks.saturating_add(1);
        if self.looks > MAX_LOOKS {
            return Err(format!("to check it takes more than {MAX_LOOKS} steps"));
        }
        if look.depth > MAX_DEPTH {
            return Err(format!("it refers to itself, or is more than {MAX_DEPTH} parts deep"));
        }
        self.ahead.push(look);
        Ok(())
    }
}

fn children(value: &Value) -> impl Iterator<Item = &Value> {
    let (array, object) = (value.as_array(), value.as_object());
    array.into_iter().flatten().chain(object.into_iter().flat_map(Map::values))
}
