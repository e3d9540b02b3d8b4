//! The page of calls that were made together: each has its card, and each is decided by itself.

use approvals_core::canonical::CanonicalError;
use approvals_core::{Card, State, Timestamp};
use askama::Template;

use super::assets;
use super::card::CardView;
use super::panel::{May, Panel, Powers};
use super::request::Headline;
use super::view::{Place, Shell};
use super::why::Progress;
use super::words::Mark;

/// The page of calls that were made together.
#[derive(Clone, Debug, Template)]
#[template(path = "batch.html")]
pub(crate) struct BatchPage {
    /// What stands around it.
    pub(crate) shell: Shell,
    /// The calls, in their order.
    pub(crate) items: Vec<BatchItem>,
    /// How many calls were made together, whether or not the viewer may see them.
    pub(crate) made: usize,
}

/// One of them.
#[derive(Clone, Debug)]
pub(crate) struct BatchItem {
    /// What it is called.
    pub(crate) headline: Headline,
    /// The card.
    pub(crate) card: CardView,
    /// How far it has come.
    pub(crate) progress: Progress,
    /// What the viewer can do.
    pub(crate) panel: Panel,
}

impl BatchItem {
    pub(crate) fn new(
        card: &Card,
        state: &State,
        powers: Powers,
        csrf: &str,
        now: Timestamp,
    ) -> Result<Self, CanonicalError> {
        Ok(Self {
            headline: Headline::of(card, state),
            card: CardView::of(card)?,
            progress: Progress::of(card, state, now),
            panel: Panel::of(card, state, powers, csrf)?,
        })
    }
}

impl BatchPage {
    /// Whether anything here is signed with the viewer's own key.
    fn signs(&self) -> bool {
        self.items.iter().any(|item| item.panel.signs())
    }

    /// How many of them wait for the viewer.
    fn open(&self) -> usize {
        self.items.iter().filter(|item| item.panel.is_open() && !item.panel.is_granted).count()
    }

    fn place() -> Place {
        Place::Elsewhere
    }
}
