//! An action as an agent's program sends it, with what that says it is part of. Nothing else.

use approvals_core::{Context, Described, Notes};
use serde::de::{self, DeserializeOwned};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::access::requester::Requester;
use crate::problem::{self, Problem};

/// What notes are called beside the action.
const NOTES: [&str; 3] = ["intent", "session", "trace"];

/// An action, and what it is part of.
#[derive(Debug)]
pub(crate) struct Submitted {
    call: Described,
    notes: Notes,
}

impl<'de> Deserialize<'de> for Submitted {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut call = Map::deserialize(deserializer)?;
        let notes = NOTES.into_iter().filter_map(|name| call.remove_entry(name)).collect();
        Ok(Self { call: read(call)?, notes: read(notes)? })
    }
}

fn read<T: DeserializeOwned, E: de::Error>(members: Map<String, Value>) -> Result<T, E> {
    serde_json::from_value(members.into()).map_err(E::custom)
}

impl Submitted {
    /// The action of this requester, at the risk that it has for them.
    pub(crate) fn of(self, requester: &Requester) -> Result<(Described, Context), Problem> {
        let Self { call, notes } = self;
        requester.may_submit(call.name().as_str())?;
        let context = Context::new(requester.principal().clone()).noting(notes);
        let context = context.map_err(|error| Problem::new(problem::INVALID, error))?;
        Ok((call.at_least(requester.least_risk()), context))
    }
}

/// An action, and what it is part of.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Submitted)]
#[expect(dead_code, reason = "for the OpenAPI document alone: core reads it")]
pub(crate) struct Form {
    /// The name of the action.
    #[schema(example = "s3.export", max_length = 120)]
    action: String,
    /// How risky it is: `high`, unless said otherwise. It is never taken to be less than the token says.
    #[schema(value_type = Option<Level>)]
    risk: Option<Value>,
    /// Its arguments: exactly these are approved, and run.
    #[serde(default)]
    #[schema(value_type = Object)]
    arguments: Map<String, Value>,
    /// Arguments that are approved and run as well, and that nobody is shown: what stands in the log can be erased.
    #[serde(default)]
    #[schema(value_type = Object)]
    redacted: Map<String, Value>,
    /// What people are shown as worked out from the arguments.
    #[serde(default)]
    #[schema(value_type = Object)]
    shown: Map<String, Value>,
    /// The names of arguments that are neither shown nor part of what is approved.
    #[serde(default)]
    unbound: Vec<String>,
    /// What it is done to.
    resource: Option<String>,
    /// What it does, in the agent's words.
    summary: Option<String>,
    /// Why, in the agent's words.
    reason: Option<String>,
    /// That it is an emergency, and which.
    break_glass: Option<String>,
    /// Words that policies may match.
    #[serde(default)]
    #[schema(max_items = 32)]
    tags: Vec<String>,
    /// That people are to be asked, whatever the policy says.
    #[serde(default)]
    review_required: bool,
    /// For how long it may be open at most.
    #[schema(minimum = 0)]
    expires_after_ms: Option<u64>,
    /// After how long without word of an attempt another one may be made: for what does no harm when it is done twice.
    #[schema(minimum = 0)]
    retry_after_ms: Option<u64>,
    /// The session that it is part of.
    session: Option<String>,
    /// What the agent was told to do.
    intent: Option<String>,
    /// The trace that it is part of: a `traceparent`.
    trace: Option<String>,
}

/// How risky an action is.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
#[expect(dead_code, reason = "for the OpenAPI document alone")]
pub(crate) enum Level {
    Low,
    Medium,
    High,
    Critical,
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::json;
    use utoipa::PartialSchema as _;

    use super::*;

    #[test]
    fn the_document_tells_of_all_that_is_taken_and_of_nothing_else() {
        let whole = json!({
            "action": "app.deploy", "risk": "critical", "arguments": { "a": 1 },
            "redacted": { "b": "secret" }, "shown": { "c": [] }, "unbound": ["d"], "resource": "e",
            "summary": "f", "reason": "g", "break_glass": "h", "tags": ["i"],
            "review_required": true, "expires_after_ms": 1, "retry_after_ms": 2, "session": "j",
            "intent": "k", "trace": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        });
        let read: Submitted = serde_json::from_value(whole.clone()).unwrap();
        assert!(!format!("{read:?}").contains("secret"));
        let mut again = serde_json::to_value(&read.call).unwrap();
        let notes = serde_json::to_value(&read.notes).unwrap();
        again.as_object_mut().unwrap().extend(notes.as_object().unwrap().clone());
        assert_eq!(again, whole);

        let schema = serde_json::to_value(Form::schema()).unwrap();
        let told = schema["properties"].as_object().unwrap().keys().collect::<BTreeSet<_>>();
        assert_eq!(told, whole.as_object().unwrap().keys().collect());
        assert_eq!(schema["additionalProperties"], false);
        assert_eq!(schema["required"], json!(["action"]));
    }
}
