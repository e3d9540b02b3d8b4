//! Whether what is asked now is at least as much as what was asked before.

use super::obligation::{AddedChannel, Due, Obligation};
use super::obligations::Obligations;
use crate::action::id::Group;

impl Obligations {
    /// Whether people who satisfy these would always have satisfied `others`, too, as far as that can be shown:
    /// `false` also where it cannot.
    ///
    /// Each of the others must be asked for here, by at least as many people of the same groups, in no more
    /// time, in no other channel nor sooner in one, and with no less proof. Reminders, and who is asked first, make no difference.
    ///
    /// ```
    /// # use approvals_core as approvals;
    /// use approvals::{Obligation, Obligations};
    ///
    /// let of_ops = |count| Obligation::new("ops")?.seats("ops", count).map(|one| Obligations::new([one]));
    /// assert!(of_ops(2)?.are_as_strict_as(&of_ops(1)?));
    /// assert!(!of_ops(1)?.are_as_strict_as(&of_ops(2)?));
    /// # Ok::<(), approvals_core::NameError>(())
    /// ```
    #[must_use]
    pub fn are_as_strict_as(&self, others: &Self) -> bool {
        // What nobody can satisfy is as strict as anything, and nothing else is as strict as that.
        if !self.can_be_satisfied() || !others.can_be_satisfied() {
            return !self.can_be_satisfied();
        }
        let mut free: Vec<&Obligation> = self.iter().collect();
        others.iter().all(|other| {
            // The one of the same name first: it is the one that was meant.
            let named = |one: &&Obligation| one.name == other.name && one.is_as_strict_as(other);
            let any = |one: &&Obligation| one.is_as_strict_as(other);
            let place = free.iter().position(named).or_else(|| free.iter().position(any));
            place.map(|place| free.swap_remove(place)).is_some()
        })
    }
}

impl Obligation {
    fn is_as_strict_as(&self, other: &Self) -> bool {
        let needs =
            |one: &Self, group: &Group| one.each_seat().filter(|seat| *seat == group).count();
        let seats = other.each_seat().all(|group| needs(self, group) >= needs(other, group));
        let clocks = self.approve_within <= other.approve_within
            && self.vote_lives <= other.vote_lives
            && self.execute_within <= other.execute_within
            && self.cool_off >= other.cool_off;
        let escalation = self.escalate.iter().all(|step| {
            let mut steps = other.escalate.iter();
            steps.any(|was| was.add_group == step.add_group && was.after <= step.after)
        });
        seats
            && clocks
            && self.is_in_no_other_channel_than(other)
            && escalation
            && self.veto <= other.veto
            && self.assurance >= other.assurance
            && (other.owner_may_approve || !self.owner_may_approve)
            && (other.shared || !self.shared)
    }

    /// Whether it is approved nowhere where the other is not, nor anywhere sooner.
    fn is_in_no_other_channel_than(&self, other: &Self) -> bool {
        let covers = |was: &AddedChannel, now: &AddedChannel| {
            let is_no_sooner = match (was.due, now.due) {
                (Due::After(was), Due::After(now)) => was <= now,
                (Due::Undelivered, Due::Undelivered) => self.fails_like(other),
                (Due::After(_), Due::Undelivered) | (Due::Undelivered, Due::After(_)) => false,
            };
            was.add_channel == now.add_channel && is_no_sooner
        };
        let is_covered = |now: &AddedChannel| {
            other.channels.contains(&now.add_channel)
                || other.add_channels.iter().any(|was| covers(was, now))
        };
        other.channels.is_empty()
            || (!self.channels.is_empty()
                && self.channels.is_subset(&other.channels)
                && self.add_channels.iter().all(is_covered))
    }

    /// Whether its cards are undelivered exactly when those of the other are: with fewer channels they are so more
    /// often, and also with one that comes later.
    fn fails_like(&self, other: &Self) -> bool {
        self.channels == other.channels && self.add_channels == other.add_channels
    }
}

#[cfg(test)]
#[expect(clippy::arithmetic_side_effects, reason = "a test that overflows fails")]
#[path = "strictness_tests.rs"]
mod tests;
