//! What the tests of chat approvers share: gates before them, processes that can be killed, and what the ledger says then.

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    clippy::exhaustive_structs,
    reason = "equipment for testing, published nowhere: a mistake in it has to stop the test"
)]

mod host;
mod log;
mod process;
mod slow;
mod traces;
mod wait;

pub use host::{Host, agent, deploy, ops};
pub use log::{Log, ORIGIN, is_shown};
pub use process::Process;
pub use slow::{AWAY, Slow};
pub use traces::traced;
pub use wait::{found, pause, within};
