//! A request as its requester sees it.

use approvals_core::{Card, Cause, Choice, Decision, Outcome, Phase, Principal, RequestId, State};
use serde::Serialize;
use utoipa::ToSchema;

use super::action::Level;
use crate::index::summary::Summary;
use crate::phase::{Ended, Stands, sentence};

/// A request.
#[derive(Debug, Serialize, ToSchema)]
#[expect(clippy::struct_field_names, reason = "the names of its JSON")]
pub(crate) struct Asked {
    /// Its id.
    #[schema(format = "uuid")]
    pub(crate) id: String,
    /// Where it stands.
    pub(crate) phase: Stands,
    /// How it ended, if it has.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) outcome: Option<Ended>,
    /// Why it ended without running, as the log has it: a word, or a word with what belongs to it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<serde_json::Value>)]
    pub(crate) cause: Option<Cause>,
    /// How it ended, in a sentence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) detail: Option<String>,
    /// The name of the action.
    pub(crate) action: String,
    /// What it is done to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) resource: Option<String>,
    /// How risky it is taken to be.
    #[schema(value_type = Level)]
    pub(crate) risk: &'static str,
    /// The digest of the action: what is approved.
    pub(crate) action_digest: String,
    /// The digest of the request.
    pub(crate) request_digest: String,
    /// When it was asked.
    #[schema(format = "date-time")]
    pub(crate) asked_at: String,
    /// Until when people can approve it, or until when it can start if nobody is asked.
    #[schema(format = "date-time")]
    pub(crate) approve_by: String,
    /// Until when a granted one can start.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = "date-time")]
    pub(crate) execute_by: Option<String>,
    /// What people have decided so far.
    pub(crate) decisions: Vec<Decided>,
}

/// What a person has decided.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Decided {
    /// Who.
    pub(crate) by: String,
    /// Approve or reject.
    pub(crate) choice: Chosen,
    /// Why, in their words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reason: Option<String>,
    /// When.
    #[schema(format = "date-time")]
    pub(crate) at: String,
}

/// Approve or reject.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, serde::Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Chosen {
    Approve,
    Reject,
}

impl From<Choice> for Chosen {
    fn from(choice: Choice) -> Self {
        match choice {
            Choice::Approve => Self::Approve,
            Choice::Reject => Self::Reject,
        }
    }
}

impl From<Chosen> for Choice {
    fn from(choice: Chosen) -> Self {
        match choice {
            Chosen::Approve => Self::Approve,
            Chosen::Reject => Self::Reject,
        }
    }
}

impl Decided {
    pub(crate) fn new(decision: &Decision) -> Self {
        Self {
            by: decision.reviewer.id().to_string(),
            choice: decision.choice.into(),
            reason: decision.reason.clone(),
            at: decision.at.to_string(),
        }
    }
}

impl Asked {
    /// As the ledger has it; nothing if there is no request.
    pub(crate) fn new(card: &Card, state: &State) -> Option<Self> {
        let (document, request) = (card.document(), card.request());
        let execute_by = state.grant().filter(|_grant| *state.phase() == Phase::Granted);
        Some(Self {
            id: request.id.to_string(),
            phase: Stands::of(state.phase())?,
            outcome: state.outcome().map(Ended::of),
            cause: state.outcome().and_then(cause),
            detail: state.outcome().map(|outcome| told(outcome, state)),
            action: document.action.to_string(),
            resource: document.resource.clone(),
            risk: document.risk.as_str(),
            action_digest: request.action.to_string(),
            request_digest: card.request_digest().to_string(),
            asked_at: request.asked_at.to_string(),
            approve_by: request.approve_by.to_string(),
            execute_by: execute_by.map(|grant| grant.expires_at().to_string()),
            decisions: state.decisions().iter().map(Decided::new).collect(),
        })
    }
}

fn cause(outcome: &Outcome) -> Option<Cause> {
    match outcome {
        Outcome::Closed(cause) => Some(cause.clone()),
        Outcome::Executed(_) | Outcome::Resolved(_) => None,
    }
}

/// How it ended, with what was said about that.
fn told(outcome: &Outcome, state: &State) -> String {
    let last = state.decisions().last().filter(|last| last.choice == Choice::Reject);
    match last.and_then(|last| last.reason.as_ref()) {
        Some(reason) if Ended::of(outcome) == Ended::Rejected => {
            format!("{}: {reason}", sentence(outcome))
        }
        _other => sentence(outcome),
    }
}

/// A request in a list.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Row {
    /// Its id.
    #[schema(format = "uuid")]
    pub(crate) id: String,
    /// Where it stands.
    pub(crate) phase: Stands,
    /// How it ended, if it has.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) outcome: Option<Ended>,
    /// The name of the action.
    pub(crate) action: String,
    /// What it is done to; its beginning, if that is long.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) resource: Option<String>,
    /// How risky it is taken to be.
    #[schema(value_type = Level)]
    pub(crate) risk: &'static str,
    /// Who asks, and after that for whom.
    pub(crate) requester: Vec<String>,
    /// When it was asked.
    #[schema(format = "date-time")]
    pub(crate) asked_at: String,
    /// Until when people can approve it.
    #[schema(format = "date-time")]
    pub(crate) approve_by: String,
    /// When something last happened to it.
    #[schema(format = "date-time")]
    pub(crate) changed_at: String,
    /// Who has decided so far, and what.
    pub(crate) deciders: Vec<Decider>,
}

/// Who has decided, and what.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Decider {
    /// Who.
    pub(crate) by: String,
    /// Approve or reject.
    pub(crate) choice: Chosen,
}

impl Row {
    pub(crate) fn new(one: &Summary) -> Self {
        let decider = |(by, choice): &(_, Choice)| Decider {
            by: String::from(Clone::clone(by)),
            choice: (*choice).into(),
        };
        Self {
            id: one.id.to_string(),
            phase: one.stands,
            outcome: one.outcome,
            action: one.action.clone(),
            resource: one.resource.clone(),
            risk: one.risk.as_str(),
            requester: one.everybody.iter().map(ToString::to_string).collect(),
            asked_at: one.asked_at.to_string(),
            approve_by: one.approve_by.to_string(),
            changed_at: one.changed_at.to_string(),
            deciders: one.deciders.iter().map(decider).collect(),
        }
    }
}

/// Whether a request is one of those that this requester made, for an action that the token is for.
pub(crate) fn is_theirs(requester: &crate::access::requester::Requester, card: &Card) -> bool {
    let everybody = card.request().requester.everybody().map(Principal::id);
    requester.may_see(card.document().action.as_str(), everybody)
}

/// The request of this id, if these may know of it.
pub(crate) async fn own(
    shared: &crate::shared::Shared,
    requester: &crate::access::requester::Requester,
    id: RequestId,
) -> Result<(Card, State), crate::problem::Problem> {
    let found = shared.state_of(id).await?.filter(|(card, _)| is_theirs(requester, card));
    found.ok_or_else(crate::problem::Problem::no_request)
}
