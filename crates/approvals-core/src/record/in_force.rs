//! What is in force in a log: its policy, votes that were lent, standing grants.

use std::collections::BTreeSet;

use crate::action::clock::Timestamp;
use crate::action::digest::Digest;
use crate::action::id::{Group, PrincipalId, RequestId};
use crate::review::standing::StandingTerms;

/// The policy that rules. [`Control`](crate::Control) has an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LoadedPolicy {
    /// The digest of the policy.
    pub digest: Digest,
    /// Whether people must agree before another policy replaces it.
    pub guarded: bool,
}

/// Someone may vote in another's place for a while.
///
/// ```
/// # use approvals_core::{self as approvals, *};
/// use approvals::{Clock, Group, SystemClock, Trail};
/// use std::{collections::BTreeSet, time::Duration};
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let keys = Keyring::generate()?;
/// # let one = Obligations::new([Obligation::new("one-of-ops")?.seats("ops", 1)?]);
/// # let mira = Principal::human("u:mira")?.member_of(["ops"])?;
/// # let (inbox, account) = (InMemoryApprover::new(), ChannelIdentity::new("memory", "mira")?);
/// # let ledger = std::sync::Arc::new(MemoryLedger::new("example.org/shop/test", keys.log).await?);
/// # let gate = Gate::builder().approver(inbox.clone())
/// #     .policy(PolicyFn::new("ask/1", move |_| Verdict::Review(one.clone()))?)
/// #     .ledger(ledger.clone())
/// #     .directory(StaticDirectory::new().with(&mira, [account.clone()]))
/// #     .recorder_key(keys.recorder).grant_key(keys.grant)
/// #     .requester(Requester::new(Principal::agent("agent:deployer")?))
/// #     .build().await?;
/// let (tom, groups) = ("u:tom".parse()?, BTreeSet::from(["ops".parse::<Group>()?]));
/// let tomorrow = SystemClock::default().now().after(Duration::from_secs(24 * 3600));
/// gate.desk().delegate(&account, tom, groups, tomorrow, "I am on a train").await?;
///
/// # let mut trail = Trail::new(gate.origin());
/// # for entry in ledger.entries(0, 100).await? { trail.read(&entry)?; }
/// let lent = &trail.control().delegations()[0];
/// assert_eq!((lent.from.as_str(), lent.to.as_str()), ("u:mira", "u:tom"));
/// assert_eq!(lent.until, tomorrow);
/// # Ok(()) }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Delegation {
    /// Who lent their vote.
    pub from: PrincipalId,
    /// Who may vote in their place.
    pub to: PrincipalId,
    /// For which of the lender's groups.
    pub groups: BTreeSet<Group>,
    /// Until when; from then on it counts no more.
    pub until: Timestamp,
}

/// A standing grant, and how often it was used.
///
/// ```
/// # use approvals_core::{self as approvals, *};
/// use approvals::{Ballot, Clock, StandingTerms, SystemClock, Trail};
/// use std::time::Duration;
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let (keys, inbox) = (Keyring::generate()?, InMemoryApprover::new());
/// # let rules = "version = 1\ndefault = \"deny\"\n[obligation.one]\nquorum = [{ group = \"ops\", count = 1 }]\n
/// # [[rule]]\nid = \"standing\"\naction = \"approvals.standing\"\nrequire = [\"one\"]";
/// # let one = Obligations::new([Obligation::new("one")?.seats("ops", 1)?]);
/// # let (mira, tom) = (ChannelIdentity::new("memory", "mira")?, ChannelIdentity::new("memory", "tom")?);
/// # let people = StaticDirectory::new().with(&Principal::human("u:mira")?.member_of(["ops"])?, [mira.clone()])
/// #     .with(&Principal::human("u:tom")?.member_of(["ops"])?, [tom.clone()]);
/// # let ledger = std::sync::Arc::new(MemoryLedger::new("example.org/shop/test", keys.log).await?);
/// # let gate = Gate::builder().policy(rules.parse::<Rules>()?).ledger(ledger.clone()).directory(people)
/// #     .approver(inbox.clone()).recorder_key(keys.recorder).grant_key(keys.grant).build().await?;
/// // `one` is what the policy asks for; Mira wants it to be asked no more tonight, and Tom agrees.
/// let night = SystemClock::default().now().after(Duration::from_secs(8 * 3600));
/// let terms = StandingTerms::new("agent:deployer".parse()?, "service.restart".parse()?, one, 20, night);
/// let desk = gate.desk();
/// let asked = tokio::spawn(async move { desk.issue_standing(&mira, terms, "the roll-out").await });
/// inbox.decide(&tom, Ballot::approve(&inbox.next().await)?).await?;
/// let issued = asked.await??;
///
/// # let mut trail = Trail::new(gate.origin());
/// # for entry in ledger.entries(0, 100).await? { trail.read(&entry)?; }
/// let (id, standing) = trail.control().standing().next().ok_or("there is none")?;
/// assert_eq!((id, standing.terms.uses, standing.used.len()), (issued, 20, 0));
/// # Ok(()) }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Standing {
    /// Which calls it covers, how many, and until when.
    pub terms: StandingTerms,
    /// The requests that it was used for so far.
    pub used: BTreeSet<RequestId>,
    /// Whether somebody has retired it, so that it is used no more.
    pub retired: bool,
}
