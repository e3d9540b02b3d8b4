//! The methods of Slack's Web API that are used, typed on both ends.

use std::time::Duration;

use serde_json::{Value, json};

use crate::id::{AppId, ChannelId, MessageTs, TeamId, UserGroupId, UserId};
use crate::secret::{AppToken, BotToken};
use crate::transport::call::{Answer, Arguments, Caller, unsure};
use crate::transport::fault::{SetUpError, Unsure, WebError};
use crate::transport::model::{
    AuthTest, BotsInfo, Channel, ChannelInfo, Group, GroupUsers, Groups, Installation, Member,
    Opened, Posted, UsersInfo,
};

/// The Web API, with the bot's token. Clones share their connections and their pace.
///
/// A call is made once. It waits for its turn for as long as [`patient`](Self::patient) says, and for the
/// answer for as long as [`within`](Self::within) says: ten seconds each unless said otherwise.
/// Dropped while it waits for its turn, it has not happened; dropped later, it may have.
#[derive(Clone, Debug)]
pub(crate) struct Web {
    caller: Caller,
    token: BotToken,
}

/// The Web API, with the app's own token, which opens sockets and does nothing else.
#[derive(Clone, Debug)]
pub(crate) struct AppWeb {
    pub(crate) caller: Caller,
    token: AppToken,
}

impl Web {
    /// Calls methods under `base`, which is [`SLACK`](super::SLACK) but in tests. Calls nothing yet.
    pub(crate) fn new(base: &str, token: BotToken) -> Result<Self, SetUpError> {
        Ok(Self { caller: Caller::new(base)?, token })
    }

    /// The same, whose calls wait at most that long for their turn.
    #[cfg(test)]
    pub(crate) fn patient(mut self, patience: Duration) -> Self {
        self.caller.patience = patience;
        self
    }

    /// The same, whose calls wait at most that long for an answer.
    #[cfg(test)]
    pub(crate) fn within(mut self, deadline: Duration) -> Self {
        self.caller.deadline = deadline;
        self
    }

    /// The same, with so much time between two posts in one channel.
    pub(crate) fn spaced(mut self, between_posts: Duration) -> Self {
        self.caller.between_posts = between_posts;
        self
    }

    /// The same with the app's own token, and the same connections and pace.
    pub(crate) fn with_app(&self, token: AppToken) -> AppWeb {
        AppWeb { caller: self.caller.clone(), token }
    }

    /// As whom the token speaks, and what it may do.
    pub(crate) async fn auth_test(&self) -> Result<Installation, WebError> {
        let answer = self.read("auth.test", vec![]).await?;
        let scopes = answer.scopes();
        let answer: AuthTest = answer.into("it does not say whose the token is")?;
        known("auth.test", answer.installation(scopes), "the token is no installed bot's")
    }

    /// The app whose bot that is. Needs `users:read`.
    pub(crate) async fn app_of(&self, bot_id: &str) -> Result<AppId, WebError> {
        let answer = self.read("bots.info", vec![("bot", bot_id.to_owned())]).await?;
        let BotsInfo { bot } = answer.into("it does not say what bot that is")?;
        let app = bot.app_id.parse().ok().filter(|_| bot.id == bot_id);
        known("bots.info", app, "it is about no app's bot, or another one")
    }

    /// Puts a message into a channel, or under a message there. Never make it twice without knowing that the
    /// first has not happened: Slack would show both.
    pub(crate) async fn post(
        &self,
        channel: &ChannelId,
        text: &str,
        blocks: &Value,
        thread: Option<&MessageTs>,
    ) -> Result<Posted, WebError> {
        let mut message = message(channel, text, Some(blocks), thread);
        set(&mut message, "unfurl_links", false);
        set(&mut message, "unfurl_media", false);
        let answer = self.write("chat.postMessage", message, Some(channel)).await?;
        answer.into("it does not say where the message is")
    }

    /// Puts something else into a message of ours. Can be made again.
    pub(crate) async fn update(
        &self,
        channel: &ChannelId,
        ts: &MessageTs,
        text: &str,
        blocks: &Value,
    ) -> Result<(), WebError> {
        let mut message = message(channel, text, Some(blocks), None);
        set(&mut message, "ts", ts.as_str());
        self.write("chat.update", message, None).await.map(drop)
    }

