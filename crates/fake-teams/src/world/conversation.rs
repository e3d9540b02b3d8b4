//! Conversations.

use serde_json::{Value, json};

/// What kind of conversation it is. [`Conversation`] has an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A channel of the team, made of threads.
    Channel,
    /// Several people.
    GroupChat,
    /// The bot and one person.
    Personal,
}

impl Kind {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Channel => "channel",
            Self::GroupChat => "groupChat",
            Self::Personal => "personal",
        }
    }
}

/// A conversation.
///
/// ```
/// use fake_teams::{World, office};
///
/// let mut world = World::office();
/// world.conversation(office::DEPLOYS).is_installed = false;
/// world.conversation(office::LEADS).is_blocked = true;
/// world.conversation(office::RANDOM).is_gone = true;
/// ```
#[derive(Clone, Debug)]
pub struct Conversation {
    /// `19:…@thread.tacv2` for a channel, `19:…@thread.v2` for a chat, `a:…` for one person.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// What kind it is.
    pub kind: Kind,
    /// Who is in it, by `29:…`.
    pub members: Vec<String>,
    /// Whether the bot is in it: else `BotNotInConversationRoster`.
    pub is_installed: bool,
    /// Whether the bot may read and not write: `MessageWritesBlocked`.
    pub is_blocked: bool,
    /// Whether it was deleted: `ConversationNotFound`.
    pub is_gone: bool,
}

impl Conversation {
    /// A conversation with the bot in it.
    #[must_use]
    pub fn new<const N: usize>(id: &str, name: &str, kind: Kind, members: [&str; N]) -> Self {
        Self {
            id: id.to_owned(),
            name: name.to_owned(),
            kind,
            members: members.map(str::to_owned).to_vec(),
            is_installed: true,
            is_blocked: false,
            is_gone: false,
        }
    }

    pub(crate) fn has(&self, person: &str) -> bool {
        self.members.iter().any(|member| member == person)
    }

    /// As activities name it; with a thread, where it is one.
    pub(crate) fn to_json(&self, id: &str, tenant: &str) -> Value {
        let mut shown = json!({"id": id, "tenantId": tenant, "conversationType": self.kind.name()});
        if self.kind != Kind::Personal {
            shown["isGroup"] = json!(true);
            shown["name"] = json!(self.name);
        }
        shown
    }
}

/// The conversation that an id is of, and the message that its thread begins with, where it names one.
pub(crate) fn split(id: &str) -> (&str, Option<&str>) {
    match id.split_once(";messageid=") {
        Some((conversation, root)) => (conversation, Some(root)),
        None => (id, None),
    }
}

/// The id of a thread.
pub(crate) fn thread(conversation: &str, root: &str) -> String {
    format!("{conversation};messageid={root}")
}
