//! One call, as Cedar sees it.

use std::collections::BTreeMap;
use std::error::Error;

use approvals_core::{Declared, Fact, Facts, Principal, RuleId, ValueType, Vocabulary};
use cedar_policy::{Context, Entities, Entity, EntityUid, Request, RestrictedExpression, Schema};
use serde_json::Value;

use crate::types::Types;

type Values = Vec<(String, RestrictedExpression)>;

/// A question that can be asked again with more obligations satisfied.
#[derive(Debug)]
pub(crate) struct Question<'a> {
    schema: &'a Schema,
    principal: EntityUid,
    action: EntityUid,
    resource: EntityUid,
    /// The context without `satisfied`.
    context: Values,
    pub(crate) entities: Entities,
}

impl<'a> Question<'a> {
    /// The question about a call that the vocabulary knows.
    ///
    /// # Errors
    ///
    /// If something in it is not of the schema.
    pub(crate) fn new(
        facts: &Facts<'_>,
        vocabulary: &Vocabulary,
        types: &Types,
        schema: &'a Schema,
    ) -> Result<Self, Box<dyn Error + Send + Sync>> {
        let requester = facts.requester();
        // A scope inside another one puts people before those of the outer one, and never behind them.
        let owner = requester.chain().iter().rfind(|principal| principal.is_human());
        let entities = entities(types, requester.principal(), owner);
        Ok(Self {
            schema,
            principal: types.principal(requester.principal()),
            action: types.action(facts.action()),
            resource: types.resource(facts.resource().unwrap_or_default()),
            context: context(facts, vocabulary, owner.map(|owner| types.principal(owner)))?,
            entities: Entities::from_entities(entities, Some(schema))?,
        })
    }

    /// The request to Cedar, with these obligations satisfied.
    pub(crate) fn with<'r>(
        &self,
        satisfied: impl IntoIterator<Item = &'r RuleId>,
    ) -> Result<Request, Box<dyn Error + Send + Sync>> {
        let satisfied = texts(satisfied.into_iter().map(RuleId::as_str));
        let context = self.context.iter().cloned().chain([("satisfied".to_owned(), satisfied)]);
        Ok(Request::new(
            self.principal.clone(),
            self.action.clone(),
            self.resource.clone(),
            Context::from_pairs(context)?,
            Some(self.schema),
        )?)
    }
}

/// The principal, and the person it acts for unless that is itself.
fn entities(types: &Types, principal: &Principal, owner: Option<&Principal>) -> Vec<Entity> {
    let is_other = |owner: &&Principal| types.principal(owner) != types.principal(principal);
    let owner = owner.filter(is_other);
    [Some(principal), owner].into_iter().flatten().map(|one| types.entity(one)).collect()
}

fn context(
    facts: &Facts<'_>,
    vocabulary: &Vocabulary,
    owner: Option<EntityUid>,
) -> Result<Values, Box<dyn Error + Send + Sync>> {
    let declared = vocabulary.actions().find(|(name, _)| *name == facts.action());
    let arguments = declared.map_or_else(Values::new, |(_, declared)| arguments(facts, declared));
    let provided = vocabulary
        .facts()
        .filter_map(|(name, _)| Some((name.to_string(), fact(facts.fact(name.as_str())?))))
        .collect::<Values>();
    let chain = facts.requester().chain().iter().map(|principal| principal.id().as_str());
    let mut context = vec![
        ("args".to_owned(), RestrictedExpression::new_record(arguments)?),
        ("facts".to_owned(), RestrictedExpression::new_record(provided)?),
        ("risk".to_owned(), text(facts.risk().as_str())),
        ("origin".to_owned(), text(facts.origin())),
        ("on_behalf_of".to_owned(), texts(chain)),
        ("tags".to_owned(), texts(facts.tags().iter().map(String::as_str))),
        ("review_required".to_owned(), RestrictedExpression::new_bool(facts.is_review_required())),
    ];
    context.extend(
        owner.map(|owner| ("owner".to_owned(), RestrictedExpression::new_entity_uid(owner))),
    );
    context.extend(facts.resource().map(|named| ("resource".to_owned(), text(named))));
    Ok(context)
}

/// The arguments that policies can look at. What does not fit its declared type is left out, and then the
/// request is not of the schema.
fn arguments(facts: &Facts<'_>, declared: &BTreeMap<String, Declared>) -> Values {
    let visible = declared.iter().filter_map(|(name, declared)| {
        Some((name.clone(), argument(declared.kind, facts.argument(name)?)?))
    });
    visible.collect()
}

fn argument(kind: ValueType, value: &Value) -> Option<RestrictedExpression> {
    match kind {
        ValueType::Bool => value.as_bool().map(RestrictedExpression::new_bool),
        ValueType::Int => value.as_i64().map(RestrictedExpression::new_long),
        ValueType::Text => value.as_str().map(text),
        ValueType::Set => {
            let items: Option<Vec<&str>> = value.as_array()?.iter().map(Value::as_str).collect();
            items.map(texts)
        }
        ValueType::Any => None,
    }
}

fn fact(fact: &Fact) -> RestrictedExpression {
    match fact {
        Fact::Bool(value) => RestrictedExpression::new_bool(*value),
        Fact::Int(value) => RestrictedExpression::new_long(*value),
        Fact::Text(value) => text(value),
        Fact::Set(values) => texts(values.iter().map(String::as_str)),
    }
}

fn text(value: &str) -> RestrictedExpression {
    RestrictedExpression::new_string(value.to_owned())
}

fn texts<'a>(values: impl IntoIterator<Item = &'a str>) -> RestrictedExpression {
    RestrictedExpression::new_set(values.into_iter().map(text))
}
