//! The internal queue of action-level approvals: an HTTP API over a gate, an inbox for people, and an event stream.

mod problem;
mod denied;
mod capacity;
mod phase;
mod approver;
mod access;
mod index;
mod passkeys;
mod shared;
mod query;
mod body;
mod stream;
mod requests;
mod reviews;
mod log;
mod open;
mod openapi;
mod guard;
mod inbox;
mod pages;
mod queue;

pub use crate::access::origin::AddressError;
pub use crate::access::roll::TokensError;
pub use crate::access::secret::{AuditorToken, NoRandomness, NotAToken, RequesterToken};
pub use crate::access::sessions::{SESSION_COOKIE, Session, SessionError, Sessions};
pub use crate::access::settings::Access;
pub use crate::access::tokens::{Tokens, TokensFileError};
pub use crate::approver::WebApprover;
pub use crate::capacity::Capacity;
pub use crate::queue::{Queue, QueueBuilder, QueueError};
