//! Calls through a queue that is reached over HTTP: each runs once or not at all, whatever the network does.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a test that fails panics"
)]

mod line;
mod site;
mod running;
mod failing;
mod strangers;
