//! Fifty cases that a gate must get right, by number. `GUARANTEES.md` says which rule each belongs to.
//!
//! Not here: 47, the table that every policy engine must agree with (`approvals_testkit::conformance::policy`).

#![expect(
    clippy::unwrap_used,
    clippy::arithmetic_side_effects,
    clippy::panic,
    reason = "a test that fails panics"
)]

mod world;

mod attack_fifth;
mod attack_flood;
mod attack_fourth;
mod attack_people;
mod attack_policy;
mod attack_second_acts;
mod attack_second_card;
mod attack_second_emergency;
mod attack_second_log;
mod attack_second_people;
mod attack_second_reload;
mod attack_standing;
mod attack_trail;
mod attribute;
mod batch;
mod break_glass;
mod changed_policy;
mod channels;
mod clocks;
mod context;
mod elsewhere;
mod escalating;
mod meddled;
mod metrics;
mod once;
mod outbox;
mod own_keys;
mod policy;
mod quorum;
mod shown;
mod spans;
mod stops;
mod who;
