//! The twelve rules, each by the tests that hold it. `GUARANTEES.md` says which.

#![expect(
    clippy::unwrap_used,
    clippy::arithmetic_side_effects,
    clippy::panic,
    clippy::type_complexity,
    reason = "a test that fails panics"
)]

mod support;

mod at_most_once;
mod cards;
mod fail_closed;
mod flow;
mod never_spawned;
mod policy_again;
mod shown_is_run;
mod who_decides;
