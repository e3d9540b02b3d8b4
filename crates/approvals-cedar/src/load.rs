//! From text to policies that hold, sorted by action.

use std::collections::{BTreeMap, BTreeSet};

use approvals_core::{ActionName, RuleId, Vocabulary};
use cedar_policy::{
    ActionConstraint, EntityUid, PolicyId, PolicySet, Schema, ValidationMode, Validator,
};
use miette::Diagnostic;

use crate::bucket::Bucket;
use crate::error::CedarError;
use crate::known::Known;
use crate::lint::lint;
use crate::measure::too_complicated;
use crate::place::{Place, told};
use crate::schema::Schemas;

/// The largest text that is read, in bytes.
pub(crate) const MAX_TEXT: usize = 1024 * 1024;

/// The policies for each declared action.
pub(crate) fn load(
    text: &str,
    vocabulary: &Vocabulary,
    schemas: &Schemas,
) -> Result<BTreeMap<ActionName, Bucket>, CedarError> {
    let policies = parse(text, vocabulary)?;
    for is_own in [false, true] {
        let about = policies.iter().filter(|known| is_about(known, is_own));
        validate(text, &policies, &set(about)?, schemas.of(is_own))?;
    }
    let listed = listed(&policies, vocabulary)?;
    vocabulary
        .actions()
        .map(|(name, _)| {
            let own = policies.iter().filter(|known| concerns(known, name)).cloned().collect();
            Ok((name.clone(), Bucket::new(own, &listed)?))
        })
        .collect()
}

/// The policies in the order of the text, each with an id of its own.
fn parse(text: &str, vocabulary: &Vocabulary) -> Result<Vec<Known>, CedarError> {
    let start = Place::at(text, 0);
    if text.len() > MAX_TEXT {
        return Err(start.refuse(format!("the text is larger than {MAX_TEXT} bytes")));
    }
    if let Some((at, message)) = too_complicated(text) {
        return Err(Place::at(text, at).refuse(message));
    }
    let parsed: PolicySet = text.parse().map_err(|errors| refuse(text, start, &errors))?;
    if let Some(template) = parsed.templates().next() {
        let place = text.find(&template.to_cedar()).map_or(start, |at| Place::at(text, at));
        return Err(place.refuse(
            "templates are not read; write the principal or the resource instead of a slot",
        ));
    }
    let mut known: Vec<Known> = Vec::new();
    let mut ids = BTreeSet::new();
    let mut from = 0;
    // Cedar numbers the policies of a text from 0.
    let numbered = (0..parsed.num_of_policies())
        .map_while(|n| parsed.policy(&PolicyId::new(format!("policy{n}"))));
    for policy in numbered {
        let source = policy.to_cedar().unwrap_or_default();
        let rest = text.get(from..).unwrap_or_default();
        let at = rest.find(&source).map_or(from, |at| from.saturating_add(at));
        from = at.saturating_add(source.len());
        let one = lint(policy, Place::at(text, at), vocabulary)?;
        if !ids.insert(one.id.clone()) {
            return Err(about(&one, "another policy has this `@id`"));
        }
        known.push(one);
    }
    if known.len() != parsed.num_of_policies() {
        return Err(start.refuse("not every policy of the text was found again"));
    }
    Ok(known)
}

/// Every policy is well typed, for every action that it concerns, and can match something.
fn validate(
    text: &str,
    policies: &[Known],
    all: &PolicySet,
    schema: &Schema,
) -> Result<(), CedarError> {
    let validator = Validator::new(schema.clone());
    let result = validator.validate(all, ValidationMode::Strict);
    let errors = result.validation_errors().map(|it| (it.policy_id(), it as &dyn Diagnostic));
    let warnings = result.validation_warnings().map(|it| (it.policy_id(), it as &dyn Diagnostic));
    let placed = errors.chain(warnings).map(|(id, found)| {
        let known = policies.iter().find(|known| known.policy.id() == id);
        let start = known.map_or_else(|| Place::at(text, 0), |known| known.place);
        (Place::of(text, found).unwrap_or(start), id, found)
    });
    // Cedar reports in no order.
    let first = placed.min_by_key(|(place, ..)| (place.line, place.column));
    let Some((place, id, found)) = first else { return Ok(()) };
    Err(CedarError::Policy {
        policy: id.to_string(),
        line: place.line,
        column: place.column,
        message: told(found),
    })
}

/// The ids of the denials that an emergency sets aside.
fn listed(policies: &[Known], vocabulary: &Vocabulary) -> Result<BTreeSet<RuleId>, CedarError> {
    let Some((_, terms)) = vocabulary.break_glass() else { return Ok(BTreeSet::new()) };
    let check = |rule: &RuleId| {
        let refuse = |message: &str| {
            Err(CedarError::BreakGlass { rule: rule.to_string(), message: message.to_owned() })
        };
        match policies.iter().find(|known| known.id == *rule) {
            None => refuse("there is no policy with this `@id`"),
            Some(known) if !known.denies() => {
                refuse("only a `forbid` without `@requires` can be set aside")
            }
            Some(known) => Ok(known.id.clone()),
        }
    };
    terms.rules.iter().map(check).collect()
}

/// Whether the policy is about some act on the approvals themselves, or about something else.
fn is_about(known: &Known, is_own: bool) -> bool {
    let is_it = |uid: &EntityUid| {
        let name: Result<ActionName, _> = uid.id().unescaped().parse();
        name.is_ok_and(|name| name.is_reserved()) == is_own
    };
    match known.policy.action_constraint() {
        ActionConstraint::Any => !is_own,
        // An empty list is about nothing, which the validator says.
        ActionConstraint::In(uids) => uids.iter().any(is_it) || (uids.is_empty() && !is_own),
        ActionConstraint::Eq(uid) => is_it(&uid),
    }
}

/// Whether the policy is about this action. Acts on the approvals themselves are meant only where they are
/// named.
fn concerns(known: &Known, action: &ActionName) -> bool {
    let is_it = |uid: &EntityUid| uid.id().unescaped() == action.as_str();
    match known.policy.action_constraint() {
        ActionConstraint::Any => !action.is_reserved(),
        ActionConstraint::In(uids) => uids.iter().any(is_it),
        ActionConstraint::Eq(uid) => is_it(&uid),
    }
}

pub(crate) fn set<'a>(
    policies: impl IntoIterator<Item = &'a Known>,
) -> Result<PolicySet, CedarError> {
    let policies = policies.into_iter().map(|known| known.policy.clone());
    let start = Place { line: 1, column: 1 };
    PolicySet::from_policies(policies).map_err(|error| start.refuse(error.to_string()))
}

fn about(known: &Known, message: &str) -> CedarError {
    CedarError::Policy {
        policy: known.id.to_string(),
        line: known.place.line,
        column: known.place.column,
        message: message.to_owned(),
    }
}

fn refuse(text: &str, start: Place, found: &dyn Diagnostic) -> CedarError {
    Place::of(text, found).unwrap_or(start).refuse(told(found))
}
