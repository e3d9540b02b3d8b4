//! A clock that follows tokio's, which tests can pause and move.

use approvals_core::{Clock, Timestamp};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// A clock that starts at a given moment and goes with tokio's time: under
/// `#[tokio::test(start_paused = true)]` half an hour takes no time at all.
///
/// ```
/// # use approvals_core as approvals;
/// use approvals::{Clock, Timestamp};
/// use approvals_testkit::ManualClock;
/// use std::time::Duration;
///
/// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() {
/// let clock = ManualClock::new(Timestamp::from_millis(1_000));
/// tokio::time::sleep(Duration::from_secs(1800)).await;
/// assert_eq!(clock.now(), Timestamp::from_millis(1_801_000));
/// # }
/// ```
#[derive(Debug)]
pub struct ManualClock {
    start: Mutex<Timestamp>,
    since: Instant,
}

impl ManualClock {
    /// A clock that shows `start` now.
    #[must_use]
    pub fn new(start: Timestamp) -> Self {
        Self { start: Mutex::new(start), since: Instant::now() }
    }

    /// Turns the clock back, as a host with a bad clock would.
    pub fn turn_back(&self, span: Duration) {
        let mut start = self.start.lock().unwrap_or_else(PoisonError::into_inner);
        let millis = i64::try_from(span.as_millis()).unwrap_or(i64::MAX);
        *start = Timestamp::from_millis(start.as_millis().saturating_sub(millis));
    }
}

impl Default for ManualClock {
    /// A clock that shows the first of January 2030.
    fn default() -> Self {
        Self::new(Timestamp::from_millis(1_893_456_000_000))
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        self.start.lock().unwrap_or_else(PoisonError::into_inner).after(self.since.elapsed())
    }
}
