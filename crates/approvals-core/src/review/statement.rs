//! What people state with their name, apart from decisions about a card.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::decision::SeenHead;
use super::directory::ChannelIdentity;
use super::passkey::ReviewerKey;
use crate::action::clock::Timestamp;
use crate::action::digest::Digest;
use crate::action::id::{ActionName, Group, PrincipalId, RequestId};
use crate::action::principal::Principal;
use crate::policy::assurance::Assurance;

/// One statement: everything that is signed.
///
/// ```
/// # use approvals_core::{self as approvals, *};
/// use approvals::{Ledger, Says, Stop, Trail};
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
/// let deploys = Stop::Action("app.deploy".parse()?);
/// gate.desk().stop(&account, deploys.clone(), "version 7 loses orders").await?;
///
/// let mut trail = Trail::new("example.org/shop/test");
/// for entry in ledger.entries(0, 100).await? {
///     trail.read(&entry)?;
/// }
/// let (_digest, _stop, statement) = trail.control().stops().next().ok_or("nothing is stopped")?;
/// assert_eq!(statement.says, Says::Stop { scope: deploys });
/// assert_eq!((statement.person.id().as_str(), statement.reason.as_str()), ("u:mira", "version 7 loses orders"));
/// assert_eq!(statement.request(), None); // it is about the log as a whole
/// # Ok(()) }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Statement {
    /// How it was authenticated who states it.
    pub assurance: Assurance,
    /// When it was made, by the clock of the gate.
    pub at: Timestamp,
    /// Who they are in the channel.
    pub identity: ChannelIdentity,
    /// The log that it is about.
    pub log: String,
    /// Who states it, with the groups they were in.
    pub person: Principal,
    /// Why they state it, in their words.
    pub reason: String,
    /// What it says.
    pub says: Says,
    /// The head of the log that it was made on.
    pub seen: SeenHead,
}

/// What a statement says. [`Statement`] has an example.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[expect(clippy::exhaustive_enums, reason = "a statement that somebody overlooks is a hole")]
pub enum Says {
    /// Nothing of this may start until it is lifted.
    Stop {
        /// What is stopped.
        scope: Stop,
    },
    /// Someone else may vote in my place for a while.
    Delegate {
        /// The person who may vote instead.
        to: PrincipalId,
        /// My groups for which they may.
        groups: BTreeSet<Group>,
        /// The moment from which they may no more.
        until: Timestamp,
    },
    /// Nobody votes in my place any more.
    Undelegate,
    /// What became of a request that was started and never finished.
    Resolve {
        /// The request that nobody knew the outcome of.
        request: RequestId,
        /// What became of it.
        resolution: Resolution,
    },
    /// I have looked at what was done in an emergency.
    Review {
        /// The request that set denials aside.
        request: RequestId,
        /// Whether it was justified.
        justified: bool,
    },
    /// Why I have rejected a request, said afterwards.
    Explain {
        /// The request that I have rejected.
        request: RequestId,
    },
    /// This standing grant is used no more.
    Retire {
        /// The request that issued it.
        standing: RequestId,
    },
    /// Whoever has the invitation may enrol one key of their own for this account.
    Invite {
        /// The account, as the channel will tell of it.
        account: ChannelIdentity,
        /// What the invitation is called by.
        invitation: Digest,
        /// Until when, at most, and exclusive.
        until: Timestamp,
    },
    /// This is a key of mine, and of nobody else: what it signs, I have decided.
    Enrol {
        /// The invitation that was used up for it.
        invitation: Digest,
        /// The key.
        key: ReviewerKey,
    },
    /// A key counts no more: neither what it signs from now on, nor approvals by it that have not been used yet.
    RetireKey {
        /// What its credential is called by.
        credential: String,
    },
}

