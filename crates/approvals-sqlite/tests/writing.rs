//! Groups, and what a caller learns when something goes wrong.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::print_stdout,
    reason = "a test fails by panicking"
)]

mod support;

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use std::time::Duration;

use approvals_core::{
    Append, Ledger, LedgerError, LocalSigner, NewEntry, PublicKey, Signer, SignerError,
};
use approvals_sqlite::{SqliteLedger, verify};
use async_trait::async_trait;
use support::{Folder, ORIGIN, events, id, key};
use tokio::task::JoinSet;

/// A key that takes its time, or misbehaves.
#[derive(Debug)]
struct Moody {
    inner: Arc<LocalSigner>,
    mood: AtomicU8,
    signed: AtomicU64,
}

const SOUND: u8 = 0;
const SLOW: u8 = 1;
const FAILING: u8 = 2;
const WRONG: u8 = 3;
const PANICKING: u8 = 4;

impl Moody {
    fn new() -> Arc<Self> {
        Arc::new(Self { inner: key(7), mood: SOUND.into(), signed: 0.into() })
    }

    fn become_(&self, mood: u8) {
        self.mood.store(mood, Ordering::SeqCst);
    }
}

#[async_trait]
impl Signer for Moody {
    fn public_key(&self) -> PublicKey {
        self.inner.public_key()
    }

    async fn sign(&self, message: &[u8]) -> Result<[u8; 64], SignerError> {
        match self.mood.load(Ordering::SeqCst) {
            SLOW => tokio::time::sleep(Duration::from_millis(50)).await,
            FAILING => return Err(SignerError::Service("out of order".into())),
            WRONG => return Ok([1; 64]),
            PANICKING => panic!("the signer panics, on purpose"),
            _ => {}
        }
        self.signed.fetch_add(1, Ordering::SeqCst);
        self.inner.sign(message).await
    }
}

async fn moody(folder: &Folder) -> (Arc<Moody>, Arc<SqliteLedger>) {
    let signer = Moody::new();
    let ledger =
        SqliteLedger::open(folder.file("ledger.db"), ORIGIN, signer.clone()).await.unwrap();
    (signer, Arc::new(ledger))
}

#[tokio::test]
async fn appends_that_wait_together_share_one_signature() {
    let folder = Folder::new();
    let (signer, ledger) = moody(&folder).await;
    signer.become_(SLOW);
    let mut waiting = JoinSet::new();
    for n in 0..200 {
        let ledger = Arc::clone(&ledger);
        waiting.spawn(async move { ledger.append(events(Some(id(n)), 0, 2)).await.unwrap() });
    }
    let heads: std::collections::BTreeSet<u64> =
        waiting.join_all().await.iter().map(|appended| appended.head.checkpoint.size()).collect();
    assert_eq!(heads.last(), Some(&400));
    // The first takes those that were there; the others all wait for it.
    assert!(heads.len() <= 4, "200 appends had {} heads", heads.len());
    let report = verify(folder.file("ledger.db"), None, &[]).unwrap();
    assert_eq!(report.checkpoints, heads.len() as u64 + 1);
    assert_eq!(
        signer.signed.load(Ordering::SeqCst),
        report.checkpoints,
        "one signature for a group"
    );
}

#[tokio::test]
async fn in_a_group_only_those_that_conflict_are_refused() {
    let folder = Folder::new();
    let (signer, ledger) = moody(&folder).await;
    signer.become_(SLOW);
    let mut waiting = JoinSet::new();
    for n in 0..90_u32 {
        let ledger = Arc::clone(&ledger);
        // Three for each request; of the second and third, one each expects what the other stored.
        waiting.spawn(async move { ledger.append(events(Some(id(n / 3)), 0, 1)).await });
    }
    let results = waiting.join_all().await;
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 30);
    let conflicts =
        results.iter().filter(|result| matches!(result, Err(LedgerError::Conflict))).count();
    assert_eq!(conflicts, 60);
    assert_eq!(ledger.head().await.unwrap().checkpoint.size(), 30);
}

#[tokio::test]
async fn without_a_good_signature_nothing_is_stored_and_the_ledger_goes_on() {
    let folder = Folder::new();
    let (signer, ledger) = moody(&folder).await;
    ledger.append(events(Some(id(1)), 0, 1)).await.unwrap();
    let before = ledger.head().await.unwrap();
    for mood in [FAILING, WRONG, PANICKING] {
        signer.become_(mood);
        let refused = ledger.append(events(Some(id(1)), 1, 1)).await;
        assert!(matches!(refused, Err(LedgerError::Unavailable(_))), "{refused:?}");
        assert_eq!(ledger.head().await.unwrap(), before);
        assert_eq!(ledger.history(Some(id(1))).await.unwrap().len(), 1);
    }
    signer.become_(SOUND);
    assert_eq!(ledger.append(events(Some(id(1)), 1, 1)).await.unwrap().first, 1);
    verify(folder.file("ledger.db"), None, &[]).unwrap();
}

