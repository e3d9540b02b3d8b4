//! What pages have in common. Plain values: nothing here asks a gate or a clock.

use approvals_core::{Card, Principal, Requester, Risk, Timestamp};

/// What stands around every page.
#[derive(Clone, Debug)]
pub(crate) struct Shell {
    /// The log whose requests these are: it names tenant and environment.
    pub(crate) log: String,
    /// Who is looking, if somebody is signed in.
    pub(crate) viewer: Option<Viewer>,
    /// How many requests wait for them.
    pub(crate) waiting: usize,
}

/// Who is looking.
#[derive(Clone, Debug)]
pub(crate) struct Viewer {
    /// The id that they go by.
    pub(crate) id: String,
    /// What forms carry, so that no other site can send them.
    pub(crate) csrf: String,
}

/// The page that one is on, as the navigation marks it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// What waits.
    Inbox,
    /// What is over.
    History,
    /// One's own passkeys.
    Account,
    /// Any other page.
    Elsewhere,
}

impl Shell {
    /// What stands around a page for somebody who is not signed in.
    pub(crate) fn signed_out(log: impl Into<String>) -> Self {
        Self { log: log.into(), viewer: None, waiting: 0 }
    }

    /// What forms carry, so that no other site can send them; nothing if nobody is signed in.
    pub(crate) fn csrf(&self) -> &str {
        self.viewer.as_ref().map(|viewer| viewer.csrf.as_str()).unwrap_or_default()
    }
}

/// A moment, for machines and for people. A script makes it relative.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Moment {
    /// RFC 3339.
    pub(crate) exact: String,
    /// To the minute.
    pub(crate) shown: String,
}

impl From<Timestamp> for Moment {
    fn from(at: Timestamp) -> Self {
        let exact = at.to_string();
        let shown = match (exact.get(..10), exact.get(11..16)) {
            (Some(day), Some(time)) if exact.ends_with('Z') => format!("{day} {time} UTC"),
            _beyond_the_calendar => exact.clone(),
        };
        Self { exact, shown }
    }
}

/// How much harm an action can do: a word, and as many bars of four.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Level {
    /// The word.
    pub(crate) word: &'static str,
    /// How many bars of four are full.
    pub(crate) bars: u8,
}

impl From<Risk> for Level {
    fn from(risk: Risk) -> Self {
        let bars = match risk {
            Risk::Low => 1,
            Risk::Medium => 2,
            Risk::High => 3,
            Risk::Critical => 4,
        };
        Self { word: risk.as_str(), bars }
    }
}

/// Who asks, and for whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Whose {
    /// Who makes the call.
    pub(crate) requester: String,
    /// Whom they act for, nearest first.
    pub(crate) owners: Vec<String>,
}

impl From<&Requester> for Whose {
    fn from(requester: &Requester) -> Self {
        let id = |principal: &Principal| principal.id().to_string();
        Self {
            requester: id(requester.principal()),
            owners: requester.chain().iter().map(id).collect(),
        }
    }
}

/// Where a request stands among those that were made with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Together {
    /// The first of them, by which the page of all is found.
    pub(crate) first: String,
    /// Which one it is, counted from 1.
    pub(crate) at: usize,
    /// How many they are.
    pub(crate) of: usize,
}

impl Together {
    pub(crate) fn of(card: &Card) -> Option<Self> {
        let request = card.request();
        let batch = &request.notes.batch;
        let at = batch.iter().position(|one| *one == request.id)?.saturating_add(1);
        Some(Self { first: batch.first()?.to_string(), at, of: batch.len() })
    }
}

/// Whether what is asked is an exception to rules that deny it.
pub(crate) fn is_emergency(card: &Card) -> bool {
    card.request().ruling.break_glass.is_some()
}
