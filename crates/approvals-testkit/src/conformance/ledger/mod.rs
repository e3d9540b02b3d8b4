//! What every [`Ledger`] promises.
//!
//! `make` gives a new, empty ledger each time it is called; `open` gives another handle on the same store
//! each time. `vkey` is the log's key: heads must be signed by it.
//!
//! ```
//! # use approvals_core as approvals;
//! use std::sync::Arc;
//!
//! use approvals::{Ledger, LocalSigner, MemoryLedger, Signer};
//! use approvals_log::Vkey;
//! use approvals_testkit::conformance;
//!
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let log_key = Arc::new(LocalSigner::generate()?);
//! let vkey = Vkey::new("example.com/test", log_key.public_key())?;
//! let make = async || {
//!     let made = MemoryLedger::new("example.com/test", log_key.clone()).await;
//!     let made: Arc<dyn Ledger> = Arc::new(made.expect("a ledger in memory can always be made"));
//!     made
//! };
//! conformance::ledger::all(make, &vkey).await;
//! // Or one check by itself, in a test with its name:
//! conformance::ledger::of_racing_appends_exactly_one_wins(make().await).await;
//!
//! let store = make().await;
//! conformance::ledger::all_shared(async || store.clone(), &vkey).await;
//! # Ok(()) }
//! ```

mod append;
#[cfg(test)]
mod broken;
mod read;
mod sample;
mod shared;

use std::sync::Arc;

use approvals_core::Ledger;
use approvals_log::Vkey;

pub use append::{
    a_dropped_append_wedges_nothing, a_larger_entry_is_refused_without_effect,
    an_append_is_stored_whole_and_in_order, an_append_that_expects_another_log_stores_nothing,
    an_append_without_entries_is_refused, an_entry_of_the_largest_size_is_stored,
    an_unexpected_append_stores_nothing, entries_get_consecutive_indices,
    of_racing_appends_exactly_one_wins, racing_requests_all_get_in,
};
pub use read::{
    a_new_ledger_is_empty_and_signed, attachments_come_back_as_they_were,
    bytes_come_back_as_they_were, every_head_covers_what_was_appended, histories_and_entries_agree,
    pages_of_entries_join_without_a_gap,
};
pub use shared::{
    across_handles_exactly_one_of_racing_appends_wins, handles_see_each_others_appends,
    what_was_appended_is_there_after_reopening,
};

/// Every check that needs one handle on a ledger. [The page of the suite](self) has an example.
#[expect(clippy::cognitive_complexity, reason = "a list is simple, however long it is")]
pub async fn all(make: impl AsyncFn() -> Arc<dyn Ledger>, vkey: &Vkey) {
    in_turn! {
        a_new_ledger_is_empty_and_signed(make().await, vkey);
        entries_get_consecutive_indices(make().await);
        an_append_is_stored_whole_and_in_order(make().await);
        an_unexpected_append_stores_nothing(make().await);
        an_append_that_expects_another_log_stores_nothing(make().await);
        of_racing_appends_exactly_one_wins(make().await);
        racing_requests_all_get_in(make().await, vkey);
        histories_and_entries_agree(make().await);
        pages_of_entries_join_without_a_gap(make().await);
        every_head_covers_what_was_appended(make().await, vkey);
        an_entry_of_the_largest_size_is_stored(make().await);
        a_larger_entry_is_refused_without_effect(make().await);
        an_append_without_entries_is_refused(make().await);
        attachments_come_back_as_they_were(make().await);
        bytes_come_back_as_they_were(make().await);
        a_dropped_append_wedges_nothing(make().await);
    }
}

/// Every check that needs several handles on one store, in this process or, through a factory that starts
/// others, beyond it. `open` must find the same store each time, which is empty at first.
/// [The page of the suite](self) has an example.
pub async fn all_shared(open: impl AsyncFn() -> Arc<dyn Ledger>, vkey: &Vkey) {
    in_turn! {
        what_was_appended_is_there_after_reopening(&open);
        handles_see_each_others_appends(open().await, open().await);
        across_handles_exactly_one_of_racing_appends_wins(open().await, open().await);
        every_head_covers_what_was_appended(open().await, vkey);
    }
}
