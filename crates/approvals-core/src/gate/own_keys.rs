//! Keys of reviewers' own at the desk: who is invited to enrol one, and what it is asked to sign.

use std::sync::Arc;

use super::ballot::Ballot;
use super::builder::Core;
use super::desk::{Desk, DeskError, MAX_REASON};
use super::journal::{Step, StepError, TRIES};
use crate::action::clock::Timestamp;
use crate::action::principal::Principal;
use crate::policy::assurance::Assurance;
use crate::record::control::Control;
use crate::record::event::What;
use crate::record::ledger::LedgerError;
use crate::record::transition::{Command, Refusal};
use crate::review::challenge::{Challenge, is_nonce};
use crate::review::decision::Decision;
use crate::review::directory::ChannelIdentity;
use crate::review::invitation::Invitation;
use crate::review::passkey::{PasskeyError, ReviewerKey};
use crate::review::quorum::{Ineligible, Vote};
use crate::review::statement::Says;

/// What whoever enrols a key says, where nobody asks for words of theirs.
const ENROLLED: &str = "I was invited to";

impl Desk {
    /// Invites whoever gets the invitation to enrol one key of their own for `account`, until a time. Decisions that are
    /// signed with it count as that account's, so give it to nobody else. Everybody whom the directory knows as a person
    /// may invite: in a channel of its own, that is who holds the keys of the gate.
    ///
    /// ```
    /// # use approvals_core::{self as approvals, *};
    /// use approvals::{ChannelIdentity, Clock, ReviewerKey, SystemClock};
    /// use std::time::Duration;
    ///
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let keys = Keyring::generate()?;
    /// # let one = Obligations::new([Obligation::new("one-of-ops")?.seats("ops", 1)?]);
    /// let (root, mira) = (ChannelIdentity::new("os", "uid:0")?, ChannelIdentity::new("web", "mira")?);
    /// # let people = StaticDirectory::new().with(&Principal::human("u:root")?, [root.clone()])
    /// #     .with(&Principal::human("u:mira")?.member_of(["ops"])?, [mira.clone()]);
    /// # let gate = Gate::builder().approver(InMemoryApprover::new())
    /// #     .policy(PolicyFn::new("ask/1", move |_| Verdict::Review(one.clone()))?)
    /// #     .ledger(MemoryLedger::new("example.org/shop/test", keys.log).await?).directory(people)
    /// #     .recorder_key(keys.recorder).grant_key(keys.grant).build().await?;
    /// let (desk, tomorrow) = (gate.desk(), SystemClock::default().now().after(Duration::from_secs(24 * 3600)));
    /// let invitation = desk.invite(&root, &mira, tomorrow, "Mira's new laptop").await?;
    /// assert_eq!(desk.invited(&invitation).await?, Some(mira.clone()));
    ///
    /// // Where the browser has made a passkey for whoever came with the invitation:
    /// let key = ReviewerKey::es256("approvals.example.com", b"credential-1", &[7; 32], &[9; 32])?;
    /// assert_eq!(desk.enrol(&invitation, key.clone()).await?, mira);
    /// assert_eq!(desk.keys_of(&mira).await?, [key]);
    /// assert_eq!(desk.invited(&invitation).await?, None, "it was good for one");
    /// # Ok(()) }
    /// ```
    pub async fn invite(
        &self,
        identity: &ChannelIdentity,
        account: &ChannelIdentity,
        until: Timestamp,
        reason: &str,
    ) -> Result<Invitation, DeskError> {
        only_people(&self.person(identity).await?)?;
        // Whoever enrols must be somebody.
        only_people(&self.person(account).await?)?;
        let invitation = Invitation::generate().map_err(DeskError::unavailable)?;
        let says =
            Says::Invite { account: account.clone(), invitation: invitation.digest(), until };
        self.state(identity, says, reason).await?;
        Ok(invitation)
    }

    /// The account that an invitation is for, if it is open.
    pub async fn invited(
        &self,
        invitation: &Invitation,
    ) -> Result<Option<ChannelIdentity>, DeskError> {
        let control = self.core().look_at_log().await?;
        let now = control.time(self.core().now());
        Ok(control.invited(invitation.digest(), now).cloned())
    }

    /// Enrols a key for the account that `invitation` is for, and uses the invitation up. The channel has made sure that
    /// whoever came with it has the key. [`invite`](Self::invite) has an example.
    pub async fn enrol(
        &self,
        invitation: &Invitation,
        key: ReviewerKey,
    ) -> Result<ChannelIdentity, DeskError> {
        let account = self.invited(invitation).await?.ok_or(Refusal::NotInvited)?;
        let says = Says::Enrol { invitation: invitation.digest(), key };
        match self.state(&account, says, ENROLLED).await {
            // It was used in the meantime, or the key is known.
            Err(DeskError::Refused(Refusal::Ineligible(_))) => Err(Refusal::NotInvited.into()),
            stated => stated.map(|_said| account),
        }
    }

    /// Takes a key out of use, at once: what it signs counts no more, nor do approvals by it that have not been used yet.
    /// Everybody whom the directory knows as a person may do so.
    pub async fn retire_key(
        &self,
        identity: &ChannelIdentity,
        credential: &str,
        reason: &str,
    ) -> Result<(), DeskError> {
        only_people(&self.person(identity).await?)?;
        let control = self.core().look_at_log().await?;
        if !control.reviewer_keys().any(|(_, key, _)| key.credential() == credential) {
            return Err(Refusal::NoKey.into());
        }
        let says = Says::RetireKey { credential: credential.to_owned() };
        self.state(identity, says, reason).await.map(drop)
    }

