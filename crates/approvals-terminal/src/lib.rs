//! The terminal channel of action-level approvals: asks the person at this process's controlling terminal.
//!
//! [`TerminalApprover`] shows one card at a time, whole, and takes an approval only as the code of that very
//! card, typed after the card was on the screen.
//!
//! # What holds
//! - The terminal is opened as `/dev/tty`, never taken from standard input: what is piped into the program
//!   answers nothing. Without a terminal nobody is asked, and the gate is told so.
//! - What was typed before the question was there is thrown away. Nothing but the exact code approves.
//! - All output is printable text and line ends, whatever the caller of the action wrote. A card that does
//!   not fit can be rejected here, not approved.
//!
//! # What does not
//! - Whatever else writes to the same terminal can paint over the card, and a process that may type into it
//!   (`TIOCSTI`, a debugger, a terminal multiplexer) can answer. An agent that may run any program of the
//!   reviewer's account is such a process: ask for its actions on another channel.
//! - The terminal proves an account of the host, by the user id of this process; not a person.

mod error;

mod answer;
mod message;

mod queue;
mod transport;

mod session;

mod approver;

#[cfg(test)]
mod answer_tests;
#[cfg(test)]
mod conformance_tests;
#[cfg(test)]
mod controlling_tests;
#[cfg(test)]
mod harness_tests;
#[cfg(test)]
mod message_tests;
#[cfg(test)]
mod session_tests;
#[cfg(test)]
mod withdrawal_tests;

pub use approver::TerminalApprover;
pub use error::TerminalError;
