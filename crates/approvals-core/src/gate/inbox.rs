//! The in-memory approver: lists what waits, takes decisions. For embedding in one's own interface.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;

use super::approver::{Approver, ApproverError, Presented};
use super::desk::{Ballot, Desk, DeskError};
use crate::action::id::RequestId;
use crate::record::state::Phase;
use crate::record::transition::Refusal;
use crate::review::card::Card;
use crate::review::directory::ChannelIdentity;

/// Holds what waits in this process, for code that shows it to people in its own way.
///
/// The channel is called `memory`. Whoever calls [`decide`](Self::decide) vouches for the identity.
#[derive(Clone, Debug, Default)]
pub struct InMemoryApprover {
    waiting: Arc<Mutex<BTreeMap<RequestId, (Card, Desk)>>>,
}

impl InMemoryApprover {
    /// An empty inbox.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The cards that wait for a decision, oldest first.
    #[must_use]
    pub fn waiting(&self) -> Vec<Card> {
        let waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let mut cards: Vec<Card> = waiting.values().map(|(card, _)| card.clone()).collect();
        cards.sort_by_key(|card| card.request().asked_at);
        cards
    }

    /// Hands a decision to the desk, for a request that waits here.
    pub async fn decide(
        &self,
        identity: &ChannelIdentity,
        ballot: Ballot,
    ) -> Result<Phase, DeskError> {
        let desk = self
            .waiting
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&ballot.request)
            .map(|(_, desk)| desk.clone());
        desk.ok_or(Refusal::Unknown)?.decide(identity, ballot).await
    }
}

#[async_trait]
impl Approver for InMemoryApprover {
    fn channel(&self) -> &'static str {
        "memory"
    }

    async fn present(&self, card: &Card, desk: &Desk) -> Result<Presented, ApproverError> {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.insert(card.id(), (card.clone(), desk.clone()));
        Ok(Presented::new())
    }

    async fn update(&self, card: &Card, _phase: &Phase) -> Result<(), ApproverError> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).remove(&card.id());
        Ok(())
    }
}
