//! Processes that are killed at random moments, over and over, break no promise.
//!
//! Two processes at a time have the same ledger open, make many calls at once, and compete for the same
//! grants, until SIGKILL ends each of them. All that they did is in a journal, a file that the library never
//! reads; after each pair it is held against the ledger. The same rounds over a ledger with a planted bug
//! must find it. (A kill is no power cut: what a disk loses is not tried here.)
//!
//! The other processes are this test program itself, asked through its environment to run [`child`].

#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test fails by panicking, and says what it counted"
)]

mod journal;
mod key;
mod site;

mod judge;
mod tally;

mod reviewer;
mod watched;
mod worker;

mod killer;
mod random;
mod round;

use judge::Breach;
use random::Random;
use round::{rounds, rounds_with};
use watched::Bug;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
#[ignore = "other tests run it as a process"]
async fn child() {
    if let Some(task) = worker::Task::from_environment() {
        worker::work(task).await;
    }
}

#[test]
fn sixty_kills_break_no_promise() {
    let tally = rounds(&mut Random::seeded(), 60);
    println!("{tally}");
    assert!(tally.ran > 0 && tally.acknowledged > 0, "{tally}");
    assert!(tally.unknown > 0 && tally.contested > 0, "{tally}");
}

#[test]
#[ignore = "it takes a minute or more; `cargo xtask test` runs it"]
fn a_thousand_kills_break_no_promise() {
    let tally = rounds(&mut Random::seeded(), 1000);
    println!("{tally}");
    for (moment, kills) in &tally.moments {
        assert!(*kills >= 10, "only {kills} of the kills came {moment}");
    }
    assert!(tally.ran >= 1000 && tally.acknowledged >= 500, "{tally}");
    assert!(tally.unknown >= 50 && tally.contested >= 500, "{tally}");
}

/// The check that nothing runs twice is red where the ledger does not compare.
#[test]
fn without_compare_and_append_something_runs_twice() {
    is_found(Bug::Careless, |breach| matches!(breach, Breach::RanTwice(_)));
}

/// The check that nothing acknowledged is lost is red where the ledger answers before it has stored.
#[test]
fn with_answers_before_the_disk_something_acknowledged_is_lost() {
    is_found(Bug::Hasty, |breach| matches!(breach, Breach::Lost(..)));
}

fn is_found(bug: Bug, wanted: impl Fn(&Breach) -> bool) {
    let found = rounds_with(bug, &mut Random::seeded(), 1000, &wanted);
    println!("{bug:?}: found after {} kills", found.tally.kills);
    assert!(found.breaches.iter().any(wanted), "the planted bug was not found: {}", found.tally);
}
