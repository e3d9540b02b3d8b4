//! A call that a test makes up.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::field::{Field, KINDS};
use super::literal::{Literal, Scalar};
use crate::action::document::Document;
use crate::action::id::{ActionName, NameError};
use crate::action::principal::{Principal, PrincipalKind, Requester};
use crate::action::risk::Risk;
use crate::policy::fact::{Fact, FactSet};
use crate::policy::vocabulary::ValueType;

/// A call in the making. What is not given: the requester is the agent `agent:test`, in no group and for
/// nobody, the risk is high, the log's origin is `test`; there is no resource, no argument and no fact.
pub(super) struct Scene {
    pub(super) document: Document,
    kind: PrincipalKind,
    groups: Vec<String>,
    on_behalf_of: Vec<String>,
    pub(super) provided: FactSet,
}

impl Scene {
    pub(super) fn new(action: ActionName) -> Result<Self, NameError> {
        let document = Document {
            action,
            arguments: Map::new(),
            break_glass: None,
            expires_after_ms: None,
            log: "test".to_owned(),
            on_behalf_of: Vec::new(),
            reason: None,
            redacted: BTreeMap::new(),
            requester: "agent:test".parse()?,
            resource: None,
            retry_after_ms: None,
            review_required: false,
            risk: Risk::default(),
            shown: Map::new(),
            summary: None,
            tags: BTreeSet::new(),
            unbound: Vec::new(),
        };
        Ok(Self {
            document,
            kind: PrincipalKind::Agent,
            groups: Vec::new(),
            on_behalf_of: Vec::new(),
            provided: FactSet::new(),
        })
    }

    pub(super) fn set(&mut self, field: &Field, literal: &Literal) -> Result<(), String> {
        let expected =
            || format!("`{field}` is of type {}, this is {}", field.kind(), literal.what());
        let text = || literal.text().map(str::to_owned).ok_or_else(expected);
        let texts = || {
            let texts = literal.texts().ok_or_else(expected)?;
            Ok::<_, String>(texts.into_iter().map(str::to_owned).collect::<Vec<_>>())
        };
        match field {
            Field::Argument(name, declared) => {
                let value = fact(literal)
                    .filter(|fact| declared.kind == ValueType::Any || is_of(fact, declared.kind));
                let value = value.map(json).ok_or_else(expected)?;
                self.document.arguments.insert(name.clone(), value);
            }
            Field::Fact(name, declared) => {
                let value = fact(literal).filter(|fact| is_of(fact, declared.kind));
                self.provided.insert(name.clone(), value.ok_or_else(expected)?);
            }
            Field::RequesterId => {
                self.document.requester = text()?.parse().map_err(|e: NameError| e.to_string())?;
            }
            Field::RequesterKind => {
                let (word, mut kinds) = (text()?, KINDS.iter());
                let kind = kinds.find(|(known, _)| *known == word).map(|(_, kind)| *kind);
                self.kind = kind.ok_or("a requester is \"agent\", \"human\" or \"service\"")?;
            }
            Field::RequesterGroups => self.groups = texts()?,
            Field::OnBehalfOf => self.on_behalf_of = texts()?,
            Field::Resource => self.document.resource = Some(text()?),
            Field::Origin => self.document.log = text()?,
            Field::Tags => self.document.tags = texts()?.into_iter().collect(),
            Field::ReviewRequired => {
                let Literal::One(Scalar::Bool(is_so)) = literal else { return Err(expected()) };
                self.document.review_required = *is_so;
            }
        }
        Ok(())
    }

    /// Whose call it is. Whom it acts for are people.
    pub(super) fn requester(&mut self) -> Result<Requester, NameError> {
        let id = self.document.requester.as_str();
        let principal = match self.kind {
            PrincipalKind::Agent => Principal::agent(id),
            PrincipalKind::Human => Principal::human(id),
            PrincipalKind::Service => Principal::service(id),
        };
        let principal = principal?.member_of(self.groups.iter().map(String::as_str))?;
        let mut requester = Requester::new(principal);
        for owner in &self.on_behalf_of {
            let owner = Principal::human(owner)?;
            self.document.on_behalf_of.push(owner.id().clone());
            requester = requester.on_behalf_of(owner);
        }
        Ok(requester)
    }
}

fn fact(literal: &Literal) -> Option<Fact> {
    Some(match literal {
        Literal::One(Scalar::Bool(value)) => Fact::Bool(*value),
        Literal::One(Scalar::Int(value)) => Fact::Int(*value),
        Literal::One(Scalar::Text(text)) => Fact::Text(text.clone()),
        Literal::Many(_) => Fact::Set(literal.texts()?.into_iter().map(str::to_owned).collect()),
    })
}

fn is_of(fact: &Fact, kind: ValueType) -> bool {
    match fact {
        Fact::Bool(_) => kind == ValueType::Bool,
        Fact::Int(_) => kind == ValueType::Int,
        Fact::Text(_) => kind == ValueType::Text,
        Fact::Set(_) => kind == ValueType::Set,
    }
}

fn json(fact: Fact) -> Value {
    match fact {
        Fact::Bool(value) => Value::from(value),
        Fact::Int(value) => Value::from(value),
        Fact::Text(text) => Value::from(text),
        Fact::Set(texts) => texts.into_iter().map(Value::from).collect(),
    }
}
