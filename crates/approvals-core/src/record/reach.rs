//! How far a request has come to people: which channels show its card, which could not, and how people were moved.

use std::collections::{BTreeMap, BTreeSet};

use super::nudge::Nudge;
use crate::action::clock::Timestamp;
use crate::policy::obligation::{AddedChannel, Due, Obligation};
use crate::policy::obligations::Obligations;
use crate::review::quorum::Opened;

/// The name of a channel as events have it.
pub(crate) fn noted(channel: &str) -> String {
    channel.chars().take(100).collect()
}

/// What has been noted of the channels of one request, and what has moved people.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Reach {
    shown: BTreeSet<String>,
    /// When each could not show it for the first time.
    failed: BTreeMap<String, Timestamp>,
    nudged: Vec<Nudge>,
    opened: Vec<Opened>,
}

impl Reach {
    pub(super) fn show(&mut self, channel: &str) {
        self.shown.insert(noted(channel));
    }

    pub(super) fn fail(&mut self, channel: &str, at: Timestamp) {
        self.failed.entry(noted(channel)).or_insert(at);
    }

    pub(super) fn nudge(&mut self, nudge: Nudge, at: Timestamp) {
        if let Nudge::Fallback { channel, obligation } = &nudge {
            let (obligation, channel) = (obligation.clone(), channel.clone());
            self.opened.push(Opened { obligation, channel, at });
        }
        self.nudged.push(nudge);
    }

    pub(super) fn nudged(&self) -> &[Nudge] {
        &self.nudged
    }

    /// The channels that were added since no other could show the card.
    pub(super) fn opened(&self) -> &[Opened] {
        &self.opened
    }

    /// Whether the card belongs in `channel` for the sake of this obligation by now.
    pub(crate) fn belongs(&self, one: &Obligation, channel: &str) -> bool {
        one.channels.is_empty() || self.channels(one).any(|own| own == channel)
    }

    /// The channels that are to be added, and have not been.
    pub(crate) fn to_come<'a>(
        &'a self,
        one: &'a Obligation,
    ) -> impl Iterator<Item = &'a AddedChannel> {
        one.later_channels().filter(|step| !self.nudged.contains(&Nudge::of_step(one, step)))
    }

    /// The channels that an obligation names, and those added by now.
    fn channels<'a>(&'a self, one: &'a Obligation) -> impl Iterator<Item = &'a str> {
        let is_added = |step: &&AddedChannel| self.nudged.contains(&Nudge::of_step(one, step));
        let added = one.later_channels().filter(is_added).map(|step| step.add_channel.as_str());
        one.channels.iter().map(String::as_str).chain(added)
    }

    /// The next channel that is added if none of those before it can show the card, unless one does.
    fn fallback<'a>(&'a self, one: &'a Obligation) -> Option<&'a AddedChannel> {
        let is_shown = self.channels(one).any(|channel| self.shown.contains(&noted(channel)));
        let mut steps = self.to_come(one).filter(|step| step.due == Due::Undelivered);
        steps.next().filter(|_step| !is_shown)
    }

    /// The channels of which nothing is noted, and on which it depends whether another is added.
    pub(crate) fn unheard_of<'a>(
        &'a self,
        obligations: &'a Obligations,
    ) -> impl Iterator<Item = &'a str> {
        let waiting = obligations.iter().filter(|one| self.fallback(one).is_some());
        let is_silent = |channel: &&str| !self.failed.contains_key(&noted(channel));
        waiting.flat_map(|one| self.channels(one)).filter(is_silent)
    }

    /// What moves people next, and when: each thing once.
    pub(super) fn next(
        &self,
        obligations: &Obligations,
        asked_at: Timestamp,
    ) -> Option<(Timestamp, Nudge)> {
        let timed = obligations.iter().flat_map(nudges);
        let timed = timed.filter(|(_, nudge)| !self.nudged.contains(nudge));
        let timed = timed.map(|(after, nudge)| (asked_at.after(after), nudge));
        let fallbacks = obligations.iter().filter_map(|one| {
            let step = self.fallback(one)?;
            Some((self.failed_by(one)?, Nudge::of_step(one, step)))
        });
        timed.chain(fallbacks).min_by_key(|(due, _)| *due)
    }

    /// Since when none of its channels could show the card, if all of them have failed.
    fn failed_by(&self, one: &Obligation) -> Option<Timestamp> {
        let failed: Option<Vec<Timestamp>> =
            self.channels(one).map(|channel| self.failed.get(&noted(channel)).copied()).collect();
        failed?.into_iter().max()
    }
}

/// What is to move people at some time for the sake of this obligation.
fn nudges(one: &Obligation) -> impl Iterator<Item = (std::time::Duration, Nudge)> {
    let reminders = one.remind.iter().map(|after| Nudge::reminder(*after));
    let groups =
        one.escalate.iter().map(|step| Nudge::escalation(step.after, step.add_group.clone()));
    let channels = one.later_channels().map(|step| Nudge::of_step(one, step));
    let all = reminders.chain(groups).chain(channels);
    all.filter_map(|nudge| Some((nudge.after()?, nudge)))
}

#[cfg(test)]
#[expect(clippy::arithmetic_side_effects, reason = "a test that overflows fails")]
#[path = "reach_tests.rs"]
mod tests;
