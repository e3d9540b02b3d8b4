//! Follows the log by its indices: one task, whatever number of callers.

use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, Weak};
use std::time::Duration;

use approvals_core::{Ledger, LedgerError, SignedHead};
use approvals_log::leaf_hash;
use tokio::sync::{Notify, watch};

use super::changes::Changes;
use super::fold::Index;
use super::waiters::Waiters;
use crate::log::tree::Tree;

/// How often the head of the log is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// How long it is left alone after it could not be read.
const AFTER_A_FAULT: Duration = Duration::from_secs(1);

/// How many entries are read at once: documents may stand beside them.
const AT_ONCE: usize = 64;

/// What is known of the log.
#[derive(Debug)]
pub(crate) struct View {
    pub(crate) index: Index,
    pub(crate) changes: Changes,
    pub(crate) tree: Tree,
    /// The newest head that everything here is held against.
    pub(crate) head: Option<SignedHead>,
    /// Why it is not followed now, if it is not.
    pub(crate) fault: Option<String>,
}

/// Keeps a [`View`] up to date.
#[derive(Debug)]
pub(crate) struct Follower {
    view: RwLock<View>,
    size: watch::Sender<u64>,
    look: Notify,
    pub(crate) waiters: Waiters,
}

impl Follower {
    pub(crate) fn new(requests: usize, changes: usize) -> Self {
        let view = View {
            index: Index::new(requests),
            changes: Changes::new(changes),
            tree: Tree::default(),
            head: None,
            fault: Some("the log has not been read yet".to_owned()),
        };
        let (size, look, waiters) = (watch::Sender::new(0), Notify::new(), Waiters::default());
        Self { view: RwLock::new(view), size, look, waiters }
    }

    /// What is known now. Nothing may be awaited while it is held.
    pub(crate) fn view(&self) -> RwLockReadGuard<'_, View> {
        self.view.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many entries are known, now and from now on.
    pub(crate) fn sizes(&self) -> watch::Receiver<u64> {
        self.size.subscribe()
    }

    /// Has the log looked at now.
    pub(crate) fn look(&self) {
        self.look.notify_one();
    }

    /// Waits until as many entries are known.
    pub(crate) async fn reaches(&self, size: u64) {
        self.look();
        let mut sizes = self.size.subscribe();
        // The sender is there as long as this is.
        drop(sizes.wait_for(|known| *known >= size).await);
    }

    /// Follows the ledger as long as this is there.
    pub(crate) fn follow(self: &Arc<Self>, ledger: Arc<dyn Ledger>) {
        drop(tokio::spawn(follow(Arc::downgrade(self), ledger)));
    }

    async fn catch_up(&self, ledger: &dyn Ledger) -> Result<(), Fault> {
        let head = ledger.head().await?;
        let size = head.checkpoint.size();
        let mut next = self.view().tree.size();
        while next < size {
            let left = usize::try_from(size.saturating_sub(next)).unwrap_or(AT_ONCE);
            let entries = ledger.entries(next, left.min(AT_ONCE)).await?;
            if entries.is_empty() {
                return Err(Fault::Damaged(format!("event {next} is missing")));
            }
            let mut changed = Vec::new();
            {
                let mut view = self.view.write().unwrap_or_else(PoisonError::into_inner);
                for entry in &entries {
                    if entry.index != next {
                        return Err(Fault::Damaged(format!("event {next} is missing")));
                    }
                    let change = view.index.read(entry).map_err(Fault::Damaged)?;
                    view.tree.push(leaf_hash(&entry.bytes));
                    view.changes.push(change);
                    changed.extend(change.request);
                    next = next.saturating_add(1);
                }
            }
            self.size.send_replace(next);
            for request in changed {
                self.waiters.wake(request);
            }
        }
        let mut view = self.view.write().unwrap_or_else(PoisonError::into_inner);
        if view.tree.root(size) != Some(head.checkpoint.root()) {
            return Err(Fault::Damaged(format!("the root over {size} events is another one")));
        }
        (view.head, view.fault) = (Some(head), None);
        Ok(())
    }

    fn note(&self, fault: &Fault) {
        let mut view = self.view.write().unwrap_or_else(PoisonError::into_inner);
        let text = fault.to_string();
        if view.fault.as_ref() != Some(&text) {
            tracing::error!(error = %text, "the log is not followed: lists and checkpoints are as they were");
        }
        view.fault = Some(text);
    }
}

/// Why the log cannot be followed.
#[derive(Debug, thiserror::Error)]
enum Fault {
    #[error("{0}")]
    Ledger(#[from] LedgerError),
    #[error("the log is damaged: {0}")]
    Damaged(String),
}

async fn follow(follower: Weak<Follower>, ledger: Arc<dyn Ledger>) {
    loop {
        let Some(this) = follower.upgrade() else { return };
        let wait = match this.catch_up(&*ledger).await {
            Ok(()) => LOOK_EVERY,
            Err(fault) => {
                this.note(&fault);
                AFTER_A_FAULT
            }
        };
        tokio::select! {
            () = this.look.notified() => {}
            () = tokio::time::sleep(wait) => {}
        }
    }
}
