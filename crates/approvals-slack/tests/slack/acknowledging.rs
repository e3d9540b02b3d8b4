//! How soon and when a click is acknowledged, and what comes after: cases 31 and 36 of the failure cases.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use approvals_core::{
    Append, Appended, Denied, Entry, Ledger, LedgerError, MemoryLedger, RequestId, SignedHead,
};
use async_trait::async_trait;
use fake_slack::Fault;

use crate::office::*;

/// A ledger that takes its time, or none at all.
#[derive(Clone, Debug)]
pub(crate) struct Slow(pub(crate) Arc<MemoryLedger>, pub(crate) Arc<AtomicU64>);

/// So long, the ledger is away rather than slow.
pub(crate) const AWAY: u64 = u64::MAX;

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

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_store_keeps_nobody_waiting_and_decides_once() {
    for way in [Way::Socket, Way::Http] {
        let slow = Arc::new(AtomicU64::new(0));
        let office = Office::open_with(Plan { way, ..Plan::of(1, "ops") }, Arc::clone(&slow)).await;
        let running = office.run();
        let card = office.card().await;
        office.settled().await;
        slow.store(3_500, Ordering::Relaxed);
        let answer = office.click(&card, APPROVE, ADA).send().await;
        assert!(answer.is_acked, "{answer:?}");
        slow.store(0, Ordering::Relaxed);
        assert_eq!(running.await.unwrap(), Ok(()));
        office.host.ran.assert_ran_once();
        assert_eq!(office.only().await.1.decisions().len(), 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_kept_is_not_acknowledged() {
    for way in [Way::Socket, Way::Http] {
        let away = Arc::new(AtomicU64::new(0));
        let office = Office::open_with(Plan { way, ..Plan::of(1, "ops") }, Arc::clone(&away)).await;
        let running = office.run();
        let card = office.card().await;
        office.settled().await;
        away.store(AWAY, Ordering::Relaxed);
        let answer = office.click(&card, APPROVE, ADA).send().await;
        assert!(!answer.is_acked, "{answer:?}");
        away.store(0, Ordering::Relaxed);
        assert!(office.only().await.1.decisions().is_empty());
        assert!(office.click(&card, APPROVE, ADA).send().await.is_acked);
        assert_eq!(running.await.unwrap(), Ok(()));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rejection_stands_where_no_form_could_be_opened() {
    for code in ["expired_trigger_id", "exchanged_trigger_id", "internal_error"] {
        let office = Office::open(Plan::of(1, "ops")).await;
        office.slack.fault_always("views.open", Fault::error(code));
        let running = office.run();
        let card = office.card().await;
        assert!(office.click(&card, REJECT, ADA).send().await.is_acked);
        assert!(matches!(running.await.unwrap(), Err(Denied::Rejected { .. })));
        office.until_shows(&card, "Rejected").await;
        assert!(office.slack.views().is_empty());
    }
}
