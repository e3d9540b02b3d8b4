//! A counter beside the gates of a log: people state things there, and nothing is decided, granted or run.

use std::sync::atomic::AtomicBool;
use std::sync::{Arc, RwLock};

use approvals_log::PublicKey;
use async_trait::async_trait;
use tokio::sync::Mutex;

use super::attended::Attended;
use super::awaited::Awaited;
use super::bell::Bells;
use super::builder::Core;
use super::desk::{Desk, DeskError};
use super::keys::Keys;
use super::known::Known;
use super::limits::Limits;
use super::store_clock::StoreClock;
use super::tail::Tail;
use crate::action::canonical;
use crate::action::clock::{Clock, Timestamp};
use crate::action::digest::Digest;
use crate::action::id::RequestId;
use crate::policy::facts::Facts;
use crate::policy::policy::{Policy, PolicyError, Ruling, Verdict};
use crate::record::event::{Event, What};
use crate::record::ledger::{Ledger, LedgerError};
use crate::record::signer::{Signer, SignerError};
use crate::review::directory::{ChannelIdentity, Directory};
use crate::review::invitation::Invitation;
use crate::review::key::Purpose;
use crate::review::statement::{Resolution, Stop};

/// Takes what people state about a log whose gates are elsewhere, such as in another process: what became of
/// a request, how an emergency is judged, that something stops.
///
/// It has no policy, and publishes none. So whatever a policy's rule about `approvals.stop` says, everybody
/// whom the directory knows may stop things here, as is so without such a rule: who has the recorder key could
/// do so anyway. Nothing is approved, granted, run or started again here.
///
/// ```
/// # use approvals_core::{self as approvals, *};
/// use approvals::{Counter, Denied, DynamicAction, Stop, SystemClock};
/// use std::sync::Arc;
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let (keys, account) = (Keyring::generate()?, ChannelIdentity::new("shell", "mira")?);
/// # let people = StaticDirectory::new().with(&Principal::human("u:mira")?, [account.clone()]);
/// # let ledger = Arc::new(MemoryLedger::new("example.org/shop/test", keys.log).await?);
/// # let recorder = Arc::new(keys.recorder);
/// # let gate = Gate::builder().policy(PolicyFn::new("all/1", |_| Verdict::Allow)?)
/// #     .ledger(ledger.clone()).directory(people.clone()).approver(InMemoryApprover::new())
/// #     .recorder_key(recorder.clone()).grant_key(keys.grant)
/// #     .requester(Requester::new(Principal::agent("agent:deployer")?))
/// #     .build().await?;
/// // On the operator's side: the same log, the same recorder key, no policy.
/// let counter = Counter::open(ledger, people, recorder, SystemClock::default()).await?;
/// counter.stop(&account, Stop::Everything, "the site is down").await?;
///
/// // On the agent's side, from now on:
/// let deploy = DynamicAction::from_json("app.deploy", br#"{"version": 7}"#)?;
/// let denied = gate.run(deploy, async |_permit, _call| Ok::<(), Denied>(())).await;
/// assert!(matches!(denied, Err(Denied::Stopped { .. })));
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
pub struct Counter(Desk);

