//! Ceremonies that are under way: what the server has to remember between its question and the answer.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use approvals_core::{Digest, Timestamp};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64URL;

/// How long an answer is waited for.
const GOOD_FOR: Duration = Duration::from_secs(5 * 60);
/// The most ceremonies that are under way at a time. Whoever begins more ends the oldest.
const MOST: usize = 10_000;

/// Ceremonies that are under way, by what whoever has begun them was told. Each is taken once.
#[derive(Debug)]
pub(crate) struct Open<T>(Mutex<HashMap<Digest, (Timestamp, T)>>);

impl<T> Default for Open<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<T> Open<T> {
    /// Remembers `what`; the answer is to come with the word that is returned.
    pub(crate) fn begin(&self, what: T, now: Timestamp) -> Result<String, getrandom::Error> {
        let mut secret = [0; 32];
        getrandom::fill(&mut secret)?;
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
        let word = BASE64URL.encode(secret);
        open.insert(Digest::of("ceremony", word.as_bytes()), (now, what));
        Ok(word)
    }

    /// What was remembered for this word, once, and not for long.
    pub(crate) fn take(&self, word: &str, now: Timestamp) -> Option<T> {
        let (since, what) = self.held().remove(&Digest::of("ceremony", word.as_bytes()))?;
        (now < since.after(GOOD_FOR)).then_some(what)
    }

    fn held(&self) -> MutexGuard<'_, HashMap<Digest, (Timestamp, T)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
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
        let word = open.begin("a", at(0)).unwrap();
        assert_eq!(open.take("another", at(1)), None);
        assert_eq!(open.take(&word, at(299)), Some("a"));
        assert_eq!(open.take(&word, at(299)), None, "once");
        let late = open.begin("b", at(0)).unwrap();
        assert_eq!(open.take(&late, at(300)), None);
    }

    #[test]
    fn whoever_begins_without_end_is_bounded() {
        let open = Open::default();
        let first = open.begin(0, at(0)).unwrap();
        for number in 1..=MOST {
            open.begin(number, at(1)).unwrap();
        }
        assert_eq!(open.held().len(), MOST);
        assert_eq!(open.take(&first, at(1)), None, "the oldest has gone");
    }
}
