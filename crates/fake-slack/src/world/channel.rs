//! Conversations and what is in them.

use serde_json::{Value, json};

/// A conversation. [`World`](crate::World) has an example.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "so has Slack's")]
pub struct Channel {
    /// `C…`, `G…` or `D…`
    pub id: String,
    /// Without the `#`; nothing for a direct message.
    pub name: String,
    /// The workspace that it belongs to.
    pub team_id: String,
    /// Who is in it.
    pub members: Vec<String>,
    /// Whether only its members know of it.
    pub is_private: bool,
    /// Whether it is a conversation with one person.
    pub is_im: bool,
    /// Whether nothing can be posted any more.
    pub is_archived: bool,
    /// Whether people of other organizations are in it: Slack Connect.
    pub is_ext_shared: bool,
    /// Whether messages can no longer be edited: `edit_window_closed`.
    pub edits_are_closed: bool,
}

impl Channel {
    /// A public channel.
    #[must_use]
    pub fn new<const N: usize>(id: &str, name: &str, team: &str, members: [&str; N]) -> Self {
        Self {
            id: id.to_owned(),
            name: name.to_owned(),
            team_id: team.to_owned(),
            members: members.map(str::to_owned).to_vec(),
            is_private: false,
            is_im: false,
            is_archived: false,
            is_ext_shared: false,
            edits_are_closed: false,
        }
    }

    pub(crate) fn has(&self, user: &str) -> bool {
        self.members.iter().any(|member| member == user)
    }

    pub(crate) fn to_json(&self, bot: &str) -> Value {
        if self.is_im {
            let user = self.members.iter().find(|member| *member != bot);
            return json!({"id": self.id, "is_im": true, "is_org_shared": false, "user": user, "is_archived": self.is_archived});
        }
        json!({
            "id": self.id, "name": self.name, "name_normalized": self.name, "is_channel": !self.is_private,
            "is_group": false, "is_im": false, "is_mpim": false, "is_private": self.is_private,
            "is_archived": self.is_archived, "is_member": self.has(bot), "is_general": false, "is_shared": self.is_ext_shared,
            "is_ext_shared": self.is_ext_shared, "is_org_shared": false, "context_team_id": self.team_id,
            "num_members": self.members.len(), "creator": self.members.first(), "created": 1_449_252_889,
        })
    }
}

/// What a message said before. [`Message`] has an example.
#[derive(Clone, Debug, PartialEq)]
pub struct Edit {
    /// The text.
    pub text: String,
    /// The blocks.
    pub blocks: Vec<Value>,
}

/// A message.
///
/// ```
/// use fake_slack::World;
///
/// let mut world = World::office();
/// for message in world.messages.iter_mut().filter(|message| !message.edits.is_empty()) {
///     message.is_deleted = true;
/// }
/// ```
#[derive(Clone, Debug)]
pub struct Message {
    /// The conversation that it is in.
    pub channel: String,
    /// When it was posted: its id.
    pub ts: String,
    /// The message that it replies to.
    pub thread_ts: Option<String>,
    /// Who wrote it.
    pub user: String,
    /// The bot that wrote it.
    pub bot_id: Option<String>,
    /// The text for notifications.
    pub text: String,
    /// The blocks as they are now.
    pub blocks: Vec<Value>,
    /// What Slack was given besides: `metadata` of the call.
    pub metadata: Option<Value>,
    /// What it said before, oldest first.
    pub edits: Vec<Edit>,
    /// When it was last edited.
    pub edited_at: Option<String>,
    /// Whether it is gone.
    pub is_deleted: bool,
}

impl Message {
    pub(crate) fn is(&self, channel: &str, ts: &str) -> bool {
        self.channel == channel && self.ts == ts
    }

    /// As Slack shows it to an app.
    pub(crate) fn to_json(&self, app: &str, team: &str) -> Value {
        let mut message = json!({
            "type": "message", "user": self.user, "ts": self.ts, "text": self.text, "team": team, "blocks": self.blocks,
        });
        if let Some(bot) = &self.bot_id {
            message["bot_id"] = json!(bot);
            message["app_id"] = json!(app);
        }
        if let Some(thread) = &self.thread_ts {
            message["thread_ts"] = json!(thread);
        }
        if let Some(at) = &self.edited_at {
            message["edited"] =
                json!({"user": self.bot_id.as_ref().unwrap_or(&self.user), "ts": at});
        }
        if let Some(metadata) = &self.metadata {
            message["metadata"] = metadata.clone();
        }
        message
    }
}

/// What one person alone was shown. [`World`](crate::World) has an example of what it is part of.
#[derive(Clone, Debug)]
pub struct Ephemeral {
    /// Where.
    pub channel: String,
    /// To whom.
    pub user: String,
    /// When.
    pub ts: String,
    /// In which thread.
    pub thread_ts: Option<String>,
    /// The text.
    pub text: String,
    /// The blocks.
    pub blocks: Vec<Value>,
}
