//! The Slack approver against a Slack that does what a test says. `GUARANTEES.md` says which promise each test holds.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::wildcard_enum_match_arm,
    reason = "a test that fails panics"
)]

mod office;
mod process;

mod acknowledging;
mod approving;
mod attack;
mod attack_clicks;
mod attack_ends;
mod attack_third;
mod conformance;
mod delivery;
mod policy;
mod races;
mod restart;
mod secrets;
mod who;
