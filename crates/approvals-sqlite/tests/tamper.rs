//! A file that is not what was signed is found out, with the event, and is not opened.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::print_stdout,
    reason = "a test fails by panicking"
)]

mod support;

use std::path::Path;

use approvals_core::Entry;
use approvals_log::{Frontier, Vkey, leaf_hash};
use approvals_sqlite::{Damage, OpenError, SqliteLedger, SqliteLog, VerifyError, verify};
use proptest::prelude::*;
use rusqlite::Connection;
use support::{Folder, ORIGIN, SMALL, events, id, key, open, small_log};

/// A small log, and copies of it to spoil.
struct Specimen {
    folder: Folder,
    bytes: Vec<u8>,
    entries: Vec<Entry>,
}

impl Specimen {
    fn new() -> Self {
        let folder = Folder::new();
        let path = folder.file("whole.db");
        run(small_log(&path));
        let entries = read(&path).unwrap();
        assert_eq!(entries.len() as u64, SMALL);
        assert!(!folder.file("whole.db-wal").exists(), "a closed ledger is one file");
        Self { bytes: std::fs::read(&path).unwrap(), folder, entries }
    }

    fn with_bytes(&self, change: impl FnOnce(&mut Vec<u8>)) -> std::path::PathBuf {
        let path = self.folder.file("spoilt.db");
        let mut bytes = self.bytes.clone();
        change(&mut bytes);
        std::fs::write(&path, bytes).unwrap();
        path
    }

    fn with_sql(&self, sql: &str) -> std::path::PathBuf {
        let path = self.with_bytes(|_| {});
        let conn = Connection::open(&path).unwrap();
        conn.execute_batch(&format!("PRAGMA foreign_keys = OFF; {sql}")).unwrap();
        conn.close().unwrap();
        assert!(!self.folder.file("spoilt.db-wal").exists());
        path
    }

