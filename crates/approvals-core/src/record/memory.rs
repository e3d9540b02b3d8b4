//! A ledger in memory: for tests, and for trying things out.

use std::collections::HashMap;
use std::sync::Arc;

use approvals_log::{Checkpoint, Frontier, MAX_ENTRY, NoteError, SignedNote, Vkey, leaf_hash};
use async_trait::async_trait;
use tokio::sync::Mutex;

use super::ledger::{
    Append, Appended, Entry, Ledger, LedgerError, MAX_ATTACHMENT, NewEntry, SignedHead,
};
use super::signer::Signer;
use crate::action::id::RequestId;

/// A [`Ledger`] that forgets everything with the process.
///
/// It compares, hashes and signs like a durable one, so that a test against it means something. What it
/// holds grows without limit.
///
/// ```
/// # use approvals_core as approvals;
/// use std::sync::Arc;
///
/// use approvals::{Append, Ledger, LocalSigner, MemoryLedger, NewEntry};
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let ledger = MemoryLedger::new("example.com/test", Arc::new(LocalSigner::generate()?)).await?;
/// let entry = NewEntry { bytes: b"{}".to_vec(), attachments: vec![] };
/// let appended = ledger.append(Append { request: None, expected: 0, log_expected: None, entries: vec![entry] }).await?;
/// assert_eq!((appended.first, appended.head.checkpoint.size()), (0, 1));
/// # Ok(()) }
/// ```
#[derive(Debug)]
pub struct MemoryLedger {
    vkey: Vkey,
    log_key: Arc<dyn Signer>,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    entries: Vec<Entry>,
    /// The places in `entries` of each request's own, in order.
    places: HashMap<Option<RequestId>, Vec<usize>>,
    tree: Frontier,
    head: SignedHead,
}

#[derive(Debug, thiserror::Error)]
#[error("`{}` cannot name a log: choose an origin such as `example.com/team/prod`", .origin.escape_debug())]
struct NoName {
    origin: String,
    source: NoteError,
}

impl MemoryLedger {
    /// An empty ledger whose heads name `origin` and are signed by `log_key`, the empty one at once.
    ///
    /// # Errors
    /// [`LedgerError::Unavailable`] if the origin cannot name a log, or the key does not sign.
    pub async fn new(origin: &str, log_key: impl Signer + 'static) -> Result<Self, LedgerError> {
        let vkey = Vkey::new(origin, log_key.public_key());
        let vkey = vkey.map_err(|source| unavailable(NoName { origin: origin.into(), source }))?;
        let tree = Frontier::new();
        let head = sign(&tree, &vkey, &log_key).await?;
        let state = State { entries: Vec::new(), places: HashMap::new(), tree, head };
        Ok(Self { vkey, log_key: Arc::new(log_key), state: Mutex::new(state) })
    }

    /// The key that verifies the heads, with the name of the log.
    #[must_use]
    pub fn vkey(&self) -> &Vkey {
        &self.vkey
    }
}

#[async_trait]
impl Ledger for MemoryLedger {
    async fn append(&self, append: Append) -> Result<Appended, LedgerError> {
        check_sizes(&append.entries)?;
        let mut state = self.state.lock().await;
        let is_at = |of: Option<RequestId>, expected: u64| {
            u64::try_from(state.places.get(&of).map_or(0, Vec::len)) == Ok(expected)
        };
        let log_is_at = append.log_expected.is_none_or(|expected| is_at(None, expected));
        if !is_at(append.request, append.expected) || !log_is_at {
            return Err(LedgerError::Conflict);
        }

        // Nothing is changed before the signature is there, so that a dropped future stores nothing.
        let first = state.tree.size();
        let mut tree = state.tree.clone();
        append.entries.iter().for_each(|new| tree.push(leaf_hash(&new.bytes)));
        let head = sign(&tree, &self.vkey, self.log_key.as_ref()).await?;

        for (index, new) in (first..).zip(append.entries) {
            let place = state.entries.len();
            state.places.entry(append.request).or_default().push(place);
            let NewEntry { bytes, attachments } = new;
            state.entries.push(Entry { index, request: append.request, bytes, attachments });
        }
        state.tree = tree;
        state.head = head.clone();
        Ok(Appended { first, head })
    }

    async fn history(&self, of: Option<RequestId>) -> Result<Vec<Entry>, LedgerError> {
        let state = self.state.lock().await;
        let places = state.places.get(&of).map(Vec::as_slice).unwrap_or_default();
        Ok(places.iter().filter_map(|place| state.entries.get(*place)).cloned().collect())
    }

    async fn entries(&self, from: u64, limit: usize) -> Result<Vec<Entry>, LedgerError> {
        let state = self.state.lock().await;
        let from = usize::try_from(from).unwrap_or(usize::MAX);
        Ok(state.entries.iter().skip(from).take(limit).cloned().collect())
    }

    async fn head(&self) -> Result<SignedHead, LedgerError> {
        Ok(self.state.lock().await.head.clone())
    }
}

fn check_sizes(entries: &[NewEntry]) -> Result<(), LedgerError> {
    if entries.is_empty() {
        return Err(unavailable("an append must have at least one entry"));
    }
    let fits = |size: usize, limit: usize| {
        if size <= limit { Ok(()) } else { Err(LedgerError::TooLarge { size, limit }) }
    };
    entries.iter().try_for_each(|entry| {
        fits(entry.bytes.len(), MAX_ENTRY)?;
        entry.attachments.iter().try_for_each(|beside| fits(beside.bytes.len(), MAX_ATTACHMENT))
    })
}

async fn sign(tree: &Frontier, vkey: &Vkey, key: &dyn Signer) -> Result<SignedHead, LedgerError> {
    let checkpoint = Checkpoint::new(vkey.name(), tree.size(), tree.root()).map_err(unavailable)?;
    let text = checkpoint.to_text();
    let signature = key.sign(text.as_bytes()).await.map_err(unavailable)?;
    let note = SignedNote::assemble(text, vkey, signature).map_err(unavailable)?.to_string();
    Ok(SignedHead { checkpoint, note })
}

fn unavailable(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> LedgerError {
    LedgerError::Unavailable(source.into())
}