    /// What holds for the whole log now: its policy, its stops, and the keys that reviewers have enrolled.
    pub async fn control(&self) -> Result<Arc<Control>, DeskError> {
        Ok(self.core().look_at_log().await?)
    }

    /// The keys with which an account signs decisions.
    pub async fn keys_of(&self, account: &ChannelIdentity) -> Result<Vec<ReviewerKey>, DeskError> {
        Ok(self.core().look_at_log().await?.keys_of(account).cloned().collect())
    }

    /// Records what `identity` is about to sign, before they are asked to: a signature over `nonce` stands for exactly this
    /// ballot, once, and for five minutes. The nonce is random, of 16 to 64 bytes.
    ///
    /// What could not be decided so is refused here, before anybody touches an authenticator.
    ///
    /// ```
    /// # use approvals_core::{self as approvals, *};
    /// use approvals::{Ballot, ChannelIdentity, DeskError, Refusal};
    ///
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let keys = Keyring::generate()?;
    /// # let one = Obligations::new([Obligation::new("one-of-ops")?.seats("ops", 1)?]);
    /// # let account = ChannelIdentity::new("memory", "mira")?;
    /// # let mira = Principal::human("u:mira")?.member_of(["ops"])?;
    /// # let inbox = InMemoryApprover::new();
    /// # let gate = Gate::builder().approver(inbox.clone())
    /// #     .policy(PolicyFn::new("ask/1", move |_| Verdict::Review(one.clone()))?)
    /// #     .ledger(MemoryLedger::new("example.org/shop/test", keys.log).await?)
    /// #     .directory(StaticDirectory::new().with(&mira, [account.clone()]))
    /// #     .recorder_key(keys.recorder).grant_key(keys.grant)
    /// #     .requester(Requester::new(Principal::agent("agent:deployer")?)).build().await?;
    /// # gate.submit(DynamicAction::from_json("app.deploy", b"{}")?.key("release-7")?).await?;
    /// # let card = inbox.next().await;
    /// let ballot = Ballot::approve(&card)?;
    /// // Mira has enrolled no key so far, so there is nothing to sign with.
    /// let refused = gate.desk().challenge(&account, &ballot, &[7; 32]).await.unwrap_err();
    /// assert!(matches!(refused, DeskError::Refused(Refusal::NoKey)));
    /// # Ok(()) }
    /// ```
    pub async fn challenge(
        &self,
        identity: &ChannelIdentity,
        ballot: &Ballot,
        nonce: &[u8],
    ) -> Result<Challenge, DeskError> {
        if ballot.reason.as_ref().is_some_and(|reason| reason.len() > MAX_REASON) {
            return Err(DeskError::ReasonTooLong);
        }
        if !is_nonce(nonce) {
            return Err(DeskError::unavailable("the nonce has to be of 16 to 64 random bytes"));
        }
        let (core, person) = (self.core(), self.person(identity).await?);
        if core.look_at_log().await?.keys_of(identity).next().is_none() {
            return Err(Refusal::NoKey.into());
        }
        for _ in 0..TRIES {
            match self.try_challenge(core, &person, identity, ballot, nonce).await {
                Err(StepError::Ledger(LedgerError::Conflict)) => {}
                other => return other.map_err(DeskError::from),
            }
        }
        Err(DeskError::unavailable(LedgerError::Conflict))
    }

    async fn try_challenge(
        &self,
        core: &Core,
        person: &Principal,
        identity: &ChannelIdentity,
        ballot: &Ballot,
        nonce: &[u8],
    ) -> Result<Challenge, StepError> {
        let loaded = core.load(ballot.request).await?;
        let card = loaded.card().ok_or(Refusal::Unknown)?;
        if card.digest()? != ballot.card {
            return Err(Refusal::OtherDigest.into());
        }
        let now = loaded.state.time(core.now());
        let said = self.decision(now, &card, person.clone(), identity, ballot).await;
        let said = Decision { assurance: Assurance::ReviewerKey, ..said.map_err(unsigned)? };
        let (said, _log) = self.in_whose_place(said, &loaded.state).await.map_err(unsigned)?;
        let question = loaded.state.question().ok_or(Refusal::Over)?;
        question.admits(&Vote::of(&said)).map_err(Refusal::from)?;
        if !loaded.is_open() || loaded.state.overdue(now).is_some() {
            return Err(Refusal::Over.into());
        }
        let challenge = Challenge {
            card: ballot.card,
            choice: ballot.choice,
            identity: identity.clone(),
            nonce: nonce.into(),
            reason: ballot.reason.clone(),
            request: ballot.request,
            request_digest: card.request_digest(),
        };
        let envelope = self.sign(&challenge).await.map_err(unsigned)?;
        let note = Command::Note(What::Challenged { envelope });
        core.take(Step::new(ballot.request, &loaded.state, now).then(note)?).await?;
        Ok(challenge)
    }

    /// Holds what was signed against the keys that count now; and with how many entries of the log itself they do.
    pub(super) async fn check_proof(&self, decision: &Decision) -> Result<Option<u64>, DeskError> {
        let Some(proof) = &decision.proof else { return Ok(None) };
        let control = self.core().look_at_log().await?;
        let key = control.key_behind(decision);
        let key = key.ok_or(Refusal::NotSigned(PasskeyError::Credential))?;
        key.verify(proof).map_err(Refusal::NotSigned)?;
        Ok(Some(control.version()))
    }
}

fn unsigned(error: DeskError) -> StepError {
    StepError::Ledger(LedgerError::Unavailable(error.into()))
}

fn only_people(person: &Principal) -> Result<(), Refusal> {
    let is_human = person.is_human();
    if is_human { Ok(()) } else { Err(Ineligible::NotHuman.into()) }
}
