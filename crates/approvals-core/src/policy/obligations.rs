//! All that must be satisfied before one action may run.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::obligation::Obligation;
use crate::action::digest::Digest;
use crate::action::id::Group;

/// All obligations of one request; each must be satisfied, by different people unless they are
/// [shared](Obligation::shared).
///
/// ```
/// # use approvals_core as approvals;
/// use approvals::{Obligation, Obligations};
/// use std::time::Duration;
///
/// let minutes = |count: u64| Duration::from_secs(count * 60);
/// let one_sre = Obligation::new("one-sre")?.seats("sre", 1)?.approve_within(minutes(10));
/// let owners = Obligation::new("two-owners")?.seats("data-owners", 2)?.approve_within(minutes(30));
/// let both = Obligations::new([one_sre.clone(), owners, one_sre]);
///
/// assert_eq!(both.iter().count(), 2);
/// assert_eq!(both.seats().count(), 3); // three different people
/// assert_eq!(both.approve_within(), minutes(10));
/// assert!(both.can_be_satisfied());
/// assert!(!Obligations::default().can_be_satisfied());
/// # Ok::<(), approvals::NameError>(())
/// ```
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

    /// The obligations, one by one.
    pub fn iter(&self) -> std::slice::Iter<'_, Obligation> {
        self.0.iter()
    }

    /// Every seat, one for each person needed.
    pub fn seats(&self) -> impl Iterator<Item = &Group> {
        self.0.iter().flat_map(Obligation::each_seat)
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

    /// The shortest time that an approval counts.
    #[must_use]
    pub fn vote_lives(&self) -> Duration {
        self.0.iter().map(|one| one.vote_lives).min().unwrap_or_default()
    }

    /// Every group that may be asked, those of escalations included.
    #[must_use]
    pub fn groups(&self) -> BTreeSet<&Group> {
        let added = self.0.iter().flat_map(|one| one.escalate.iter().map(|step| &step.add_group));
        self.seats().chain(added).collect()
    }

    /// Whether anybody is to be reminded, or anybody or any channel to be added later.
    pub(crate) fn nudge_people(&self) -> bool {
        self.0.iter().any(|one| {
            !one.remind.is_empty()
                || !one.escalate.is_empty()
                || one.later_channels().next().is_some()
        })
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

#[cfg(test)]
#[path = "obligations_tests.rs"]
mod tests;
