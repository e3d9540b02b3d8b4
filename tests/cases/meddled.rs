//! A ledger with something that happens, or fails, right before it is asked.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;

use approvals::*;
use async_trait::async_trait;

/// What the ledger is about to be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Asked {
    Append,
    History(Option<RequestId>),
}

type Before = Pin<Box<dyn Future<Output = Result<(), LedgerError>> + Send>>;

pub(crate) struct Meddled<F> {
    inner: Arc<MemoryLedger>,
    before: F,
}

impl<F: Fn(Asked) -> Before> Meddled<F> {
    pub(crate) fn new(inner: Arc<MemoryLedger>, before: F) -> Self {
        Self { inner, before }
    }
}

impl<F> fmt::Debug for Meddled<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Meddled").field(&self.inner).finish()
    }
}

#[async_trait]
impl<F: Fn(Asked) -> Before + Send + Sync> Ledger for Meddled<F> {
    async fn append(&self, append: Append) -> Result<Appended, LedgerError> {
        (self.before)(Asked::Append).await?;
        self.inner.append(append).await
    }

    async fn history(&self, of: Option<RequestId>) -> Result<Vec<Entry>, LedgerError> {
        (self.before)(Asked::History(of)).await?;
        self.inner.history(of).await
    }

    async fn entries(&self, from: u64, limit: usize) -> Result<Vec<Entry>, LedgerError> {
        self.inner.entries(from, limit).await
    }

    async fn head(&self) -> Result<SignedHead, LedgerError> {
        self.inner.head().await
    }
}
