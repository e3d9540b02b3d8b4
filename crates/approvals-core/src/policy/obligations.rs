//! All that must be satisfied before one action may run.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::obligation::Obligation;
use crate::action::digest::Digest;
use crate::action::id::Group;

/// All obligations of one request; each must be satisfied, by different people.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Obligations(Vec<Obligation>);

impl Obligations {
    /// These obligations, each content once.
    #[must_use]
    pub fn new(obligations: impl IntoIterator<Item = Obligation>) -> Self {
        let by_content: BTreeMap<_, _> =
            obligations.into_iter().map(|one| (one.digest(), one)).collect();
        Self(by_content.into_values().collect())
    }

    /// One by one.
    pub fn iter(&self) -> std::slice::Iter<'_, Obligation> {
        self.0.iter()
    }

    /// Every seat, one for each person needed.
    pub fn seats(&self) -> impl Iterator<Item = &Group> {
        let seats = self.0.iter().flat_map(|one| &one.quorum);
        seats.flat_map(|seats| std::iter::repeat_n(&seats.group, seats.count.get() as usize))
    }

    /// Whether someone must approve at all; obligations without a seat can never be satisfied.
    #[must_use]
    pub fn can_be_satisfied(&self) -> bool {
        !self.0.is_empty() && self.0.iter().all(|one| !one.quorum.is_empty())
    }

    /// Whether everything asked here is, content for content, among `others`.
    #[must_use]
    pub fn are_among(&self, others: &Self) -> bool {
        let others: BTreeSet<Digest> = others.0.iter().map(Obligation::digest).collect();
        self.0.iter().all(|one| others.contains(&one.digest()))
    }

    /// The shortest time to decide.
    #[must_use]
    pub fn approve_within(&self) -> Duration {
        self.0.iter().map(|one| one.approve_within).min().unwrap_or_default()
    }

    /// The shortest time to use the grant.
    #[must_use]
    pub fn execute_within(&self) -> Duration {
        self.0.iter().map(|one| one.execute_within).min().unwrap_or_default()
    }

    /// Whether the requester's owners may approve: only if every obligation says so.
    #[must_use]
    pub fn owner_may_approve(&self) -> bool {
        !self.0.is_empty() && self.0.iter().all(|one| one.owner_may_approve)
    }
}

impl<'a> IntoIterator for &'a Obligations {
    type Item = &'a Obligation;
    type IntoIter = std::slice::Iter<'a, Obligation>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}
