//! The names that the requests of a log have, so that a slip in one is noticed.

use std::collections::BTreeSet;

use approvals_core::{Principal, Stop, Trail};

/// Who slips as often as this means another name.
const SLIPS: usize = 3;

#[derive(Debug, Default)]
pub(super) struct Named {
    actions: BTreeSet<String>,
    /// Under all of their ids.
    principals: BTreeSet<String>,
}

impl Named {
    pub(super) fn new(trail: &Trail) -> Self {
        let mut named = Self::default();
        for (id, state) in trail.states() {
            named.actions.extend(trail.document(id).map(|document| document.action.to_string()));
            let everybody = state.request().into_iter().flat_map(|one| one.requester.everybody());
            named.principals.extend(everybody.flat_map(Principal::ids).map(ToString::to_string));
        }
        named
    }

    /// Why a stop is probably not of what was meant.
    pub(super) fn doubt(&self, stop: &Stop) -> Option<String> {
        let (known, name, of) = match stop {
            Stop::Everything => return None,
            Stop::Action(name) => (&self.actions, name.as_str(), "of the action"),
            Stop::Principal(id) => (&self.principals, id.as_str(), "by the principal"),
        };
        if known.contains(name) {
            return None;
        }
        let near = nearest(known, name).map(|near| format!("; did you mean `{near}`?"));
        let near = near.unwrap_or_default();
        Some(format!("it is stopped, but this log has no request {of} `{name}`{near}"))
    }
}

fn nearest<'a>(known: &'a BTreeSet<String>, name: &str) -> Option<&'a String> {
    let slips = |one: &&String| strsim::osa_distance(one, name);
    known.iter().min_by_key(slips).filter(|one| slips(one) < SLIPS)
}
