//! When a call may be made: a service says how fast it wants to be asked, and is listened to.

use std::collections::{HashMap, VecDeque};
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use crate::backoff::moment;

/// How long something rests when the service does not say for how long.
const REST: Duration = Duration::from_secs(30);

/// The longest that something rests, whatever the service says.
const LONGEST_REST: Duration = Duration::from_secs(10 * 60);

/// How often something may be done within some time. [`Pace`] has an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "that is all a limit is")]
pub struct Limit {
    /// How often.
    pub most: usize,
    /// Within how much time.
    pub within: Duration,
}

/// Who may call when, shared by all who call: of each `K`, such as a conversation, so often, and not while it rests.
///
/// ```
/// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() {
/// use std::time::Duration;
///
/// use approvals_chat::{Limit, NotYet, Pace};
///
/// let (second, pace) = (Duration::from_secs(1), Pace::default());
/// let twice = [Limit { most: 2, within: second }];
/// for _ in 0..2 {
///     assert_eq!(pace.turn(&[("room 1", &twice)], Duration::ZERO).await, Ok(()));
/// }
/// assert_eq!(pace.turn(&[("room 1", &twice)], Duration::ZERO).await, Err(NotYet(second)));
/// assert_eq!(pace.turn(&[("room 1", &twice)], 2 * second).await, Ok(()), "it waits");
/// # }
/// ```
#[derive(Debug)]
pub struct Pace<K>(Arc<Mutex<HashMap<K, Known>>>);

impl<K> Clone for Pace<K> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<K> Default for Pace<K> {
    fn default() -> Self {
        Self(Arc::default())
    }
}

/// What is known of one thing that is done.
#[derive(Debug)]
struct Known {
    rests_until: Option<Instant>,
    /// When it was done, as far as that matters yet.
    done: VecDeque<Instant>,
    /// When nothing of this matters any more.
    matters_until: Instant,
}

/// It is not the caller's turn before this long. [`Pace`] has an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "that is all there is to know")]
pub struct NotYet(pub Duration);

impl Known {
    fn new() -> Self {
        Self { rests_until: None, done: VecDeque::new(), matters_until: Instant::now() }
    }

    fn free_at(&self, limits: &[Limit]) -> Option<Instant> {
        let full = limits.iter().filter_map(|limit| {
            let first = self.done.len().checked_sub(limit.most)?;
            self.done.get(first)?.checked_add(limit.within)
        });
        full.chain(self.rests_until).max()
    }

    fn note(&mut self, now: Instant, limits: &[Limit]) {
        let most = limits.iter().map(|limit| limit.most).max().unwrap_or(0);
        self.done.push_back(now);
        while self.done.len() > most {
            self.done.pop_front();
        }
        let within = limits.iter().map(|limit| limit.within).max().unwrap_or_default();
        self.matters_until = self.matters_until.max(moment(within));
    }
}

impl<K: Clone + Eq + Hash> Pace<K> {
    /// Waits until all of this may be done, each within its limits, but no longer than the caller's patience; if that
    /// cannot be enough, says so at once.
    ///
    /// Whoever is dropped while it waits has taken nobody's turn.
    pub async fn turn(&self, what: &[(K, &[Limit])], patience: Duration) -> Result<(), NotYet> {
        let patient_until = moment(patience);
        while let Some(free_at) = self.take(what) {
            if free_at > patient_until {
                return Err(NotYet(free_at.saturating_duration_since(Instant::now())));
            }
            sleep_until(free_at).await;
        }
        Ok(())
    }

    /// The service wants this to rest for that long; at most ten minutes are believed.
    pub fn rest(&self, what: &K, rest: Duration) {
        let free_at = moment(rest.min(LONGEST_REST));
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = all.entry(what.clone()).or_insert_with(Known::new);
        known.rests_until = known.rests_until.max(Some(free_at));
        known.matters_until = known.matters_until.max(free_at);
    }

    /// Takes the turn, or says when to try again.
    fn take(&self, what: &[(K, &[Limit])]) -> Option<Instant> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        let free_at = what.iter().filter_map(|(key, limits)| all.get(key)?.free_at(limits)).max();
        let free_at = free_at.filter(|free_at| *free_at > now);
        if free_at.is_none() {
            all.retain(|_, known| known.matters_until > now);
            for (key, limits) in what.iter().filter(|(_, limits)| !limits.is_empty()) {
                all.entry(key.clone()).or_insert_with(Known::new).note(now, limits);
            }
        }
        free_at
    }
}

/// How long to rest, from what stands in `Retry-After` (RFC 9110, section 10.2.3, in seconds): half a minute where it
/// says nothing that can be read, and at least a second.
///
/// ```
/// use std::time::Duration;
///
/// assert_eq!(approvals_chat::rest_of(Some("7")), Duration::from_secs(7));
/// assert_eq!(approvals_chat::rest_of(Some("soon")), Duration::from_secs(30));
/// ```
#[must_use]
pub fn rest_of(retry_after: Option<&str>) -> Duration {
    let is_seconds = |text: &&str| text.len() <= 9 && text.bytes().all(|b| b.is_ascii_digit());
    let seconds = retry_after.filter(is_seconds).and_then(|text| text.parse().ok());
    seconds.map_or(REST, |seconds: u64| {
        Duration::from_secs(seconds).clamp(Duration::from_secs(1), LONGEST_REST)
    })
}

#[cfg(test)]
#[path = "pace_tests.rs"]
mod tests;
