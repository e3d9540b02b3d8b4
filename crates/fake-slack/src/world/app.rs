//! The app that is tested, and where it is installed.

use std::collections::BTreeSet;

/// A workspace. [`World`](crate::World) has an example.
#[derive(Clone, Debug)]
pub struct Workspace {
    /// `T…`
    pub id: String,
    /// The first part of its address.
    pub domain: String,
}

/// What a token is worth. [`App`] has an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Token {
    /// It is taken.
    Valid,
    /// It was taken back: `token_revoked`.
    Revoked,
    /// Its app was removed: `account_inactive`.
    Inactive,
    /// Nobody knows it: `invalid_auth`.
    Unknown,
}

/// The app that is tested, and its secrets.
///
/// ```
/// use fake_slack::{Token, World};
///
/// let mut world = World::office();
/// world.app.bot_token_is = Token::Revoked;
/// world.app.interactivity_url = Some("http://127.0.0.1:3000/slack/events".to_owned());
/// ```
#[derive(Clone, Debug)]
pub struct App {
    /// `A…`
    pub id: String,
    /// `xoxb-…`
    pub bot_token: String,
    /// What the bot token is worth.
    pub bot_token_is: Token,
    /// `xapp-…`
    pub app_token: String,
    /// What the app-level token is worth.
    pub app_token_is: Token,
    /// What calls to the app are signed with.
    pub signing_secret: String,
    /// The user that the bot is.
    pub bot_user: String,
    /// `B…`
    pub bot_id: String,
    /// What the bot token may do.
    pub scopes: BTreeSet<String>,
    /// What the app-level token may do.
    pub app_scopes: BTreeSet<String>,
    /// Whether it is installed for the whole organization, which [`World::enterprise`](crate::World::enterprise) names.
    pub is_org_wide: bool,
    /// Whether Socket Mode is switched on.
    pub socket_mode: bool,
    /// Where clicks are sent to; by Socket Mode where there is none.
    pub interactivity_url: Option<String>,
}
