//! [The guide]: guide
//! [the language of rules]: Rules
//! [`policies/`]: https://github.com/approvals-rs/approvals/blob/main/policies/README.md
//! [`integrations/rig`]: https://github.com/approvals-rs/approvals/blob/main/integrations/rig/src/lib.rs
//! [GUARANTEES]: https://github.com/approvals-rs/approvals/blob/main/GUARANTEES.md
//! [ARCHITECTURE]: https://github.com/approvals-rs/approvals/blob/main/ARCHITECTURE.md
//! [SECURITY]: https://github.com/approvals-rs/approvals/blob/main/SECURITY.md
#![doc = ""]
// The first definition of a link is the one that counts: on these pages they lead elsewhere than beside the README.
#![doc = include_str!("../README.md")]

pub mod guide;

pub use approvals_core::*;

#[doc(inline)]
#[cfg(feature = "cedar")]
pub use approvals_cedar::{CedarError, CedarPolicy};
/// A gate in another process, over HTTP.
#[doc(inline)]
#[cfg(feature = "remote")]
pub use approvals_remote as remote;
/// Reviewers in Slack.
#[doc(inline)]
#[cfg(feature = "slack")]
pub use approvals_slack as slack;
#[doc(inline)]
#[cfg(feature = "sqlite")]
pub use approvals_sqlite::{Damage, Damages, OpenError, SqliteLedger};
/// Reviewers in Microsoft Teams.
#[doc(inline)]
#[cfg(feature = "teams")]
pub use approvals_teams as teams;
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
