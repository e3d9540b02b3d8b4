//! The one door through which every decision of every channel comes in.

use std::sync::Arc;

use super::ballot::Ballot;
use super::builder::Core;
use super::journal::{Loaded, Step, StepError, TRIES};
use super::metrics;
use crate::action::clock::Timestamp;
use crate::action::id::RequestId;
use crate::action::principal::Principal;
use crate::record::ledger::LedgerError;
use crate::record::state::{Phase, State};
use crate::record::transition::{Command, Refusal};
use crate::review::card::Card;
use crate::review::decision::{Choice, Decision, SeenHead};
use crate::review::directory::ChannelIdentity;
use crate::review::envelope::{Envelope, Payload, Unsigned};
use crate::review::grant::{self, Claims, Grant};
use crate::review::quorum::{Ineligible, Vote};

/// The longest reason, in bytes.
pub(super) const MAX_REASON: usize = 4096;

/// Takes decisions: verifies who, counts once, signs, records, and grants when enough agree.
///
/// ```
/// # use approvals_core::{self as approvals, *};
/// use approvals::{Ballot, DynamicAction, Phase};
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let keys = Keyring::generate()?;
/// # let one = Obligations::new([Obligation::new("one-of-ops")?.seats("ops", 1)?]);
/// # let mira = Principal::human("u:mira")?.member_of(["ops"])?;
/// # let (inbox, account) = (InMemoryApprover::new(), ChannelIdentity::new("memory", "mira")?);
/// # let gate = Gate::builder().approver(inbox.clone())
/// #     .policy(PolicyFn::new("ask/1", move |_| Verdict::Review(one.clone()))?)
/// #     .ledger(MemoryLedger::new("example.org/shop/test", keys.log).await?)
/// #     .directory(StaticDirectory::new().with(&mira, [account.clone()]))
/// #     .recorder_key(keys.recorder).grant_key(keys.grant)
/// #     .requester(Requester::new(Principal::agent("agent:deployer")?))
/// #     .build().await?;
/// let deploy = DynamicAction::from_json("app.deploy", br#"{"version": 7}"#)?.key("release-7")?;
/// let request = gate.submit(deploy).await?.request;
///
/// // Where the channel hears of a pressed button, and has found out that it was `account` who pressed it:
/// let desk = gate.desk();
/// let card = desk.card(request).await?.ok_or("there is no such request")?;
/// let phase = desk.decide(&account, Ballot::approve(&card)?).await?;
/// assert_eq!(phase, Phase::Granted);
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
pub struct Desk(Arc<Core>);

/// A decision that was not taken.
///
/// ```
/// # use approvals_core::{self as approvals, *};
/// use approvals::{Ballot, ChannelIdentity, DeskError, Refusal};
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let keys = Keyring::generate()?;
/// # let one = Obligations::new([Obligation::new("one-of-ops")?.seats("ops", 1)?]);
/// # let mira = Principal::human("u:mira")?.member_of(["ops"])?;
/// # let (inbox, account) = (InMemoryApprover::new(), ChannelIdentity::new("memory", "mira")?);
/// # let gate = Gate::builder().approver(inbox.clone())
/// #     .policy(PolicyFn::new("ask/1", move |_| Verdict::Review(one.clone()))?)
/// #     .ledger(MemoryLedger::new("example.org/shop/test", keys.log).await?)
/// #     .directory(StaticDirectory::new().with(&mira, [account.clone()]))
/// #     .recorder_key(keys.recorder).grant_key(keys.grant)
/// #     .requester(Requester::new(Principal::agent("agent:deployer")?))
/// #     .build().await?;
/// # gate.submit(DynamicAction::from_json("app.deploy", b"{}")?.key("release-7")?).await?;
/// # let card = inbox.next().await;
/// // Nobody has told the directory who this is.
/// let stranger = ChannelIdentity::new("memory", "tom")?;
/// let error = gate.desk().decide(&stranger, Ballot::approve(&card)?).await.unwrap_err();
/// assert!(matches!(error, DeskError::Refused(Refusal::Unmapped(_))));
/// assert_eq!(error.to_string(), "`memory:tom` is not known to the directory, so there is no vote");
/// # Ok(()) }
/// ```
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DeskError {
    /// It may not be taken; the reviewer is told why.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The reason has more than 4096 bytes.
    #[error("the reason is longer than {MAX_REASON} bytes; shorten it")]
    ReasonTooLong,
    /// What is stated here takes a reason, and there is none.
    #[error("this needs a reason; say why")]
    NoReason,
    /// Something that is needed cannot be reached. The decision may be sent again.
    #[error("the decision could not be recorded; send it again")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl DeskError {
    fn word(&self) -> &'static str {
        match self {
            Self::Refused(refusal) => metrics::word(refusal),
            Self::ReasonTooLong => "reason_too_long",
            Self::NoReason => "no_reason",
            Self::Unavailable(_) => "unavailable",
        }
    }

    pub(super) fn unavailable(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Unavailable(cause.into())
    }
}