/// What a stop stops.
///
/// ```
/// # use approvals_core::{self as approvals, *};
/// use approvals::{Denied, Stop};
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let keys = Keyring::generate()?;
/// # let one = Obligations::new([Obligation::new("one-of-ops")?.seats("ops", 1)?]);
/// # let mira = Principal::human("u:mira")?.member_of(["ops"])?;
/// # let (inbox, account) = (InMemoryApprover::new(), ChannelIdentity::new("memory", "mira")?);
/// # let gate = Gate::builder()
/// #     .policy(PolicyFn::new("ask/1", move |_| Verdict::Review(one.clone()))?)
/// #     .ledger(MemoryLedger::new("example.org/shop/test", keys.log).await?)
/// #     .directory(StaticDirectory::new().with(&mira, [account.clone()]))
/// #     .recorder_key(keys.recorder)
/// #     .grant_key(keys.grant)
/// #     .approver(inbox.clone())
/// #     .requester(Requester::new(Principal::agent("agent:deployer")?))
/// #     .build().await?;
/// # let deploy = DynamicAction::from_json("app.deploy", br#"{"version": 7}"#)?;
/// let agent = Stop::Principal("agent:deployer".parse()?);
/// assert_eq!(agent.to_string(), "everything that agent:deployer does");
/// gate.desk().stop(&account, agent, "it deploys in a loop").await?;
///
/// let denied = gate.run(deploy, |_permit, _call| async { Ok::<_, Denied>(()) }).await;
/// assert!(matches!(denied, Err(Denied::Stopped { .. })));
/// # Ok(()) }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[expect(clippy::exhaustive_enums, reason = "a scope that somebody overlooks is a hole")]
pub enum Stop {
    /// Every call of everybody.
    Everything,
    /// Whatever this principal asks for, and whatever is asked for on its behalf.
    Principal(PrincipalId),
    /// Every call of this action.
    Action(ActionName),
}

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Everything => f.write_str("everything"),
            Self::Principal(id) => write!(f, "everything that {id} does"),
            Self::Action(name) => write!(f, "the action {name}"),
        }
    }
}

/// What a person found out about a request whose outcome was unknown.
///
/// ```
/// # use approvals_core::{self as approvals, *};
/// use approvals::{Denied, Ledger, Outcome, Resolution, Trail};
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
/// # let deploy = DynamicAction::from_json("app.deploy", br#"{"version": 7}"#)?;
/// # let desk = gate.desk();
/// # let (inside, outside) = (inbox.clone(), account.clone());
/// # tokio::spawn(async move { let card = inside.next().await; inside.decide(&outside, Ballot::approve(&card).unwrap()).await });
/// # let (began, has_begun) = tokio::sync::oneshot::channel();
/// // A call is dropped in the middle of its body, so nobody knows what it did.
/// let run = gate.run(deploy, |_permit, _call| async {
/// #     began.send(()).ok();
///     Ok::<(), Denied>(std::future::pending().await)
/// });
/// # tokio::select! { _done = run => {} _begun = has_begun => {} }
/// # let mut trail = Trail::new("example.org/shop/test");
/// # for entry in ledger.entries(0, 100).await? {
/// #     trail.read(&entry)?;
/// # }
/// # let request = trail.states().next().ok_or("no request")?.0;
/// desk.resolve(&account, request, Resolution::Done, "version 7 is out").await?;
///
/// let mut trail = Trail::new("example.org/shop/test");
/// for entry in ledger.entries(0, 100).await? {
///     trail.read(&entry)?;
/// }
/// let (_request, state) = trail.states().next().ok_or("no request")?;
/// assert_eq!(state.outcome(), Some(&Outcome::Resolved(Resolution::Done)));
/// # Ok(()) }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "what became of an action must not be overlooked")]
pub enum Resolution {
    /// It was carried out.
    Done,
    /// It was not carried out, or has been undone.
    NotDone,
}

impl Statement {
    /// Whether it is about a request rather than about the log as a whole.
    #[must_use]
    pub fn request(&self) -> Option<RequestId> {
        match &self.says {
            Says::Resolve { request, .. }
            | Says::Review { request, .. }
            | Says::Explain { request } => Some(*request),
            Says::Stop { .. }
            | Says::Delegate { .. }
            | Says::Undelegate
            | Says::Retire { .. }
            | Says::Invite { .. }
            | Says::Enrol { .. }
            | Says::RetireKey { .. } => None,
        }
    }
}
