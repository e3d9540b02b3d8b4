//! Suites that every implementation of a trait must pass, whoever wrote it.
//!
//! Each check is one plain function, async where the trait is, that panics when the promise in its name does not
//! hold. Run them all with a suite's `all`, or one by one for better names in a test report.

#![expect(
    clippy::expect_used,
    clippy::missing_panics_doc,
    clippy::panic,
    reason = "a check fails by panicking, in the test that calls it"
)]

pub mod approver;
pub mod audit_sink;
pub mod ledger;
pub mod policy;
