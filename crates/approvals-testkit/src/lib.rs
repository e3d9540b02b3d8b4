//! For the tests of code that uses approvals: a scripted reviewer, a clock that tests move, a ledger that fails, and suites that
//! every ledger and every policy engine must pass.

mod clock;
pub mod conformance;
mod faulty;
mod mock;

pub use clock::ManualClock;
pub use faulty::FaultyLedger;
pub use mock::{Answer, MockApprover};
