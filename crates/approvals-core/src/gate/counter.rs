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
use crate::action::canonical;
use crate::action::clock::Clock;
use crate::action::digest::Digest;
use crate::action::id::RequestId;
use crate::policy::facts::Facts;
use crate::policy::policy::{Policy, PolicyError, Ruling, Verdict};
use crate::record::event::{Event, What};
use crate::record::ledger::{Ledger, LedgerError};
use crate::record::signer::{Signer, SignerError};
use crate::review::directory::{ChannelIdentity, Directory};
use crate::review::key::Purpose;
use crate::review::statement::{Resolution, Stop};

/// Takes what people state about a log whose gates are elsewhere, such as in another process: what became of
/// a request, how an emergency is judged, that something stops.
///
/// It has no policy, and publishes none. So whatever a policy's rule about `approvals.stop` says, everybody
/// whom the directory knows may stop things here, as is so without such a rule: who has the recorder key could
/// do so anyway. Nothing is approved, granted, run or started again here.
#[derive(Clone, Debug)]
pub struct Counter(Desk);

/// A counter that could not be opened.
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
