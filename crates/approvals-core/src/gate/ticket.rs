//! Where a request stands, as its caller is told.

use crate::action::id::RequestId;
use crate::record::state::Phase;

/// What became of an action that was submitted.
///
/// ```
/// # use approvals_core::{self as approvals, *};
/// use approvals::{Ballot, Denied, DynamicAction, Phase};
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
/// let ticket = gate.submit(deploy.clone()).await?;
/// assert_eq!(ticket.phase, Phase::Pending);
///
/// // Somebody approves it, sooner or later.
/// inbox.decide(&account, Ballot::approve(&inbox.next().await)?).await?;
///
/// // Asked for again by the same key, it is the same request.
/// let again = gate.submit(deploy.clone()).await?;
/// assert_eq!((again.request, again.phase), (ticket.request, Phase::Granted));
/// let done = gate.run(deploy, async |_permit, _call| Ok::<_, Denied>("deployed")).await;
/// assert_eq!(done, Ok("deployed"));
/// # Ok(()) }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Ticket {
    /// The request that it became, or that it joined.
    pub request: RequestId,
    /// Where the request stands.
    pub phase: Phase,
}

impl Ticket {
    /// What a [queue elsewhere](crate::Queue) has answered.
    #[must_use]
    pub fn new(request: RequestId, phase: Phase) -> Self {
        Self { request, phase }
    }
}
