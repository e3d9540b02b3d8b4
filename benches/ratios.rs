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
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    reason = "a bench reads the clock and prints"
)]

mod common;

use std::alloc::System;
use std::fs::File;
use std::hint::black_box;
use std::io::Write as _;
use std::time::{Duration, Instant};

use approvals::{Gate, LocalSigner, Signer as _};
use common::{EXPORT, Folder, Rule, bare, gated, in_memory, on_sqlite, runtime};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};
use tokio::runtime::Runtime;

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// How many rounds `cargo bench` makes; `cargo test` makes one, to see that it works.
const ROUNDS: usize = 21;

/// Makes so many calls.
type Calls = Box<dyn FnMut(&Runtime, u32)>;

/// One thing to measure.
struct Case {
    name: &'static str,
    /// How many calls each round makes.
    calls: u32,
    prepare: fn(&Runtime) -> Calls,
}

/// What it is compared with stands first; then the controls, then the gates.
const CASES: [Case; 7] = [
    Case { name: "a bare async call", calls: 1_000_000, prepare: bare_call },
    Case { name: "control: sign, `verify_strict`", calls: 200, prepare: sign_and_verify },
    Case { name: "control: 2 × (write, `fdatasync`)", calls: 40, prepare: two_flushes },
    Case { name: "allowed, in memory", calls: 200, prepare: |on| memory(on, Rule::Allow) },
    Case { name: "approved, in memory", calls: 60, prepare: |on| memory(on, Rule::AskOne) },
    Case { name: "allowed, SQLite", calls: 40, prepare: |on| sqlite(on, Rule::Allow) },
    Case { name: "approved, SQLite", calls: 20, prepare: |on| sqlite(on, Rule::AskOne) },
];

fn bare_call(_: &Runtime) -> Calls {
    Box::new(|runtime, calls| {
        runtime.block_on(async {
            for _ in 0..calls {
                black_box(bare(black_box(EXPORT)).await).expect("it does nothing");
            }
        });
    })
}

fn sign_and_verify(_: &Runtime) -> Calls {
    let key = LocalSigner::generate().expect("randomness");
    Box::new(move |runtime, calls| {
        runtime.block_on(async {
            for call in 0..calls {
                // Another message each time: checking one over and over flatters.
                let message = [call; 75].map(u32::to_be_bytes).concat();
                let signature = key.sign(&message).await.expect("a signature");
                key.public_key().verify(&message, &signature).expect("a good signature");
            }
        });
    })
}

fn two_flushes(_: &Runtime) -> Calls {
    let folder = Folder::new("flush");
    let mut file = File::create(folder.path().join("file")).expect("a file");
    Box::new(move |_, calls| {
        let _until_dropped = &folder;
        for _ in 0..2 * calls {
            file.write_all(&[7; 512]).expect("a disk with room");
            file.sync_data().expect("a disk that works");
        }
    })
}

fn memory(runtime: &Runtime, rule: Rule) -> Calls {
    let gate = runtime.block_on(in_memory(rule));
    Box::new(move |runtime, calls| run(runtime, &gate, calls))
}

fn sqlite(runtime: &Runtime, rule: Rule) -> Calls {
    let folder = Folder::new("sqlite");
    let gate = runtime.block_on(on_sqlite(rule, &folder));
    Box::new(move |runtime, calls| {
        let _until_dropped = &folder;
        run(runtime, &gate, calls);
    })
}

fn run(runtime: &Runtime, gate: &Gate, calls: u32) {
    runtime.block_on(async {
        for _ in 0..calls {
            black_box(gated(gate).await);
        }
    });
}

/// Nanoseconds for each call, and allocations and bytes allocated by it.
#[derive(Clone, Copy, Debug, Default)]
struct Cost {
    nanos: f64,
    allocations: f64,
    bytes: f64,
}

fn measure(runtime: &Runtime, case: &Case, make: &mut Calls) -> Cost {
    let before = Region::new(ALLOCATOR);
    let start = Instant::now();
    make(runtime, case.calls);
    let nanos = start.elapsed().as_nanos() as f64;
    let allocated = before.change();
    let each = |total: f64| total / f64::from(case.calls);
    let allocations = allocated.allocations.saturating_add(allocated.reallocations);
    Cost {
        nanos: each(nanos),
        allocations: each(allocations as f64),
        bytes: each(allocated.bytes_allocated as f64),
    }
}

/// The costs of every case in every round but the first, which only warms up.
fn rounds(count: usize) -> Vec<[Cost; CASES.len()]> {
    let runtime = runtime();
    let round = |_| {
        CASES.each_ref().map(|case| {
            // A new ledger each round, so that none grows long.
            let mut make = (case.prepare)(&runtime);
            make(&runtime, 1);
            let cost = measure(&runtime, case, &mut make);
            drop(make);
            // A ledger closes its file in the background, which the next case must not feel.
            std::thread::sleep(Duration::from_millis(25));
            cost
        })
    };
    (0..=count).map(round).skip(1).collect()
}

/// Least, median and most.
fn spread(of: impl Iterator<Item = f64>) -> [f64; 3] {
    let mut sorted: Vec<f64> = of.collect();
    sorted.sort_by(f64::total_cmp);
    [sorted[0], sorted[sorted.len() / 2], sorted[sorted.len() - 1]]
}

fn time(nanos: f64) -> String {
    if nanos < 1000.0 { format!("{nanos:.1} ns") } else { format!("{:.1} µs", nanos / 1000.0) }
}

fn ratio(ratio: f64) -> String {
    match ratio {
        ..0.01 => "–".to_owned(),
        ..100.0 => format!("{ratio:.2}"),
        _ => format!("{ratio:.0}"),
    }
}

fn main() {
    let count = if std::env::args().any(|word| word == "--bench") { ROUNDS } else { 1 };
    let rounds = rounds(count);
    println!(
        "| one call | median (min–max) of {count} rounds | × bare | × sign + verify | × 2 flushes | allocations | bytes |"
    );
    println!("|---|---|---|---|---|---|---|");
    for (place, case) in CASES.iter().enumerate() {
        let over = |control: usize| {
            let ratios = rounds.iter().map(|round| round[place].nanos / round[control].nanos);
            ratio(spread(ratios)[1])
        };
        let each = |of: fn(&Cost) -> f64| spread(rounds.iter().map(|round| of(&round[place])));
        let [least, median, most] = each(|cost| cost.nanos);
        let [_, allocations, _] = each(|cost| cost.allocations);
        let [_, bytes, _] = each(|cost| cost.bytes);
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
    let [_, flushes, _] = spread(rounds.iter().map(|round| round[2].nanos));
    if flushes > 2_000_000.0 {
        println!(
            "\nOthers use the disk: a flush takes over a millisecond, so run this again before you believe it."
        );
    }
}
