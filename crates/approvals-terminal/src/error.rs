//! Why a card cannot be put before the person at the terminal.

use std::io;

use crate::queue::MAX_WAITING;

/// A card that nobody will see at this terminal: the source of the
/// [`ApproverError`](approvals_core::ApproverError) that the gate gets.
///
/// ```
/// # mod approvals { pub use approvals_core::*; pub use approvals_terminal::*; }
/// use approvals::{Approver, TerminalApprover};
/// use approvals_terminal::TerminalError;
/// use std::error::Error;
///
/// # use approvals::{Denied, DynamicAction};
/// # use approvals_testkit::{MockApprover, TestGate};
/// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> Result<(), Box<dyn Error>> {
/// # let reviewer = MockApprover::approving();
/// # let gate = TestGate::asking(&reviewer).await;
/// # let deploy = DynamicAction::from_json("app.deploy", b"{}")?;
/// # gate.run(deploy, async |_, _| Ok::<_, Denied>(())).await?;
/// # let (card, desk) = (reviewer.card(), gate.desk());
/// let approver = TerminalApprover::at("/no/such/terminal");
/// let error = approver.present(&card, &desk).await.unwrap_err();
/// let cause = error.source().and_then(|cause| cause.downcast_ref::<TerminalError>());
/// assert!(matches!(cause, Some(TerminalError::NoTerminal(_))));
/// # Ok(()) }
/// ```
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TerminalError {
    /// The terminal cannot be opened, or is none.
    #[error(
        "there is no terminal to ask at; run it from a terminal, or give the gate another approver"
    )]
    NoTerminal(#[source] io::Error),
    /// The card has characters that could do more than show.
    #[error("the card holds characters that a terminal could act on, so it is not shown")]
    Unprintable,
    /// Too much waits for one person.
    #[error("{MAX_WAITING} requests wait at the terminal already; answer some of them")]
    Full,
    /// Decisions are taken on the runtime of whoever presents.
    #[error("the terminal was asked from outside a tokio runtime; run the gate inside one")]
    NoRuntime(#[source] tokio::runtime::TryCurrentError),
    /// The operating system gave no thread.
    #[error("the thread that asks could not be started")]
    Thread(#[source] io::Error),
}
