//! The promises of the program: the real binary, on ledgers that a real gate has written.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr,
    reason = "helpers outside of test functions may fail as tests do"
)]

mod program;
mod specimen;
mod story;

mod export;
mod interop;
mod keys;
mod pending;
mod rollback;
mod show;
mod tamper;
mod usage;
mod verify;
