//! Several processes on one file, killed processes, and a disk that is full.
//!
//! The other processes are this test program itself, asked through its environment to run [`child`].

#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::print_stdout,
    reason = "a test fails by panicking"
)]

mod support;

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use approvals_core::{Append, Ledger, LedgerError, NewEntry};
use approvals_sqlite::{SqliteLog, verify};
use support::{Folder, events, id, open};

const TASK: &str = "APPROVALS_TEST_TASK";
const FILE: &str = "APPROVALS_TEST_FILE";

fn start(task: &str, path: &Path, before: &str) -> Child {
    let program = std::env::current_exe().unwrap();
    let script = format!(r#"{before} exec "$0" --exact child --ignored --nocapture"#);
    Command::new("sh")
        .args(["-c", &script])
        .arg(program)
        .env(TASK, task)
        .env(FILE, path)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

/// The lines that a child printed for its parent.
fn lines(child: &mut Child) -> impl Iterator<Item = String> + use<> {
    let out = BufReader::new(child.stdout.take().unwrap());
    out.lines().map(Result::unwrap).filter_map(|line| Some(line.split_once("say ")?.1.to_owned()))
}

fn say(what: impl std::fmt::Display) {
    println!("say {what}");
}

#[tokio::test]
#[ignore = "other tests run it as a process"]
async fn child() {
    let (Ok(task), Some(path)) = (std::env::var(TASK), std::env::var_os(FILE)) else { return };
    let (task, number) = task.split_once(' ').unwrap();
    let number: u32 = number.parse().unwrap();
    match task {
        "race" => race(Path::new(&path), number).await,
        "endless" => endless(Path::new(&path), number).await,
        "fill" => fill(Path::new(&path), number).await,
        other => panic!("no such task: {other}"),
    }
}

/// Appends to a request of its own, and tries to be first at requests that all have in common.
async fn race(path: &Path, number: u32) {
    let ledger = open(path).await;
    for round in 0..40_u32 {
        ledger.append(events(Some(id(number)), u64::from(round) * 2, 2)).await.unwrap();
        match ledger.append(events(Some(id(1000 + round)), 0, 1)).await {
            Ok(_) => say(round),
            Err(LedgerError::Conflict) => {}
            Err(other) => panic!("{other:?}"),
        }
    }
    ledger.close().await;
}

/// Appends until it is killed, and says what was answered.
async fn endless(path: &Path, number: u32) {
    let ledger = open(path).await;
    let mut next = ledger.history(Some(id(number))).await.unwrap().len() as u64;
    loop {
        let appended = ledger.append(events(Some(id(number)), next, 2)).await.unwrap();
        say(appended.first);
        next += 2;
    }
}

/// Appends large entries until it fails for good. After an error the ledger may recover, since closing the
/// file moves the write-ahead log into it; then it fails again.
async fn fill(path: &Path, number: u32) {
    let ledger = open(path).await;
    let (mut next, mut in_a_row) = (0, 0);
    while in_a_row < 3 {
        let entry = NewEntry { bytes: vec![b'x'; 60_000], attachments: vec![] };
        let append = Append {
            request: Some(id(number)),
            expected: next,
            log_expected: None,
            entries: vec![entry],
        };
        match ledger.append(append).await {
            Ok(appended) => {
                say(appended.first);
                in_a_row = 0;
            }
            Err(LedgerError::Unavailable(_) | LedgerError::Unknown(_)) => in_a_row += 1,
            Err(other) => panic!("{other:?}"),
        }
        next = ledger.history(Some(id(number))).await.unwrap().len() as u64;
        assert!(next < 1000, "the disk must become full");
    }
    say("failed");
}

#[test]
fn processes_share_a_file_without_loss() {
    let folder = Folder::new();
    let path = folder.file("ledger.db");
    let mut children: Vec<Child> = (0..3).map(|n| start(&format!("race {n}"), &path, "")).collect();
    let mut won: Vec<String> =
        children.iter_mut().flat_map(|child| lines(child).collect::<Vec<_>>()).collect();
    for child in &mut children {
        assert!(child.wait().unwrap().success());
    }
    won.sort_by_key(|round| round.parse::<u32>().unwrap());
    assert_eq!(
        won,
        (0..40).map(|round: u32| round.to_string()).collect::<Vec<_>>(),
        "each race has one winner"
    );
    let report = verify(&path, None, &[]).unwrap();
    assert_eq!(report.head.checkpoint.size(), 3 * 80 + 40);
}

#[test]
fn what_was_answered_survives_a_killed_process() {
    let folder = Folder::new();
    let path = folder.file("ledger.db");
    let mut answered = 0;
    for round in 0..8_usize {
        let mut child = start("endless 1", &path, "");
        let last = lines(&mut child).nth(round * 5).unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
        answered = answered.max(last.parse::<u64>().unwrap() + 2);

        // Read as the crash left it, before anybody repairs it.
        let left = verify(&path, None, &[]).unwrap();
        let size = left.head.checkpoint.size();
        assert!(size >= answered, "{answered} events were answered, {size} are there");
        assert_eq!(size % 2, 0, "an append is there whole, or not at all");
        answered = size;
    }
}

#[test]
fn on_a_full_disk_nothing_is_answered_that_is_not_stored() {
    let folder = Folder::new();
    let path = folder.file("ledger.db");
    // No file may grow beyond 1 MiB, and writing more is an error instead of a signal.
    let mut child = start("fill 1", &path, "trap '' XFSZ; ulimit -f 2048;");
    let said: Vec<String> = lines(&mut child).collect();
    assert!(child.wait().unwrap().success());
    let (end, answered) = said.split_last().unwrap();
    assert_eq!(end, "failed");
    assert!(!answered.is_empty());

    let log = SqliteLog::open_read_only(&path).unwrap();
    let stored: Vec<String> = log.events(0).map(|it| it.unwrap().index.to_string()).collect();
    assert!(answered.iter().all(|index| stored.contains(index)), "{answered:?} in {stored:?}");
    verify(&path, None, &[]).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let ledger = open(&path).await;
        ledger.append(events(None, 0, 1)).await.unwrap();
        ledger.close().await;
    });
    assert_eq!(verify(&path, None, &[]).unwrap().head.checkpoint.size(), stored.len() as u64 + 1);
}
