//! The ledger keeps every promise of the trait, alone and beside others on one file.

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
use std::sync::atomic::{AtomicU32, Ordering};

use approvals_core::{Ledger, Signer};
use approvals_log::Vkey;
use approvals_testkit::conformance;
use support::{Folder, ORIGIN, key, open};

fn vkey() -> Vkey {
    Vkey::new(ORIGIN, key(7).public_key()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_ledger_keeps_every_promise() {
    let folder = Folder::new();
    let next = AtomicU32::new(0);
    let make = async || {
        let name = format!("{}.db", next.fetch_add(1, Ordering::Relaxed));
        let ledger: Arc<dyn Ledger> = Arc::new(open(&folder.file(&name)).await);
        ledger
    };
    conformance::ledger::all(make, &vkey()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ledgers_on_one_file_keep_every_promise_together() {
    let folder = Folder::new();
    let open = async || {
        let ledger: Arc<dyn Ledger> = Arc::new(open(&folder.file("shared.db")).await);
        ledger
    };
    conformance::ledger::all_shared(open, &vkey()).await;
    approvals_sqlite::verify(folder.file("shared.db"), Some(&vkey()), &[]).unwrap();
}
