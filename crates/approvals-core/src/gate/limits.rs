//! How much one requester may ask of people, and write into the log.

use std::time::Duration;

/// What keeps an agent from wearing reviewers down, and from filling the ledger with what it is refused. Counted
/// for each requester, over all processes that share the ledger; what somebody asks about the approvals themselves, such
/// as to lift a stop, counts apart from their other calls. To make a stop asks nobody, and is not limited.
///
/// Whoever asks too much is told so with [`Denied::TooMany`](crate::Denied::TooMany), and nothing is recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// How many of its requests may wait at the same time; 50 unless said otherwise.
    pub pending: usize,
    /// How many requests to people it may make within an hour; 500 unless said otherwise.
    pub per_hour: usize,
    /// How long after a rejection the same action with the same arguments may not be asked for again; one
    /// minute unless said otherwise.
    pub cool_down: Duration,
    /// How many of its calls are recorded within an hour that are refused at once, by the policy, a stop, or for want
    /// of people; 500 unless said otherwise. Those beyond are refused all the same, in the same words, and only a
    /// warning is traced.
    pub refused_per_hour: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            refused_per_hour: 500,
            pending: 50,
            per_hour: 500,
            cool_down: Duration::from_secs(60),
        }
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

    /// The same, with at most `count` calls within an hour that are refused at once and recorded.
    #[must_use]
    pub fn refused_per_hour(self, count: usize) -> Self {
        Self { refused_per_hour: count, ..self }
    }
}
