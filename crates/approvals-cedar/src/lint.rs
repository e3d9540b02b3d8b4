//! What one policy may say. Cedar checks types; what annotations mean, and who wrote a value, it does not know.

use approvals_core::{RuleId, Vocabulary};
use cedar_policy::{Effect, Policy, PolicyId, ResourceConstraint};
use serde_json::{Value, json};

use crate::error::CedarError;
use crate::known::Known;
use crate::place::Place;
use crate::reads::{Read, reads};

/// The annotations that mean something here.
const ANNOTATIONS: [&str; 3] = ["id", "requires", "reason"];

/// The policy, if it keeps all the rules.
pub(crate) fn lint(
    policy: &Policy,
    place: Place,
    vocabulary: &Vocabulary,
) -> Result<Known, CedarError> {
    let name = policy.annotation("id").unwrap_or_else(|| policy.id().as_ref());
    checked(policy, place, vocabulary).map_err(|message| CedarError::Policy {
        policy: name.to_owned(),
        line: place.line,
        column: place.column,
        message,
    })
}

fn checked(policy: &Policy, place: Place, vocabulary: &Vocabulary) -> Result<Known, String> {
    if let Some((key, _)) = policy.annotations().find(|(key, _)| !ANNOTATIONS.contains(key)) {
        return Err(format!(
            "`@{key}` means nothing here; the annotations are `@id`, `@requires` and `@reason`"
        ));
    }
    let id = policy.annotation("id").ok_or("it has no `@id(\"…\")`")?;
    let id: RuleId = id.parse().map_err(|error| format!("{error}"))?;
    let requires = required(policy, vocabulary)?;
    let reason = policy.annotation("reason").map(str::to_owned);
    if reason.is_some() && (policy.effect() == Effect::Permit || requires.is_some()) {
        return Err("only a `forbid` without `@requires` denies, and has a `@reason`".into());
    }
    conditions(policy, requires.as_ref())?;
    let policy = policy.new_id(PolicyId::new(id.as_str()));
    Ok(Known { id, requires, reason, policy, place })
}

fn required(policy: &Policy, vocabulary: &Vocabulary) -> Result<Option<RuleId>, String> {
    let Some(name) = policy.annotation("requires") else { return Ok(None) };
    if policy.effect() == Effect::Permit {
        return Err("a `permit` cannot ask for anything: another one would allow the same call \
                    without asking; write `@requires` on a `forbid`"
            .into());
    }
    let known = vocabulary.obligations().find(|known| known.as_str() == name);
    known.cloned().map(Some).ok_or_else(|| format!("there is no `[obligation.{name}]`"))
}

/// Each condition of the policy keeps to what it may look at.
fn conditions(policy: &Policy, requires: Option<&RuleId>) -> Result<(), String> {
    let is_permit = policy.effect() == Effect::Permit;
    if is_permit && policy.resource_constraint() != ResourceConstraint::Any {
        return Err(loosens(is_permit, "the resource"));
    }
    let json = policy.to_json().map_err(|error| error.to_string())?;
    let evidence = requires.map(|name| {
        let satisfied = json!({ ".": { "left": { "Var": "context" }, "attr": "satisfied" } });
        let name = json!({ "Value": name.as_str() });
        json!({ "contains": { "left": satisfied, "right": name } })
    });
    let mut is_proven = false;
    for condition in json.get("conditions").and_then(Value::as_array).into_iter().flatten() {
        let body = condition.get("body").unwrap_or(&Value::Null);
        let is_unless = condition.get("kind").and_then(Value::as_str) != Some("when");
        if is_unless && Some(body) == evidence.as_ref() {
            is_proven = true;
            continue;
        }
        for read in reads(body) {
            match read {
                Read::Satisfied => return Err(satisfied_elsewhere(requires)),
                Read::WholeContext => {
                    return Err("it looks at `context` as a whole; name what it needs, \
                                such as `context.args.rows`"
                        .into());
                }
                Read::Chosen(what) if is_permit || is_unless => {
                    return Err(loosens(is_permit, what));
                }
                Read::Chosen(_) => {}
            }
        }
    }
    match requires {
        Some(name) if !is_proven => Err(format!(
            "`@requires(\"{name}\")` stands with `unless {{ context.satisfied.contains(\"{name}\") }}`, \
             in exactly these words; other exceptions are `unless` clauses of their own"
        )),
        Some(_) | None => Ok(()),
    }
}

fn satisfied_elsewhere(requires: Option<&RuleId>) -> String {
    match requires {
        Some(name) => format!(
            "`context.satisfied` stands only in `unless {{ context.satisfied.contains(\"{name}\") }}`, \
             as `@requires(\"{name}\")` has it"
        ),
        None => {
            "`context.satisfied` stands only in the `unless` of a `forbid` with `@requires`".into()
        }
    }
}

/// What the agent writes may tighten, never loosen.
fn loosens(is_permit: bool, what: &str) -> String {
    if is_permit {
        format!(
            "this `permit` looks at {what}, which the agent writes; permit without it, and turn it \
             around: `forbid … when` the opposite holds"
        )
    } else {
        format!(
            "this `unless` looks at {what}, which the agent writes; turn it around: say in `when` \
             that the opposite holds"
        )
    }
}
