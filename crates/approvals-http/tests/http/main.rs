//! The queue over real connections: what it takes, what it refuses, and what the log says after that.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a test that fails panics"
)]

mod client;
mod world;
mod routes;
mod reading;
mod submitting;
mod waiting;
mod pages;
mod deciding;
mod starting;
mod signing;
mod python;
mod auditing;
mod streams;
mod fuzz;
mod stays;
