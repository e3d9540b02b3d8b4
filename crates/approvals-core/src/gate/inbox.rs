//! The in-memory approver: lists what waits, takes decisions. For embedding in one's own interface.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use tokio::sync::Notify;

use super::approver::{Approver, ApproverError, Presented};
use super::ballot::Ballot;
use super::desk::{Desk, DeskError};
use crate::action::id::RequestId;
use crate::record::state::Phase;
use crate::record::transition::Refusal;
use crate::review::card::Card;
use crate::review::directory::ChannelIdentity;

/// Holds what waits in this process, for code that shows it to people in its own way. Clones hold the same.
///
/// The channel is called `memory`. Whoever calls [`decide`](Self::decide) vouches for the identity.
///
/// ```
/// # use approvals_core::*;
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let keys = Keyring::generate()?;
/// # let one = Obligations::new([Obligation::new("one-of-ops")?.seats("ops", 1)?]);
/// # let mira = Principal::human("u:mira")?.member_of(["ops"])?;
/// let inbox = InMemoryApprover::new();
/// let account = ChannelIdentity::new("memory", "mira")?;
/// let gate = Gate::builder().approver(inbox.clone())
/// #     .policy(PolicyFn::new("ask/1", move |_| Verdict::Review(one.clone()))?)
/// #     .ledger(MemoryLedger::new("example.org/shop/test", keys.log).await?)
/// #     .directory(StaticDirectory::new().with(&mira, [account.clone()]))
/// #     .recorder_key(keys.recorder)
/// #     .grant_key(keys.grant)
/// #     .requester(Requester::new(Principal::agent("agent:deployer")?))
///     .build().await?;
/// let deploy = DynamicAction::from_json("app.deploy", br#"{"version": 7}"#)?;
/// let running = tokio::spawn(async move {
///     gate.run(deploy, |_permit, _call| async { Ok::<_, Denied>("deployed") }).await
/// });
///
/// let card = inbox.next().await;
/// println!("{card}");
/// inbox.decide(&account, Ballot::approve(&card)?).await?;
/// assert_eq!(running.await?, Ok("deployed"));
/// # Ok(()) }
/// ```
#[derive(Clone, Debug, Default)]
pub struct InMemoryApprover {
    waiting: Arc<Mutex<BTreeMap<RequestId, Waiting>>>,
    arrived: Arc<Notify>,
}

#[derive(Debug)]
struct Waiting {
    card: Card,
    desk: Desk,
    /// Whether [`InMemoryApprover::next`] is still to hand it out.
    is_new: bool,
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
        let waiting = self.held();
        let mut cards: Vec<Card> = waiting.values().map(|one| one.card.clone()).collect();
        cards.sort_by_key(|card| card.request().asked_at);
        cards
    }

    /// The oldest card that waits for a decision and was not handed out by this yet; waits until there is one.
    ///
    /// # Cancellation
    ///
    /// Dropping it loses no card.
    pub async fn next(&self) -> Card {
        loop {
            let arrived = self.arrived.notified();
            let mut arrived = std::pin::pin!(arrived);
            // Listening begins before looking, so that no card falls in between.
            arrived.as_mut().enable();
            if let Some(card) = self.take_new() {
                return card;
            }
            arrived.await;
        }
    }

    fn take_new(&self) -> Option<Card> {
        let mut waiting = self.held();
        let new = waiting.values_mut().filter(|one| one.is_new);
        let oldest = new.min_by_key(|one| one.card.request().asked_at)?;
        oldest.is_new = false;
        Some(oldest.card.clone())
    }

    fn held(&self) -> MutexGuard<'_, BTreeMap<RequestId, Waiting>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Hands a decision to the desk, for a request that waits here.
    pub async fn decide(
        &self,
        identity: &ChannelIdentity,
        ballot: Ballot,
    ) -> Result<Phase, DeskError> {
        let desk = self.held().get(&ballot.request).map(|one| one.desk.clone());
        desk.ok_or(Refusal::Unknown)?.decide(identity, ballot).await
    }
}

#[async_trait]
impl Approver for InMemoryApprover {
    fn channel(&self) -> &'static str {
        "memory"
    }

    async fn present(&self, card: &Card, desk: &Desk) -> Result<Presented, ApproverError> {
        let (id, card, desk) = (card.id(), card.clone(), desk.clone());
        let mut held = self.held();
        // It may be presented again, as by another gate on the same ledger.
        let is_new = held.get(&id).is_none_or(|one| one.is_new);
        held.insert(id, Waiting { card, desk, is_new });
        drop(held);
        self.arrived.notify_waiters();
        Ok(Presented::new())
    }

    async fn update(&self, card: &Card, phase: &Phase) -> Result<(), ApproverError> {
        if *phase != Phase::Pending {
            self.held().remove(&card.id());
        }
        Ok(())
    }
}