    /// Where in the file the bytes of an event stand.
    fn place(&self, index: usize) -> usize {
        let entry = &self.entries[index].bytes;
        let found: Vec<usize> = (0..self.bytes.len() - entry.len())
            .filter(|at| &self.bytes[*at..*at + entry.len()] == entry)
            .collect();
        assert_eq!(found.len(), 1, "an event stands in the file once");
        found[0]
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
}

fn run<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

fn read(path: &Path) -> Result<Vec<Entry>, Box<dyn std::error::Error>> {
    let log = SqliteLog::open_read_only(path)?;
    Ok(log.events(0).collect::<Result<_, _>>()?)
}

/// What verification finds; opening must find the same.
fn damages(path: &Path) -> Vec<Damage> {
    let found = match verify(path, None, &[]) {
        Err(VerifyError::Damaged(damages)) => damages.as_slice().to_vec(),
        other => panic!("verification must find damage: {other:?}"),
    };
    match run(SqliteLedger::open(path, ORIGIN, key(7))) {
        Err(OpenError::Damaged { damages, .. }) => {
            assert_eq!(damages.as_slice()[0], found[0], "opening and verifying agree");
        }
        other => panic!("a damaged ledger must not be opened: {other:?}"),
    }
    found
}

fn places(path: &Path) -> Vec<(u64, u64)> {
    damages(path).iter().map(|damage| (damage.first, damage.last)).collect()
}

#[test]
fn a_whole_log_verifies_in_every_respect() {
    let specimen = Specimen::new();
    let report = verify(specimen.with_bytes(|_| {}), None, &[]).unwrap();
    assert_eq!(report.head.checkpoint.size(), SMALL);
    assert_eq!((report.checkpoints, report.confirmed, report.opaque), (13, 0, 0));
}

#[test]
fn a_changed_byte_of_any_event_is_found_with_its_index() {
    let specimen = Specimen::new();
    let places: Vec<usize> = (0..specimen.entries.len()).map(|n| specimen.place(n)).collect();
    proptest!(|(index in 0..specimen.entries.len(), at: prop::sample::Index, bit in 0..8_u8)| {
        let length = specimen.entries[index].bytes.len();
        let path = specimen.with_bytes(|bytes| bytes[places[index] + at.index(length)] ^= 1_u8 << bit);
        let found = damages(&path);
        prop_assert_eq!((found[0].first, found[0].last), (index as u64, index as u64));
        prop_assert_eq!(found.len(), 1, "the others are known to be whole");
    });
}

#[test]
fn no_changed_byte_of_the_file_changes_what_verifies() {
    let specimen = Specimen::new();
    let bare = |entries: Vec<Entry>| -> Vec<_> {
        entries.into_iter().map(|entry| (entry.index, entry.request, entry.bytes)).collect()
    };
    let whole = bare(specimen.entries.clone());
    let config = ProptestConfig::with_cases(1000);
    proptest!(config, |(at: prop::sample::Index, bit in 0..8_u8)| {
        let path = specimen.with_bytes(|bytes| {
            let at = at.index(bytes.len());
            bytes[at] ^= 1_u8 << bit;
        });
        let trusted = Vkey::new(ORIGIN, approvals_core::Signer::public_key(&*key(7))).unwrap();
        // Some bytes mean nothing: free space, and fields that SQLite ignores. The rest must be refused.
        if verify(&path, Some(&trusted), &[]).is_ok() {
            prop_assert_eq!(bare(read(&path).unwrap()), whole.clone());
        }
    });
}

#[test]
fn a_row_that_says_something_else_than_its_event_is_found() {
    let specimen = Specimen::new();
    let (one, two) = (id(1), id(2));
    let cases = [
        ("UPDATE event SET request = '', seq = 3 WHERE idx = 17".to_owned(), 17),
        (format!("UPDATE event SET request = '{two}', seq = 12 WHERE idx = 17"), 17),
        (format!("UPDATE event SET request = '{one}', seq = 6 WHERE idx = 18"), 18),
        ("UPDATE event SET request = 'x' WHERE idx = 17".to_owned(), 17),
        ("UPDATE event SET seq = 77 WHERE idx = 17".to_owned(), 17),
        ("UPDATE event SET leaf = zeroblob(32) WHERE idx = 5".to_owned(), 5),
        ("UPDATE event SET entry = x'7b7d' WHERE idx = 5".to_owned(), 5),
    ];
    for (sql, index) in cases {
        assert_eq!(places(&specimen.with_sql(&sql))[0], (index, index), "{sql}");
    }
}

#[test]
fn an_event_changed_with_its_leaf_hash_is_found_within_its_group() {
    let specimen = Specimen::new();
    // Events 3 to 6 were one append and so have one checkpoint.
    let entry = String::from_utf8(specimen.entries[4].bytes.clone()).unwrap();
    let entry = entry.replace("something", "otherwise");
    let leaf = hex(&leaf_hash(entry.as_bytes()));
    let sql =
        format!("UPDATE event SET entry = CAST('{entry}' AS BLOB), leaf = x'{leaf}' WHERE idx = 4");
    assert_eq!(places(&specimen.with_sql(&sql)), [(3, 6)]);
}

#[test]
fn missing_and_added_events_are_found() {
    let specimen = Specimen::new();
    let cases = [
        ("DELETE FROM attachment WHERE idx = 9; DELETE FROM event WHERE idx = 9", (9, 9)),
        ("DELETE FROM attachment; DELETE FROM event", (0, SMALL - 1)),
        (
            "DELETE FROM attachment WHERE idx > 20; DELETE FROM event WHERE idx > 20",
            (21, SMALL - 1),
        ),
        (
            "INSERT INTO event SELECT idx + 1, request, seq + 1, leaf, entry FROM event WHERE idx = 23",
            (24, 24),
        ),
        ("UPDATE event SET idx = -1 WHERE idx = 0", (0, 0)),
        ("UPDATE event SET idx = 99 WHERE idx = 23", (23, 98)),
    ];
    for (sql, place) in cases {
        assert_eq!(places(&specimen.with_sql(sql))[0], place, "{sql}");
    }
}

#[test]
fn swapped_events_are_both_found() {
    let specimen = Specimen::new();
    let sql = "UPDATE event SET idx = -1 WHERE idx = 5; UPDATE event SET idx = 5 WHERE idx = 6;
               UPDATE event SET idx = 6 WHERE idx = -1;";
    // Whole rows in each other's place: each row agrees with itself, but not with its request's order.
    assert!(places(&specimen.with_sql(sql)).iter().any(|place| place.0 <= 5 && place.1 >= 6));
    let sql = "CREATE TEMP TABLE other AS SELECT idx, entry FROM event;
        UPDATE event SET entry = (SELECT entry FROM other WHERE other.idx = 11 - event.idx)
        WHERE idx IN (5, 6)";
    assert_eq!(places(&specimen.with_sql(sql)), [(5, 5), (6, 6)]);
}

#[test]
fn heads_and_checkpoints_that_are_not_the_logs_are_found() {
    let specimen = Specimen::new();
    let cases = [
        "DELETE FROM head",
        "UPDATE head SET size = 23",
        "UPDATE head SET root = zeroblob(32)",
        "UPDATE head SET frontier = zeroblob(8)",
        "UPDATE head SET frontier = CAST(replace(hex(frontier), 'A', 'B') AS BLOB)",
        "UPDATE head SET note = replace(note, '24', '25')",
        "UPDATE head SET note = (SELECT note FROM checkpoint WHERE size = 23)",
        "DELETE FROM checkpoint WHERE size = 24",
        "UPDATE checkpoint SET note = (SELECT note FROM checkpoint WHERE size = 23) WHERE size = 16",
        "UPDATE checkpoint SET size = 25 WHERE size = 24",
        "INSERT INTO checkpoint SELECT size + 1, note FROM head",
        "UPDATE checkpoint SET note = '' WHERE size = 2",
    ];
    for sql in cases {
        assert!(!damages(&specimen.with_sql(sql)).is_empty(), "{sql}");
    }
}

#[test]
fn a_forged_signature_under_a_stored_checkpoint_is_found_by_verification() {
    let specimen = Specimen::new();
    // The same text, signed with something else.
    let sql = "UPDATE checkpoint SET note = substr(note, 1, length(note) - 12) || 'AAAAAAAAAA=' || char(10)
               WHERE size = 16";
    let error = verify(specimen.with_sql(sql), None, &[]).unwrap_err();
    assert!(matches!(error, VerifyError::Damaged(_)), "{error:?}");
}

#[test]
fn attachments_that_do_not_belong_are_found() {
    let specimen = Specimen::new();
    let cases = [
        ("UPDATE attachment SET idx = 99 WHERE idx = 2", 99),
        ("UPDATE attachment SET digest = 'sha256:0' WHERE idx = 2 AND n = 0", 2),
        ("UPDATE attachment SET bytes = NULL WHERE idx = 2 AND erasable = 0", 2),
    ];
    for (sql, index) in cases {
        assert_eq!(places(&specimen.with_sql(sql))[0], (index, index), "{sql}");
    }
}

#[test]
fn an_erased_attachment_is_missing_and_the_log_still_verifies() {
    let specimen = Specimen::new();
    let path =
        specimen.with_sql("UPDATE attachment SET bytes = NULL WHERE idx = 2 AND erasable = 1");
    verify(&path, None, &[]).unwrap();
    assert_eq!(read(&path).unwrap()[2].attachments.len(), 1);
}

/// The attack that a hash of events alone does not show: the events are whole, but the index through which
/// histories are read leaves one out, so that it has not happened.
#[test]
fn an_index_that_hides_an_event_is_found() {
    let specimen = Specimen::new();
    let sql = "CREATE TABLE other(request TEXT, seq INTEGER);
        CREATE UNIQUE INDEX other_index ON other(request, seq);
        INSERT INTO other(rowid, request, seq) SELECT idx, request, seq FROM event WHERE idx <> 23;
        PRAGMA writable_schema = ON;
        UPDATE sqlite_schema SET rootpage = (SELECT rootpage FROM sqlite_schema WHERE name = 'other_index')
        WHERE name = 'event_by_request';
        DELETE FROM sqlite_schema WHERE name LIKE 'other%';";
    let path = specimen.with_sql(sql);
    let log = SqliteLog::open_read_only(&path).unwrap();
    let history = run(approvals_core::Ledger::history(&log, Some(id(3)))).unwrap();
    assert_eq!(history.len(), 2, "the attack works: the third event of the request is hidden");
    assert_eq!(places(&path)[0], (0, SMALL - 1));
}

#[test]
fn a_trigger_or_another_table_is_refused() {
    let specimen = Specimen::new();
    for sql in [
        "CREATE TRIGGER t AFTER INSERT ON event BEGIN DELETE FROM event WHERE idx = 3; END",
        "CREATE TABLE more(x)",
        "ALTER TABLE event RENAME TO old; CREATE VIEW event AS SELECT * FROM old",
    ] {
        let path = specimen.with_sql(sql);
        let error = verify(&path, None, &[]).unwrap_err();
        assert!(
            matches!(error, VerifyError::Open(OpenError::NotALedger { .. })),
            "{sql}: {error:?}"
        );
        let error = run(SqliteLedger::open(&path, ORIGIN, key(7))).unwrap_err();
        assert!(matches!(error, OpenError::NotALedger { .. }), "{sql}: {error:?}");
    }
}

/// What somebody without the log key can do: remove the newest events and go back to an older head.
#[test]
fn a_rollback_is_found_by_whoever_remembers_a_head() {
    let specimen = Specimen::new();
    let seen = verify(specimen.with_bytes(|_| {}), None, &[]).unwrap().head.checkpoint;
    let mut tree = Frontier::new();
    specimen.entries[..16].iter().for_each(|entry| tree.push(leaf_hash(&entry.bytes)));
    let path = specimen.with_sql(&format!(
        "DELETE FROM attachment WHERE idx >= 16; DELETE FROM event WHERE idx >= 16;
         DELETE FROM checkpoint WHERE size > 16;
         UPDATE head SET size = 16, root = x'{}', frontier = x'{}',
           note = (SELECT note FROM checkpoint WHERE size = 16)",
        hex(&tree.root()),
        hex(&tree.to_bytes()),
    ));

    let report = verify(&path, None, &[]).unwrap();
    assert_eq!(report.head.checkpoint.size(), 16, "the file alone cannot show it");

    let error = verify(&path, None, std::slice::from_ref(&seen)).unwrap_err();
    let VerifyError::Seen(source) = error else { panic!("a rollback must be found: {error:?}") };
    assert!(matches!(source, approvals_log::VerifyError::RolledBack { seen: 24, head: 16, .. }));
    let error = run(SqliteLedger::open_after(&path, ORIGIN, key(7), &[seen])).unwrap_err();
    assert!(matches!(error, OpenError::Seen { .. }), "{error:?}");
}

/// What somebody with the log key can do: write another history.
#[test]
fn a_fork_is_found_by_whoever_remembers_a_head() {
    let folder = Folder::new();
    let (one, other) = (folder.file("one.db"), folder.file("other.db"));
    let seen = run(async {
        let mut heads = Vec::new();
        for (path, request) in [(&one, 1), (&other, 2)] {
            let ledger = open(path).await;
            let append = events(Some(id(request)), 0, 3);
            heads.push(
                approvals_core::Ledger::append(&ledger, append).await.unwrap().head.checkpoint,
            );
            let append = events(Some(id(request)), 3, 2);
            approvals_core::Ledger::append(&ledger, append).await.unwrap();
            ledger.close().await;
        }
        heads
    });
    assert_eq!(verify(&one, None, &seen[..1]).unwrap().confirmed, 1);
    let error = verify(&other, None, &seen[..1]).unwrap_err();
    assert!(matches!(error, VerifyError::Seen(_)), "{error:?}");
}
