//! Suites that every implementation of a trait must pass, whoever wrote it.
//!
//! Each check is one plain async function that panics when the promise in its name does not hold. Run them
//! all with a suite's `all`, or one by one for better names in a test report.

#![expect(
    clippy::expect_used,
    clippy::missing_panics_doc,
    reason = "a check fails by panicking, in the test that calls it"
)]

pub mod ledger;
