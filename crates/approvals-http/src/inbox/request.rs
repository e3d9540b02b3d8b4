//! The page of one request: everything that somebody needs to decide about it.

use approvals_core::canonical::CanonicalError;
use approvals_core::{Card, Event, State, Timestamp, visible};
use askama::Template;

use super::assets;
use super::card::CardView;
use super::compare::{Compare, Side};
use super::panel::{May, Panel, Powers};
use super::similar::Past;
use super::timeline::{Step, steps};
use super::view::{Level, Moment, Place, Shell, Together, Whose, is_emergency};
use super::why::Why;
use super::words::{Mark, Status};

/// What is known of a request.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Asked<'a> {
    /// Its card.
    pub(crate) card: &'a Card,
    /// How it stands.
    pub(crate) state: &'a State,
    /// What has happened to it, the oldest first.
    pub(crate) events: &'a [Event],
    /// The time to judge by.
    pub(crate) now: Timestamp,
}

/// The page of one request.
#[derive(Clone, Debug, Template)]
#[template(path = "request.html")]
pub(crate) struct RequestPage {
    /// What stands around it.
    pub(crate) shell: Shell,
    /// What it is called.
    pub(crate) headline: Headline,
    /// The card.
    pub(crate) card: CardView,
    /// Why it is asked, and how far it has come.
    pub(crate) why: Why,
    /// What has happened.
    pub(crate) timeline: Vec<Step>,
    /// The attempt that was rejected.
    pub(crate) compare: Option<Compare>,
    /// Decisions about requests like it.
    pub(crate) similar: Vec<Past>,
    /// What the viewer can do.
    pub(crate) panel: Panel,
}

/// What a request is called, in facts alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Headline {
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
    /// How it stands.
    pub(crate) status: Status,
    /// How many events there are: a page with fewer is an old one.
    pub(crate) version: u64,
    /// What it was made together with.
    pub(crate) together: Option<Together>,
}

impl Headline {
    pub(crate) fn of(card: &Card, state: &State) -> Self {
        Self {
            id: card.id().to_string(),
            action: card.document().action.to_string(),
            resource: card.document().resource.as_deref().map(visible::text),
            risk: card.document().risk.into(),
            is_emergency: is_emergency(card),
            whose: (&card.request().requester).into(),
            asked: card.request().asked_at.into(),
            status: state.phase().into(),
            version: state.version(),
            together: Together::of(card),
        }
    }
}

impl RequestPage {
    pub(crate) fn new(
        shell: Shell,
        asked: Asked<'_>,
        powers: Powers,
        similar: Vec<Past>,
    ) -> Result<Self, CanonicalError> {
        let Asked { card, state, events, now } = asked;
        Ok(Self {
            headline: Headline::of(card, state),
            card: CardView::of(card)?,
            why: Why::of(card, state, now),
            timeline: steps(events),
            compare: Compare::of(card),
            similar,
            panel: Panel::of(card, state, powers, shell.csrf())?,
            shell,
        })
    }

    fn place() -> Place {
        Place::Elsewhere
    }
}