/// A counter that could not be opened.
///
/// ```
/// # use approvals_core as approvals;
/// use approvals::{Counter, CounterError, LocalSigner, MemoryLedger, StaticDirectory, SystemClock};
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// // No gate has written into this log, so it names no keys.
/// let ledger = MemoryLedger::new("example.org/shop/test", LocalSigner::generate()?).await?;
/// let recorder = LocalSigner::generate()?;
/// let counter = Counter::open(ledger, StaticDirectory::new(), recorder, SystemClock::default()).await;
/// assert!(matches!(counter, Err(CounterError::OtherKey)));
/// # Ok(()) }
/// ```
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CounterError {
    /// The recorder key is not one of this log.
    #[error("the log does not name this recorder key; use the keys of the program that writes it")]
    OtherKey,
    /// The ledger could not be read.
    #[error("the ledger failed")]
    Ledger(#[from] LedgerError),
}

impl Counter {
    /// A counter of the log in `ledger`. `recorder` signs what people state; the log must name its key already.
    ///
    /// Nothing is written.
    pub async fn open(
        ledger: impl Ledger + 'static,
        directory: impl Directory + 'static,
        recorder: impl Signer + 'static,
        clock: impl Clock + 'static,
    ) -> Result<Self, CounterError> {
        let head = ledger.head().await?.checkpoint;
        let time = StoreClock::default();
        if let Some(last) = head.size().checked_sub(1) {
            for entry in ledger.entries(last, 1).await? {
                if let Ok(event) = Event::parse(&entry.bytes) {
                    time.met(event.at);
                }
            }
        }
        if !is_named(&ledger, &recorder.public_key()).await? {
            return Err(CounterError::OtherKey);
        }
        Ok(Self(Desk::new(Arc::new(Core {
            origin: head.origin().to_owned(),
            policy: RwLock::new(Arc::new(Silent)),
            providers: Vec::new(),
            ledger: Arc::new(ledger),
            directory: Arc::new(directory),
            approvers: Vec::new(),
            forwarders: Vec::new(),
            grantor: Arc::new(Never(recorder.public_key())),
            recorder: Arc::new(recorder),
            clock: Arc::new(clock),
            time,
            limits: Limits::default(),
            requester: None,
            has_scopes: AtomicBool::new(false),
            max_arguments: canonical::MAX_BYTES,
            bells: Bells::default(),
            tail: Tail::default(),
            keys: Keys::default(),
            known: Known::default(),
            overview: Mutex::default(),
            asking: Mutex::default(),
            refusing: Mutex::default(),
            attended: Attended::default(),
            awaited: Awaited::default(),
        }))))
    }

    /// As [`Desk::stop`].
    pub async fn stop(
        &self,
        identity: &ChannelIdentity,
        scope: Stop,
        reason: &str,
    ) -> Result<Digest, DeskError> {
        self.0.stop(identity, scope, reason).await
    }

    /// As [`Desk::resolve`].
    pub async fn resolve(
        &self,
        identity: &ChannelIdentity,
        request: RequestId,
        resolution: Resolution,
        reason: &str,
    ) -> Result<(), DeskError> {
        self.0.resolve(identity, request, resolution, reason).await
    }

    /// As [`Desk::review`].
    pub async fn review(
        &self,
        identity: &ChannelIdentity,
        request: RequestId,
        justified: bool,
        reason: &str,
    ) -> Result<(), DeskError> {
        self.0.review(identity, request, justified, reason).await
    }

    /// As [`Desk::retire`].
    pub async fn retire(
        &self,
        identity: &ChannelIdentity,
        standing: RequestId,
        reason: &str,
    ) -> Result<(), DeskError> {
        self.0.retire(identity, standing, reason).await
    }

    /// As [`Desk::invite`](super::desk::Desk::invite).
    pub async fn invite(
        &self,
        identity: &ChannelIdentity,
        account: &ChannelIdentity,
        until: Timestamp,
        reason: &str,
    ) -> Result<Invitation, DeskError> {
        self.0.invite(identity, account, until, reason).await
    }

    /// As [`Desk::retire_key`](super::desk::Desk::retire_key).
    pub async fn retire_key(
        &self,
        identity: &ChannelIdentity,
        credential: &str,
        reason: &str,
    ) -> Result<(), DeskError> {
        self.0.retire_key(identity, credential, reason).await
    }
}

async fn is_named(ledger: &impl Ledger, key: &PublicKey) -> Result<bool, LedgerError> {
    let entries = ledger.history(None).await?;
    Ok(entries.iter().any(|entry| match Event::parse(&entry.bytes).map(|event| event.what) {
        Ok(What::KeyAdded { purpose: Purpose::Recorder, key: named }) => named.key() == Some(*key),
        Ok(_other) => false,
        Err(_unknown) => false,
    }))
}

/// What rules where nothing is ruled on.
#[derive(Debug)]
struct Silent;

impl Policy for Silent {
    fn digest(&self) -> Digest {
        Digest::of("policy", b"")
    }

    fn rule(&self, _facts: &Facts<'_>) -> Result<Ruling, PolicyError> {
        let nothing = Verdict::Deny("nothing runs at a counter".to_owned());
        Ok(Ruling::new(nothing, Vec::new(), self.digest()))
    }
}

/// Signs nothing, under whatever key.
#[derive(Debug)]
struct Never(PublicKey);

#[async_trait]
impl Signer for Never {
    fn public_key(&self) -> PublicKey {
        self.0
    }

    async fn sign(&self, _message: &[u8]) -> Result<[u8; 64], SignerError> {
        Err(SignerError::Service("nothing is granted at a counter".into()))
    }
}

#[cfg(test)]
#[path = "counter_tests.rs"]
mod tests;
