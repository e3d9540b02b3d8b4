//! A clock that is never before what the log has seen.

use std::sync::atomic::{AtomicI64, Ordering};

use crate::action::clock::{Clock, Timestamp};

/// The latest time that this process has read or met in the log. What has expired by it stays expired, however
/// far the host's clock is turned back. (A clock that once ran ahead keeps this one ahead: that ends requests
/// early, and never late.)
#[derive(Debug)]
pub(super) struct StoreClock(AtomicI64);

impl Default for StoreClock {
    fn default() -> Self {
        Self(AtomicI64::new(i64::MIN))
    }
}

impl StoreClock {
    /// What time it is.
    pub(super) fn now(&self, host: &dyn Clock) -> Timestamp {
        self.met(host.now())
    }

    /// Takes note of a time in the log, and returns the latest one.
    pub(super) fn met(&self, at: Timestamp) -> Timestamp {
        let before = self.0.fetch_max(at.as_millis(), Ordering::SeqCst);
        Timestamp::from_millis(before.max(at.as_millis()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug)]
    struct At(i64);

    impl Clock for At {
        fn now(&self) -> Timestamp {
            Timestamp::from_millis(self.0)
        }
    }

    #[test]
    fn a_clock_that_is_turned_back_is_not_followed() {
        let clock = StoreClock::default();
        let times = [5, 9, 2, 8, 11].map(|host| clock.now(&At(host)).as_millis());
        assert_eq!(times, [5, 9, 9, 9, 11]);
        clock.met(Timestamp::from_millis(20));
        assert_eq!(clock.now(&At(12)).as_millis(), 20, "the log has seen a later time");
    }
}
