//! Keeps agents from wearing people down, and from filling the ledger.

use tokio::sync::MutexGuard;

use super::builder::Core;
use super::denied::Denied;
use super::overview::{Before, Overview};
use crate::action::clock::Timestamp;
use crate::action::document::Document;
use crate::action::id::RequestId;
use crate::record::event::Cause;
use crate::record::ledger::LedgerError;
use crate::review::request::Request;

/// How many entries are read at once.
const BATCH: usize = 1024;

impl Core {
    /// Looks at the requests before this one, and refuses it if there are too many of them.
    pub(super) async fn before(
        &self,
        request: &Request,
        document: &Document,
        now: Timestamp,
    ) -> Result<Before, Denied> {
        let followed = self.overview(now).await?;
        let mut before = followed.before(document, request.action, now);
        // Who has the same key may have been faster; that is no earlier attempt, but this one.
        before.rejected = before.rejected.filter(|rejected| *rejected != request.id);
        // What has a name of its own is not shared, nor are acts on the approvals: each has its own effect.
        let is_shared = request.key.is_none() && !document.action.is_reserved();
        before.same = before.same.filter(|_same| is_shared);
        if before.same.is_none() {
            self.within_limits(request.id, &followed, document, now)?;
        }
        Ok(before)
    }

    /// Whether one more call that is refused at once, for this cause, is to be recorded.
    pub(super) async fn records_refused(
        &self,
        document: &Document,
        cause: &Cause,
        now: Timestamp,
    ) -> Result<bool, LedgerError> {
        let Document { requester, action, .. } = document;
        let so_far = self.overview(now).await?.refused(requester);
        let records = so_far < self.limits.refused_per_hour;
        if !records {
            tracing::warn!(
                %requester, %action, %cause,
                "a refused call is not recorded: its requester has had too many of them within an hour"
            );
        }
        Ok(records)
    }

    async fn overview(&self, now: Timestamp) -> Result<MutexGuard<'_, Overview>, LedgerError> {
        let mut followed = self.overview.lock().await;
        loop {
            let entries = self.ledger.entries(followed.next(), BATCH).await?;
            for entry in &entries {
                // It concerns its own request, which is stopped when it is read; here it is only not counted.
                if let Err(error) = followed.read(entry) {
                    tracing::error!(%error, "an event cannot be read, so its request is not counted");
                }
            }
            followed.forget(now);
            if entries.is_empty() {
                return Ok(followed);
            }
        }
    }

    fn within_limits(
        &self,
        id: RequestId,
        followed: &Overview,
        document: &Document,
        now: Timestamp,
    ) -> Result<(), Denied> {
        let too_many = |reason: String| Err(Denied::TooMany { reason });
        if let Some(until) = followed.cooling_until(id, document, self.limits.cool_down, now) {
            return Err(Denied::JustRejected { until });
        }
        if followed.beside(document, now).count() >= self.limits.pending {
            return too_many(format!("{} of your requests wait already", self.limits.pending));
        }
        let asked = followed.asked(document);
        if asked >= self.limits.per_hour {
            return too_many(format!("you have asked {asked} times within an hour"));
        }
        Ok(())
    }
}
