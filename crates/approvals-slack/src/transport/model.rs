//! What Slack answers, as far as anything hangs on it. What is missing and matters is an answer that cannot be read.

use serde::Deserialize;

use crate::id::{ChannelId, EnterpriseId, MessageTs, TeamId, UserGroupId, UserId};

/// As whom, and where, the bot's token speaks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Installation {
    /// None where the app is installed for a whole organization.
    pub(crate) team: Option<TeamId>,
    pub(crate) enterprise: Option<EnterpriseId>,
    pub(crate) is_org_wide: bool,
    pub(crate) bot_user: UserId,
    /// For [`Web::app_of`](super::Web::app_of).
    pub(crate) bot_id: String,
    /// What the token may do: `chat:write` and so on.
    pub(crate) scopes: Vec<String>,
}

/// Where a message has been put. In a conversation with one person, the id is not the one that was asked for.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(crate) struct Posted {
    pub(crate) channel: ChannelId,
    pub(crate) ts: MessageTs,
}

/// Who somebody is, freshly looked up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Member {
    pub(crate) team: Option<TeamId>,
    pub(crate) enterprise: Option<EnterpriseId>,
    /// The workspaces of the organization that somebody is in.
    pub(crate) teams: Vec<TeamId>,
    pub(crate) standing: Standing,
}

/// What somebody is in the workspace. What Slack does not say counts as what bars most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// A full member, of whichever workspace or organization.
    Full,
    Deactivated,
    /// A program, Slackbot included.
    Bot,
    Guest,
    /// Of another workspace, and in no channel with us.
    Stranger,
}

/// A user group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Group {
    /// What people type to mention it, without the `@`.
    pub(crate) handle: String,
    pub(crate) is_active: bool,
}

/// A conversation, as the bot sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Channel {
    pub(crate) is_member: bool,
    pub(crate) is_archived: bool,
    /// Whether people of other companies are in it.
    pub(crate) is_shared: bool,
}

#[derive(Deserialize)]
pub(super) struct AuthTest {
    team_id: String,
    #[serde(default)]
    enterprise_id: Option<EnterpriseId>,
    #[serde(default)]
    is_enterprise_install: Option<bool>,
    user_id: UserId,
    bot_id: String,
}

impl AuthTest {
    /// For an organization, what stands for the workspace can be the organization's own id.
    pub(super) fn installation(self, scopes: Vec<String>) -> Option<Installation> {
        let is_org_wide = self.is_enterprise_install.unwrap_or(false);
        let team = self.team_id.parse().ok();
        let enterprise = self.enterprise_id.or_else(|| self.team_id.parse().ok());
        let is_bot = self.bot_id.starts_with('B') && self.bot_id.len() <= 32;
        let is_plain = self.bot_id.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
        let is_somewhere = if is_org_wide { enterprise.is_some() } else { team.is_some() };
        (is_bot && is_plain && is_somewhere).then_some(Installation {
            team: team.filter(|_| !is_org_wide),
            enterprise,
            is_org_wide,
            bot_user: self.user_id,
            bot_id: self.bot_id,
            scopes,
        })
    }
}

#[derive(Deserialize)]
pub(super) struct UsersInfo {
    pub(super) user: User,
}

/// Nobody's answers are equal: those of other companies and of deactivated people have fewer fields.
#[derive(Deserialize)]
pub(super) struct User {
    id: UserId,
    #[serde(default)]
    team_id: Option<String>,
    deleted: Option<bool>,
    is_bot: Option<bool>,
    #[serde(default)]
    is_workflow_bot: Option<bool>,
    #[serde(default)]
    is_connector_bot: Option<bool>,
    is_restricted: Option<bool>,
    is_ultra_restricted: Option<bool>,
    /// Left out for those who are none.
    #[serde(default)]
    is_stranger: Option<bool>,
    #[serde(default, rename = "enterprise_user")]
    enterprise: Option<Enterprise>,
}

#[derive(Deserialize)]
struct Enterprise {
    enterprise_id: EnterpriseId,
    #[serde(default)]
    teams: Vec<String>,
}

impl User {
    /// Slackbot says of itself that it is no bot.
    fn standing(&self) -> Standing {
        let is_program = [self.is_workflow_bot, self.is_connector_bot].contains(&Some(true));
        if self.deleted.unwrap_or(true) {
            Standing::Deactivated
        } else if self.is_bot.unwrap_or(true) || is_program || self.id.as_str() == "USLACKBOT" {
            Standing::Bot
        } else if self.is_restricted.unwrap_or(true) || self.is_ultra_restricted.unwrap_or(true) {
            Standing::Guest
        } else if self.is_stranger.unwrap_or(false) {
            Standing::Stranger
        } else {
            Standing::Full
        }
    }

    /// The member that was asked for, and no other.
    pub(super) fn member(self, asked: &UserId) -> Option<Member> {
        let standing = self.standing();
        let home = self.team_id.as_deref();
        let team = home.and_then(|home| home.parse().ok());
        let organization = home.and_then(|home| home.parse().ok());
        let is_placed = home.is_none() || team.is_some() || organization.is_some();
        let (enterprise, teams) = match self.enterprise {
            Some(user) => (Some(user.enterprise_id), user.teams),
            None => (None, Vec::new()),
        };
        let agrees = enterprise.is_none() || organization.is_none() || enterprise == organization;
        (self.id == *asked && is_placed && agrees).then_some(Member {
            team,
            enterprise: enterprise.or(organization),
            teams: teams.iter().filter_map(|team| team.parse().ok()).collect(),
            standing,
        })
    }
}

#[derive(Deserialize)]
pub(super) struct GroupUsers {
    pub(super) users: Vec<UserId>,
}

#[derive(Deserialize)]
pub(super) struct Groups {
    usergroups: Vec<UserGroup>,
}

#[derive(Deserialize)]
struct UserGroup {
    id: String,
    handle: String,
    /// When it was taken out of use; 0 if it was not.
    date_delete: u64,
}

impl Groups {
    pub(super) fn find(self, group: &UserGroupId) -> Option<Group> {
        let found = self.usergroups.into_iter().find(|one| one.id == group.as_str())?;
        Some(Group { handle: found.handle, is_active: found.date_delete == 0 })
    }
}

#[derive(Deserialize)]
pub(super) struct ChannelInfo {
    channel: Conversation,
}

#[derive(Deserialize)]
struct Conversation {
    id: String,
    #[serde(default)]
    is_im: bool,
    is_member: Option<bool>,
    is_archived: Option<bool>,
    #[serde(default)]
    is_ext_shared: bool,
}

impl ChannelInfo {
    pub(super) fn channel(self, asked: &ChannelId) -> Option<Channel> {
        let Conversation { id, is_im, is_member, is_archived, is_ext_shared } = self.channel;
        (id == asked.as_str()).then(|| Channel {
            // Of a conversation with one person, Slack does not say either.
            is_member: is_member.unwrap_or(is_im),
            is_archived: is_archived.unwrap_or(!is_im),
            is_shared: is_ext_shared,
        })
    }
}

#[derive(Deserialize)]
pub(super) struct BotsInfo {
    pub(super) bot: Bot,
}

#[derive(Deserialize)]
pub(super) struct Bot {
    pub(super) id: String,
    pub(super) app_id: String,
}

#[derive(Deserialize)]
pub(super) struct Opened {
    pub(super) url: String,
}

#[cfg(test)]
#[path = "model_tests.rs"]
mod tests;
