//! What a condition looks at, and whether an agent chose it.

use std::collections::BTreeSet;
use std::fmt;

use serde_json::Value;

use super::operator::Reading;
use super::pattern::Pattern;
use crate::action::id::FactName;
use crate::action::principal::{Principal, PrincipalKind};
use crate::policy::fact::Fact;
use crate::policy::facts::Facts;
use crate::policy::vocabulary::{Declared, ValueType, Vocabulary};

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Field {
    Argument(String, Declared),
    Fact(FactName, Declared),
    RequesterId,
    RequesterKind,
    RequesterGroups,
    OnBehalfOf,
    Resource,
    Origin,
    Tags,
    ReviewRequired,
}

/// The kinds of requesters, as rules name them.
pub(super) const KINDS: [(&str, PrincipalKind); 3] = [
    ("agent", PrincipalKind::Agent),
    ("human", PrincipalKind::Human),
    ("service", PrincipalKind::Service),
];

impl Field {
    /// The field of this name, in a rule about `action`.
    pub(super) fn find(name: &str, action: &Pattern, words: &Vocabulary) -> Result<Self, String> {
        match name {
            "requester.id" => Ok(Self::RequesterId),
            "requester.kind" => Ok(Self::RequesterKind),
            "requester.groups" => Ok(Self::RequesterGroups),
            "requester.on_behalf_of" => Ok(Self::OnBehalfOf),
            "resource" => Ok(Self::Resource),
            "origin" => Ok(Self::Origin),
            "tags" => Ok(Self::Tags),
            "review_required" => Ok(Self::ReviewRequired),
            "reason" | "summary" | "request.reason" | "request.summary" => Err(format!(
                "`{name}` is written by the agent, so no rule can look at it; look at an argument or a fact"
            )),
            _ => match name.strip_prefix("args.") {
                Some(argument) => Self::argument(argument, action, words),
                None => Self::fact(name, words),
            },
        }
    }

    fn argument(name: &str, action: &Pattern, words: &Vocabulary) -> Result<Self, String> {
        let Pattern::Exactly(action) = action else {
            return Err(format!(
                "a rule about `{action}` cannot look at arguments; write it for one action by its whole name"
            ));
        };
        let Some(arguments) = words.actions.get(action) else {
            return Err(format!(
                "the arguments of `{action}` are not declared; declare them: `[action.\"{action}\"]`"
            ));
        };
        match arguments.get(name) {
            Some(declared) => Ok(Self::Argument(name.to_owned(), *declared)),
            None => Err(format!(
                "`{action}` has no argument `{}`; add it to `[action.\"{action}\"]`, or mend the name",
                name.escape_debug()
            )),
        }
    }

    fn fact(name: &str, words: &Vocabulary) -> Result<Self, String> {
        let known = name.parse().ok().and_then(|name| words.facts.get_key_value(&name));
        match known {
            Some((name, declared)) => Ok(Self::Fact(name.clone(), *declared)),
            None => Err(format!(
                "there is no field `{}`; fields are `args.NAME`, the names under `[facts]`, \
                 `requester.id`, `requester.kind`, `requester.groups`, `requester.on_behalf_of`, \
                 `resource`, `origin`, `tags` and `review_required`",
                name.escape_debug()
            )),
        }
    }

    pub(super) fn kind(&self) -> ValueType {
        match self {
            Self::Argument(_, declared) | Self::Fact(_, declared) => declared.kind,
            Self::RequesterGroups | Self::OnBehalfOf | Self::Tags => ValueType::Set,
            Self::ReviewRequired => ValueType::Bool,
            Self::RequesterId | Self::RequesterKind | Self::Resource | Self::Origin => {
                ValueType::Text
            }
        }
    }

    /// Whether an agent chooses what stands here, and so must not be believed when it asks for less.
    pub(super) fn is_untrusted(&self) -> bool {
        match self {
            Self::Argument(..) | Self::Resource | Self::Tags | Self::ReviewRequired => true,
            Self::Fact(..)
            | Self::RequesterId
            | Self::RequesterKind
            | Self::RequesterGroups
            | Self::OnBehalfOf
            | Self::Origin => false,
        }
    }

