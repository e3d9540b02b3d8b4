//! Sends events on to the audit sinks, from the ledger, so that nothing is lost and nothing waits.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::sync::Mutex;

use super::builder::{Core, Gate};
use crate::record::audit::{AuditSink, SinkError};
use crate::record::ledger::{Ledger, LedgerError};

/// How many entries a sink is given at once.
const BATCH: usize = 256;

/// How long a sink may take for one step.
const SINK_TIMEOUT: Duration = Duration::from_secs(30);

/// A sink, fed by one task at a time.
#[derive(Debug)]
pub(super) struct Forwarder {
    sink: Arc<dyn AuditSink>,
    feeding: Mutex<()>,
    /// Something was appended since it was last fed.
    behind: AtomicBool,
}

/// Why a sink did not get everything yet.
///
/// ```
/// # use approvals_core::{self as approvals, *};
/// use approvals::{AuditSink, Entry, FlushError, SinkError};
/// use async_trait::async_trait;
///
/// #[derive(Debug)]
/// struct Down;
///
/// #[async_trait]
/// impl AuditSink for Down {
///     async fn next(&self) -> Result<u64, SinkError> {
///         Err(SinkError::new("the collector is down"))
///     }
/// #    async fn deliver(&self, _: &[Entry]) -> Result<(), SinkError> { Ok(()) }
///     // …
/// }
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let keys = Keyring::generate()?;
/// # let gate = Gate::builder().policy(PolicyFn::new("all/1", |_| Verdict::Allow)?)
/// #     .ledger(MemoryLedger::new("example.org/shop/test", keys.log).await?)
/// #     .directory(StaticDirectory::new()).approver(InMemoryApprover::new())
/// #     .recorder_key(keys.recorder).grant_key(keys.grant).audit_sink(Down).build().await?;
/// assert!(matches!(gate.flush().await, Err(FlushError::Sink(_))));
/// # Ok(()) }
/// ```
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FlushError {
    /// The sink did not take it.
    #[error(transparent)]
    Sink(#[from] SinkError),
    /// The ledger could not be read.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

impl Forwarder {
    pub(super) fn new(sink: Arc<dyn AuditSink>) -> Self {
        Self { sink, feeding: Mutex::new(()), behind: AtomicBool::new(false) }
    }

    /// Gives the sink everything that it has not had. Hidden arguments stay in the ledger, where they can be
    /// destroyed.
    async fn feed(&self, ledger: &dyn Ledger) -> Result<(), FlushError> {
        loop {
            let next = in_time(self.sink.next()).await?;
            let mut entries = ledger.entries(next, BATCH).await?;
            if entries.is_empty() {
                return Ok(());
            }
            for entry in &mut entries {
                entry.attachments.retain(|attachment| !attachment.erasable);
            }
            in_time(self.sink.deliver(&entries)).await?;
        }
    }

    /// Feeds it until it is not behind any more; does nothing if another task does so already.
    async fn catch_up(&self, ledger: &dyn Ledger) {
        while self.behind.load(Ordering::SeqCst) {
            let Ok(_one_at_a_time) = self.feeding.try_lock() else { return };
            self.behind.store(false, Ordering::SeqCst);
            if let Err(error) = self.feed(ledger).await {
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    "an audit sink is behind"
                );
                return;
            }
        }
    }
}

async fn in_time<T>(step: impl Future<Output = Result<T, SinkError>>) -> Result<T, SinkError> {
    let late = |_elapsed| SinkError::new("it took too long");
    tokio::time::timeout(SINK_TIMEOUT, step).await.map_err(late)?
}

impl Core {
    /// Starts sending on what was just appended. What fails now is sent with what comes next.
    pub(super) fn forward(&self) {
        for forwarder in &self.forwarders {
            let was_behind = forwarder.behind.swap(true, Ordering::SeqCst);
            if was_behind && forwarder.feeding.try_lock().is_err() {
                continue;
            }
            let (forwarder, ledger) = (Arc::clone(forwarder), Arc::clone(&self.ledger));
            tokio::spawn(async move { forwarder.catch_up(&*ledger).await });
        }
    }
}

impl Gate {
    /// Waits until every channel shows how those requests ended that this process has looked after, for thirty seconds at
    /// most, and until every audit sink has everything that is in the ledger. Call it before the program ends: what is
    /// not shown by then, [`recover`](Self::recover) takes up in the next one.
    pub async fn flush(&self) -> Result<(), FlushError> {
        self.core().ends_told().await;
        for forwarder in &self.core().forwarders {
            let _one_at_a_time = forwarder.feeding.lock().await;
            forwarder.feed(&*self.core().ledger).await?;
        }
        Ok(())
    }
}
