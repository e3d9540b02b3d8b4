//! For the tests of code that uses approvals, and of what is plugged into them.
//!
//! Applications: reviewers who answer by script ([`MockApprover`]), a whole gate in one call ([`TestGate`]), proof
//! that a body did not run ([`Ran`]), and what goes wrong: answers that come late, twice, out of order or for
//! something else ([`Answer`]), a ledger that fails ([`FaultyLedger`]), half an hour that takes no time
//! ([`ManualClock`], under tokio's paused clock).
//!
//! ```
//! # use approvals_core as approvals;
//! use approvals::{Denied, DynamicAction, Gate};
//! use approvals_testkit::{Answer, MockApprover, Ran, TestGate};
//! use std::time::Duration;
//!
//! // What is tested: in real life, this is behind `#[requires_approval]`.
//! async fn export(gate: &Gate, rows: u64, ran: &Ran) -> Result<u64, Denied> {
//!     let arguments = format!(r#"{{"rows": {rows}}}"#);
//!     let action = DynamicAction::from_json("s3.export", arguments.as_bytes()).map_err(Denied::Invalid)?;
//!     gate.run(action, async |_permit, _action| {
//!         ran.now();
//!         Ok(rows)
//!     })
//!     .await
//! }
//!
//! # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() {
//! let ran = Ran::default();
//! let late = Answer::After(Duration::from_secs(24 * 3600), Box::new(Answer::Approve));
//! let reviewer = MockApprover::script([Answer::Approve, late]);
//! let gate = TestGate::asking(&reviewer).await;
//!
//! assert_eq!(export(&gate, 412, &ran).await, Ok(412));
//! assert_eq!(export(&gate, 9_000, &ran).await, Err(Denied::Expired));
//! assert_eq!(reviewer.card().document().arguments["rows"], 9_000);
//! ran.assert_ran_once();
//! # }
//! ```
//!
//! Integrators: [`conformance`] has suites that every ledger, approver, audit sink and policy engine must pass.
//!
//! Nothing here turns approval off: a test says who approves, and the rest is the gate that runs in production.

mod answer;
mod clock;
pub mod conformance;
mod faulty;
mod mock;
mod ran;
mod soft_passkey;
mod test_gate;

pub use answer::Answer;
pub use clock::ManualClock;
pub use faulty::FaultyLedger;
pub use mock::MockApprover;
pub use ran::Ran;
pub use soft_passkey::SoftPasskey;
pub use test_gate::TestGate;
