//! A ledger that takes its time.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use approvals_core::{
    Append, Appended, Entry, Ledger, LedgerError, MemoryLedger, RequestId, SignedHead,
};
use async_trait::async_trait;

/// A ledger that takes so many milliseconds, or none at all. An example are the tests of each chat that must not be kept waiting.
#[derive(Clone, Debug)]
pub struct Slow(pub Arc<MemoryLedger>, pub Arc<AtomicU64>);

/// So long, the ledger is away rather than slow.
pub const AWAY: u64 = u64::MAX;

#[async_trait]
impl Ledger for Slow {
    async fn append(&self, append: Append) -> Result<Appended, LedgerError> {
        match self.1.load(Ordering::Relaxed) {
            AWAY => return Err(LedgerError::Unavailable("it is away".into())),
            millis => tokio::time::sleep(Duration::from_millis(millis)).await,
        }
        self.0.append(append).await
    }
    async fn history(&self, of: Option<RequestId>) -> Result<Vec<Entry>, LedgerError> {
        self.0.history(of).await
    }
    async fn entries(&self, from: u64, limit: usize) -> Result<Vec<Entry>, LedgerError> {
        self.0.entries(from, limit).await
    }
    async fn head(&self) -> Result<SignedHead, LedgerError> {
        self.0.head().await
    }
}
