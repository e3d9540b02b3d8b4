//! How an attempt differs from the one that people rejected before.

use std::collections::BTreeSet;

use serde_json::Value;

use super::event::Cause;
use super::state::{Outcome, Phase, State};
use crate::action::document::Document;
use crate::review::request::{Earlier, Was};

/// So many arguments, and so many bytes of each, stand beside the new ones.
const MOST: usize = 40;
const LONGEST: usize = 200;

fn shortened(value: &Value) -> Was {
    let length = value.to_string().len();
    if length <= LONGEST { Was::Value(value.clone()) } else { Was::Long(length) }
}

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
        let names: BTreeSet<&String> = was.arguments.keys().chain(now.arguments.keys()).collect();
        let differs = |name: &&String| was.arguments.get(*name) != now.arguments.get(*name);
        let differing = names.into_iter().filter(differs).take(MOST);
        let before = |name: &String| was.arguments.get(name).map_or(Was::Absent, shortened);
        let was = differing.map(|name| (name.clone(), before(name)));
        Some(Self {
            by: by.clone(),
            reason: state.decisions().last().and_then(|last| last.reason.clone()),
            request: state.id()?,
            was: was.collect(),
        })
    }
}
