//! What moves people who have not decided yet.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::action::id::{Group, RuleId};
use crate::policy::obligation::{AddedChannel, Due, Obligation};

/// What moves people who have not decided yet.
///
/// ```
/// # use approvals_core as approvals;
/// use approvals::Nudge;
/// use std::time::Duration;
///
/// let nudge = Nudge::Escalation { after_ms: 900_000, group: "managers".parse()? };
/// assert_eq!(nudge.after(), Some(Duration::from_secs(15 * 60)));
/// # Ok::<(), approvals_core::NameError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[expect(clippy::exhaustive_enums, reason = "a channel that overlooks one leaves people asleep")]
pub enum Nudge {
    /// Those who were asked are told that the request still waits.
    Reminder {
        /// How long after it was asked this was due, in milliseconds.
        after_ms: u64,
    },
    /// Another group may decide as well.
    Escalation {
        /// How long after it was asked this was due, in milliseconds.
        after_ms: u64,
        /// The group that may decide from then on.
        group: Group,
    },
    /// The card is shown in another channel as well, and may be decided there.
    Channel {
        /// How long after it was asked this was due, in milliseconds.
        after_ms: u64,
        /// The name of that channel.
        channel: String,
    },
    /// The card is shown in another channel as well, and may be decided there, since none of those that an obligation
    /// had could show it.
    Fallback {
        /// The name of that channel.
        channel: String,
        /// The name of the obligation.
        obligation: RuleId,
    },
}

impl Nudge {
    pub(crate) fn reminder(after: Duration) -> Self {
        Self::Reminder { after_ms: whole_millis(after) }
    }

    pub(crate) fn escalation(after: Duration, group: Group) -> Self {
        Self::Escalation { after_ms: whole_millis(after), group }
    }

    /// What adds a channel to this obligation.
    pub(crate) fn of_step(one: &Obligation, step: &AddedChannel) -> Self {
        let channel = step.add_channel.clone();
        match step.due {
            Due::After(after) => Self::Channel { after_ms: whole_millis(after), channel },
            Due::Undelivered => Self::Fallback { channel, obligation: one.name.clone() },
        }
    }

    /// How long after the request was asked it is due; none if that depends on what channels can show.
    #[must_use]
    pub fn after(&self) -> Option<Duration> {
        match self {
            Self::Reminder { after_ms }
            | Self::Escalation { after_ms, .. }
            | Self::Channel { after_ms, .. } => Some(Duration::from_millis(*after_ms)),
            Self::Fallback { .. } => None,
        }
    }
}

fn whole_millis(span: Duration) -> u64 {
    u64::try_from(span.as_millis()).unwrap_or(u64::MAX)
}
