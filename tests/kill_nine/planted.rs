//! Ledgers with a planted bug, which the checks must find.

use approvals::{
    Append, Appended, Entry, Ledger, LedgerError, RequestId, SignedHead, SqliteLedger,
};
use async_trait::async_trait;
use std::sync::Arc;

/// What is wrong with a ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Bug {
    /// It appends whatever else was appended: the comparison that everything rests on is taken out.
    Careless,
    /// It answers before anything is stored.
    Hasty,
}

const BUGS: [Bug; 2] = [Bug::Careless, Bug::Hasty];

impl Bug {
    pub(crate) fn named(name: &str) -> Option<Self> {
        BUGS.into_iter().find(|bug| format!("{bug:?}") == name)
    }
}

/// A whole ledger behind a bug.
#[derive(Debug)]
pub(crate) struct Planted {
    pub(crate) bug: Bug,
    pub(crate) inner: Arc<SqliteLedger>,
}

impl Planted {
    async fn without_comparing(&self, mut append: Append) -> Result<Appended, LedgerError> {
        loop {
            match self.inner.append(append.clone()).await {
                Err(LedgerError::Conflict) => {
                    append.expected = self.inner.history(append.request).await?.len() as u64;
                }
                other => return other,
            }
        }
    }

    async fn before_storing(&self, append: Append) -> Result<Appended, LedgerError> {
        let answer = Appended { first: 0, head: self.inner.head().await? };
        let inner = Arc::clone(&self.inner);
        drop(tokio::spawn(async move { inner.append(append).await }));
        Ok(answer)
    }
}

#[async_trait]
impl Ledger for Planted {
    async fn append(&self, append: Append) -> Result<Appended, LedgerError> {
        match self.bug {
            Bug::Careless => self.without_comparing(append).await,
            Bug::Hasty => self.before_storing(append).await,
        }
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
