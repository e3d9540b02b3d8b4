//! Ceremonies that are under way: what the server has to remember between its question and the answer.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use approvals_core::{Digest, Timestamp};

/// How long an answer is waited for.
const GOOD_FOR: Duration = Duration::from_secs(5 * 60);
/// The most ceremonies that are under way at a time. Whoever begins more ends the oldest.
const MOST: usize = 10_000;

/// Ceremonies that are under way, by the challenge of each. Each is taken once.
#[derive(Debug)]
pub(crate) struct Open<T>(Mutex<HashMap<Digest, (Timestamp, T)>>);

impl<T> Default for Open<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<T> Open<T> {
    /// Remembers `what` until the answer to this challenge comes.
    pub(crate) fn begin(&self, challenge: &str, what: T, now: Timestamp) {
        let mut open = self.held();
        if open.len() >= MOST {
            open.retain(|_, (since, _)| now < since.after(GOOD_FOR));
        }
        if open.len() >= MOST
            && let Some(oldest) = open.iter().min_by_key(|(_, (since, _))| *since)
        {
            let oldest = *oldest.0;
            open.remove(&oldest);
        }
        open.insert(name(challenge), (now, what));
    }

    /// What was remembered for this challenge, once, and not for long.
    pub(crate) fn take(&self, challenge: &str, now: Timestamp) -> Option<T> {
        let (since, what) = self.held().remove(&name(challenge))?;
        (now < since.after(GOOD_FOR)).then_some(what)
    }

    fn held(&self) -> MutexGuard<'_, HashMap<Digest, (Timestamp, T)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn name(challenge: &str) -> Digest {
    Digest::of("ceremony", challenge.as_bytes())
}

#[cfg(test)]
#[expect(clippy::arithmetic_side_effects, reason = "a test that overflows fails")]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_millis(seconds * 1000)
    }

    #[test]
    fn what_was_begun_is_ended_once_and_within_five_minutes() {
        let open = Open::default();
        open.begin("one", "a", at(0));
        assert_eq!(open.take("another", at(1)), None);
        assert_eq!(open.take("one", at(299)), Some("a"));
        assert_eq!(open.take("one", at(299)), None, "once");
        open.begin("two", "b", at(0));
        assert_eq!(open.take("two", at(300)), None);
    }

    #[test]
    fn whoever_begins_without_end_is_bounded() {
        let open = Open::default();
        open.begin("first", 0, at(0));
        for number in 1..=MOST {
            open.begin(&number.to_string(), number, at(1));
        }
        assert_eq!(open.held().len(), MOST);
        assert_eq!(open.take("first", at(1)), None, "the oldest has gone");
    }
}
