//! Everything that the fake Slack knows, open to whoever sets a test up.

mod app;
mod channel;
pub mod office;
mod people;
mod settings;
mod trigger;
mod view;

use std::collections::BTreeMap;
use std::time::Duration;

pub use app::{App, Token, Workspace};
pub use channel::{Channel, Edit, Ephemeral, Message};
pub use people::{Group, User};
pub use settings::Settings;
pub(crate) use trigger::{Fate, ResponseUrl, Trigger};
pub use view::View;

use crate::clock;

/// Everything that the fake Slack knows.
///
/// ```
/// use fake_slack::{User, World, office};
///
/// let mut world = World::office();
/// world.users.push(User::new("U0EVE", "eve"));
/// world.user("U0EVE").is_restricted = true;
/// world.channel(office::DEPLOYS).is_archived = true;
/// world.app.scopes.remove("chat:write");
/// ```
#[derive(Clone, Debug)]
pub struct World {
    /// The app that is tested.
    pub app: App,
    /// The workspaces; the first one is where the app is installed, unless it is installed for the whole organization.
    pub workspaces: Vec<Workspace>,
    /// The organization of the workspaces, where they have one.
    pub enterprise: Option<String>,
    /// Everybody.
    pub users: Vec<User>,
    /// All user groups.
    pub groups: Vec<Group>,
    /// All conversations.
    pub channels: Vec<Channel>,
    /// All messages, deleted ones too, in the order in which they were posted.
    pub messages: Vec<Message>,
    /// What one person alone was shown.
    pub ephemerals: Vec<Ephemeral>,
    /// Modals that were opened.
    pub views: Vec<View>,
    /// Limits and lifetimes.
    pub settings: Settings,
    pub(crate) triggers: BTreeMap<String, Trigger>,
    pub(crate) response_urls: BTreeMap<String, ResponseUrl>,
    pub(crate) last_timestamp: Duration,
    pub(crate) counter: u64,
}

impl World {
    /// A user, to be changed.
    pub fn user(&mut self, id: &str) -> &mut User {
        let found = self.users.iter_mut().find(|user| user.id == id);
        found.unwrap_or_else(|| panic!("there is no user `{id}`"))
    }

    /// A user group, to be changed.
    pub fn group(&mut self, id: &str) -> &mut Group {
        let found = self.groups.iter_mut().find(|group| group.id == id);
        found.unwrap_or_else(|| panic!("there is no user group `{id}`"))
    }

    /// A conversation, to be changed.
    pub fn channel(&mut self, id: &str) -> &mut Channel {
        let found = self.channels.iter_mut().find(|channel| channel.id == id);
        found.unwrap_or_else(|| panic!("there is no channel `{id}`"))
    }

    /// A message, to be changed; deleted ones are found too.
    pub fn message(&mut self, channel: &str, ts: &str) -> &mut Message {
        let found = self.messages.iter_mut().find(|message| message.is(channel, ts));
        found.unwrap_or_else(|| panic!("there is no message `{ts}` in `{channel}`"))
    }

    pub(crate) fn find_user(&self, id: &str) -> Option<&User> {
        self.users.iter().find(|user| user.id == id)
    }

    pub(crate) fn find_channel(&self, id: &str) -> Option<&Channel> {
        let name = id.strip_prefix('#');
        self.channels.iter().find(|channel| channel.id == id || name == Some(&channel.name))
    }

    pub(crate) fn find_message(&self, channel: &str, ts: &str) -> Option<&Message> {
        self.messages.iter().find(|message| message.is(channel, ts) && !message.is_deleted)
    }

    /// The id of the conversation with one person, which begins where it has to.
    pub(crate) fn direct(&mut self, user: &str) -> Option<String> {
        let team = self.find_user(user)?.team_id.clone();
        let id = format!("D{}", user.get(1..).unwrap_or_default());
        if self.find_channel(&id).is_none() {
            let members = [user.to_owned(), self.app.bot_user.clone()];
            let mut channel = Channel::new(&id, "", &team, members.each_ref().map(String::as_str));
            channel.is_im = true;
            self.channels.push(channel);
        }
        Some(id)
    }

    /// A time that no message had before.
    pub(crate) fn next_timestamp(&mut self) -> String {
        let micros = Duration::from_micros(1);
        self.last_timestamp = clock::now().max(self.last_timestamp + micros);
        clock::timestamp(self.last_timestamp)
    }

    /// A number that was not given before.
    pub(crate) fn next(&mut self) -> u64 {
        self.counter += 1;
        self.counter
    }
}
