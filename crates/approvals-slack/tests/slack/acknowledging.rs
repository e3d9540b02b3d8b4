//! How soon and when a click is acknowledged, and what comes after: cases 31 and 36 of the failure cases.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use approvals_core::Denied;
use chat_bench::AWAY;
use fake_slack::Fault;

use crate::office::*;

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
