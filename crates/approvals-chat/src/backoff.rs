//! How long to wait before the next try: longer each time, and not all at the same moment.

use std::time::Duration;

use tokio::time::Instant;

/// The waits between tries that fail.
///
/// ```
/// use std::time::Duration;
///
/// let mut waits = approvals_chat::Backoff::new(Duration::from_secs(1), Duration::from_secs(10));
/// assert!(waits.wait() <= Duration::from_secs(1) && waits.wait() <= Duration::from_secs(2));
/// ```
#[derive(Clone, Debug)]
pub struct Backoff {
    first: Duration,
    most: Duration,
    next: Duration,
}

impl Backoff {
    /// From `first` on, each twice as long as the one before, up to `most`.
    #[must_use]
    pub fn new(first: Duration, most: Duration) -> Self {
        Self { first, most, next: first }
    }

    /// The next wait, of which half is left to chance.
    pub fn wait(&mut self) -> Duration {
        let wait = self.next;
        self.next = wait.saturating_mul(2).min(self.most);
        jittered(wait)
    }

    /// Something went well.
    pub fn reset(&mut self) {
        self.next = self.first;
    }
}

/// Between half of it and all of it.
#[must_use]
pub fn jittered(wait: Duration) -> Duration {
    let half = wait.checked_div(2).unwrap_or_default();
    half.saturating_add(half.mul_f64(chance()))
}

/// Anything from 0 to 1. Without randomness nobody waits less.
fn chance() -> f64 {
    let mut bytes = [0_u8; 2];
    match getrandom::fill(&mut bytes) {
        Ok(()) => f64::from(u16::from_le_bytes(bytes)) / f64::from(u16::MAX),
        Err(_) => 1.0,
    }
}

/// The moment after that time.
#[must_use]
pub fn moment(after: Duration) -> Instant {
    let now = Instant::now();
    now.checked_add(after).unwrap_or(now)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_to_the_longest_and_are_never_under_half() {
        let mut backoff = Backoff::new(Duration::from_secs(1), Duration::from_secs(60));
        for expected in [1, 2, 4, 8, 16, 32, 60, 60] {
            let (wait, expected) = (backoff.wait(), Duration::from_secs(expected));
            assert!(wait >= expected / 2 && wait <= expected, "{wait:?} for {expected:?}");
        }
        backoff.reset();
        assert!(backoff.wait() <= Duration::from_secs(1));
    }

    #[test]
    fn two_that_fail_together_do_not_try_again_together() {
        let waits: Vec<_> = (0..20).map(|_| jittered(Duration::from_mins(1))).collect();
        assert!(waits.iter().any(|wait| *wait != waits[0]));
    }
}
