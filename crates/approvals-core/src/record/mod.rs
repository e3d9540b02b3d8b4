//! What has happened: events, their meaning, and where they are kept.

pub(crate) mod body;
pub(crate) mod post;
pub(crate) mod nudge;
pub(crate) mod event;
pub(crate) mod ledger;
pub(crate) mod audit;
pub(crate) mod signer;
mod attest;
pub(crate) mod opened;
pub(crate) mod keyring;
pub(crate) mod memory;
mod tally;
pub(crate) mod running_total;
pub(crate) mod reach;
mod challenges;
pub(crate) mod state;
mod may;
mod rejection;
pub(crate) mod fold;
pub(crate) mod transition;
mod routes;
mod own_keys;
pub(crate) mod in_force;
pub(crate) mod control;
pub(crate) mod own_act;
mod earlier;
mod beside;
pub(crate) mod trail;
pub(crate) mod report;

#[cfg(test)]
#[expect(clippy::arithmetic_side_effects, reason = "a test that overflows fails")]
#[path = "scene_tests.rs"]
mod scene;
