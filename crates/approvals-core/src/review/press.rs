//! A button that was pressed: kept before anybody acts on it.

use serde::{Deserialize, Serialize};

use super::decision::Choice;
use super::directory::ChannelIdentity;
use crate::action::digest::Digest;
use crate::action::id::RequestId;

/// A button that was pressed, as far as the channel knows for certain: everything that is signed. It is no decision yet.
///
/// [`Outbox::open_presses`](crate::Outbox::open_presses) tells of which nothing has come so far; [`Outbox`](crate::Outbox) has an
/// example.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Press {
    /// The digest of the card under which it was pressed.
    pub card: Digest,
    /// What the button says.
    pub choice: Choice,
    /// What the press is called by: the same press that is told twice has the same id.
    pub id: Digest,
    /// Who pressed it.
    pub identity: ChannelIdentity,
    /// The message under which it was pressed.
    pub message: String,
    /// Where that message is.
    pub place: String,
    /// Why, in the words of whoever pressed it, where it was said with the press.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The request that it is about.
    pub request: RequestId,
}
