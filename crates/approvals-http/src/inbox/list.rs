//! The inbox: what waits for the viewer, and what waits for others.

use std::time::Duration;

use approvals_core::{Card, State, Timestamp, visible};
use askama::Template;

use super::assets;
use super::view::{Level, Moment, Place, Shell, Together, Whose, is_emergency};
use super::why::{Progress, takes_own_key};

/// Less time than this, and it is said to end soon.
const SOON: Duration = Duration::from_secs(10 * 60);

/// The page of what waits.
#[derive(Clone, Debug, Template)]
#[template(path = "inbox.html")]
pub(crate) struct InboxPage {
    /// What stands around it.
    pub(crate) shell: Shell,
    /// What waits for the viewer.
    pub(crate) mine: Vec<Row>,
    /// What waits for others.
    pub(crate) others: Vec<Row>,
}

/// A request that waits, in a few lines. Nothing that the agent claims is in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Row {
    /// The request.
    pub(crate) id: String,
    /// The action, as it is named.
    pub(crate) action: String,
    /// What it is done to, in its exact form.
    pub(crate) resource: Option<String>,
    /// How much harm it can do.
    pub(crate) risk: Level,
    /// Whether it is an exception to rules that deny it.
    pub(crate) is_emergency: bool,
    /// Who asks.
    pub(crate) whose: Whose,
    /// When it was asked.
    pub(crate) asked: Moment,
    /// Until when it can be decided.
    pub(crate) due: Moment,
    /// Whether there is little time left.
    pub(crate) ends_soon: bool,
    /// How far it has come.
    pub(crate) progress: Progress,
    /// What it was made together with.
    pub(crate) together: Option<Together>,
    /// Whether an approval takes the reviewer's own key.
    pub(crate) takes_own_key: bool,
    /// Why the viewer has nothing to decide about it.
    pub(crate) why_not: Option<String>,
    /// What is more urgent is less.
    urgency: (bool, Timestamp),
}

impl Row {
    pub(crate) fn of(card: &Card, state: &State, now: Timestamp) -> Self {
        let document = card.document();
        let due = card.approve_by();
        let is_emergency = is_emergency(card);
        Self {
            id: card.id().to_string(),
            action: document.action.to_string(),
            resource: document.resource.as_deref().map(visible::text),
            risk: document.risk.into(),
            is_emergency,
            whose: (&card.request().requester).into(),
            asked: card.request().asked_at.into(),
            due: due.into(),
            ends_soon: now.until(due) < SOON,
            progress: Progress::of(card, state, now),
            together: Together::of(card),
            takes_own_key: takes_own_key(card),
            why_not: None,
            urgency: (!is_emergency, due),
        }
    }

    /// The same, which the viewer has nothing to decide about.
    pub(crate) fn not_mine(self, why: impl Into<String>) -> Self {
        Self { why_not: Some(why.into()), ..self }
    }
}

impl InboxPage {
    /// Emergencies first, then what ends first.
    pub(crate) fn new(mut shell: Shell, mut mine: Vec<Row>, mut others: Vec<Row>) -> Self {
        mine.sort_by_key(|row| row.urgency);
        others.sort_by_key(|row| row.urgency);
        shell.waiting = mine.len();
        Self { shell, mine, others }
    }

    fn place() -> Place {
        Place::Inbox
    }
}
