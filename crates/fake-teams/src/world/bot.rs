//! The bot that is tested, and the team that it is in.

use std::time::Duration;

use tokio::time::Instant;

/// The bot that is tested, and its secret.
///
/// ```
/// let mut world = fake_teams::World::office();
/// world.bot.secret = "rotated".to_owned();
/// world.bot_endpoint = Some("http://127.0.0.1:3978/api/messages".to_owned());
/// ```
#[derive(Clone, Debug)]
pub struct Bot {
    /// The id of its app: a GUID.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// What it logs in with.
    pub secret: String,
}

impl Bot {
    /// As it is called in conversations.
    #[must_use]
    pub fn account(&self) -> String {
        format!("28:{}", self.id)
    }
}

/// A team. [`World`](crate::World) has an example of what it is part of.
#[derive(Clone, Debug)]
pub struct Team {
    /// `19:…@thread.tacv2`
    pub id: String,
    /// Its group in the directory: a GUID.
    pub group: String,
    /// What it is called.
    pub name: String,
}

/// An access token that was given out.
#[derive(Clone, Debug)]
pub(crate) struct AccessToken {
    pub(crate) text: String,
    pub(crate) given: Instant,
    pub(crate) life: Duration,
    pub(crate) is_revoked: bool,
}

impl AccessToken {
    pub(crate) fn is_good(&self) -> bool {
        !self.is_revoked && self.given.elapsed() < self.life
    }
}
