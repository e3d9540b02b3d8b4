//! What every [`AuditSink`] promises.
//!
//! A sink has two sides. The gate's is the trait; where the events arrive differs from sink to sink, so a
//! [`Receiving`] tells how to look there, and how to make the way there fail. `make` gives a new sink each time
//! that has received nothing; `open` gives another one on the same destination each time.
//!
//! ```
//! # use approvals_core as approvals;
//! use std::sync::atomic::{AtomicBool, Ordering};
//! use std::sync::{Arc, Mutex};
//!
//! use approvals::{AuditSink, Entry, SinkError};
//! use approvals_testkit::conformance::{self, audit_sink::Receiving};
//! use async_trait::async_trait;
//!
//! /// Keeps everything in memory.
//! #[derive(Clone, Debug, Default)]
//! struct Tail(Arc<Mutex<Vec<Entry>>>, Arc<AtomicBool>);
//!
//! #[async_trait]
//! impl AuditSink for Tail {
//!     async fn next(&self) -> Result<u64, SinkError> {
//!         let tail = self.0.lock().map_err(|error| SinkError::new(error.to_string()))?;
//!         Ok(tail.last().map_or(0, |entry| entry.index + 1))
//!     }
//!     async fn deliver(&self, entries: &[Entry]) -> Result<(), SinkError> {
//!         if self.1.load(Ordering::SeqCst) {
//!             return Err(SinkError::new("the collector is down"));
//!         }
//!         let next = self.next().await?;
//!         let new = entries.iter().filter(|entry| entry.index >= next).cloned();
//!         self.0.lock().map_err(|error| SinkError::new(error.to_string()))?.extend(new);
//!         Ok(())
//!     }
//! }
//!
//! #[async_trait]
//! impl Receiving for Tail {
//!     fn sink(&self) -> Arc<dyn AuditSink> {
//!         Arc::new(self.clone())
//!     }
//!     async fn received(&self) -> Vec<(u64, Vec<u8>)> {
//!         let tail = self.0.lock().expect("nobody has panicked");
//!         tail.iter().map(|entry| (entry.index, entry.bytes.clone())).collect()
//!     }
//!     async fn set_broken(&self, is_broken: bool) {
//!         self.1.store(is_broken, Ordering::SeqCst);
//!     }
//! }
//!
//! # #[tokio::main(flavor = "current_thread")] async fn main() {
//! conformance::audit_sink::all(async || Tail::default()).await;
//! // Or one check by itself, in a test with its name:
//! conformance::audit_sink::an_error_loses_nothing(Tail::default()).await;
//!
//! let destination = Tail::default();
//! conformance::audit_sink::all_shared(async || destination.clone()).await;
//! # }
//! ```

#[cfg(test)]
mod broken;
mod delivered;
mod sample;
mod shared;

use std::sync::Arc;

use approvals_core::AuditSink;
use async_trait::async_trait;

pub use delivered::{
    a_dropped_delivery_loses_nothing, a_new_sink_wants_the_first_entry,
    an_entry_that_comes_again_is_the_same_entry, an_error_loses_nothing,
    entries_are_received_in_order_and_unchanged, next_moves_over_what_was_taken_and_no_further,
};
pub use shared::{
    two_gates_that_feed_one_destination_leave_no_gap, what_was_taken_is_there_after_reopening,
};

/// The far side of one sink. [The page of the suite](self) has an example.
#[async_trait]
pub trait Receiving: Send + Sync {
    /// The sink: the same one each time.
    fn sink(&self) -> Arc<dyn AuditSink>;

    /// The entries that have arrived, in the order in which they did: the index and the bytes of each. One
    /// that has arrived several times may stand there as often.
    async fn received(&self) -> Vec<(u64, Vec<u8>)>;

    /// Makes deliveries fail from now on, as they would in an outage, or lets them succeed again.
    async fn set_broken(&self, is_broken: bool);
}

/// Every check that needs one sink. [The page of the suite](self) has an example.
pub async fn all<R: Receiving>(make: impl AsyncFn() -> R) {
    in_turn! {
        a_new_sink_wants_the_first_entry(make().await);
        entries_are_received_in_order_and_unchanged(make().await);
        next_moves_over_what_was_taken_and_no_further(make().await);
        an_entry_that_comes_again_is_the_same_entry(make().await);
        an_error_loses_nothing(make().await);
        a_dropped_delivery_loses_nothing(make().await);
    }
}

/// Every check that needs several sinks on one destination. `open` must find the same one each time, which has
/// received nothing at first. [The page of the suite](self) has an example.
pub async fn all_shared<R: Receiving>(open: impl AsyncFn() -> R) {
    in_turn! {
        what_was_taken_is_there_after_reopening(&open);
        two_gates_that_feed_one_destination_leave_no_gap(open().await, open().await);
    }
}
