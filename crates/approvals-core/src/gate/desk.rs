//! The one door through which every decision of every channel comes in.

use std::sync::Arc;

use super::builder::Core;
use super::journal::{Loaded, StepError, TRIES};
use crate::action::digest::Digest;
use crate::action::id::RequestId;
use crate::action::principal::Principal;
use crate::policy::assurance::Assurance;
use crate::record::event::Event;
use crate::record::ledger::LedgerError;
use crate::record::state::{Phase, State};
use crate::record::transition::{Command, Refusal, transition};
use crate::review::card::Card;
use crate::review::decision::{Choice, Decision, Envelope, SeenHead, Unsigned};
use crate::review::directory::ChannelIdentity;
use crate::review::grant::{self, Claims, Grant};

/// The longest reason, in bytes.
const MAX_REASON: usize = 4096;

/// Takes decisions: verifies who, counts once, signs, records, and grants when enough agree.
#[derive(Clone, Debug)]
pub struct Desk(Arc<Core>);

/// What a reviewer answered.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Ballot {
    /// The digest of the card that the reviewer was shown.
    pub card: Digest,
    /// Approve or reject.
    pub choice: Choice,
    /// The channel's message that was answered, if it has such.
    pub message: Option<String>,
    /// Why, in the reviewer's words.
    pub reason: Option<String>,
    /// The request.
    pub request: RequestId,
}

impl Ballot {
    /// An approval of exactly this card.
    pub fn approve(card: &Card) -> Result<Self, crate::canonical::CanonicalError> {
        Ok(Self {
            card: card.digest()?,
            choice: Choice::Approve,
            message: None,
            reason: None,
            request: card.id(),
        })
    }

    /// A rejection of this card.
    pub fn reject(
        card: &Card,
        reason: impl Into<String>,
    ) -> Result<Self, crate::canonical::CanonicalError> {
        Ok(Self { choice: Choice::Reject, reason: Some(reason.into()), ..Self::approve(card)? })
    }

    /// The same answer, given to this message of the channel.
    #[must_use]
    pub fn to_message(self, message: impl Into<String>) -> Self {
        Self { message: Some(message.into()), ..self }
    }
}

/// A decision that was not taken.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DeskError {
    /// It may not be taken; the reviewer is told why.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The reason is too long.
    #[error("the reason is longer than {MAX_REASON} bytes; shorten it")]
    ReasonTooLong,
    /// Something that is needed cannot be reached. The decision may be sent again.
    #[error("the decision could not be recorded; send it again")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl DeskError {
    fn unavailable(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Unavailable(cause.into())
    }
}

impl From<StepError> for DeskError {
    fn from(error: StepError) -> Self {
        match error {
            StepError::Refused(refusal) => Self::Refused(refusal),
            StepError::Ledger(error) => error.into(),
            StepError::Event(error) => Self::unavailable(error),
        }
    }
}

impl From<LedgerError> for DeskError {
    fn from(error: LedgerError) -> Self {
        Self::unavailable(error)
    }
}

impl Desk {
    pub(super) fn new(core: Arc<Core>) -> Self {
        Self(core)
    }

    /// Takes one reviewer's decision. `identity` is who the channel has verified the sender to be.
    ///
    /// When it returns `Ok`, the decision is durable, and so is the grant if it was the one that was missing.
    /// Sending the same decision twice is [`Refusal::Twice`] and changes nothing. Dropping the future leaves
    /// open whether it was taken; send it again.
    pub async fn decide(
        &self,
        identity: &ChannelIdentity,
        ballot: Ballot,
    ) -> Result<Phase, DeskError> {
        if ballot.reason.as_ref().is_some_and(|reason| reason.len() > MAX_REASON) {
            return Err(DeskError::ReasonTooLong);
        }
        for _ in 0..TRIES {
            let loaded = self.0.load(ballot.request).await?;
            match self.try_decide(&loaded, identity, &ballot).await {
                Err(DeskError::Unavailable(cause)) if is_conflict(&*cause) => {}
                other => return other,
            }
        }
        Err(DeskError::unavailable(LedgerError::Conflict))
    }

