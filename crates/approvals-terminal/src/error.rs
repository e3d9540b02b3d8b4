//! Why a card cannot be put before the person at the terminal.

use std::io;

use crate::queue::MAX_WAITING;

/// A card that nobody will see at this terminal: the source of the
/// [`ApproverError`](approvals_core::ApproverError) that the gate gets.
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
