//! What all routes share.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use approvals_core::{Card, Clock, Gate, Ledger, RequestId, State};
use axum::body::Bytes;
use tokio::sync::watch;

use crate::access::door::Door;
use crate::access::reviewer::Reviewer;
use crate::access::settings::Access;
use crate::capacity::{Capacity, Room};
use crate::index::follower::Follower;
use crate::problem::Problem;

/// How long a list waits for what was written just before.
const FRESH_WITHIN: Duration = Duration::from_secs(1);

#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) gate: Gate,
    pub(crate) ledger: Arc<dyn Ledger>,
    pub(crate) access: Access,
    /// How people come in, where they do so with passkeys.
    pub(crate) door: Option<Door>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) capacity: Capacity,
    pub(crate) follower: Arc<Follower>,
    pub(crate) polls: Room,
    pub(crate) streams: Room,
    pub(crate) leaving: watch::Sender<bool>,
    pub(crate) document: OnceLock<Bytes>,
}

impl Shared {
    /// Where a request stands, by the ledger, with its card.
    pub(crate) async fn state_of(
        &self,
        request: RequestId,
    ) -> Result<Option<(Card, State)>, Problem> {
        Ok(self.gate.desk().state_of(request).await?)
    }

    /// Waits until lists know what is in the ledger now, for a moment: so that whoever has written finds it there.
    pub(crate) async fn freshen(&self) -> Result<(), Problem> {
        let size = self.ledger.head().await?.checkpoint.size();
        // Later than that, a list is as good as it can be.
        drop(tokio::time::timeout(FRESH_WITHIN, self.follower.reaches(size)).await);
        Ok(())
    }

    /// Whether somebody could sign decisions with a passkey of theirs.
    pub(crate) async fn has_keys(&self, reviewer: &Reviewer) -> Result<bool, Problem> {
        if self.door.is_none() {
            return Ok(false);
        }
        let control = self.gate.desk().control().await?;
        Ok(control.keys_of(reviewer.identity()).next().is_some())
    }

    pub(crate) fn is_leaving(&self) -> bool {
        *self.leaving.borrow()
    }
}
