//! What must be satisfied before an action may run.

use std::collections::BTreeSet;
use std::num::NonZeroU32;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::assurance::Assurance;
use super::millis;
use crate::action::digest::Digest;
use crate::action::id::{FactName, Group, RuleId};

/// So many different people of one group. [`Obligation`] has an example.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Seats {
    /// The group whose members may fill these seats.
    pub group: Group,
    /// How many different people it takes.
    pub count: NonZeroU32,
}

impl Seats {
    /// `count` different members of `group`.
    #[must_use]
    pub fn new(group: Group, count: NonZeroU32) -> Self {
        Self { group, count }
    }
}

/// After a while, one more group may fill the seats. How many are needed stays the same. [`Obligation`] has an
/// example.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Escalation {
    /// How long after the request was asked.
    #[serde(rename = "after_ms", with = "millis")]
    pub after: Duration,
    /// The group whose members may fill any of the seats from then on.
    pub add_group: Group,
}

/// One more channel for an [obligation](Obligation) that names channels: there, too, the card is shown from some
/// moment on, and approvals count. [`Obligation`] has an example.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct AddedChannel {
    /// The name of the channel.
    pub add_channel: String,
    /// From when on.
    pub due: Due,
}

/// When a [channel is added](AddedChannel). [`Obligation`] has an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "a moment that is overlooked comes too early or never")]
pub enum Due {
    /// So long after the request was asked.
    #[serde(rename = "after_ms", with = "millis")]
    After(Duration),
    /// As soon as none of the channels that the obligation has by then could show the card.
    Undelivered,
}

/// A named condition: who must approve, and by when.
///
/// ```
/// # use approvals_core as approvals;
/// use approvals::Obligation;
/// use std::time::Duration;
///
/// let two = Obligation::new("two-data-owners")?
///     .seats("data-owners", 2)?
///     .approve_within(Duration::from_secs(30 * 60))
///     .escalate(Duration::from_secs(15 * 60), "data-leads")?;
/// assert_eq!((two.quorum[0].group.as_str(), two.quorum[0].count.get()), ("data-owners", 2));
/// assert_eq!(two.escalate[0].add_group.as_str(), "data-leads");
/// assert!(!two.owner_may_approve);
///
/// // In Slack; after ten minutes also in Teams; and at the terminal if neither can show it.
/// use approvals::Due;
/// let (ten, name) = (Duration::from_secs(10 * 60), "terminal");
/// let two = two.in_channel("slack").channel_after(ten, "teams").channel_if_undelivered(name);
/// assert_eq!((two.add_channels[0].due, two.add_channels[1].due), (Due::After(ten), Due::Undelivered));
/// # Ok::<(), approvals_core::NameError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Obligation {
    /// The name, by which rules require it and cards show it.
    pub name: RuleId,
    /// The seats, each to be filled by a different person. Without any seat nobody can approve.
    pub quorum: Vec<Seats>,
    /// How many rejections end the request; 1 unless said otherwise.
    pub veto: NonZeroU32,
    /// How long people may take to decide.
    #[serde(rename = "approve_within_ms", with = "millis")]
    pub approve_within: Duration,
    /// How long an approval counts while others are awaited.
    #[serde(rename = "vote_lives_ms", with = "millis")]
    pub vote_lives: Duration,
    /// How long the grant may be used once there is one.
    #[serde(rename = "execute_within_ms", with = "millis")]
    pub execute_within: Duration,
    /// How long people who came into a group after the request was asked must have been in it before they
    /// may approve.
    #[serde(rename = "cool_off_ms", with = "millis")]
    pub cool_off: Duration,
    /// Whether the people whom the requester acts for may approve. The card says so.
    pub owner_may_approve: bool,
    /// Whether whoever approves for it may count for other obligations as well.
    pub shared: bool,
    /// How sure one must be that a person approved.
    pub assurance: Assurance,
    /// The channels in which it may be approved; empty for any.
    pub channels: BTreeSet<String>,
    /// Who may approve as well once people have had time.
    pub escalate: Vec<Escalation>,
    /// The channels in which it may be approved as well, some of them in turn. Without any in
    /// [`channels`](Self::channels) it may be approved anywhere, and these mean nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub add_channels: Vec<AddedChannel>,
    /// When, after it was asked, the channels are to remind people.
    #[serde(rename = "remind_ms", with = "millis::each")]
    pub remind: Vec<Duration>,
    /// The fact that names the people to turn to first, such as those on call. It changes who is asked, not
    /// who may decide.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ask_first: Option<FactName>,
}

impl Obligation {
    /// An obligation without seats, which nobody can satisfy yet: decided within 30 minutes, used within 15;
    /// votes live for 8 hours, and new members of a group cool off for a day.
    pub fn new(name: &str) -> Result<Self, crate::NameError> {
        const MINUTE: Duration = Duration::from_secs(60);
        Ok(Self {
            name: name.parse()?,
            quorum: Vec::new(),
            veto: NonZeroU32::MIN,
            approve_within: MINUTE.saturating_mul(30),
            vote_lives: MINUTE.saturating_mul(8 * 60),
            execute_within: MINUTE.saturating_mul(15),
            cool_off: MINUTE.saturating_mul(24 * 60),
            owner_may_approve: false,
            shared: false,
            assurance: Assurance::default(),
            channels: BTreeSet::new(),
            escalate: Vec::new(),
            add_channels: Vec::new(),
            remind: Vec::new(),
            ask_first: None,
        })
    }

