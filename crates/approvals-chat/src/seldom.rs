//! What anybody can bring about as often as they like is not said as often.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// How often something is said at most.
const PERIOD: Duration = Duration::from_secs(60);

/// Says once a minute how often something has happened.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")] async fn main() {
/// let bad_calls = approvals_chat::Seldom::default();
/// assert_eq!((bad_calls.again(), bad_calls.again()), (Some(1), None));
/// # }
/// ```
#[derive(Debug, Default)]
pub struct Seldom(Mutex<Said>);

#[derive(Debug, Default)]
struct Said {
    last: Option<Instant>,
    since: u64,
}

impl Seldom {
    /// How often it has happened since it was last said, if it is to be said now.
    #[must_use]
    pub fn again(&self) -> Option<u64> {
        let mut said = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        said.since = said.since.saturating_add(1);
        let is_due = said.last.is_none_or(|last| last.elapsed() >= PERIOD);
        is_due.then(|| {
            said.last = Some(Instant::now());
            std::mem::take(&mut said.since)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn what_happens_often_is_said_once_a_minute_with_how_often() {
        let seldom = Seldom::default();
        let again: Vec<_> = (0..1000).filter_map(|_| seldom.again()).collect();
        assert_eq!(again, [1]);
        tokio::time::advance(PERIOD).await;
        assert_eq!(seldom.again(), Some(1000));
        assert_eq!(seldom.again(), None);
    }
}
