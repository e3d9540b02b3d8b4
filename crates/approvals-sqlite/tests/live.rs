//! Somebody without any key writes to the file while a ledger has it open: what was not signed is not believed.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::print_stdout,
    reason = "a test fails by panicking"
)]

mod support;

use std::path::PathBuf;
use std::sync::Arc;

use approvals_core::{Append, Entry, Ledger, LedgerError, NewEntry};
use approvals_log::{Frontier, leaf_hash};
use approvals_sqlite::{SqliteLedger, verify};
use proptest::prelude::*;
use rusqlite::{Connection, params};
use support::{Folder, SMALL, events, id, open, small_log};

/// An open ledger with a small log, and a connection beside it that has no key.
struct Scene {
    _folder: Folder,
    path: PathBuf,
    ledger: SqliteLedger,
    attacker: Connection,
}

impl Scene {
    async fn new() -> Self {
        let folder = Folder::new();
        let path = folder.file("ledger.db");
        small_log(&path).await;
        let ledger = open(&path).await;
        let attacker = Connection::open(&path).unwrap();
        attacker.execute_batch("PRAGMA foreign_keys = OFF").unwrap();
        Self { _folder: folder, path, ledger, attacker }
    }

    /// A row that agrees with itself in every respect.
    fn forge(&self, index: u64, request: u32, seq: u64) {
        let request = id(request).to_string();
        let entry = format!(r#"{{"request":"{request}","what":"forged"}}"#).into_bytes();
        let row = params![sql(index), request, sql(seq), leaf_hash(&entry), entry];
        self.attacker.execute("INSERT INTO event VALUES(?1, ?2, ?3, ?4, ?5)", row).unwrap();
    }

    async fn history(&self, request: u32) -> Result<Vec<Entry>, LedgerError> {
        self.ledger.history(Some(id(request))).await
    }
}

fn sql(number: u64) -> i64 {
    number.try_into().unwrap()
}

fn damage<T: std::fmt::Debug>(result: Result<T, LedgerError>) -> (u64, u64) {
    match result {
        Err(LedgerError::Damaged { first, last, .. }) => (first, last),
        other => panic!("damage must be found: {other:?}"),
    }
}

#[tokio::test]
async fn a_row_beyond_the_head_is_never_given_out() {
    for index in [SMALL, SMALL + 1, 1_000_000] {
        let scene = Scene::new().await;
        assert_eq!(scene.history(3).await.unwrap().len(), 3);
        scene.forge(index, 3, 3);
        assert_eq!(damage(scene.history(3).await), (index, index));
        assert_eq!(damage(scene.ledger.entries(20, 10).await), (index, index));
        assert_eq!(damage(scene.ledger.append(events(Some(id(3)), 3, 1)).await), (index, index));
        assert_eq!(damage(scene.ledger.append(events(Some(id(3)), 4, 1)).await).0, SMALL);
    }
}

#[tokio::test]
async fn a_row_for_a_request_that_never_was_is_never_given_out() {
    let scene = Scene::new().await;
    // In the place of an event of another request, so that nothing is beyond the head.
    scene.attacker.execute("DELETE FROM event WHERE idx = 20", []).unwrap();
    scene.forge(20, 9, 0);
    assert_eq!(damage(scene.history(9).await), (20, 20));
    assert_eq!(damage(scene.ledger.append(events(Some(id(9)), 1, 1)).await), (20, 20));
    assert_eq!(damage(scene.ledger.entries(20, 1).await), (0, SMALL - 1));
}

#[tokio::test]
async fn an_event_that_was_replaced_with_its_hash_is_never_given_out() {
    let scene = Scene::new().await;
    let whole = scene.history(3).await.unwrap();
    let last = whole.last().unwrap().index;
    scene.attacker.execute("DELETE FROM event WHERE idx = ?1", [sql(last)]).unwrap();
    scene.forge(last, 3, 2);
    assert_eq!(damage(scene.history(3).await), (whole[0].index, last));
    assert_eq!(damage(scene.ledger.entries(last, 1).await), (0, SMALL - 1));
    // What was not touched is still read.
    assert_eq!(scene.history(1).await.unwrap().len(), 6);
}

#[tokio::test]
async fn an_event_that_was_moved_is_never_given_out() {
    let (one, two) = (id(1), id(2));
    let cases = [
        // To another request that it does not name.
        format!("UPDATE event SET request = '{two}', seq = 12 WHERE idx = 17"),
        // Between two requests, each event whole and in its order.
        "UPDATE event SET idx = -1 WHERE idx = 2; UPDATE event SET idx = 2 WHERE idx = 3;
         UPDATE event SET idx = 3 WHERE idx = -1;
         UPDATE event SET idx = -1 WHERE idx = 10; UPDATE event SET idx = 10 WHERE idx = 11;
         UPDATE event SET idx = 11 WHERE idx = -1"
            .to_owned(),
        // Two of one request in each other's place.
        format!(
            "UPDATE event SET seq = -1 WHERE request = '{two}' AND seq = 1;
             UPDATE event SET seq = 1 WHERE request = '{two}' AND seq = 2;
             UPDATE event SET seq = 2 WHERE request = '{two}' AND seq = -1"
        ),
    ];
    for sql in cases {
        let scene = Scene::new().await;
        scene.attacker.execute_batch(&sql).unwrap();
        damage(scene.history(2).await);
    }
    // Away from its request.
    let scene = Scene::new().await;
    let sql = format!("UPDATE event SET request = '' WHERE request = '{one}' AND seq = 5");
    scene.attacker.execute_batch(&sql.replace("= '' W", "= '', seq = 3 W")).unwrap();
    damage(scene.history(1).await);
    damage(scene.ledger.history(None).await);
}

/// The attack that would run a body twice: the end of a request is removed, and it looks unused.
#[tokio::test]
async fn removed_events_do_not_make_a_grant_look_unused() {
    for kept in 0..4_u64 {
        let scene = Scene::new().await;
        let of = scene.history(2).await.unwrap();
        let delete = "DELETE FROM event WHERE request = ?1 AND seq >= ?2";
        let removed =
            scene.attacker.execute(delete, params![id(2).to_string(), sql(kept)]).unwrap();
        assert_eq!(removed as u64, 12 - kept);
        let (first, last) = damage(scene.history(2).await);
        assert_eq!(last, of[11].index);
        assert!(first <= of[usize::try_from(kept).unwrap()].index, "{first}");
        let place = damage(scene.ledger.append(events(Some(id(2)), kept, 1)).await);
        assert_eq!(place, (first, last), "appending finds the same");
        // After an error the file is checked anew, and the same is found.
        damage(scene.ledger.append(events(Some(id(2)), 12, 1)).await);
        damage(scene.ledger.append(events(Some(id(1)), 6, 1)).await);
    }
}

#[tokio::test]
async fn a_file_that_is_put_back_to_an_older_head_is_refused() {
    let scene = Scene::new().await;
    let mut tree = Frontier::new();
    scene
        .ledger
        .entries(0, 16)
        .await
        .unwrap()
        .iter()
        .for_each(|it| tree.push(leaf_hash(&it.bytes)));
    let sql = "DELETE FROM attachment WHERE idx >= 16; DELETE FROM event WHERE idx >= 16;
        DELETE FROM checkpoint WHERE size > 16;
        UPDATE head SET size = 16, note = (SELECT note FROM checkpoint WHERE size = 16)";
    scene.attacker.execute_batch(sql).unwrap();
    let sql = "UPDATE head SET root = ?1, frontier = ?2";
    scene.attacker.execute(sql, params![tree.root(), tree.to_bytes()]).unwrap();
    let report = verify(&scene.path, None, &[]).unwrap();
    assert_eq!(report.head.checkpoint.size(), 16, "it is consistent by itself");

    assert_eq!(damage(scene.ledger.head().await), (16, SMALL - 1));
    assert_eq!(damage(scene.history(1).await), (16, SMALL - 1));
    assert_eq!(damage(scene.ledger.entries(0, 1).await), (16, SMALL - 1));
    assert_eq!(damage(scene.ledger.append(events(Some(id(1)), 4, 1)).await), (16, SMALL - 1));
    damage(scene.ledger.append(events(Some(id(1)), 4, 1)).await);

    // An honest process that knows no better goes on from there: then it is another log than this one.
    let other = open(&scene.path).await;
    other.append(events(Some(id(1)), 4, 20)).await.unwrap();
    assert_eq!(verify(&scene.path, None, &[]).unwrap().head.checkpoint.size(), 36);
    assert_eq!(damage(scene.history(1).await), (SMALL, 35));
    damage(scene.ledger.append(events(Some(id(1)), 24, 1)).await);
}

#[tokio::test]
async fn what_others_append_is_verified_before_it_is_believed() {
    let scene = Scene::new().await;
    let other = open(&scene.path).await;
    other.append(events(Some(id(4)), 0, 3)).await.unwrap();
    // Its newest event is replaced, with its hash, before the first ledger has seen it.
    scene.attacker.execute("DELETE FROM event WHERE idx = 26", []).unwrap();
    scene.forge(26, 4, 2);
    assert_eq!(damage(scene.history(4).await), (SMALL, 26));
    assert_eq!(damage(scene.history(1).await), (SMALL, 26));
    assert_eq!(damage(scene.ledger.append(events(Some(id(1)), 6, 1)).await), (SMALL, 26));
}

#[tokio::test]
async fn a_head_that_no_key_signed_is_refused() {
    let changes = [
        "DELETE FROM head",
        "UPDATE head SET size = size + 1",
        "UPDATE head SET root = zeroblob(32)",
        "UPDATE head SET frontier = zeroblob(8)",
        "UPDATE head SET note = replace(note, '24', '25')",
        "UPDATE head SET note = (SELECT note FROM checkpoint WHERE size = 16)",
    ];
    for sql in changes {
        let scene = Scene::new().await;
        scene.attacker.execute_batch(sql).unwrap();
        damage(scene.ledger.head().await);
        damage(scene.history(1).await);
        damage(scene.ledger.append(events(Some(id(1)), 6, 1)).await);
    }
}

#[tokio::test]
async fn what_is_put_right_is_read_again() {
    let scene = Scene::new().await;
    let whole = scene.history(2).await.unwrap();
    let (away, back) = (
        "CREATE TEMP TABLE away AS SELECT * FROM event WHERE idx > 15; DELETE FROM event WHERE idx > 15",
        "INSERT INTO event SELECT * FROM away",
    );
    scene.attacker.execute_batch(away).unwrap();
    damage(scene.history(2).await);
    damage(scene.ledger.append(events(Some(id(2)), 12, 1)).await);
    scene.attacker.execute_batch(back).unwrap();
    assert_eq!(scene.history(2).await.unwrap(), whole);
    scene.ledger.append(events(Some(id(2)), 12, 1)).await.unwrap();
    assert_eq!(scene.history(2).await.unwrap().len(), 13);
}

#[tokio::test]
async fn two_ledgers_on_one_file_see_what_the_other_appends() {
    let folder = Folder::new();
    let path = folder.file("ledger.db");
    let ledgers = [open(&path).await, open(&path).await];
    for round in 0..50_u64 {
        let one = &ledgers[usize::from(round % 2 == 0)];
        let other = &ledgers[usize::from(round % 2 == 1)];
        let appended = one.append(events(Some(id(1)), round * 3, 3)).await.unwrap();
        assert_eq!(appended.first, round * 3);
        assert_eq!(other.head().await.unwrap(), appended.head);
        assert_eq!(other.history(Some(id(1))).await.unwrap().len() as u64, round * 3 + 3);
        assert_eq!(other.entries(round * 3, 9).await.unwrap().len(), 3);
        let late = other.append(events(Some(id(1)), round * 3, 1)).await;
        assert!(matches!(late, Err(LedgerError::Conflict)), "{late:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn reading_beside_writing_never_looks_like_damage() {
    let folder = Folder::new();
    let path = folder.file("ledger.db");
    let ledgers = [Arc::new(open(&path).await), Arc::new(open(&path).await)];
    let mut tasks = tokio::task::JoinSet::new();
    for (n, ledger) in (0_u32..).zip([0, 1, 0, 1]) {
        let writer = Arc::clone(&ledgers[ledger]);
        tasks.spawn(async move {
            for round in 0..60 {
                writer.append(events(Some(id(n)), round, 1)).await.unwrap();
            }
        });
        let reader = Arc::clone(&ledgers[1 - ledger]);
        tasks.spawn(async move {
            let mut before = 0;
            while before < 60 {
                let entries = reader.history(Some(id(n))).await.unwrap();
                assert!(entries.len() >= before);
                before = entries.len();
                let size = reader.head().await.unwrap().checkpoint.size();
                let all = reader.entries(0, usize::MAX).await.unwrap();
                assert!(all.len() as u64 >= size);
            }
        });
    }
    tasks.join_all().await;
    assert_eq!(ledgers[0].head().await.unwrap(), ledgers[1].head().await.unwrap());
    verify(&path, None, &[]).unwrap();
}

#[test]
fn pages_of_entries_are_complete_wherever_they_begin() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let folder = Folder::new();
    let ledger = runtime.block_on(open(&folder.file("ledger.db")));
    let entry = |n: u32| NewEntry { bytes: n.to_string().into_bytes(), attachments: vec![] };
    let entries: Vec<_> = (0..100).map(entry).collect();
    let append = Append { request: None, expected: 0, log_expected: None, entries };
    runtime.block_on(ledger.append(append)).unwrap();
    proptest!(|(from in 0..130_u64, limit in 0..130_usize)| {
        let page = runtime.block_on(ledger.entries(from, limit)).unwrap();
        let wanted: Vec<u64> = (from..100).take(limit).collect();
        prop_assert_eq!(page.iter().map(|it| it.index).collect::<Vec<_>>(), wanted);
        prop_assert!(page.iter().all(|it| it.bytes == it.index.to_string().into_bytes()));
    });
}
