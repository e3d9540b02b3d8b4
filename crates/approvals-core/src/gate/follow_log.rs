//! Follows the log for everybody who waits in this process: what another process appends rings the bells here, within a
//! quarter of a second, and one reader is enough for any number of waiting requests.

use std::sync::{Arc, Weak};
use std::time::Duration;

use tokio::sync::Notify;

use super::builder::Core;
use crate::record::ledger::LedgerError;

/// How long what another process has done goes unnoticed.
const BETWEEN: Duration = Duration::from_millis(250);
/// The most entries that are read in one go.
const BATCH: usize = 1024;

impl Core {
    /// Follows the log for as long as there is a gate.
    pub(super) fn follow_log(self: &Arc<Self>) {
        let core = Arc::downgrade(self);
        tokio::spawn(follow(core, self.bells.arrived()));
    }

    async fn look_for_news(&self) -> Result<(), LedgerError> {
        let next = self.tail.next();
        let Some(mut next) = next else {
            // Whoever waits has looked before this; from here on nothing is missed.
            let size = self.ledger.head().await?.checkpoint.size();
            self.tail.begin(size);
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