    /// Says something that only one person in a channel sees, and only as long as they look.
    pub(crate) async fn whisper(
        &self,
        channel: &ChannelId,
        user: &UserId,
        text: &str,
        blocks: Option<&Value>,
        thread: Option<&MessageTs>,
    ) -> Result<(), WebError> {
        let mut message = message(channel, text, blocks, thread);
        set(&mut message, "user", user.as_str());
        self.write("chat.postEphemeral", message, None).await.map(drop)
    }

    /// Who somebody is now. Needs `users:read`.
    pub(crate) async fn member(&self, user: &UserId) -> Result<Member, WebError> {
        let answer = self.read("users.info", vec![("user", user.to_string())]).await?;
        let UsersInfo { user: found } = answer.into("it does not say who that is")?;
        known("users.info", found.member(user), "it is about somebody else, or contradicts itself")
    }

    /// Who is in a user group now. Needs `usergroups:read`, and the workspace where the app is installed for a
    /// whole organization.
    pub(crate) async fn group_members(
        &self,
        group: &UserGroupId,
        team: Option<&TeamId>,
    ) -> Result<Vec<UserId>, WebError> {
        let mut fields = vec![("usergroup", group.to_string())];
        fields.extend([("include_disabled", "false".to_owned())]);
        fields.extend(team.map(|team| ("team_id", team.to_string())));
        let answer = self.read("usergroups.users.list", fields).await?;
        Ok(answer.into::<GroupUsers>("it does not say who is in the group")?.users)
    }

    /// The user group, if there is one of that id. Needs what [`group_members`](Self::group_members) needs.
    pub(crate) async fn group(
        &self,
        group: &UserGroupId,
        team: Option<&TeamId>,
    ) -> Result<Option<Group>, WebError> {
        let mut fields = vec![("include_disabled", "true".to_owned())];
        fields.extend(team.map(|team| ("team_id", team.to_string())));
        let answer = self.read("usergroups.list", fields).await?;
        Ok(answer.into::<Groups>("it does not say what groups there are")?.find(group))
    }

    /// What the bot is in a channel. Needs `channels:read` or `groups:read`, which nothing else does.
    pub(crate) async fn channel(&self, channel: &ChannelId) -> Result<Channel, WebError> {
        let answer =
            self.read("conversations.info", vec![("channel", channel.to_string())]).await?;
        let info: ChannelInfo = answer.into("it does not say what channel that is")?;
        known("conversations.info", info.channel(channel), "it is about another channel")
    }

    /// Opens a dialogue for who has just clicked, within three seconds of that.
    pub(crate) async fn open_view(&self, trigger_id: &str, view: &Value) -> Result<(), WebError> {
        let arguments = json!({ "trigger_id": trigger_id, "view": view });
        self.write("views.open", arguments, None).await.map(drop)
    }

    async fn read(
        &self,
        method: &'static str,
        fields: Vec<(&'static str, String)>,
    ) -> Result<Answer, WebError> {
        self.caller.call(self.token.expose(), method, Arguments::Form(fields), None).await
    }

    async fn write(
        &self,
        method: &'static str,
        arguments: Value,
        posts_in: Option<&ChannelId>,
    ) -> Result<Answer, WebError> {
        self.caller.call(self.token.expose(), method, Arguments::Json(arguments), posts_in).await
    }
}

impl AppWeb {
    /// The address of a new socket. It can be used once, and is as good as a password.
    pub(crate) async fn open_connection(&self) -> Result<String, WebError> {
        let (token, method) = (self.token.expose(), "apps.connections.open");
        let answer = self.caller.call(token, method, Arguments::Form(vec![]), None).await?;
        Ok(answer.into::<Opened>("it has no address")?.url)
    }
}

/// The arguments that each message has: nothing in it becomes a link or a mention that we did not make.
fn message(
    channel: &ChannelId,
    text: &str,
    blocks: Option<&Value>,
    thread: Option<&MessageTs>,
) -> Value {
    let mut message = json!({
        "channel": channel.as_str(), "text": text, "parse": "none", "link_names": false,
    });
    if let Some(blocks) = blocks {
        set(&mut message, "blocks", blocks.clone());
    }
    if let Some(thread) = thread {
        set(&mut message, "thread_ts", thread.as_str());
    }
    message
}

fn set(message: &mut Value, name: &str, value: impl Into<Value>) {
    if let Some(message) = message.as_object_mut() {
        message.insert(name.to_owned(), value.into());
    }
}

fn known<T>(method: &'static str, value: Option<T>, what: &'static str) -> Result<T, WebError> {
    value.ok_or_else(|| unsure(method, Unsure::Unreadable(what)))
}
