//! An action whose name and arguments are known only at run time: a model's tool call.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::{Map, Value};

use super::action::Action;
use super::canonical;
use super::describe_error::DescribeError;
use super::description::Description;
use super::id::{ActionName, IdempotencyKey, NameError};
use super::parse::parse;
use super::risk::Risk;

/// A tool call: a name and JSON arguments.
///
/// Every member of the arguments is bound and shown.
///
/// ```
/// # use approvals_core as approvals;
/// use approvals::{DynamicAction, Risk};
///
/// let call = DynamicAction::from_json("db.export", br#"{"table": "customers", "rows": 412}"#)?
///     .risk(Risk::High)
///     .resource("shop.db/customers")
///     .reason("the weekly report");
/// assert_eq!(call.arguments()["rows"], 412);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct DynamicAction {
    name: ActionName,
    risk: Risk,
    arguments: Map<String, Value>,
    resource: Option<String>,
    summary: Option<String>,
    reason: Option<String>,
    break_glass: Option<String>,
    key: Option<IdempotencyKey>,
    tags: BTreeSet<String>,
    review_required: bool,
    expires_after: Option<Duration>,
}

impl DynamicAction {
    /// A call of `name` with `arguments`. The risk is [`Risk::High`] until said otherwise.
    pub fn new(name: &str, arguments: Map<String, Value>) -> Result<Self, NameError> {
        Ok(Self {
            name: name.parse()?,
            risk: Risk::default(),
            arguments,
            resource: None,
            summary: None,
            reason: None,
            break_glass: None,
            key: None,
            tags: BTreeSet::new(),
            review_required: false,
            expires_after: None,
        })
    }

    /// A call whose arguments are JSON text as the model wrote it, read [strictly](crate::canonical::parse).
    ///
    /// # Errors
    ///
    /// A bad name, text that is not a JSON object, and all that [`canonical::parse`](crate::canonical::parse) refuses.
    pub fn from_json(name: &str, arguments: &[u8]) -> Result<Self, DescribeError> {
        match parse(arguments, canonical::MAX_BYTES)? {
            Value::Object(arguments) => Ok(Self::new(name, arguments)?),
            Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::String(_)
            | Value::Array(_) => {
                Err(DescribeError::Refused("the arguments are not a JSON object".into()))
            }
        }
    }

    /// The same call with this risk.
    #[must_use]
    pub fn risk(self, risk: Risk) -> Self {
        Self { risk, ..self }
    }

    /// The same call, done to this resource.
    #[must_use]
    pub fn resource(self, resource: impl Into<String>) -> Self {
        Self { resource: Some(resource.into()), ..self }
    }

    /// The same call with one line for reviewers, shown as the caller's claim.
    #[must_use]
    pub fn summary(self, summary: impl Into<String>) -> Self {
        Self { summary: Some(summary.into()), ..self }
    }

    /// The same call with the reason that the agent gives, shown as its claim.
    #[must_use]
    pub fn reason(self, reason: impl Into<String>) -> Self {
        Self { reason: Some(reason.into()), ..self }
    }

    /// The same call, said to be an emergency; see [`Description::break_glass`].
    #[must_use]
    pub fn break_glass(self, emergency: impl Into<String>) -> Self {
        Self { break_glass: Some(emergency.into()), ..self }
    }

    /// The same call, named by an idempotency key; see [`Action::key`].
    pub fn key(self, key: &str) -> Result<Self, NameError> {
        Ok(Self { key: Some(key.parse()?), ..self })
    }

    /// The same call with this tag; see [`Description::tag`].
    #[must_use]
    pub fn tag(mut self, tag: impl Into<String>) -> Self {
        self.tags.insert(tag.into());
        self
    }

    /// The same call, which no policy lets run without asking people; see [`Description::review_required`].
    #[must_use]
    pub fn review_required(self) -> Self {
        Self { review_required: true, ..self }
    }

    /// The same call, asked about for so long at most; see [`Description::expires_after`].
    #[must_use]
    pub fn expires_after(self, time: Duration) -> Self {
        Self { expires_after: Some(time), ..self }
    }

    /// The name of the action that is called.
    #[must_use]
    pub fn name(&self) -> &ActionName {
        &self.name
    }

    /// The arguments, which are what was approved once the body has them.
    #[must_use]
    pub fn arguments(&self) -> &Map<String, Value> {
        &self.arguments
    }
}

impl Action for DynamicAction {
    fn describe(&self, call: &mut Description) -> Result<(), DescribeError> {
        call.action(self.name.as_str(), self.risk)?;
        if let Some(resource) = &self.resource {
            call.resource(format_args!("{resource}"))?;
        }
        if let Some(summary) = &self.summary {
            call.summary(format_args!("{summary}"))?;
        }
        if let Some(reason) = &self.reason {
            call.reason(format_args!("{reason}"))?;
        }
        if let Some(emergency) = &self.break_glass {
            call.break_glass(format_args!("{emergency}"))?;
        }
        if let Some(time) = self.expires_after {
            call.expires_after(time)?;
        }
        if self.review_required {
            call.review_required();
        }
        self.tags.iter().try_for_each(|tag| call.tag(tag))?;
        self.arguments.iter().try_for_each(|(name, value)| call.bind(name, value))
    }

    fn key(&self) -> Option<&IdempotencyKey> {
        self.key.as_ref()
    }
}
