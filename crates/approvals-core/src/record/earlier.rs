//! How an attempt differs from the one that people rejected before.

use super::event::Cause;
use super::state::{Outcome, Phase, State};
use crate::action::document::Document;
use crate::review::request::Earlier;

impl Earlier {
    /// What a card says of the rejected request `state`, whose action was `was`, beside the action `now`;
    /// nothing if it was not rejected, or was another action or requester.
    pub(crate) fn of(state: &State, was: &Document, now: &Document) -> Option<Self> {
        let Phase::Ended(Outcome::Closed(Cause::Rejected { by })) = state.phase() else {
            return None;
        };
        if was.action != now.action || was.requester != now.requester {
            return None;
        }
        let names = was.arguments.keys().chain(now.arguments.keys());
        let differs = |name: &&String| was.arguments.get(*name) != now.arguments.get(*name);
        let was =
            names.filter(differs).map(|name| (name.clone(), was.arguments.get(name).cloned()));
        Some(Self {
            by: by.clone(),
            reason: state.decisions().last().and_then(|last| last.reason.clone()),
            request: state.id()?,
            was: was.collect(),
        })
    }
}
