//! The Microsoft Teams approver of action-level approvals. In the making.

mod answer;
mod approver;
mod callback;
mod clicks;
mod config;
mod directory;
mod error;
mod id;
mod keys;
mod message;
mod place;
mod secret;
mod service;
mod shared;
mod transport;
mod verify;

#[cfg(test)]
mod oracles_tests;
#[cfg(test)]
mod signed_tests;

pub use crate::approver::TeamsApprover;
pub use crate::config::TeamsConfig;
pub use crate::directory::TeamsDirectory;
pub use crate::error::TeamsError;
pub use crate::id::{BotId, ConversationId, IdError, TenantId, UserId};
pub use crate::secret::{ClientSecret, SecretError};
