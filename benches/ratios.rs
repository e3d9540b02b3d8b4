//! Gated calls beside a bare one and beside what cannot be had for less, as a Markdown table:
//! `cargo bench --bench ratios`.
//!
//! One process measures all in alternation, round by round, since the speed of a shared machine drifts; each
//! ratio is taken within a round. One thread makes one call after the other. SQLite has threads of its own;
//! allocations are those of all threads.

#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    clippy::cast_precision_loss,
    reason = "a bench reads the clock and prints"
)]

mod common;

use std::alloc::System;
use std::fs::File;
use std::hint::black_box;
use std::io::Write as _;
use std::time::Instant;

use approvals::{LocalSigner, Signer as _};
use common::{EXPORT, Folder, Rule, bare, gated, in_memory, on_sqlite, runtime};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};
use tokio::runtime::Runtime;

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

const ROUNDS: usize = 21;

/// One thing to measure, and how often in each round.
struct Case {
    name: &'static str,
    times: u32,
    /// Prepares, and gives what is measured.
    prepare: fn(&Runtime) -> Box<dyn FnMut(&Runtime)>,
}

/// What it is compared with stands first; then the controls, then the gates.
const CASES: [Case; 7] = [
    Case { name: "a bare async call", times: 100_000, prepare: bare_call },
    Case { name: "control: sign, `verify_strict`", times: 200, prepare: sign_and_verify },
    Case { name: "control: 2 × write, `fdatasync`", times: 40, prepare: two_flushes },
    Case { name: "allowed, in memory", times: 200, prepare: |on| memory(on, Rule::Allow) },
    Case { name: "approved, in memory", times: 60, prepare: |on| memory(on, Rule::AskOne) },
    Case { name: "allowed, SQLite", times: 40, prepare: |on| sqlite(on, Rule::Allow) },
    Case { name: "approved, SQLite", times: 20, prepare: |on| sqlite(on, Rule::AskOne) },
];

fn bare_call(_: &Runtime) -> Box<dyn FnMut(&Runtime)> {
    Box::new(|runtime| drop(black_box(runtime.block_on(bare(black_box(EXPORT))))))
}

fn sign_and_verify(_: &Runtime) -> Box<dyn FnMut(&Runtime)> {
    let key = LocalSigner::generate().expect("randomness");
    let mut message = [0_u8; 300];
    Box::new(move |runtime| {
        // Another message each time: checking one over and over flatters.
        message[0] = message[0].wrapping_add(1);
        let signature = runtime.block_on(key.sign(&message)).expect("a signature");
        key.public_key().verify(&message, &signature).expect("a good signature");
    })
}

fn two_flushes(_: &Runtime) -> Box<dyn FnMut(&Runtime)> {
    let folder = Folder::new("flush");
    let mut file = File::create(folder.path().join("file")).expect("a file");
    Box::new(move |_| {
        let _until_dropped = &folder;
        for _ in 0..2 {
            file.write_all(&[7; 512]).expect("a disk with room");
            file.sync_data().expect("a disk that works");
        }
    })
}

fn memory(runtime: &Runtime, rule: Rule) -> Box<dyn FnMut(&Runtime)> {
    let gate = runtime.block_on(in_memory(rule));
    Box::new(move |runtime| {
        black_box(runtime.block_on(gated(&gate)));
    })
}

fn sqlite(runtime: &Runtime, rule: Rule) -> Box<dyn FnMut(&Runtime)> {
    let folder = Folder::new(&format!("{rule:?}"));
    let gate = runtime.block_on(on_sqlite(rule, &folder));
    Box::new(move |runtime| {
        let _until_dropped = &folder;
        black_box(runtime.block_on(gated(&gate)));
    })
}

/// Nanoseconds for each call, and allocations and bytes allocated by it.
#[derive(Clone, Copy, Debug, Default)]
struct Cost {
    nanos: f64,
    allocations: f64,
    bytes: f64,
}

fn measure(runtime: &Runtime, case: &Case, call: &mut dyn FnMut(&Runtime)) -> Cost {
    let before = Region::new(ALLOCATOR);
    let start = Instant::now();
    for _ in 0..case.times {
        call(runtime);
    }
    let nanos = start.elapsed().as_nanos() as f64;
    let allocated = before.change();
    let each = |total: f64| total / f64::from(case.times);
    let allocations = allocated.allocations.saturating_add(allocated.reallocations);
    Cost {
        nanos: each(nanos),
        allocations: each(allocations as f64),
        bytes: each(allocated.bytes_allocated as f64),
    }
}

/// The costs of every case in every round but the first, which only warms up.
fn rounds() -> Vec<[Cost; CASES.len()]> {
    let runtime = runtime();
    let round = |_| {
        CASES.each_ref().map(|case| {
            // A new ledger each round, so that none grows long.
            let mut call = (case.prepare)(&runtime);
            call(&runtime);
            measure(&runtime, case, &mut call)
        })
    };
    (0..=ROUNDS).map(round).skip(1).collect()
}

/// Least, median and most.
fn spread(of: impl Iterator<Item = f64>) -> [f64; 3] {
    let mut sorted: Vec<f64> = of.collect();
    sorted.sort_by(f64::total_cmp);
    let at = |index: usize| sorted.get(index).copied().unwrap_or(f64::NAN);
    [at(0), at(sorted.len() / 2), at(sorted.len().saturating_sub(1))]
}

fn time(nanos: f64) -> String {
    if nanos < 1000.0 { format!("{nanos:.0} ns") } else { format!("{:.1} µs", nanos / 1000.0) }
}

fn ratio(ratio: f64) -> String {
    if ratio < 100.0 { format!("{ratio:.2}") } else { format!("{ratio:.0}") }
}

fn main() {
    let rounds = rounds();
    println!(
        "| one call | median (min–max) of {ROUNDS} rounds | × bare | × sign + verify | × 2 flushes | allocations | bytes |"
    );
    println!("|---|---|---|---|---|---|---|");
    for (place, case) in CASES.iter().enumerate() {
        let cost = |round: &[Cost; CASES.len()]| round.get(place).copied().unwrap_or_default();
        let over = |control: usize| {
            let control =
                |round: &[Cost; CASES.len()]| round.get(control).map_or(f64::NAN, |it| it.nanos);
            ratio(spread(rounds.iter().map(|round| cost(round).nanos / control(round)))[1])
        };
        let [least, median, most] = spread(rounds.iter().map(|round| cost(round).nanos));
        let allocations = spread(rounds.iter().map(|round| cost(round).allocations))[1];
        let bytes = spread(rounds.iter().map(|round| cost(round).bytes))[1];
        println!(
            "| {} | {} ({}–{}) | {} | {} | {} | {allocations:.0} | {bytes:.0} |",
            case.name,
            time(median),
            time(least),
            time(most),
            over(0),
            over(1),
            over(2),
        );
    }
}
