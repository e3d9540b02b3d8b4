//! One policy that has passed the lints.

use approvals_core::RuleId;
use cedar_policy::{Effect, Policy};

use crate::place::Place;

/// One policy, and what its annotations say.
#[derive(Clone, Debug)]
pub(crate) struct Known {
    /// Its `@id`, which is also the id that Cedar reports.
    pub(crate) id: RuleId,
    /// The obligation without which it forbids.
    pub(crate) requires: Option<RuleId>,
    /// What the caller is told when it denies.
    pub(crate) reason: Option<String>,
    pub(crate) policy: Policy,
    pub(crate) place: Place,
}

impl Known {
    /// Whether nothing satisfies it: it forbids, and names no obligation.
    pub(crate) fn denies(&self) -> bool {
        self.policy.effect() == Effect::Forbid && self.requires.is_none()
    }
}
