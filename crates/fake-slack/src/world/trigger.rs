//! What a click allows for a short while: opening a modal, and answering.

use std::time::Duration;

use tokio::time::Instant;

/// Opens one modal.
#[derive(Clone, Debug)]
pub(crate) struct Trigger {
    pub(crate) user: String,
    /// When it was sent; it cannot be known before.
    pub(crate) sent: Option<Instant>,
    pub(crate) is_used: bool,
}

/// What became of a trigger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    OpensFor(String),
    Refused(&'static str),
}

impl Trigger {
    pub(crate) fn exchange(&mut self, life: Duration) -> Fate {
        match self.sent {
            None => Fate::Refused("invalid_trigger_id"),
            Some(_) if self.is_used => Fate::Refused("exchanged_trigger_id"),
            Some(sent) if sent.elapsed() > life => Fate::Refused("expired_trigger_id"),
            Some(_) => {
                self.is_used = true;
                Fate::OpensFor(self.user.clone())
            }
        }
    }
}

/// Where one click can be answered.
#[derive(Clone, Debug)]
pub(crate) struct ResponseUrl {
    pub(crate) channel: String,
    pub(crate) message: String,
    pub(crate) user: String,
    pub(crate) sent: Instant,
    pub(crate) uses: u32,
}
