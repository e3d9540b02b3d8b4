//! What a [`CedarPolicy`](approvals_cedar::CedarPolicy) says, and which texts do not become one.

#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests, which fail by panicking")]

mod agreement;
mod call;
mod cases;
mod emergency;
mod itself;
mod lints;
mod schema;
mod ten;
