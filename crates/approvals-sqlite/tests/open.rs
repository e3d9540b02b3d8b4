//! Which files are opened, which are refused, and what reading leaves behind.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::print_stdout,
    reason = "a test fails by panicking"
)]

mod support;

use approvals_core::{Ledger, LedgerError, Signer};
use approvals_log::Vkey;
use approvals_sqlite::{OpenError, SqliteLedger, SqliteLog, VerifyError, verify};
use support::{Folder, ORIGIN, SMALL, events, id, key, open, small_log};

#[tokio::test]
async fn reopening_continues() {
    let folder = Folder::new();
    let path = folder.file("ledger.db");
    for round in 0..5 {
        let ledger = open(&path).await;
        assert_eq!(ledger.append(events(Some(id(1)), round, 1)).await.unwrap().first, round);
        ledger.close().await;
    }
    assert_eq!(verify(&path, None, &[]).unwrap().checkpoints, 6);
}

#[tokio::test]
async fn another_origin_and_another_key_are_refused_by_name() {
    let folder = Folder::new();
    let path = folder.file("ledger.db");
    small_log(&path).await;
    let before = folder.contents();

    let error = SqliteLedger::open(&path, "example.com/other", key(7)).await.unwrap_err();
    let text = error.to_string();
    assert!(matches!(error, OpenError::Origin { .. }), "{error:?}");
    assert!(text.contains(ORIGIN) && text.contains("example.com/other"), "{text}");

    let error = SqliteLedger::open(&path, ORIGIN, key(8)).await.unwrap_err();
    let text = error.to_string();
    let vkey = |seed| Vkey::new(ORIGIN, key(seed).public_key()).unwrap();
    assert!(matches!(error, OpenError::Key { .. }), "{error:?}");
    assert!(text.contains(&vkey(7).to_string()) && text.contains(&vkey(8).to_string()), "{text}");

    let error = verify(&path, Some(&vkey(8)), &[]).unwrap_err();
    assert!(matches!(error, VerifyError::Key { .. }), "{error:?}");
    verify(&path, Some(&vkey(7)), &[]).unwrap();
    assert_eq!(folder.contents(), before, "a refusal changes nothing");
}

#[tokio::test]
async fn an_origin_that_cannot_name_a_log_is_refused_before_a_file_is_made() {
    let folder = Folder::new();
    for origin in ["", "two words", "a+b", "line\nbreak"] {
        let error = SqliteLedger::open(folder.file("ledger.db"), origin, key(7)).await.unwrap_err();
        assert!(matches!(error, OpenError::Name { .. }), "{error:?}");
    }
    assert_eq!(folder.contents(), []);
}

#[tokio::test]
async fn files_of_other_kinds_are_refused_and_left_alone() {
    let folder = Folder::new();
    let (text, database, newer) = (folder.file("a.txt"), folder.file("b.db"), folder.file("c.db"));
    std::fs::write(
        &text,
        "not a database, and long enough to have a header of a hundred bytes ".repeat(4),
    )
    .unwrap();
    rusqlite::Connection::open(&database).unwrap().execute_batch("CREATE TABLE t(x)").unwrap();
    small_log(&newer).await;
    rusqlite::Connection::open(&newer).unwrap().pragma_update(None, "user_version", 2).unwrap();
    let before = std::fs::read(&text).unwrap();

    for path in [&text, &database] {
        let error = SqliteLedger::open(path, ORIGIN, key(7)).await.unwrap_err();
        assert!(!matches!(error, OpenError::Damaged { .. }), "{error:?}");
        assert!(SqliteLog::open_read_only(path).is_err());
    }
    assert_eq!(std::fs::read(&text).unwrap(), before);
    let error = SqliteLedger::open(&newer, ORIGIN, key(7)).await.unwrap_err();
    assert!(matches!(error, OpenError::Version { found: 2, known: 1, .. }), "{error:?}");
}

