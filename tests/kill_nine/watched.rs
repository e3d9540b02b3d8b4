//! The ledger as the processes see it: patient, its errors written down, and perhaps with a planted bug, which
//! the checks must find.

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

/// A whole ledger, as it is or behind a bug.
#[derive(Debug)]
pub(crate) struct Watched {
    pub(crate) bug: Option<Bug>,
    pub(crate) inner: Arc<SqliteLedger>,
}

impl Watched {
    /// Where flushing takes long, one process can keep another from writing for longer than the ledger waits.
    /// It says so and stores nothing; a gate denies then, and no promise is about that: here it tries again.
    async fn patiently(&self, append: Append) -> Result<Appended, LedgerError> {
        loop {
            match self.inner.append(append.clone()).await {
                Err(LedgerError::Unavailable(cause))
                    if cause.to_string() == "database is locked" => {}
                other => return other,
            }
        }
    }

    async fn without_comparing(&self, mut append: Append) -> Result<Appended, LedgerError> {
        append.log_expected = None;
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

/// The gate tells its callers only that the ledger failed.
fn watch<T>(what: &str, result: Result<T, LedgerError>) -> Result<T, LedgerError> {
    if let Err(error) = &result
        && !matches!(error, LedgerError::Conflict)
    {
        eprintln!("{what}: {error:?}");
    }
    result
}

#[async_trait]
impl Ledger for Watched {
    async fn append(&self, append: Append) -> Result<Appended, LedgerError> {
        // (Whether a gate can be built at all is not what is judged here.)
        let appended = match self.bug.filter(|_bug| append.request.is_some()) {
            None => self.patiently(append).await,
            Some(Bug::Careless) => self.without_comparing(append).await,
            Some(Bug::Hasty) => self.before_storing(append).await,
        };
        watch("append", appended)
    }

    async fn history(&self, of: Option<RequestId>) -> Result<Vec<Entry>, LedgerError> {
        watch("history", self.inner.history(of).await)
    }

    async fn entries(&self, from: u64, limit: usize) -> Result<Vec<Entry>, LedgerError> {
        watch("entries", self.inner.entries(from, limit).await)
    }

    async fn head(&self) -> Result<SignedHead, LedgerError> {
        watch("head", self.inner.head().await)
    }
}