impl From<StepError> for DeskError {
    fn from(error: StepError) -> Self {
        match error {
            StepError::Refused(refusal) => Self::Refused(refusal),
            StepError::Ledger(error) => error.into(),
            StepError::Event(error) => Self::unavailable(error),
            StepError::Denied(denied) => Self::unavailable(denied),
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
        let decided = self.decide_now(identity, &ballot).await;
        decided.inspect_err(|error| metrics::refused(error.word()))
    }

    async fn decide_now(
        &self,
        identity: &ChannelIdentity,
        ballot: &Ballot,
    ) -> Result<Phase, DeskError> {
        if ballot.reason.as_ref().is_some_and(|reason| reason.len() > MAX_REASON) {
            return Err(DeskError::ReasonTooLong);
        }
        for _ in 0..TRIES {
            let loaded = self.0.load(ballot.request).await?;
            if ballot.press.is_some_and(|press| !loaded.state.channels().is_open(press)) {
                return Err(Refusal::Twice.into());
            }
            match Box::pin(self.try_decide(&loaded, identity, ballot)).await {
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
        let now = state.time(self.0.now());
        let reviewer = self.person(identity).await?;
        let decision = self.decision(now, &card, reviewer, identity, ballot).await?;
        let proven = self.check_proof(&decision).await?;
        let (decision, log) = self.in_whose_place(decision, state).await?;
        let log = log.or(proven);
        let decision = Box::new(decision);
        let envelope = self.sign(&*decision).await?;
        // A vote that was lent, and a key, count only if they still do when it is recorded.
        let step = || match log {
            Some(entries) => Step::new(ballot.request, state, now).while_log_has(entries),
            None => Step::new(ballot.request, state, now),
        };
        let decide = Command::Decide { decision: decision.clone(), envelope: envelope.clone() };
        let mut decided = match step().then(decide) {
            // It changes nothing any more, but it was said.
            Err(StepError::Refused(refusal @ (Refusal::TooLate | Refusal::Over))) => {
                if let Ok(late) = step().then(Command::Late { decision, envelope }) {
                    self.0.take(late).await?;
                }
                return Err(refusal.into());
            }
            other => other?,
        };
        if *decided.after.phase() == Phase::Pending && decided.after.is_agreed(now) {
            let grant = self.grant(&decided.after, &card, now).await?;
            decided = decided.then(Command::Issue(grant))?;
        }
        let after = self.0.take(decided).await?;
        Ok(after.phase().clone())
    }

    /// Who stands behind an identity.
    pub(super) async fn person(&self, identity: &ChannelIdentity) -> Result<Principal, DeskError> {
        let person = self.0.resolve(identity).await.map_err(DeskError::unavailable)?;
        person.ok_or_else(|| Refusal::Unmapped(identity.clone()).into())
    }

    pub(super) async fn decision(
        &self,
        now: Timestamp,
        card: &Card,
        reviewer: Principal,
        identity: &ChannelIdentity,
        ballot: &Ballot,
    ) -> Result<Decision, DeskError> {
        Ok(Decision {
            action: card.request().action,
            assurance: ballot.assurance(),
            at: now,
            card: ballot.card,
            choice: ballot.choice,
            delegator: None,
            identity: identity.clone(),
            message: ballot.message.clone(),
            proof: ballot.proof.clone(),
            reason: ballot.reason.clone(),
            request: ballot.request,
            request_digest: card.request_digest(),
            reviewer,
            seen: self.seen().await?,
        })
    }

    /// The head of the log that something is said on.
    pub(super) async fn seen(&self) -> Result<SeenHead, DeskError> {
        Ok(SeenHead::new(&self.0.ledger.head().await?.checkpoint))
    }

    /// An approval that the reviewer may not give in their own name is given in the place of somebody who
    /// lent them their vote, if that helps; and then with how many entries the log itself had by that.
    pub(super) async fn in_whose_place(
        &self,
        decision: Decision,
        state: &State,
    ) -> Result<(Decision, Option<u64>), DeskError> {
        let Some(question) = state.question() else { return Ok((decision, None)) };
        let needs_help = decision.choice == Choice::Approve
            && question.admits(&Vote::of(&decision)) == Err(Ineligible::NotAsked);
        if !needs_help {
            return Ok((decision, None));
        }
        let control = self.0.look_at_log().await?;
        for lent in control.lent_to(&decision.reviewer, decision.at) {
            let lender = self.0.lender(lent).await.map_err(DeskError::unavailable)?;
            let instead = Decision { delegator: lender, ..decision.clone() };
            let may = question.admits(&Vote::of(&instead)).is_ok();
            if instead.delegator.is_some() && may && !state.has_voted(&Vote::of(&instead)) {
                return Ok((instead, Some(control.version())));
            }
        }
        Ok((decision, None))
    }

    /// Signs what somebody decided or stated.
    pub(super) async fn sign<T: Payload>(&self, contents: &T) -> Result<Envelope<T>, DeskError> {
        let unsigned = Unsigned::new(contents).map_err(DeskError::unavailable)?;
        let signature =
            self.0.recorder.sign(&unsigned.message).await.map_err(DeskError::unavailable)?;
        Ok(unsigned.sign(&self.0.recorder.public_key(), signature))
    }

    /// The grant of what was agreed.
    async fn grant(&self, agreed: &State, card: &Card, now: Timestamp) -> Result<Grant, DeskError> {
        let approvers = agreed.approvers(now).map(|decision| decision.reviewer.id().clone());
        let action = card.document().action.as_str();
        let claims = Claims::new(&self.0.origin, card.request(), action, approvers.collect(), now)
            .map_err(DeskError::unavailable)?;
        let key = self.0.grantor.public_key();
        let input = grant::signing_input(&claims, &key).map_err(DeskError::unavailable)?;
        let signature =
            self.0.grantor.sign(input.as_bytes()).await.map_err(DeskError::unavailable)?;
        Ok(Grant::assemble(&input, signature))
    }

    pub(super) fn core(&self) -> &Arc<Core> {
        &self.0
    }
}

pub(super) fn is_conflict(error: &(dyn std::error::Error + 'static)) -> bool {
    matches!(error.downcast_ref(), Some(LedgerError::Conflict))
}
