//! What the simulation has found, once more and alone.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use approvals::*;
use async_trait::async_trait;
use tokio::time::sleep;

use crate::around::{Board, Staff, Versioned, agent, identity};
use crate::site::ORIGIN;

/// The next append to the log itself gets no answer, and arrives a second later.
#[derive(Debug)]
struct Slow(Arc<MemoryLedger>, Arc<AtomicBool>);

#[async_trait]
impl Ledger for Slow {
    async fn append(&self, append: Append) -> Result<Appended, LedgerError> {
        if append.request.is_some() || !self.1.swap(false, Ordering::SeqCst) {
            return self.0.append(append).await;
        }
        let ledger = Arc::clone(&self.0);
        drop(tokio::spawn(async move {
            sleep(Duration::from_secs(1)).await;
            ledger.append(append).await
        }));
        Err(LedgerError::Unknown("the connection broke".into()))
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

#[tokio::test(start_paused = true)]
async fn an_act_whose_event_lands_late_leaves_a_log_that_holds() {
    let key = |seed| LocalSigner::from_seed(&[seed; 32]).unwrap();
    let ledger = Arc::new(MemoryLedger::new(ORIGIN, key(1)).await.unwrap());
    let next_is_slow = Arc::new(AtomicBool::new(false));
    let gate = Gate::builder()
        .policy(Versioned(0))
        .ledger(Slow(Arc::clone(&ledger), Arc::clone(&next_is_slow)))
        .directory(Staff::default())
        .approver(Board::default())
        .recorder_key(key(2))
        .grant_key(key(3))
        .requester(agent());
    let gate = gate.build().await.unwrap();

    next_is_slow.store(true, Ordering::SeqCst);
    let replaced = gate.desk().replace_policy(&identity(0), Versioned(1), "it is new").await;
    assert!(replaced.is_err(), "whether it was replaced is not known yet");
    sleep(Duration::from_secs(2)).await;

    let mut trail = Trail::new(ORIGIN);
    let entries = ledger.entries(0, usize::MAX).await.unwrap();
    for entry in &entries {
        trail.read(entry).unwrap();
    }
    assert_eq!(trail.control().policy().unwrap().digest, Versioned(1).digest());

    // The same event once more is nobody's act.
    let again = entries.last().unwrap().clone();
    let index = entries.len() as u64;
    assert!(trail.read(&Entry { index, ..again }).is_err());
}
