//! Follows the log for everybody who waits in this process: what another process appends rings the bells here, within a
//! quarter of a second, and one reader is enough for any number of waiting requests.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use tokio::sync::Notify;

use super::builder::Core;
use crate::record::ledger::LedgerError;

/// How long what another process has done goes unnoticed.
const BETWEEN: Duration = Duration::from_millis(250);
/// The most entries that are read in one go.
const BATCH: usize = 1024;

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

    /// What this process has appended rings no bell a second time.
    pub(super) fn skip(&self, first: u64, count: usize) {
        let mut place = self.held();
        if place.next.is_some_and(|next| next <= first) {
            let count = u64::try_from(count).unwrap_or(u64::MAX);
            place.own.extend(first..first.saturating_add(count));
        }
    }

    fn rest(&self) {
        *self.held() = Place::default();
    }

    /// Takes an entry as read; whether it is another's.
    fn take(&self, index: u64) -> bool {
        let mut place = self.held();
        place.next = Some(index.saturating_add(1));
        !place.own.remove(&index)
    }
}

impl Core {
    /// Follows the log for as long as there is a gate.
    pub(super) fn follow_log(self: &Arc<Self>) {
        let core = Arc::downgrade(self);
        tokio::spawn(follow(core, self.bells.arrived()));
    }

    async fn look_for_news(&self) -> Result<(), LedgerError> {
        let next = self.tail.held().next;
        let Some(mut next) = next else {
            // Whoever waits has looked before this; from here on nothing is missed.
            let size = self.ledger.head().await?.checkpoint.size();
            self.tail.held().next = Some(size);
            self.bells.ring_all();
            return Ok(());
        };
        loop {
            let entries = self.ledger.entries(next, BATCH).await?;
            for entry in &entries {
                if self.tail.take(entry.index)
                    && let Some(request) = entry.request
                {
                    self.bells.ring(request);
                }
                next = entry.index.saturating_add(1);
            }
            if entries.len() < BATCH {
                return Ok(());
            }
        }
    }
}

async fn follow(core: Weak<Core>, arrived: Arc<Notify>) {
    loop {
        let is_anybody_there = match core.upgrade() {
            None => return,
            Some(core) => core.bells.is_anybody_there(),
        };
        if is_anybody_there {
            tokio::time::sleep(BETWEEN).await;
        } else {
            arrived.notified().await;
        }
        let Some(core) = core.upgrade() else { return };
        if !is_anybody_there {
            core.tail.rest();
        }
        if let Err(error) = core.look_for_news().await {
            // Whoever waits looks again by themselves, if less often.
            tracing::debug!(
                error = &error as &dyn std::error::Error,
                "the log cannot be followed for now"
            );
        }
    }
}
