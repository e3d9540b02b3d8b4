//! Suites that every implementation of a trait must pass, whoever wrote it.
//!
//! Each check is one plain function, async where the trait is, that panics when the promise in its name does not
//! hold. Run them all with a suite's `all`, which prints the name of each before it runs, or one by one in tests of your
//! own. Checks wait in real time, some of them for seconds: a slow suite is at work.

#![expect(
    clippy::expect_used,
    clippy::missing_panics_doc,
    clippy::panic,
    reason = "a check fails by panicking, in the test that calls it"
)]

/// Runs checks one after the other, each after its name: the last name that a failed test prints is of the one that failed.
macro_rules! in_turn {
    ($($check:ident($($argument:expr),* $(,)?);)*) => {$(
        eprintln!("conformance: {}", stringify!($check));
        $check($($argument),*).await;
    )*};
}

pub mod approver;
pub mod audit_sink;
pub mod ledger;
pub mod policy;
