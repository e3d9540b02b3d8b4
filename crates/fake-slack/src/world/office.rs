//! A small office, in which most tests take place.

use std::collections::BTreeMap;
use std::time::Duration;

use super::{App, Channel, Group, Settings, Token, User, Workspace, World};

/// The workspace.
pub const TEAM: &str = "T0FAKE";
/// The app.
pub const APP: &str = "A0FAKE";
/// The app's user.
pub const BOT: &str = "U0BOT";
/// A member.
pub const ADA: &str = "U0ADA";
/// Another member.
pub const BOB: &str = "U0BOB";
/// A member of nothing in particular.
pub const CAROL: &str = "U0CAROL";
/// A guest of several channels.
pub const GUEST: &str = "U0GUEST";
/// A guest of one channel.
pub const VISITOR: &str = "U0VISITOR";
/// Somebody who left.
pub const GONE: &str = "U0GONE";
/// Somebody from [`OTHER_TEAM`].
pub const STRANGER: &str = "U0STRANGER";
/// Another program.
pub const ROBOT: &str = "U0ROBOT";
/// Slack's own.
pub const SLACKBOT: &str = "USLACKBOT";
/// Another workspace.
pub const OTHER_TEAM: &str = "T0OTHER";
/// A public channel with the bot and everybody else in it.
pub const DEPLOYS: &str = "C0DEPLOYS";
/// A public channel without the bot.
pub const RANDOM: &str = "C0RANDOM";
/// A private channel with the bot, Ada and Bob.
pub const VAULT: &str = "G0VAULT";
/// Ada and Bob.
pub const LEADS: &str = "S0LEADS";

impl World {
    /// A small office: the constants of [`office`](crate::office) say who and what is in it.
    #[must_use]
    pub fn office() -> Self {
        Self {
            app: app(),
            workspaces: vec![
                Workspace { id: TEAM.to_owned(), domain: "fake".to_owned() },
                Workspace { id: OTHER_TEAM.to_owned(), domain: "other".to_owned() },
            ],
            enterprise: None,
            users: users(),
            groups: vec![Group::new(LEADS, "leads", [ADA, BOB])],
            channels: channels(),
            messages: Vec::new(),
            ephemerals: Vec::new(),
            views: Vec::new(),
            settings: Settings::default(),
            triggers: BTreeMap::new(),
            response_urls: BTreeMap::new(),
            last_timestamp: Duration::ZERO,
            counter: 0,
        }
    }
}

fn app() -> App {
    let scopes = [
        "chat:write",
        "users:read",
        "usergroups:read",
        "channels:read",
        "channels:history",
        "groups:read",
        "im:write",
    ];
    App {
        id: APP.to_owned(),
        bot_token: "xoxb-100-fake".to_owned(),
        bot_token_is: Token::Valid,
        app_token: "xapp-1-A0FAKE-100-fake".to_owned(),
        app_token_is: Token::Valid,
        signing_secret: "8f742231b10e8888abcd99yyyzzz85a5".to_owned(),
        bot_user: BOT.to_owned(),
        bot_id: "B0FAKE".to_owned(),
        scopes: scopes.map(str::to_owned).into(),
        app_scopes: ["connections:write".to_owned()].into(),
        is_org_wide: false,
        socket_mode: true,
        interactivity_url: None,
    }
}

fn users() -> Vec<User> {
    let member = User::new;
    vec![
        User { is_bot: true, ..member(BOT, "approvals") },
        member(ADA, "ada"),
        member(BOB, "bob"),
        member(CAROL, "carol"),
        User { is_restricted: true, ..member(GUEST, "guest") },
        User { is_restricted: true, is_ultra_restricted: true, ..member(VISITOR, "visitor") },
        User { deleted: true, ..member(GONE, "gone") },
        User { team_id: OTHER_TEAM.to_owned(), is_stranger: true, ..member(STRANGER, "stranger") },
        User { is_bot: true, ..member(ROBOT, "robot") },
        // Slack says of its own bot that it is none.
        member(SLACKBOT, "slackbot"),
    ]
}

fn channels() -> Vec<Channel> {
    let everybody = [BOT, ADA, BOB, CAROL, GUEST, VISITOR, STRANGER, ROBOT, SLACKBOT];
    vec![
        Channel::new(DEPLOYS, "deploys", TEAM, everybody),
        Channel::new(RANDOM, "random", TEAM, [ADA, BOB, CAROL]),
        Channel { is_private: true, ..Channel::new(VAULT, "vault", TEAM, [BOT, ADA, BOB]) },
    ]
}
