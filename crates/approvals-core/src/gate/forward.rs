//! Sends events on to the audit sinks, from the ledger, so that nothing is lost and nothing waits.

use std::sync::Arc;

use tokio::sync::Mutex;

use super::builder::{Core, Gate};
use crate::record::audit::{AuditSink, SinkError};
use crate::record::ledger::LedgerError;

/// How many entries a sink is given at once.
const BATCH: usize = 256;

/// A sink, fed by one task at a time.
#[derive(Debug)]
pub(super) struct Forwarder {
    sink: Arc<dyn AuditSink>,
    feeding: Mutex<()>,
}

/// Why a sink did not get everything yet.
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
        Self { sink, feeding: Mutex::new(()) }
    }

    /// Gives the sink everything that it has not had.
    async fn feed(&self, core: &Core) -> Result<(), FlushError> {
        let _one_at_a_time = self.feeding.lock().await;
        loop {
            let next = self.sink.next().await?;
            let entries = core.ledger.entries(next, BATCH).await?;
            if entries.is_empty() {
                return Ok(());
            }
            self.sink.deliver(&entries).await?;
        }
    }
}

impl Core {
    /// Starts sending on what was just appended. What fails now is sent with what comes next.
    pub(super) fn forward(&self) {
        for forwarder in &self.forwarders {
            let Some(core) = self.myself.upgrade() else { return };
            let forwarder = Arc::clone(forwarder);
            tokio::spawn(async move {
                if let Err(error) = forwarder.feed(&core).await {
                    tracing::error!(
                        error = &error as &dyn std::error::Error,
                        "an audit sink is behind"
                    );
                }
            });
        }
    }
}

impl Gate {
    /// Waits until every audit sink has everything that is in the ledger. Call it before the program ends.
    pub async fn flush(&self) -> Result<(), FlushError> {
        for forwarder in &self.core().forwarders {
            forwarder.feed(self.core()).await?;
        }
        Ok(())
    }
}
