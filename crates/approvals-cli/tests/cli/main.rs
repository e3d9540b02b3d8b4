//! The promises of the program: the real binary, on ledgers that a real gate has written.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr,
    reason = "helpers outside of test functions may fail as tests do"
)]

mod attack_fifth;
mod attack_second;
mod drama;
mod program;
mod specimen;
mod story;

mod events;
mod explain;
mod export;
mod gated;
mod interop;
mod keys;
mod list;
mod pending;
mod people;
mod policy;
mod report;
mod rollback;
mod serve;
mod show;
mod slack;
mod statements;
mod tamper;
mod teams;
mod teams_check;
mod usage;
mod verify;
