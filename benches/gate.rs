//! What the gate adds to a call, with its allocations: `cargo bench --bench gate`.
//!
//! `cargo bench --bench ratios` sets the same calls side by side, in alternation.

#![allow(clippy::expect_used, missing_docs, reason = "a bench that fails panics")]

mod common;

use std::future::Future as _;
use std::pin::pin;
use std::task::{Context, Waker};

use common::{EXPORT, Folder, Rule, bare, gated, in_memory, on_sqlite, runtime};
use divan::{AllocProfiler, Bencher};

#[global_allocator]
static ALLOCATOR: AllocProfiler = AllocProfiler::system();

fn main() {
    divan::main();
}

#[divan::bench]
fn a_bare_async_call(bencher: Bencher<'_, '_>) {
    let mut context = Context::from_waker(Waker::noop());
    bencher.bench_local(|| pin!(bare(divan::black_box(EXPORT))).poll(&mut context));
}

#[divan::bench(args = [Rule::Allow, Rule::AskOne], sample_count = 50, sample_size = 20)]
fn in_memory_ledger(bencher: Bencher<'_, '_>, rule: Rule) {
    let runtime = runtime();
    let gate = runtime.block_on(in_memory(rule));
    bencher.bench_local(|| runtime.block_on(gated(&gate)));
}

#[divan::bench(args = [Rule::Allow, Rule::AskOne], sample_count = 50, sample_size = 5)]
fn sqlite_ledger(bencher: Bencher<'_, '_>, rule: Rule) {
    let runtime = runtime();
    let folder = Folder::new("gate");
    let gate = runtime.block_on(on_sqlite(rule, &folder));
    bencher.bench_local(|| runtime.block_on(gated(&gate)));
}
