//! What must be satisfied before an action may run.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroU32;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::action::digest::Digest;
use crate::action::id::{Group, RuleId};

/// So many different people of one group.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Seats {
    /// The group whose members may fill these seats.
    pub group: Group,
    /// How many people.
    pub count: NonZeroU32,
}

impl Seats {
    /// `count` different members of `group`.
    #[must_use]
    pub fn new(group: Group, count: NonZeroU32) -> Self {
        Self { group, count }
    }
}

/// A named condition: who must approve, and by when.
///
/// ```
/// use approvals_core::Obligation;
/// use std::time::Duration;
///
/// let two = Obligation::new("two-data-owners")?
///     .seats("data-owners", 2)?
///     .approve_within(Duration::from_secs(30 * 60));
/// assert!(!two.owner_may_approve);
/// # Ok::<(), approvals_core::NameError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Obligation {
    /// The name.
    pub name: RuleId,
    /// The seats, each to be filled by a different person. Without any seat nobody can approve.
    pub quorum: Vec<Seats>,
    /// How long people may take to decide.
    #[serde(rename = "approve_within_ms", with = "millis")]
    pub approve_within: Duration,
    /// How long the grant may be used once there is one.
    #[serde(rename = "execute_within_ms", with = "millis")]
    pub execute_within: Duration,
    /// Whether the people whom the requester acts for may approve. The card says so.
    pub owner_may_approve: bool,
}

impl Obligation {
    /// An obligation without seats, which nobody can satisfy yet: decided within 30 minutes, used within 15.
    pub fn new(name: &str) -> Result<Self, crate::NameError> {
        Ok(Self {
            name: name.parse()?,
            quorum: Vec::new(),
            approve_within: Duration::from_secs(30 * 60),
            execute_within: Duration::from_secs(15 * 60),
            owner_may_approve: false,
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

    /// The same, open to the people whom the requester acts for.
    #[must_use]
    pub fn owner_may_approve(self) -> Self {
        Self { owner_may_approve: true, ..self }
    }

    /// The digest of its content: what a request is pinned to.
    #[must_use]
    pub fn digest(&self) -> Digest {
        let bytes = crate::action::canonical::to_bytes(self, usize::MAX).unwrap_or_default();
        Digest::of("obligation", &bytes)
    }
}

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

/// Durations as whole milliseconds.
mod millis {
    use std::time::Duration;

    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(span: &Duration, to: S) -> Result<S::Ok, S::Error> {
        // No more than I-JSON can carry (RFC 7493): 285 thousand years.
        const MOST: u64 = (1 << 53) - 1;
        to.serialize_u64(u64::try_from(span.as_millis()).unwrap_or(MOST).min(MOST))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Duration, D::Error> {
        u64::deserialize(from).map(Duration::from_millis)
    }
}