#[tokio::test]
async fn paths_that_cannot_be_files_are_errors() {
    let folder = Folder::new();
    let bad = [folder.file("no/such/folder.db"), folder.file("."), folder.file("nul\0byte")];
    for path in bad {
        let error = SqliteLedger::open(&path, ORIGIN, key(7)).await.unwrap_err();
        assert!(matches!(error, OpenError::File { .. }), "{error:?}");
        assert!(SqliteLog::open_read_only(&path).is_err());
    }
    let missing = SqliteLog::open_read_only(folder.file("missing.db")).unwrap_err();
    assert!(matches!(missing, OpenError::File { .. }), "{missing:?}");
    assert_eq!(folder.contents(), [], "reading makes no file");
}

#[tokio::test]
async fn names_that_sqlite_would_interpret_are_plain_files() {
    let folder = Folder::new();
    for name in ["file:x?mode=memory", "a b%41#c?d.db", ":memory:"] {
        let path = folder.file(name);
        small_log(&path).await;
        assert!(path.exists(), "{name}");
        assert_eq!(verify(&path, None, &[]).unwrap().head.checkpoint.size(), SMALL, "{name}");
    }
}

#[cfg(unix)]
#[tokio::test]
async fn a_new_ledger_is_for_its_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new();
    let ledger = open(&folder.file("ledger.db")).await;
    ledger.append(events(None, 0, 1)).await.unwrap();
    for (path, _) in folder.contents() {
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{}", path.display());
    }
}

#[tokio::test]
async fn auditing_an_idle_ledger_changes_and_makes_nothing() {
    let folder = Folder::new();
    let path = folder.file("ledger.db");
    small_log(&path).await;
    let before = folder.contents();
    let log = SqliteLog::open_read_only(&path).unwrap();
    log.verify(None, &[]).unwrap();
    assert_eq!(log.origin(), ORIGIN);
    assert_eq!(log.events(3).count(), 21);
    let heads = log.checkpoints(0, usize::MAX).unwrap();
    assert_eq!((heads.len(), log.checkpoints(3, 2).unwrap().len()), (13, 2));
    assert_eq!(heads.last(), Some(&log.newest().unwrap()));
    assert_eq!(folder.contents(), before);
    drop(log);
    assert_eq!(folder.contents(), before);
}

#[tokio::test]
async fn auditing_works_beside_a_writer_and_leaves_its_file_alone() {
    let folder = Folder::new();
    let path = folder.file("ledger.db");
    let ledger = open(&path).await;
    let log = SqliteLog::open_read_only(&path).unwrap();
    for round in 0..20 {
        ledger.append(events(Some(id(1)), round, 1)).await.unwrap();
        assert_eq!(log.verify(None, &[]).unwrap().head.checkpoint.size(), round + 1);
        assert_eq!(log.history(Some(id(1))).await.unwrap().len() as u64, round + 1);
    }
    let refused = log.append(events(Some(id(1)), 20, 1)).await;
    assert!(matches!(refused, Err(LedgerError::Unavailable(_))), "{refused:?}");
    let before = std::fs::read(folder.file("ledger.db-wal")).unwrap();
    drop(log);
    assert_eq!(std::fs::read(folder.file("ledger.db-wal")).unwrap(), before);
    ledger.append(events(Some(id(1)), 20, 1)).await.unwrap();
}

#[tokio::test]
async fn a_writer_that_comes_while_an_idle_file_is_read_is_noticed() {
    let folder = Folder::new();
    let path = folder.file("ledger.db");
    small_log(&path).await;
    let log = SqliteLog::open_read_only(&path).unwrap();
    log.newest().unwrap();
    let ledger = open(&path).await;
    ledger.append(events(None, 3, 1)).await.unwrap();
    assert!(matches!(log.newest(), Err(LedgerError::Unavailable(_))));
    assert!(matches!(log.verify(None, &[]), Err(VerifyError::Read(_))));
    assert_eq!(verify(&path, None, &[]).unwrap().head.checkpoint.size(), SMALL + 1);
}

#[tokio::test]
async fn what_was_read_is_streamed_in_order_over_many_pages() {
    let folder = Folder::new();
    let path = folder.file("ledger.db");
    let ledger = open(&path).await;
    ledger.append(events(Some(id(1)), 0, 500)).await.unwrap();
    ledger.close().await;
    let log = SqliteLog::open_read_only(&path).unwrap();
    let indices: Vec<u64> = log.events(7).map(|entry| entry.unwrap().index).collect();
    assert_eq!(indices, (7..500).collect::<Vec<_>>());
}
