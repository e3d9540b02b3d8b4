//! An action as an agent's program sends it: what it wants done, and what it says about that. Nothing else.

use std::collections::BTreeSet;
use std::time::Duration;

use approvals_core::{Context, DynamicAction, IdempotencyKey, NameError, Risk};
use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::access::requester::Requester;
use crate::problem::{self, Problem};

/// An action.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Submitted {
    /// The name of the action.
    #[schema(example = "s3.export", max_length = 120)]
    pub(crate) action: String,
    /// Its arguments: exactly these are approved, and run.
    #[schema(value_type = Object)]
    pub(crate) arguments: Map<String, Value>,
    /// What it is done to.
    pub(crate) resource: Option<String>,
    /// How risky it is. It is never taken to be less than the token says.
    #[schema(value_type = Option<Level>)]
    pub(crate) risk: Option<Risk>,
    /// What it does, in the agent's words.
    pub(crate) summary: Option<String>,
    /// Why, in the agent's words.
    pub(crate) reason: Option<String>,
    /// That it is an emergency, and which.
    pub(crate) break_glass: Option<String>,
    /// Words that policies may match.
    #[serde(default)]
    #[schema(max_items = 32)]
    pub(crate) tags: BTreeSet<String>,
    /// That people are to be asked, whatever the policy says.
    #[serde(default)]
    pub(crate) review_required: bool,
    /// For how long it may be open at most.
    #[schema(minimum = 0)]
    pub(crate) expires_after_ms: Option<u64>,
    /// The session that it is part of.
    pub(crate) session: Option<String>,
    /// What the agent was told to do.
    pub(crate) intent: Option<String>,
    /// The trace that it is part of: a `traceparent`.
    pub(crate) trace: Option<String>,
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

impl Submitted {
    /// The action of this requester, under this key.
    pub(crate) fn action(
        self,
        requester: &Requester,
        key: &IdempotencyKey,
    ) -> Result<DynamicAction, Problem> {
        requester.may_submit(&self.action)?;
        let mut action = DynamicAction::new(&self.action, self.arguments).map_err(invalid)?;
        action = action.risk(requester.risk(self.risk)).key(key.as_str()).map_err(invalid)?;
        if let Some(resource) = self.resource {
            action = action.resource(resource);
        }
        if let Some(summary) = self.summary {
            action = action.summary(summary);
        }
        if let Some(reason) = self.reason {
            action = action.reason(reason);
        }
        if let Some(emergency) = self.break_glass {
            action = action.break_glass(emergency);
        }
        if self.review_required {
            action = action.review_required();
        }
        if let Some(millis) = self.expires_after_ms {
            action = action.expires_after(Duration::from_millis(millis));
        }
        Ok(self.tags.into_iter().fold(action, DynamicAction::tag))
    }

    /// Whose call it is, and what it is part of.
    pub(crate) fn context(&self, requester: &Requester) -> Result<Context, Problem> {
        let mut context = Context::new(requester.principal().clone());
        if let Some(session) = &self.session {
            context = context.session(session).map_err(invalid)?;
        }
        if let Some(intent) = &self.intent {
            context = context.intent(intent).map_err(invalid)?;
        }
        if let Some(trace) = &self.trace {
            context = context.trace(trace).map_err(invalid)?;
        }
        Ok(context)
    }
}

fn invalid(error: NameError) -> Problem {
    Problem::new(problem::INVALID, error)
}
