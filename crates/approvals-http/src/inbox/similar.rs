//! Decisions about requests like this one.

use approvals_core::{Assurance, Card, Choice, State};

use super::view::{Level, Moment, Whose};
use super::why::verb;
use super::words::{Status, said};

/// A request that is over, in a few lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Past {
    /// The request.
    pub(crate) id: String,
    /// The action, as it is named.
    pub(crate) action: String,
    /// What it was done to.
    pub(crate) resource: Option<String>,
    /// How much harm it could do.
    pub(crate) risk: Level,
    /// Who asked.
    pub(crate) whose: Whose,
    /// How it ended.
    pub(crate) status: Status,
    /// When the last thing happened to it.
    pub(crate) at: Moment,
    /// Who decided what.
    pub(crate) decisions: Vec<Decided>,
}

/// One decision about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Decided {
    /// Approved or rejected.
    pub(crate) verb: &'static str,
    /// By whom.
    pub(crate) by: String,
    /// Whether it is signed with their own key.
    pub(crate) is_signed: bool,
    /// Whether it is a yes.
    pub(crate) is_yes: bool,
    /// Why, in their words.
    pub(crate) reason: Option<String>,
}

impl Past {
    pub(crate) fn of(card: &Card, state: &State) -> Self {
        let decided = |decision: &approvals_core::Decision| Decided {
            verb: verb(decision.choice),
            by: decision.reviewer.id().to_string(),
            is_signed: decision.assurance == Assurance::ReviewerKey,
            is_yes: decision.choice == Choice::Approve,
            reason: decision.reason.as_deref().map(said).filter(|words| !words.is_empty()),
        };
        let document = card.document();
        Self {
            id: card.id().to_string(),
            action: document.action.to_string(),
            resource: document.resource.as_deref().map(approvals_core::visible::text),
            risk: document.risk.into(),
            whose: (&card.request().requester).into(),
            status: state.phase().into(),
            at: state.last_at().into(),
            decisions: state.decisions().iter().map(decided).collect(),
        }
    }
}