    /// What stands here for this call, if anything.
    ///
    /// # Errors
    ///
    /// If it is not of the declared type.
    pub(super) fn read<'a>(&self, facts: &Facts<'a>) -> Result<Option<Reading<'a>>, String> {
        let requester = facts.requester();
        Ok(Some(match self {
            Self::Argument(name, declared) => {
                let Some(value) = facts.argument(name).filter(|value| !value.is_null()) else {
                    return Ok(None);
                };
                read_argument(declared.kind, value).ok_or_else(|| self.mistyped())?
            }
            Self::Fact(name, declared) => {
                let Some(fact) = facts.fact(name.as_str()) else { return Ok(None) };
                read_fact(declared.kind, fact).ok_or_else(|| self.mistyped())?
            }
            Self::RequesterId => Reading::Text(requester.principal().id().as_str()),
            Self::RequesterKind => Reading::Text(kind_word(requester.principal())),
            Self::RequesterGroups => {
                let groups = requester.principal().groups();
                Reading::Set(groups.iter().map(crate::action::id::Group::as_str).collect())
            }
            Self::OnBehalfOf => {
                Reading::Set(requester.chain().iter().map(|one| one.id().as_str()).collect())
            }
            Self::Resource => match facts.resource() {
                Some(resource) => Reading::Text(resource),
                None => return Ok(None),
            },
            Self::Origin => Reading::Text(facts.origin()),
            Self::Tags => Reading::Set(facts.tags().iter().map(String::as_str).collect()),
            Self::ReviewRequired => Reading::Bool(facts.is_review_required()),
        }))
    }

    fn mistyped(&self) -> String {
        format!("`{self}` is not of type {}", self.kind())
    }
}

fn kind_word(principal: &Principal) -> &'static str {
    let word = KINDS.iter().find(|(_, kind)| *kind == principal.kind());
    word.map_or("", |(word, _)| word)
}

fn read_argument(kind: ValueType, value: &Value) -> Option<Reading<'_>> {
    match kind {
        ValueType::Bool => value.as_bool().map(Reading::Bool),
        ValueType::Int => value.as_i64().map(Reading::Int),
        ValueType::Text => value.as_str().map(Reading::Text),
        ValueType::Set => {
            let texts: Option<BTreeSet<&str>> =
                value.as_array()?.iter().map(Value::as_str).collect();
            texts.map(Reading::Set)
        }
        ValueType::Any => Some(Reading::Opaque),
    }
}

fn read_fact(kind: ValueType, fact: &Fact) -> Option<Reading<'_>> {
    match (kind, fact) {
        (ValueType::Bool, Fact::Bool(value)) => Some(Reading::Bool(*value)),
        (ValueType::Int, Fact::Int(value)) => Some(Reading::Int(*value)),
        (ValueType::Text, Fact::Text(value)) => Some(Reading::Text(value)),
        (ValueType::Set, Fact::Set(values)) => {
            Some(Reading::Set(values.iter().map(String::as_str).collect()))
        }
        (
            ValueType::Bool | ValueType::Int | ValueType::Text | ValueType::Set | ValueType::Any,
            _,
        ) => None,
    }
}

/// The name of an argument may be any text, and must not read like a piece of a rule.
fn is_plain(name: &str) -> bool {
    name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'))
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Argument(name, _) if is_plain(name) => write!(f, "args.{name}"),
            Self::Argument(name, _) => write!(f, "args.\"{}\"", name.escape_debug()),
            Self::Fact(name, _) => name.fmt(f),
            Self::RequesterId => f.write_str("requester.id"),
            Self::RequesterKind => f.write_str("requester.kind"),
            Self::RequesterGroups => f.write_str("requester.groups"),
            Self::OnBehalfOf => f.write_str("requester.on_behalf_of"),
            Self::Resource => f.write_str("resource"),
            Self::Origin => f.write_str("origin"),
            Self::Tags => f.write_str("tags"),
            Self::ReviewRequired => f.write_str("review_required"),
        }
    }
}
