//! The Microsoft Teams approver of action-level approvals. In the making: what is there are its pure parts, which read what
//! Microsoft's service for bots sends and lay out what Teams shows.

#![expect(dead_code, reason = "in the making: what calls these comes next")]

mod callback;
mod id;
mod keys;
mod message;
mod package;
mod place;
mod secret;
mod verify;

#[cfg(test)]
mod oracles_tests;
#[cfg(test)]
mod signed_tests;

pub use crate::id::{BotId, ConversationId, IdError, TenantId, UserId};
pub use crate::package::{AppPackage, PackageError};
pub use crate::secret::{ClientSecret, SecretError};
