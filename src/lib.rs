#![doc = include_str!("../README.md")]

pub mod guide;

pub use approvals_core::*;

#[doc(inline)]
#[cfg(feature = "cedar")]
pub use approvals_cedar::{CedarError, CedarPolicy};
#[doc(inline)]
#[cfg(feature = "sqlite")]
pub use approvals_sqlite::{OpenError, SqliteLedger};
#[doc(inline)]
#[cfg(feature = "terminal")]
pub use approvals_terminal::TerminalApprover;

#[doc(inline)]
#[cfg(feature = "tools")]
pub use approvals_tools::{ToolCall, Tools, ToolsError};

#[cfg(feature = "macros")]
#[doc = include_str!("requires_approval.md")]
pub use approvals_macros::requires_approval;

#[doc(hidden)]
pub use approvals_core::private as __private;

/// The Merkle log underneath, on the C2SP formats.
pub use approvals_log as log;
