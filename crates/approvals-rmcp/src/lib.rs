#![doc = include_str!("approvals_rmcp.md")]

mod refused;

pub use refused::{Refusal, refused};
