//! A ledger that fails when the test says so.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use approvals_core::{Append, Appended, Entry, Ledger, LedgerError, RequestId, SignedHead};
use async_trait::async_trait;

/// Passes everything on to another ledger, until an append fails.
///
/// ```
/// # use approvals_core as approvals;
/// use approvals::{Append, Ledger, LedgerError, LocalSigner, MemoryLedger, NewEntry};
/// use approvals_testkit::FaultyLedger;
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let key = LocalSigner::generate()?;
/// let ledger = FaultyLedger::failing_from(MemoryLedger::new("example.org/test", key).await?, 0);
/// let event = NewEntry { bytes: b"{}".to_vec(), attachments: vec![] };
/// let failed = ledger.append(Append { request: None, expected: 0, log_expected: None, entries: vec![event] }).await;
/// assert!(matches!(failed, Err(LedgerError::Unavailable(_))));
/// # Ok(()) }
/// ```
#[derive(Debug)]
pub struct FaultyLedger<L> {
    inner: L,
    appends_left: AtomicU64,
    loses_answer: bool,
    is_away: Arc<AtomicBool>,
}

impl<L: Ledger> FaultyLedger<L> {
    /// After `appends` appends, every further one fails and stores nothing.
    pub fn failing_from(inner: L, appends: u64) -> Self {
        let (appends_left, is_away) = (AtomicU64::new(appends), Arc::default());
        Self { inner, appends_left, loses_answer: false, is_away }
    }

    /// After `appends` appends, every further one is stored, and yet answered with
    /// [`LedgerError::Unknown`]: the connection broke in between.
    pub fn losing_answers_from(inner: L, appends: u64) -> Self {
        Self { loses_answer: true, ..Self::failing_from(inner, appends) }
    }

    /// While `is_away` is set, every append fails and stores nothing.
    pub fn failing_while(inner: L, is_away: &Arc<AtomicBool>) -> Self {
        Self { is_away: Arc::clone(is_away), ..Self::failing_from(inner, u64::MAX) }
    }
}

#[async_trait]
impl<L: Ledger> Ledger for FaultyLedger<L> {
    async fn append(&self, append: Append) -> Result<Appended, LedgerError> {
        if self.is_away.load(Ordering::SeqCst) {
            return Err(LedgerError::Unavailable("no route to host".into()));
        }
        let left = |left: u64| left.checked_sub(1);
        if self.appends_left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, left).is_ok() {
            return self.inner.append(append).await;
        }
        if self.loses_answer {
            self.inner.append(append).await?;
            return Err(LedgerError::Unknown("the connection broke".into()));
        }
        Err(LedgerError::Unavailable("the disk is full".into()))
    }

    async fn history(&self, of: Option<RequestId>) -> Result<Vec<Entry>, LedgerError> {
        self.inner.history(of).await
    }

    async fn entries(&self, from: u64, limit: usize) -> Result<Vec<Entry>, LedgerError> {
        self.inner.entries(from, limit).await
    }

    async fn head(&self) -> Result<SignedHead, LedgerError> {
        self.inner.head().await
    }
}
