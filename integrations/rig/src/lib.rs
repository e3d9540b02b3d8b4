#![doc = include_str!("approvals_rig.md")]

mod refused;

pub use refused::{Refusal, refused};
