//! What is left over from processes that are gone.

use super::builder::Gate;
use super::denied::Denied;
use super::journal::StepError;
use crate::action::id::RequestId;
use crate::record::event::{Cause, Event};
use crate::record::ledger::LedgerError;
use crate::record::post::Post;
use crate::record::state::{Phase, State};
use crate::record::transition::Command;

/// How many entries are read at once.
const BATCH: usize = 1024;

impl Gate {
    /// Ends what is overdue, looks after what still waits (so that escalations and reminders come also if the
    /// process that asked is gone), and lists what was started and never finished: what became of it is unknown
    /// unless it is still running in another process. Nothing is run again.
    ///
    /// Reads the whole log: call it when the program starts, not on every request.
    pub async fn recover(&self) -> Result<Vec<RequestId>, Denied> {
        let mut unknown = Vec::new();
        for (id, state) in self.requests().await? {
            if state.overdue(self.core().now()).is_some() {
                let now = self.core().now();
                let expire =
                    |state: &State| state.overdue(now).map(|_| Command::Close(Cause::Expired));
                self.core()
                    .step_on(id, |loaded| expire(&loaded.state))
                    .await
                    .map_err(Denied::from)?;
            }
            if *state.phase() == Phase::Pending && state.overdue(self.core().now()).is_none() {
                self.core().attend(vec![id]);
            } else if state.posts().iter().any(Post::is_untold)
                || !state.channels().open().is_empty()
                || state.is_in_doubt() && !state.posts().is_empty()
            {
                self.core().finish(id);
            }
            self.core().await_review(id, &state);
            if state.is_in_doubt() {
                unknown.push(id);
            }
        }
        Ok(unknown)
    }

    /// Every request in the ledger, in the order in which they were asked.
    pub(super) async fn requests(&self) -> Result<Vec<(RequestId, State)>, StepError> {
        let mut order = Vec::new();
        let mut states = std::collections::HashMap::new();
        let mut from = 0;
        loop {
            let entries = self.core().ledger.entries(from, BATCH).await?;
            let Some(last) = entries.last() else { break };
            from = last.index.saturating_add(1);
            for entry in &entries {
                let Some(id) = entry.request else { continue };
                let damaged = |detail: String| LedgerError::Damaged {
                    first: entry.index,
                    last: entry.index,
                    detail,
                };
                let event =
                    Event::parse(&entry.bytes).map_err(|error| damaged(error.to_string()))?;
                let state: State = states.remove(&id).unwrap_or_else(|| {
                    order.push(id);
                    State::default()
                });
                states.insert(id, state.apply(&event).map_err(|error| damaged(error.to_string()))?);
            }
        }
        Ok(order.into_iter().filter_map(|id| Some((id, states.remove(&id)?))).collect())
    }
}