#[tokio::test]
async fn an_event_of_another_request_is_refused() {
    let folder = Folder::new();
    let (_, ledger) = moody(&folder).await;
    for (stored, named) in [(Some(id(1)), Some(id(2))), (None, Some(id(2))), (Some(id(1)), None)] {
        let Append { entries, .. } = events(named, 0, 1);
        let refused = ledger
            .append(Append { request: stored, expected: 0, log_expected: None, entries })
            .await;
        assert!(matches!(refused, Err(LedgerError::Unavailable(_))), "{refused:?}");
    }
    assert_eq!(ledger.head().await.unwrap().checkpoint.size(), 0);
}

/// The file is put back, under an open ledger, to a state that it really had: nothing may be signed on top.
#[tokio::test]
async fn a_ledger_does_not_go_on_after_its_file_was_rolled_back() {
    let folder = Folder::new();
    let (_, ledger) = moody(&folder).await;
    let other = rusqlite::Connection::open(folder.file("ledger.db")).unwrap();
    for round in 0..4 {
        ledger.append(events(Some(id(1)), round, 1)).await.unwrap();
        if round == 1 {
            other.execute_batch("CREATE TEMP TABLE old AS SELECT * FROM head").unwrap();
        }
    }
    let roll_back = "DELETE FROM attachment WHERE idx >= 2; DELETE FROM event WHERE idx >= 2;
        DELETE FROM checkpoint WHERE size > 2; DELETE FROM head; INSERT INTO head SELECT * FROM old";
    other.execute_batch(roll_back).unwrap();
    for _ in 0..2 {
        let refused = ledger.append(events(Some(id(1)), 2, 1)).await;
        assert!(matches!(refused, Err(LedgerError::Damaged { .. })), "{refused:?}");
    }
    assert_eq!(verify(folder.file("ledger.db"), None, &[]).unwrap().head.checkpoint.size(), 2);
}

/// A head that no key signed.
#[tokio::test]
async fn a_ledger_does_not_go_on_from_a_head_that_was_changed() {
    let folder = Folder::new();
    let (_, ledger) = moody(&folder).await;
    ledger.append(events(Some(id(1)), 0, 3)).await.unwrap();
    let other = rusqlite::Connection::open(folder.file("ledger.db")).unwrap();
    other.execute_batch("UPDATE head SET size = 2, root = zeroblob(32)").unwrap();
    for _ in 0..2 {
        let refused = ledger.append(events(Some(id(1)), 3, 1)).await;
        assert!(matches!(refused, Err(LedgerError::Damaged { .. })), "{refused:?}");
    }
    let refused = ledger.head().await;
    assert!(matches!(refused, Err(LedgerError::Damaged { .. })), "{refused:?}");
}

#[tokio::test]
async fn reads_find_events_that_were_changed_under_an_open_ledger() {
    let folder = Folder::new();
    let (_, ledger) = moody(&folder).await;
    ledger.append(events(Some(id(1)), 0, 3)).await.unwrap();
    ledger.append(events(None, 0, 1)).await.unwrap();
    let other = rusqlite::Connection::open(folder.file("ledger.db")).unwrap();
    let cases = [
        ("UPDATE event SET entry = x'00' WHERE idx = 1", 1),
        ("DELETE FROM event WHERE idx = 1", 2),
    ];
    for (sql, index) in cases {
        other.execute_batch(sql).unwrap();
        let found = ledger.history(Some(id(1))).await;
        assert!(
            matches!(found, Err(LedgerError::Damaged { first, .. }) if first == index),
            "{sql}: {found:?}"
        );
        let found = ledger.entries(0, 10).await;
        assert!(matches!(found, Err(LedgerError::Damaged { first: 1, .. })), "{sql}: {found:?}");
    }
}

#[tokio::test]
async fn a_ledger_can_be_used_from_a_runtime_that_it_was_not_opened_on() {
    let folder = Folder::new();
    let path = folder.file("ledger.db");
    let runtime = || tokio::runtime::Builder::new_current_thread().build().unwrap();
    tokio::task::spawn_blocking(move || {
        let ledger = runtime().block_on(SqliteLedger::open(&path, ORIGIN, key(7))).unwrap();
        runtime().block_on(ledger.append(events(None, 0, 1))).unwrap();
        assert_eq!(runtime().block_on(ledger.entries(0, 9)).unwrap().len(), 1);
        runtime().block_on(ledger.close());
    })
    .await
    .unwrap();
}

#[tokio::test]
async fn a_large_append_is_one_append() {
    let folder = Folder::new();
    let (_, ledger) = moody(&folder).await;
    let entries = (0..200).map(|_| NewEntry { bytes: vec![b'x'; 65_535], attachments: vec![] });
    let append = Append {
        request: Some(id(1)),
        expected: 0,
        log_expected: None,
        entries: entries.collect(),
    };
    let appended = ledger.append(append).await.unwrap();
    assert_eq!((appended.first, appended.head.checkpoint.size()), (0, 200));
    assert_eq!(verify(folder.file("ledger.db"), None, &[]).unwrap().opaque, 200);
}
