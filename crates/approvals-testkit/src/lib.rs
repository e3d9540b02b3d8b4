//! For the tests of code that uses approvals: a scripted reviewer, a clock that tests move, and suites that
//! every ledger must pass.

mod clock;
pub mod conformance;
mod mock;

pub use clock::ManualClock;
pub use mock::{Answer, MockApprover};
