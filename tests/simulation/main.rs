//! Several gates on one ledger, behind a network that fails, with clocks that are wrong and processes that die.
//!
//! Everything runs in one thread, in simulated time, from one seed. (What the library draws from the operating system,
//! the ids of requests without a key, is all that differs between two runs of a seed, beside the order in which two things
//! are looked at that are ready in the same instant.) After each run the log, what the bodies saw and what everybody was
//! told are held against each other. A breach is shown with its seed and the shortest plan that still leads to one.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::wildcard_enum_match_arm,
    clippy::print_stdout,
    reason = "a test that fails panics"
)]

mod random;
mod plan;
mod around;
mod network;
mod site;
mod check;
mod late;

use std::sync::atomic::Ordering;

use approvals::{Execution, Outcome, Phase};
use around::Tally;
use check::{Log, breaches, count};
use network::Bug;
use plan::Plan;
use site::Site;

/// One run of a plan: what it breached, how far it got, and its log.
fn run(seed: u64, plan: &Plan, bug: Option<Bug>) -> (Vec<String>, Tally, String) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .unwrap();
    runtime.block_on(async {
        let site = Site::new(seed, bug).await;
        site.live(plan).await;
        let log = Log::read(&site.store.all().await);
        let outside = std::mem::take(&mut *site.seen.lock().unwrap());
        let mut tally = Tally::default();
        let started = |fence| {
            move |state: &approvals::State| {
                state.started().is_some_and(|started| started.fence >= fence)
            }
        };
        let by_standing = |state: &approvals::State| {
            started(1)(state) && state.request().is_some_and(|one| one.standing.is_some())
        };
        let in_doubt = |state: &approvals::State| {
            *state.phase() == Phase::Ended(Outcome::Executed(Execution::Dropped))
                || state.is_in_doubt()
        };
        for (what, count) in [
            ("bodies", outside.begun.len() as u64),
            ("answers", outside.told.len() as u64),
            ("votes", outside.votes.len() as u64),
            ("votes refused as given twice", outside.refused_twice),
            ("stops", outside.stops.len() as u64),
            ("standing grants", outside.standing.len() as u64),
            ("crashes", outside.crashes),
            ("conflicts", site.store.conflicts.load(Ordering::SeqCst)),
            ("lost answers", site.store.lost.load(Ordering::SeqCst)),
            ("granted", count(&log, |state| state.grant().is_some())),
            ("started again", count(&log, started(2))),
            ("started by a standing grant", count(&log, by_standing)),
            ("in doubt", count(&log, in_doubt)),
            ("late votes", count(&log, |state| !state.late().is_empty())),
        ] {
            tally.add(what, count);
        }
        (breaches(&log, &outside), tally, log.lines())
    })
}

/// Runs these seeds, and fails with the first breach.
fn seeds(seeds: std::ops::Range<u64>) -> Tally {
    let mut all = Tally::default();
    for seed in seeds {
        if seed.is_multiple_of(1000) {
            println!("seed {seed}");
        }
        let plan = plan::plan(seed);
        let (found, tally, _) = run(seed, &plan, None);
        if !found.is_empty() {
            let shortest = plan::shortest(&plan, |plan| !run(seed, plan, None).0.is_empty());
            let (again, _, log) = run(seed, &shortest, None);
            panic!(
                "seed {seed}: {found:#?}\nshortest plan: {shortest:#?}\nleads to: {again:#?}\n{log}"
            );
        }
        tally.0.into_iter().for_each(|(what, count)| all.add(what, count));
    }
    all
}

/// A suite in which nothing happens proves nothing.
fn assert_all_reached(tally: &Tally, least: u64) {
    println!("{tally:#?}");
    let rare: Vec<_> = tally.0.iter().filter(|(_, count)| **count < least).collect();
    assert!(rare.is_empty(), "reached too rarely: {rare:?}");
}

#[test]
fn several_gates_on_one_ledger_keep_every_promise_whatever_fails() {
    assert_all_reached(&seeds(0..200), 5);
}

#[test]
#[ignore = "takes minutes: `cargo xtask nightly`"]
fn nightly_several_gates_keep_every_promise() {
    assert_all_reached(&seeds(1_000_000..1_010_000), 200);
}

/// How many seeds it takes to find a planted bug.
fn found(bug: Bug) -> Option<u64> {
    (0..200).find(|seed| !run(*seed, &plan::plan(*seed), Some(bug)).0.is_empty())
}

#[test]
fn a_ledger_that_does_not_compare_is_found() {
    assert!(found(Bug::ExpectedIgnored).is_some());
}

#[test]
fn a_ledger_that_overlooks_a_stop_is_found() {
    assert!(found(Bug::LogExpectedIgnored).is_some());
}

#[test]
fn a_ledger_that_answers_before_it_stores_is_found() {
    assert!(found(Bug::AnswersEarly).is_some());
}
