//! How far this process has followed the log, for everybody who waits in it.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// How far the log was read, and what this process has appended itself, for which it has rung already.
#[derive(Debug, Default)]
pub(super) struct Tail(Mutex<Place>);

#[derive(Debug, Default)]
struct Place {
    /// None while nobody waits.
    next: Option<u64>,
    own: BTreeSet<u64>,
}

impl Tail {
    fn held(&self) -> MutexGuard<'_, Place> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The index of the first entry that was not read yet, while somebody waits.
    pub(super) fn next(&self) -> Option<u64> {
        self.held().next
    }

    pub(super) fn begin(&self, next: u64) {
        self.held().next = Some(next);
    }

    /// What this process has appended rings no bell a second time.
    pub(super) fn skip(&self, first: u64, count: usize) {
        let mut place = self.held();
        if place.next.is_some_and(|next| next <= first) {
            let count = u64::try_from(count).unwrap_or(u64::MAX);
            place.own.extend(first..first.saturating_add(count));
        }
    }

    /// Nobody waits: where it goes on is found out when somebody does.
    pub(super) fn rest(&self) {
        *self.held() = Place::default();
    }

    /// Takes an entry as read; whether it is another's.
    pub(super) fn take(&self, index: u64) -> bool {
        let mut place = self.held();
        place.next = Some(index.saturating_add(1));
        !place.own.remove(&index)
    }
}
