//! Keeps agents from wearing people down.

use super::builder::Core;
use super::denied::Denied;
use super::overview::{Before, Overview};
use crate::action::clock::Timestamp;
use crate::action::digest::Digest;
use crate::action::document::Document;
use crate::action::id::RequestId;

/// How many entries are read at once.
const BATCH: usize = 1024;

impl Core {
    /// Looks at the requests before this one, and refuses it if there are too many of them.
    pub(super) async fn before(
        &self,
        id: RequestId,
        document: &Document,
        action: Digest,
        now: Timestamp,
        may_join: bool,
    ) -> Result<Before, Denied> {
        let mut followed = self.overview.lock().await;
        loop {
            let entries = self.ledger.entries(followed.next(), BATCH).await?;
            if entries.is_empty() {
                break;
            }
            for entry in &entries {
                // It concerns its own request, which is stopped when it is read; here it is only not counted.
                if let Err(error) = followed.read(entry) {
                    tracing::error!(%error, "an event cannot be read, so its request is not counted");
                }
            }
        }
        let mut before = followed.before(document, action, now);
        // Who has the same key may have been faster; that is no earlier attempt, but this one.
        before.rejected = before.rejected.filter(|rejected| *rejected != id);
        before.same = before.same.filter(|_same| may_join);
        if before.same.is_none() {
            self.within_limits(id, &mut followed, document, now)?;
        }
        Ok(before)
    }

    fn within_limits(
        &self,
        id: RequestId,
        followed: &mut Overview,
        document: &Document,
        now: Timestamp,
    ) -> Result<(), Denied> {
        let who = &document.requester;
        let too_many = |reason: String| Err(Denied::TooMany { reason });
        if let Some(until) = followed.cooling_until(id, document, self.limits.cool_down)
            && now < until
        {
            return too_many(format!("the same was rejected a moment ago; not before {until}"));
        }
        if followed.of(who).count() >= self.limits.pending {
            return too_many(format!("{} of your requests wait already", self.limits.pending));
        }
        let asked = followed.asked_by(who, now);
        if asked >= self.limits.per_hour {
            return too_many(format!("you have asked {asked} times within an hour"));
        }
        Ok(())
    }
}