    /// The same, with `count` people of `group` as well; a count of zero is one.
    pub fn seats(mut self, group: &str, count: u32) -> Result<Self, crate::NameError> {
        let count = NonZeroU32::new(count).unwrap_or(NonZeroU32::MIN);
        self.quorum.push(Seats { group: group.parse()?, count });
        Ok(self)
    }

    /// The same, to be decided within `span`.
    #[must_use]
    pub fn approve_within(self, span: Duration) -> Self {
        Self { approve_within: span, ..self }
    }

    /// The same, with a grant that is used within `span`.
    #[must_use]
    pub fn execute_within(self, span: Duration) -> Self {
        Self { execute_within: span, ..self }
    }

    /// The same, with approvals that count for `span` while others are awaited.
    #[must_use]
    pub fn vote_lives(self, span: Duration) -> Self {
        Self { vote_lives: span, ..self }
    }

    /// The same, ended by `count` rejections rather than one; a count of zero is one.
    #[must_use]
    pub fn veto(self, count: u32) -> Self {
        Self { veto: NonZeroU32::new(count).unwrap_or(NonZeroU32::MIN), ..self }
    }

    /// The same, where new members of a group wait for `span` before they approve what was asked earlier.
    #[must_use]
    pub fn cool_off(self, span: Duration) -> Self {
        Self { cool_off: span, ..self }
    }

    /// The same, where channels remind people once `span` has passed.
    #[must_use]
    pub fn remind_after(mut self, span: Duration) -> Self {
        self.remind.push(span);
        self
    }

    /// The same, approved only with this much certainty that it was the person.
    #[must_use]
    pub fn assurance(self, assurance: Assurance) -> Self {
        Self { assurance, ..self }
    }

    /// The same, approved only in this channel, or another one named so.
    #[must_use]
    pub fn in_channel(mut self, channel: &str) -> Self {
        self.channels.insert(channel.to_owned());
        self
    }

    /// The same, whose approvers may count for other obligations as well.
    #[must_use]
    pub fn shared(self) -> Self {
        Self { shared: true, ..self }
    }

    /// The same, open to the people whom the requester acts for.
    #[must_use]
    pub fn owner_may_approve(self) -> Self {
        Self { owner_may_approve: true, ..self }
    }

    /// The same, open to `group` as well once `span` has passed.
    pub fn escalate(mut self, span: Duration, group: &str) -> Result<Self, crate::NameError> {
        self.escalate.push(Escalation { after: span, add_group: group.parse()? });
        Ok(self)
    }

    /// The same, shown and approved in `channel` as well once `span` has passed.
    #[must_use]
    pub fn channel_after(self, span: Duration, channel: &str) -> Self {
        self.add_channel(channel, Due::After(span))
    }

    /// The same, shown and approved in `channel` as well once none of its channels could show the card. Of several
    /// such channels each is taken when those before it could not show it either.
    #[must_use]
    pub fn channel_if_undelivered(self, channel: &str) -> Self {
        self.add_channel(channel, Due::Undelivered)
    }

    fn add_channel(mut self, channel: &str, due: Due) -> Self {
        self.add_channels.push(AddedChannel { add_channel: channel.to_owned(), due });
        self
    }

    /// The channels that are added in the course of time; none if it is approved anywhere.
    pub(crate) fn later_channels(&self) -> impl Iterator<Item = &AddedChannel> {
        self.add_channels.iter().filter(|_step| !self.channels.is_empty())
    }

    /// Whether it may be approved in `channel` when the request is `age` old, and those channels are open that
    /// `is_opened` names since no other could show the card.
    pub(crate) fn is_open_in(
        &self,
        channel: &str,
        age: Duration,
        is_opened: impl Fn(&str) -> bool,
    ) -> bool {
        let is_added = |step: &AddedChannel| {
            step.add_channel == channel
                && match step.due {
                    Due::After(span) => span <= age,
                    Due::Undelivered => is_opened(channel),
                }
        };
        self.channels.is_empty()
            || self.channels.contains(channel)
            || self.add_channels.iter().any(is_added)
    }

    /// Every seat by its group, one for each person needed.
    pub(crate) fn each_seat(&self) -> impl Iterator<Item = &Group> {
        let each = |seats: &Seats| seats.count.get() as usize;
        self.quorum.iter().flat_map(move |seats| std::iter::repeat_n(&seats.group, each(seats)))
    }

    /// The groups whose members may fill a seat of `group`, when the request is `age` old.
    pub(crate) fn open_to<'a>(
        &'a self,
        group: &'a Group,
        age: Duration,
    ) -> impl Iterator<Item = &'a Group> {
        let due = self.escalate.iter().filter(move |step| step.after <= age);
        std::iter::once(group).chain(due.map(|step| &step.add_group))
    }

    /// The digest of its content: what a request is pinned to.
    #[must_use]
    pub fn digest(&self) -> Digest {
        let bytes = crate::action::canonical::to_bytes(self, usize::MAX).unwrap_or_default();
        Digest::of("obligation", &bytes)
    }
}
