//! What an expression looks at: a walk over Cedar's JSON form of it.

use serde_json::Value;

/// Something that an expression looks at, as far as it matters here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Read {
    /// Something that the agent's side chooses: what.
    Chosen(&'static str),
    /// Which obligations are satisfied.
    Satisfied,
    /// The context as one value, through which any of these can be seen.
    WholeContext,
}

impl Read {
    /// The resource, as the variable or the text.
    pub(crate) const RESOURCE: Self = Self::Chosen("the resource");
}

/// All that `expression` looks at. What is not understood counts as read.
pub(crate) fn reads(expression: &Value) -> Vec<Read> {
    let mut found = Vec::new();
    // Not recursive: how deep an expression is, is not ours to say.
    let mut waiting = vec![expression];
    while let Some(value) = waiting.pop() {
        if let Some(attribute) = context_attribute(value) {
            found.extend(match attribute {
                "args" => Some(Read::Chosen("`context.args`")),
                "resource" => Some(Read::RESOURCE),
                "tags" => Some(Read::Chosen("`context.tags`")),
                "review_required" => Some(Read::Chosen("`context.review_required`")),
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
                    Some("resource") => Some(Read::RESOURCE),
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
        use Read::{Chosen, Satisfied, WholeContext};
        const ARGUMENTS: Read = Chosen("`context.args`");
        const RESOURCE: Read = Read::RESOURCE;
        for (expression, expected) in [
            ("context.facts[\"args\"] == \"context\"", vec![]),
            ("principal in Group::\"resource\" && action == Action::\"context\"", vec![]),
            ("context.args.rows > 1", vec![ARGUMENTS]),
            ("context[\"args\"][\"rows\"] > 1", vec![ARGUMENTS]),
            ("context has args", vec![ARGUMENTS]),
            ("context has args.rows", vec![ARGUMENTS]),
            ("!(if context.args.a then true else false)", vec![ARGUMENTS]),
            ("[context.args.a].contains(1)", vec![ARGUMENTS]),
            ("{ \"x\": context.args.a }.x == 1", vec![ARGUMENTS]),
            ("{ \"Var\": context.args.a }.Var == 1", vec![ARGUMENTS]),
            ("{ \".\": context.args.a }[\".\"] == 1", vec![ARGUMENTS]),
            ("context.args.a like \"x*\"", vec![ARGUMENTS]),
            ("context.resource like \"x*\"", vec![RESOURCE]),
            ("resource == Resource::\"x\"", vec![RESOURCE]),
            ("resource is Resource", vec![RESOURCE]),
            ("resource has name", vec![RESOURCE]),
            ("context.tags.contains(\"x\")", vec![Chosen("`context.tags`")]),
            ("context.review_required", vec![Chosen("`context.review_required`")]),
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
