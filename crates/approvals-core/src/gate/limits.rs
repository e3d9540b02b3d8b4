//! How much one requester may ask of people.

use std::time::Duration;

/// What keeps an agent from wearing reviewers down. Counted for each requester, over all processes that share
/// the ledger; calls that bother nobody do not count.
///
/// Whoever exceeds them is told so with [`Denied::TooMany`](crate::Denied::TooMany), and nothing is recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// How many of its requests may wait at the same time; 50 unless said otherwise.
    pub pending: usize,
    /// How many it may make within an hour; 500 unless said otherwise.
    pub per_hour: usize,
    /// How long after a rejection the same action with the same arguments may not be asked for again; one
    /// minute unless said otherwise.
    pub cool_down: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self { pending: 50, per_hour: 500, cool_down: Duration::from_secs(60) }
    }
}

impl Limits {
    /// The same, with at most `count` requests that wait at the same time.
    #[must_use]
    pub fn pending(self, count: usize) -> Self {
        Self { pending: count, ..self }
    }

    /// The same, with at most `count` requests within an hour.
    #[must_use]
    pub fn per_hour(self, count: usize) -> Self {
        Self { per_hour: count, ..self }
    }

    /// The same, with this pause after a rejection.
    #[must_use]
    pub fn cool_down(self, span: Duration) -> Self {
        Self { cool_down: span, ..self }
    }
}
