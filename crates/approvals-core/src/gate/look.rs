//! When the log is to be looked at again about a request that people are moved to decide.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::Instant;

use super::insist::POLL;
use crate::action::clock::Timestamp;
use crate::record::state::State;

/// The longest time between two looks, should nothing else cause one.
const LONGEST: Duration = Duration::from_secs(30);

/// The next look: when its time has come, or something has happened.
#[derive(Debug)]
pub(super) struct Look {
    bell: Arc<Notify>,
    since: Instant,
    pause: Duration,
}

impl Look {
    pub(super) fn soon(bell: Arc<Notify>) -> Self {
        Self { bell, since: Instant::now(), pause: POLL }
    }

    /// The next one is soon, since something has changed here.
    pub(super) fn again(&mut self) {
        self.pause = self.left().min(POLL);
        self.since = Instant::now();
    }

    /// The next one is when people are to be moved next, as the state has it.
    pub(super) fn until_due(&mut self, state: &State, now: Timestamp) {
        let left = state.next_nudge().map_or(LONGEST, |(due, _)| now.until(due));
        self.pause = left.clamp(POLL, LONGEST);
        self.since = Instant::now();
    }

    fn left(&self) -> Duration {
        self.pause.saturating_sub(self.since.elapsed())
    }

    pub(super) async fn wait(&self) {
        let rung = self.bell.notified();
        tokio::select! {
            () = rung => {}
            () = tokio::time::sleep(self.left()) => {}
        }
    }
}
