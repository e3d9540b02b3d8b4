//! What an expression looks at: a walk over Cedar's JSON form of it.

use serde_json::Value;

/// Something that an expression looks at, as far as it matters here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Read {
    /// The arguments, which the agent chooses.
    Arguments,
    /// The resource, which the agent names.
    Resource,
    /// Which obligations are satisfied.
    Satisfied,
    /// The context as one value, through which any of these can be seen.
    WholeContext,
}

/// All that `expression` looks at. What is not understood counts as read.
pub(crate) fn reads(expression: &Value) -> Vec<Read> {
    let mut found = Vec::new();
    // Not recursive: how deep an expression is, is not ours to say.
    let mut waiting = vec![expression];
    while let Some(value) = waiting.pop() {
        if let Some(attribute) = context_attribute(value) {
            found.extend(match attribute {
                "args" => Some(Read::Arguments),
                "resource" => Some(Read::Resource),
                "satisfied" => Some(Read::Satisfied),
                _other => None,
            });
            continue;
        }
        match value {
            Value::Object(members) => {
                let variable = members.get("Var").and_then(Value::as_str);
                found.extend(match variable {
                    None | Some("principal" | "action") => None,
                    Some("resource") => Some(Read::Resource),
                    Some(_context) => Some(Read::WholeContext),
                });
                waiting.extend(members.values());
            }
            Value::Array(items) => waiting.extend(items),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    found
}

/// The name in `context.name` and in `context has name`.
fn context_attribute(expression: &Value) -> Option<&str> {
    let access = expression.get(".").or_else(|| expression.get("has"))?;
    if access.get("left")?.get("Var")?.as_str() != Some("context") {
        return None;
    }
    let attribute = access.get("attr")?;
    attribute.as_str().or_else(|| attribute.get(0)?.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(expression: &str) -> Vec<Read> {
        let text = format!("permit(principal, action, resource) when {{ {expression} }};");
        let policy: cedar_policy::Policy = text.parse().unwrap();
        reads(&policy.to_json().unwrap()["conditions"])
    }

    #[test]
    fn every_way_to_look_at_the_context_is_seen() {
        use Read::{Arguments, Resource, Satisfied, WholeContext};
        for (expression, expected) in [
            ("context.facts[\"args\"] == \"context\"", vec![]),
            ("principal in Group::\"resource\" && action == Action::\"context\"", vec![]),
            ("context.args.rows > 1", vec![Arguments]),
            ("context[\"args\"][\"rows\"] > 1", vec![Arguments]),
            ("context has args", vec![Arguments]),
            ("context has args.rows", vec![Arguments]),
            ("!(if context.args.a then true else false)", vec![Arguments]),
            ("[context.args.a].contains(1)", vec![Arguments]),
            ("{ \"x\": context.args.a }.x == 1", vec![Arguments]),
            ("{ \"Var\": context.args.a }.Var == 1", vec![Arguments]),
            ("{ \".\": context.args.a }[\".\"] == 1", vec![Arguments]),
            ("context.args.a like \"x*\"", vec![Arguments]),
            ("context.resource like \"x*\"", vec![Resource]),
            ("resource == Resource::\"x\"", vec![Resource]),
            ("resource is Resource", vec![Resource]),
            ("resource has name", vec![Resource]),
            ("context.satisfied.contains(\"x\")", vec![Satisfied]),
            ("context has satisfied", vec![Satisfied]),
            ("context == {}", vec![WholeContext]),
            ("(if true then context else context).risk == \"low\"", vec![WholeContext; 2]),
            ("{ \"x\": context }.x.risk == \"low\"", vec![WholeContext]),
        ] {
            assert_eq!(found(expression), expected, "{expression}");
        }
    }
}
