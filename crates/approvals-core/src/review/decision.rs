//! One reviewer's approve or reject on one digest.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde::{Deserialize, Serialize};

use super::directory::ChannelIdentity;
use super::passkey::Proof;
use crate::action::clock::Timestamp;
use crate::action::digest::Digest;
use crate::action::id::RequestId;
use crate::action::principal::Principal;
use crate::policy::assurance::Assurance;

/// What a reviewer says: approve or reject. [`Decision`] has an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "there is nothing between yes and no")]
pub enum Choice {
    /// It may run, as far as this reviewer is concerned.
    Approve,
    /// It may not run.
    Reject,
}

/// What a decision is: everything that is signed.
///
/// ```
/// # use approvals_core::{self as approvals, *};
/// use approvals::{Ballot, Choice, Ledger, Trail};
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let keys = Keyring::generate()?;
/// # let one = Obligations::new([Obligation::new("one-of-ops")?.seats("ops", 1)?]);
/// # let mira = Principal::human("u:mira")?.member_of(["ops"])?;
/// # let (inbox, account) = (InMemoryApprover::new(), ChannelIdentity::new("memory", "mira")?);
/// # let ledger = std::sync::Arc::new(MemoryLedger::new("example.org/shop/test", keys.log).await?);
/// # let gate = Gate::builder()
/// #     .policy(PolicyFn::new("ask/1", move |_| Verdict::Review(one.clone()))?)
/// #     .ledger(ledger.clone())
/// #     .directory(StaticDirectory::new().with(&mira, [account.clone()]))
/// #     .recorder_key(keys.recorder)
/// #     .grant_key(keys.grant)
/// #     .approver(inbox.clone())
/// #     .requester(Requester::new(Principal::agent("agent:deployer")?))
/// #     .build().await?;
/// # let deploy = DynamicAction::from_json("app.deploy", br#"{"version": 7}"#)?.key("deploy-7")?;
/// # gate.submit(deploy).await?;
/// let card = inbox.next().await;
/// inbox.decide(&account, Ballot::approve(&card)?).await?;
///
/// let mut trail = Trail::new("example.org/shop/test");
/// for entry in ledger.entries(0, 100).await? {
///     trail.read(&entry)?;
/// }
/// let (_request, state) = trail.states().next().ok_or("no request")?;
/// let decision = &state.decisions()[0];
/// assert_eq!(decision.choice, Choice::Approve);
/// assert_eq!((decision.reviewer.id().as_str(), &decision.identity), ("u:mira", &account));
/// assert_eq!((decision.request, decision.card), (card.id(), card.digest()?));
/// assert!(decision.seen.size > 0);
/// # Ok(()) }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Decision {
    /// The digest of the action's document.
    pub action: Digest,
    /// How it was authenticated that the reviewer made it.
    pub assurance: Assurance,
    /// When it was made, by the clock of the gate.
    pub at: Timestamp,
    /// The digest of the card that the reviewer was shown.
    pub card: Digest,
    /// Whether the reviewer approves or rejects.
    pub choice: Choice,
    /// Whose place the reviewer took, if they voted for someone who had asked them to: that person as the
    /// directory knew them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delegator: Option<Principal>,
    /// Who the reviewer is in the channel.
    pub identity: ChannelIdentity,
    /// The channel's message, if it has such.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// What the reviewer has signed with a key of their own, where they have: it stands for all of this, by the challenge
    /// in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proof: Option<Box<Proof>>,
    /// Why, in the reviewer's words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The id of the request that was decided about.
    pub request: RequestId,
    /// The digest of the request.
    pub request_digest: Digest,
    /// Who decided, with the groups they were in.
    pub reviewer: Principal,
    /// The head of the log that the decision was made on.
    pub seen: SeenHead,
}

/// A tree head: not before it, a decision was made. [`Decision`] has an example.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct SeenHead {
    /// The root of the tree, in base64.
    pub root: String,
    /// The number of entries that the log had.
    pub size: u64,
}

impl SeenHead {
    pub(crate) fn new(checkpoint: &approvals_log::Checkpoint) -> Self {
        Self::of(checkpoint.root(), checkpoint.size())
    }

    pub(crate) fn of(root: approvals_log::Hash, size: u64) -> Self {
        Self { root: BASE64.encode(root), size }
    }
}