    /// The card of a request, if there is such a request.
    pub async fn card(&self, request: RequestId) -> Result<Option<Card>, DeskError> {
        Ok(self.0.load(request).await?.card())
    }

    async fn try_decide(
        &self,
        loaded: &Loaded,
        identity: &ChannelIdentity,
        ballot: &Ballot,
    ) -> Result<Phase, DeskError> {
        let state = &loaded.state;
        let card = loaded.card().ok_or(Refusal::Unknown)?;
        if card.digest().map_err(DeskError::unavailable)? != ballot.card {
            return Err(Refusal::OtherDigest.into());
        }
        let reviewer = self.0.directory.resolve(identity).await.map_err(DeskError::unavailable)?;
        let reviewer = reviewer.ok_or_else(|| Refusal::Unmapped(identity.clone()))?;
        let decision = self.decision(state, &card, reviewer, identity, ballot).await?;
        let envelope = self.sign(&decision).await?;
        let decide = Command::Decide { decision, envelope };
        let mut commands = vec![decide.clone()];
        if let Some(grant) = self.grant_if_agreed(state, &card, decide).await? {
            commands.push(Command::Issue(grant));
        }
        let after = self.0.step(ballot.request, loaded, commands).await?;
        Ok(after.phase().clone())
    }

    async fn decision(
        &self,
        state: &State,
        card: &Card,
        reviewer: Principal,
        identity: &ChannelIdentity,
        ballot: &Ballot,
    ) -> Result<Decision, DeskError> {
        let seen = self.0.ledger.head().await?;
        Ok(Decision {
            action: card.request().action,
            assurance: Assurance::ChannelAttested,
            at: state.time(self.0.now()),
            card: ballot.card,
            choice: ballot.choice,
            identity: identity.clone(),
            message: ballot.message.clone(),
            reason: ballot.reason.clone(),
            request: ballot.request,
            request_digest: card.request_digest(),
            reviewer,
            seen: SeenHead::new(&seen.checkpoint),
        })
    }

    async fn sign(&self, decision: &Decision) -> Result<Envelope, DeskError> {
        let unsigned = Unsigned::new(decision).map_err(DeskError::unavailable)?;
        let signature =
            self.0.recorder.sign(&unsigned.message).await.map_err(DeskError::unavailable)?;
        Ok(unsigned.sign(&self.0.recorder.public_key(), signature))
    }

    /// The grant, if `decide` is the decision that was missing.
    async fn grant_if_agreed(
        &self,
        state: &State,
        card: &Card,
        decide: Command,
    ) -> Result<Option<Grant>, DeskError> {
        let now = state.time(self.0.now());
        let mut after = state.clone();
        for what in transition(state, decide, now)? {
            after = after
                .apply(&Event::new(now, Some(card.id()), what))
                .map_err(DeskError::unavailable)?;
        }
        if *after.phase() != Phase::Pending || !after.is_agreed() {
            return Ok(None);
        }
        let approvers = after.approvals().map(|decision| decision.reviewer.id().clone()).collect();
        let action = card.document().action.as_str();
        let claims = Claims::new(&self.0.origin, card.request(), action, approvers, now)
            .map_err(DeskError::unavailable)?;
        let key = self.0.grantor.public_key();
        let input = grant::signing_input(&claims, &key).map_err(DeskError::unavailable)?;
        let signature =
            self.0.grantor.sign(input.as_bytes()).await.map_err(DeskError::unavailable)?;
        Ok(Some(Grant::assemble(&input, signature)))
    }
}

fn is_conflict(error: &(dyn std::error::Error + 'static)) -> bool {
    matches!(error.downcast_ref(), Some(LedgerError::Conflict))
}
