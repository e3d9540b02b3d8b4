//! Sees to it that emergencies are looked at afterwards.

use std::sync::Arc;

use super::builder::{Core, Gate};
use super::denied::Denied;
use super::metrics;
use crate::action::clock::Timestamp;
use crate::action::id::RequestId;
use crate::record::state::State;

impl Core {
    /// Raises an alarm once an emergency should have been reviewed and has not been.
    ///
    /// It belongs to this process: [`Gate::recover`] takes up what others have left.
    pub(super) fn await_review(self: &Arc<Self>, id: RequestId, state: &State) {
        let Some((due, false)) = state.review_due() else { return };
        let core = Arc::downgrade(self);
        let left = self.now().until(due);
        tokio::spawn(async move {
            tokio::time::sleep(left).await;
            if let Some(core) = core.upgrade() {
                core.alarm_unless_reviewed(id).await;
            }
        });
    }

    async fn alarm_unless_reviewed(&self, id: RequestId) {
        let reviewed = match self.load(id).await {
            Ok(loaded) => loaded.state.review_due().is_none_or(|(_, done)| done),
            Err(_unknown) => false,
        };
        if !reviewed {
            metrics::review_overdue();
            tracing::error!(request = %id, "an emergency has not been reviewed in time");
        }
    }
}

impl Gate {
    /// The emergencies that nobody has looked at yet, and until when somebody is to.
    ///
    /// Reads the whole log. Whatever is past its time should be an alarm to somebody.
    pub async fn unreviewed(&self) -> Result<Vec<(RequestId, Timestamp)>, Denied> {
        let open = |(id, state): (RequestId, State)| match state.review_due() {
            Some((due, false)) => Some((id, due)),
            Some((_, true)) | None => None,
        };
        let requests = self.requests().await?;
        Ok(requests.into_iter().filter_map(open).collect())
    }
}
