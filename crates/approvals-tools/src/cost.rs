//! What it takes to check arguments against a schema: counted first, since references can double it with each level.

use std::collections::BTreeSet;

use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};

/// The most steps that it may take to check arguments: parts of the schema that look at parts of the arguments, and what
/// each of them goes through.
const MAX_STEPS: usize = 200_000;

/// The most parts of a schema inside, or referring to, each other on one way through the arguments.
const MAX_DEPTH: usize = 192;

/// The most patterns of one tool.
const MAX_PATTERNS: usize = 100;

/// So many bytes of a text are gone through in one step.
const BYTES: usize = 16;

/// What holds values, and no schemas.
const VALUES: [&str; 4] = ["const", "default", "enum", "examples"];

/// Refuses a schema of which nobody can say what it takes, or that does not end whatever the arguments are.
pub(crate) fn check_schema(schema: &Value) -> Result<(), String> {
    let (mut parts, mut seen) = (vec![schema], BTreeSet::new());
    let (mut cost, mut patterns) = (Cost::of(schema), 0_usize);
    let is_draft_4 = schema.to_string().contains("json-schema.org/draft-04");
    while let Some(part) = parts.pop() {
        // What is referred to is reached twice.
        if !seen.insert(std::ptr::from_ref(part)) {
            continue;
        }
        match part {
            Value::Object(keywords) => {
                let is_inside = !std::ptr::eq(part, schema);
                patterns = patterns.saturating_add(count_patterns(keywords));
                if patterns > MAX_PATTERNS {
                    return Err(format!("it has more than {MAX_PATTERNS} patterns"));
                }
                parts.extend(check_references(schema, keywords, is_inside, is_draft_4)?);
                cost.count(part, &Value::Null)?;
                let schemas = keywords.iter().filter(|(key, _)| !VALUES.contains(&key.as_str()));
                parts.extend(schemas.map(|(_, value)| value));
            }
            Value::Array(inner) => parts.extend(inner),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    Ok(())
}

fn count_patterns(keywords: &Map<String, Value>) -> usize {
    let by_name = keywords.get("patternProperties").and_then(Value::as_object).map_or(0, Map::len);
    by_name.saturating_add(usize::from(keywords.get("pattern").is_some_and(Value::is_string)))
}

/// How many steps it takes to check these arguments; refuses those for which it takes too many.
pub(crate) fn check_arguments(schema: &Value, arguments: &Value) -> Result<usize, String> {
    let mut cost = Cost::of(schema);
    cost.count(schema, arguments)?;
    Ok(cost.steps)
}

/// What stands where the references lead; they lead to where [`target`] looks, and nowhere else.
fn check_references<'s>(
    schema: &'s Value,
    keywords: &Map<String, Value>,
    is_inside: bool,
    is_draft_4: bool,
) -> Result<Option<&'s Value>, String> {
    let mut to = None;
    for (keyword, value) in keywords {
        let Some(value) = value.as_str() else { continue };
        match keyword.as_str() {
            "$ref" => {
                to = Some(target(schema, value).ok_or_else(|| {
                    format!("it refers to {value:?}, where there is nothing; write `#/$defs/…`, for what stands in the schema itself")
                })?);
            }
            "$dynamicRef" | "$recursiveRef" => {
                return Err(format!("it has `{keyword}`; write `$ref`"));
            }
            // `id` named a schema until draft 4, and is often an example's.
            "$id" | "id" if is_inside && (keyword == "$id" || is_draft_4) => {
                return Err(format!(
                    "it has a schema inside with an `{keyword}` of its own; leave it out"
                ));
            }
            _other => {}
        }
    }
    Ok(to)
}

/// What stands there in the schema ([RFC 6901](https://www.rfc-editor.org/rfc/rfc6901)).
fn target<'s>(schema: &'s Value, reference: &str) -> Option<&'s Value> {
    if schema.get("$id").and_then(Value::as_str) == Some(reference) {
        return Some(schema);
    }
    let pointer = percent_decode_str(reference.strip_prefix('#')?).decode_utf8().ok()?;
    schema.pointer(&pointer)
}

