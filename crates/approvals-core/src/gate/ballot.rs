//! What a reviewer answers.

use crate::action::digest::Digest;
use crate::action::id::RequestId;
use crate::policy::assurance::Assurance;
use crate::review::card::Card;
use crate::review::decision::Choice;
use crate::review::passkey::Proof;

/// What a reviewer answered.
///
/// ```
/// # use approvals_core::{self as approvals, *};
/// use approvals::{Ballot, Choice};
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
/// let card = inbox.next().await;
/// let no = Ballot::reject(&card, "not on a Friday")?.to_message("C042/1712345678.000100");
/// assert_eq!((no.request, no.card, no.choice), (card.id(), card.digest()?, Choice::Reject));
/// assert_eq!(no.reason.as_deref(), Some("not on a Friday"));
/// # Ok(()) }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Ballot {
    /// The digest of the card that the reviewer was shown.
    pub card: Digest,
    /// Whether it approves or rejects.
    pub choice: Choice,
    /// The channel's message that was answered, if it has such.
    pub message: Option<String>,
    /// Why, in the reviewer's words, at most 4096 bytes.
    pub reason: Option<String>,
    /// The request that it answers.
    pub request: RequestId,
    /// The press that it comes from: it counts only as long as nothing else has come of that.
    pub(super) press: Option<Digest>,
    pub(super) proof: Option<Box<Proof>>,
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
            press: None,
            proof: None,
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

    pub(super) fn assurance(&self) -> Assurance {
        if self.proof.is_some() { Assurance::ReviewerKey } else { Assurance::ChannelAttested }
    }

    /// The same, as signed with a key of the reviewer's own over a [challenge](crate::Desk::challenge) that was given for it.
    #[must_use]
    pub fn signed(self, proof: Proof) -> Self {
        Self { proof: Some(Box::new(proof)), ..self }
    }
}
