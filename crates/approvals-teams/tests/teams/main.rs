//! The Teams approver against a Teams that does what a test says. `GUARANTEES.md` says which promise each test holds.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::wildcard_enum_match_arm,
    reason = "a test that fails panics"
)]

mod office;

mod answering;
mod approving;
mod attack;
mod conformance;
mod delivery;
mod inbound;
mod keys;
mod outbound;
mod policy;
mod races;
mod restart;
mod secrets;
mod who;
mod workflow;
