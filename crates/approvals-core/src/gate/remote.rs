//! A gate in another process, as it is held here.

use std::sync::Arc;
use std::time::Duration;

use approvals_log::PublicKey;

use super::consumed::Consumed;
use super::queue::Queue;
use crate::action::clock::{Clock, SystemClock};
use crate::action::context::Notes;
use crate::action::described::Described;
use crate::action::document::Document;
use crate::action::id::RequestId;
use crate::review::grant::Grant;

/// How long a queue that cannot be reached is tried again, unless said otherwise.
const PATIENCE: Duration = Duration::from_secs(5 * 60);

/// The way to a gate in another process, for an agent that has neither ledger nor keys. Clones are the same.
///
/// [`run`](Self::run) is that of a [`Gate`](crate::Gate): the action is described here, judged, shown and recorded there, and the body runs
/// here, in the caller's future, once all has been looked at there as before every body.
///
/// What is at the other end is believed, up to this: with its [grant keys](Self::grant_keys), what people decide runs only
/// by a grant that one of them has signed, for exactly this action and request. What the policy allows without asking
/// anybody, nobody signs.
///
/// ```
/// # use approvals_core::{self as approvals, *};
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let keys = Keyring::generate()?;
/// # let one = Obligations::new([Obligation::new("one-of-ops")?.seats("ops", 1)?]);
/// # let mira = Principal::human("u:mira")?.member_of(["ops"])?;
/// # let (inbox, account) = (InMemoryApprover::new(), ChannelIdentity::new("memory", "mira")?);
/// # let grant_key = keys.grant.public_key();
/// # let queue = Gate::builder().approver(inbox.clone())
/// #     .policy(PolicyFn::new("ask/1", move |_| Verdict::Review(one.clone()))?)
/// #     .ledger(MemoryLedger::new("example.org/shop/test", keys.log).await?)
/// #     .directory(StaticDirectory::new().with(&mira, [account.clone()]))
/// #     .recorder_key(keys.recorder).grant_key(keys.grant)
/// #     .requester(Requester::new(Principal::agent("agent:deployer")?))
/// #     .build().await?;
/// # tokio::spawn(async move {
/// #     let card = inbox.next().await;
/// #     inbox.decide(&account, Ballot::approve(&card).unwrap()).await.unwrap();
/// # });
/// use std::sync::Arc;
///
/// use approvals::{Denied, DynamicAction, RemoteGate};
///
/// let remote = RemoteGate::new(Arc::new(queue)).grant_keys([grant_key]);
/// let deploy = DynamicAction::from_json("app.deploy", br#"{"version": 7}"#)?;
/// let done = remote
///     .run(deploy, async |permit, call| Ok::<_, Denied>((permit.fence(), call.arguments()["version"].clone())))
///     .await?;
/// assert_eq!(done, (1, 7.into()));
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
pub struct RemoteGate {
    pub(super) queue: Arc<dyn Queue>,
    pub(super) notes: Notes,
    pub(super) patience: Duration,
    keys: Vec<PublicKey>,
    clock: Arc<dyn Clock>,
}

impl RemoteGate {
    /// The gate behind `queue`.
    #[must_use]
    pub fn new(queue: Arc<dyn Queue>) -> Self {
        let clock = Arc::new(SystemClock::default());
        Self { queue, notes: Notes::default(), patience: PATIENCE, keys: Vec::new(), clock }
    }

    /// The same, by these keys: what people decide runs only by a grant that one of them has signed and that holds. Any
    /// grant will do as long as there are none.
    #[must_use]
    pub fn grant_keys(self, keys: impl IntoIterator<Item = PublicKey>) -> Self {
        Self { keys: keys.into_iter().collect(), ..self }
    }

    /// The same, for calls that are part of this: session, intent and trace, which people read as notes that nobody has
    /// checked.
    #[must_use]
    pub fn notes(self, notes: Notes) -> Self {
        Self { notes, ..self }
    }

    /// The same, which tries for so long to reach a queue that is away, while it waits, starts, or tells how a body ended:
    /// five minutes unless said otherwise.
    #[must_use]
    pub fn patience(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// The same, by this clock, which says whether a grant has expired. The operating system's unless said otherwise.
    #[must_use]
    pub fn clock(self, clock: impl Clock + 'static) -> Self {
        Self { clock: Arc::new(clock), ..self }
    }

    /// Why what was started is not for this call, if it is not.
    pub(super) fn ensure_holds(
        &self,
        request: RequestId,
        call: &Described,
        by_people: bool,
        started: &Consumed,
    ) -> Result<(), &'static str> {
        if started.request != request {
            return Err("another request was started");
        }
        match &started.grant {
            _any if self.keys.is_empty() => Ok(()),
            Some(grant) => self.ensure_granted(request, call, started, grant),
            None if by_people => Err("people decided, and there is no grant"),
            None => Ok(()),
        }
    }

    fn ensure_granted(
        &self,
        request: RequestId,
        call: &Described,
        started: &Consumed,
        grant: &Grant,
    ) -> Result<(), &'static str> {
        let mut verified = self.keys.iter().filter_map(|key| grant.verify(key).ok());
        let claims =
            verified.next().ok_or("none of the keys that are known has signed its grant")?;
        let document = started.document.as_bytes();
        let digest = Document::digest(document);
        if claims.jti != request {
            return Err("its grant is of another request");
        }
        if [started.action, claims.detail().action_digest] != [digest; 2] || !call.is_in(document) {
            return Err("its grant is of another action");
        }
        if self.clock.now() >= claims.expires_at() {
            return Err("its grant has expired");
        }
        Ok(())
    }
}