/// Counts with a list, not by calling itself: how deep a schema goes is the choice of who wrote it.
struct Cost<'v> {
    schema: &'v Value,
    steps: usize,
    ahead: Vec<Look<'v>>,
}

/// A part of the schema looks at a part of the arguments.
#[derive(Clone, Copy)]
struct Look<'v> {
    part: &'v Value,
    arguments: &'v Value,
    /// How long the name is that it looks at in the place of the arguments.
    name: usize,
    depth: usize,
}

impl<'v> Cost<'v> {
    fn of(schema: &'v Value) -> Self {
        Self { schema, steps: 0, ahead: Vec::new() }
    }

    fn count(&mut self, part: &'v Value, arguments: &'v Value) -> Result<(), String> {
        self.push(Look { part, arguments, name: 0, depth: 0 })?;
        while let Some(look) = self.ahead.pop() {
            let Some(keywords) = look.part.as_object() else { continue };
            // What is not evaluated is found by evaluating the rest again, for each of the children.
            let again = keywords.keys().any(|keyword| keyword.starts_with("unevaluated"));
            let rounds = if again { children(look.arguments).count() } else { 0 };
            self.charge(rounds)?;
            for _round in 0..=rounds {
                self.charge(keywords.len())?;
                for (keyword, inner) in keywords {
                    self.apply(keyword, inner, look)?;
                }
            }
        }
        Ok(())
    }

    fn apply(&mut self, keyword: &str, inner: &'v Value, look: Look<'v>) -> Result<(), String> {
        let Look { arguments, name, depth, .. } = look;
        let (schema, depth) = (self.schema, depth.saturating_add(1));
        self.charge(length(keyword, inner))?;
        let mut push = |part, arguments| self.push(Look { part, arguments, name, depth });
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
            ("patternProperties", Value::Object(object)) => {
                let both =
                    children(inner).flat_map(|part| object.iter().map(move |one| (part, one)));
                both.into_iter().try_for_each(|(part, (name, child))| {
                    self.charge(name.len() / BYTES)?;
                    self.push(Look { part, arguments: child, name: 0, depth })
                })
            }
            ("propertyNames", Value::Object(object)) => object.keys().try_for_each(|name| {
                self.push(Look { part: inner, arguments: &Value::Null, name: name.len(), depth })
            }),
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
        let text = look.arguments.as_str().map_or(look.name, str::len);
        self.charge((text / BYTES).saturating_add(1))?;
        if look.depth > MAX_DEPTH {
            return Err(format!("it refers to itself, or is more than {MAX_DEPTH} parts deep"));
        }
        self.ahead.push(look);
        Ok(())
    }

    fn charge(&mut self, steps: usize) -> Result<(), String> {
        self.steps = self.steps.saturating_add(steps);
        if self.steps > MAX_STEPS {
            return Err(format!("to check it takes more than {MAX_STEPS} steps"));
        }
        Ok(())
    }
}

/// How much a keyword goes through each time that it looks.
fn length(keyword: &str, inner: &Value) -> usize {
    let members = |value: &Value| {
        value.as_array().map(Vec::len).or_else(|| value.as_object().map(Map::len)).unwrap_or(0)
    };
    match keyword {
        "properties" | "required" | "enum" | "const" => members(inner),
        "dependentRequired" | "dependencies" => {
            children(inner).fold(members(inner), |sum, names| sum.saturating_add(members(names)))
        }
        _other => 0,
    }
}

fn children(value: &Value) -> impl Iterator<Item = &Value> {
    let (array, object) = (value.as_array(), value.as_object());
    array.into_iter().flatten().chain(object.into_iter().flat_map(Map::values))
}
