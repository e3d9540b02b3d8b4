//! Whether an app is set up as the configuration says, seen from Slack.

use std::collections::BTreeSet;
use std::sync::PoisonError;
use std::time::Duration;

use approvals_chat::{Checkup, Level, insist, whole};
use approvals_core::visible;

use crate::approver::SlackApprover;
use crate::config::WayIn;
use crate::id::{ChannelId, UserGroupId};
use crate::secret::AppToken;
use crate::shared::{Shared, scopes};
use crate::transport::{Channel, Health, Installation, OpenError, PATH, WebError, greets};

/// How long a look-up may take, all its tries together.
const LOOK_UP: Duration = Duration::from_secs(10);

/// The scopes that only this check has a use for.
pub(crate) const TO_CHECK: [&str; 2] = ["channels:read", "groups:read"];

impl SlackApprover {
    /// Asks Slack about everything in the configuration, and says of each thing whether it is as it should be and what to
    /// do where it is not. It posts nothing, and can be dropped at any time. Without a gate it opens a socket for a moment.
    ///
    /// ```
    /// # let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    /// # runtime.block_on(async {
    /// # use approvals_slack::{SlackApprover, SlackConfig, WayIn};
    /// # let slack = fake_slack::FakeSlack::start().await;
    /// # let app = slack.app();
    /// let way_in = WayIn::SocketMode(app.app_token.parse()?);
    /// let config = SlackConfig::new(app.id.parse()?, app.bot_token.parse()?, "C0RANDOM".parse()?, way_in);
    /// let checkup = SlackApprover::new(config.api(slack.api_url()))?.check().await;
    /// assert!(!checkup.is_fine());
    /// assert!(checkup.to_string().contains("MISSING  channel C0RANDOM: the bot is not in it"), "{checkup}");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// # }).unwrap();
    /// ```
    pub async fn check(&self) -> Checkup {
        let mut checkup = Checkup::default();
        let shared = self.chat.service();
        match insist(LOOK_UP, || shared.web.auth_test()).await {
            Err(error) => checkup.note("bot token", Level::Missing, whole(&error)),
            Ok(installation) => {
                shared.check_installation(&installation, &mut checkup).await;
                for channel in shared.posts_in() {
                    shared.check_channel(channel, &installation, &mut checkup).await;
                }
                shared.check_groups(&installation, &mut checkup).await;
            }
        }
        let (level, says) = match (&shared.config.way_in, self.health()) {
            (WayIn::Http(_), _) => {
                let asks = "Do clicks get here? Click on a card.".to_owned();
                checkup.ask("clicks", at_the_endpoint(), asks);
                return checkup;
            }
            (WayIn::SocketMode(_), Some(health)) => of_open(health),
            (WayIn::SocketMode(token), None) => shared.try_socket(token).await,
        };
        checkup.note("clicks", level, says);
        checkup
    }

    /// How the sockets are that are open for a gate, if there are such.
    fn health(&self) -> Option<Health> {
        let health = self.health.lock().unwrap_or_else(PoisonError::into_inner);
        health.as_ref().map(|health| health.borrow().clone())
    }
}

impl Shared {
    /// As whom the token speaks, what it may do, and of which app it is.
    async fn check_installation(&self, installation: &Installation, checkup: &mut Checkup) {
        let Installation { team, enterprise, bot_user, bot_id, scopes: has, .. } = installation;
        let workspace = team.as_ref().map(|team| format!("the workspace {team}"));
        let organization =
            enterprise.as_ref().map(|enterprise| format!("the organization {enterprise}"));
        let places: Vec<_> = workspace.into_iter().chain(organization).collect();
        let says = format!("it is that of the bot {bot_user}, in {}", places.join(" of "));
        checkup.note("bot token", Level::Fine, says);

        let needed: Vec<_> = scopes(!self.config.groups.is_empty()).collect();
        let lacking: Vec<_> =
            needed.iter().copied().filter(|scope| !has.iter().any(|one| one == scope)).collect();
        if lacking.is_empty() {
            checkup.note("scopes", Level::Fine, needed.join(", "));
        } else {
            let how = "add to the app (OAuth & Permissions), and install it again";
            checkup.note("scopes", Level::Missing, format!("{}; {how}", lacking.join(", ")));
        }
        let is_used = |scope: &&str| needed.contains(scope) || TO_CHECK.contains(scope);
        let more: Vec<_> = has.iter().map(String::as_str).filter(|scope| !is_used(scope)).collect();
        if !more.is_empty() {
            let how = "the bot may do this as well and never does; take it out of the app if nothing else uses it";
            checkup.note("scopes", Level::Doubt, format!("{}; {how}", more.join(", ")));
        }

        let app = &self.config.app;
        let (level, says) = match insist(LOOK_UP, || self.web.app_of(bot_id)).await {
            Ok(found) if found == *app => (Level::Fine, format!("the bot is that of {app}")),
            Ok(found) => (
                Level::Missing,
                format!("the bot is that of {found}, and not of {app}; give both of one app"),
            ),
            Err(error) => failed(&error),
        };
        checkup.note("app", level, says);
    }

    /// Every channel in which a card may be posted.
    fn posts_in(&self) -> BTreeSet<&ChannelId> {
        self.config.channels.values().chain([&self.config.channel]).collect()
    }

    async fn check_channel(
        &self,
        id: &ChannelId,
        installation: &Installation,
        checkup: &mut Checkup,
    ) {
        let what = format!("channel {id}");
        let sees_private = installation.scopes.iter().any(|scope| scope == "groups:read");
        let (level, says) = match insist(LOOK_UP, || self.web.channel(id)).await {
            Ok(Channel { is_archived: true, .. }) => (
                Level::Missing,
                "it is in the archive; take it out of there, or name another one".to_owned(),
            ),
            Ok(Channel { is_member: false, .. }) => (
                Level::Missing,
                "the bot is not in it; write `/invite @` and its name there".to_owned(),
            ),
            Ok(Channel { is_shared: true, .. }) => {
                let who = "people of other companies are in it";
                (
                    Level::Doubt,
                    format!(
                        "{who}: they read every card, although they decide nothing; use another one"
                    ),
                )
            }
            Ok(_ours) => (Level::Fine, "the bot is in it".to_owned()),
            Err(error) if error.code() == Some("missing_scope") => {
                let how = "add the scope `channels:read` (`groups:read` for a private one), or look whether the bot is in the channel";
                (Level::Unknown, format!("not checkable; {how}"))
            }
            Err(error) if error.code() == Some("channel_not_found") && !sees_private => {
                let how = "look at the id, and whether the bot is in the channel";
                (
                    Level::Unknown,
                    format!(
                        "there is none, or it is private and the scope `groups:read` is absent; {how}"
                    ),
                )
            }
            Err(error) => failed(&error),
        };
        if level == Level::Unknown {
            checkup.ask(&what, says, is_the_bot_in(id));
        } else {
            checkup.note(&what, level, says);
        }
    }

    async fn check_groups(&self, installation: &Installation, checkup: &mut Checkup) {
        let groups: BTreeSet<_> = self.config.groups.values().collect();
        if installation.is_org_wide && self.config.groups_in.is_none() && !groups.is_empty() {
            let says = "the app is installed for a whole organization, and Slack has user groups by workspace; name theirs with `SlackConfig::groups_in` (here: --groups-in)";
            return checkup.note("user groups", Level::Missing, says.to_owned());
        }
        for group in groups {
            self.check_group(group, checkup).await;
        }
    }

    async fn check_group(&self, id: &UserGroupId, checkup: &mut Checkup) {
        let team = self.config.groups_in.as_ref();
        let found = insist(LOOK_UP, || self.web.group(id, team)).await;
        let none = || (Level::Missing, "there is none of that id; look at it once more".to_owned());
        let (level, says) = match found {
            Ok(Some(group)) if group.is_active => {
                match insist(LOOK_UP, || self.web.group_members(id, team)).await {
                    Ok(people) if people.is_empty() => (
                        Level::Missing,
                        "nobody is in it; add the people who are to decide".to_owned(),
                    ),
                    Ok(people) => {
                        (Level::Fine, format!("@{}, {} in it", handle(&group.handle), people.len()))
                    }
                    // It has gone meanwhile.
                    Err(error) if error.is_no_group() => none(),
                    Err(error) => failed(&error),
                }
            }
            Ok(Some(_disabled)) => {
                (Level::Missing, "it is switched off; switch it on, or name another one".to_owned())
            }
            Ok(None) => none(),
            Err(error) => failed(&error),
        };
        checkup.note(&format!("user group {id}"), level, says);
    }

    async fn try_socket(&self, token: &AppToken) -> (Level, String) {
        let (web, app) = (self.web.with_app(token.clone()), &self.config.app);
        match greets(&web, app, &self.config.habits).await {
            Ok(()) => (Level::Fine, format!("Socket Mode is on, and Slack greets {app} there")),
            Err(OpenError::OtherApp) => {
                let how = "take all from one app (Basic Information)";
                (Level::Missing, format!("the app-level token is not that of {app}; {how}"))
            }
            Err(OpenError::Unwanted(reason)) if reason.is_off() => {
                (Level::Missing, "Socket Mode is switched off; switch it on in the app".to_owned())
            }
            Err(error) => (Level::Missing, whole(&error)),
        }
    }
}

/// What a failed look-up says of what was looked up.
fn failed(error: &WebError) -> (Level, String) {
    let level = if error.code() == Some("missing_scope") { Level::Unknown } else { Level::Missing };
    (level, whole(error))
}

fn of_open(health: Health) -> (Level, String) {
    match health.alarm {
        Some(alarm) => (Level::Missing, alarm.to_string()),
        None if health.connected == 0 => (
            Level::Missing,
            "no socket is open now; it is tried again, and the traces say why".to_owned(),
        ),
        None => (Level::Fine, format!("{} sockets are open", health.connected)),
    }
}

fn is_the_bot_in(channel: &ChannelId) -> String {
    format!(
        "Is the bot in {channel}? If not, invite it: `/invite @approvals` there, or whatever it is called."
    )
}

fn at_the_endpoint() -> String {
    format!(
        "not checkable before somebody clicks; enter `https://`, this host's public name and `{PATH}` as the Request URL of the app (Interactivity & Shortcuts), and leave Socket Mode off"
    )
}

/// What people type after the `@`, so that nothing in it moves a cursor or hides.
fn handle(text: &str) -> String {
    let text = visible::text(text);
    text.trim_matches('"').to_owned()
}

#[cfg(test)]
#[path = "check_tests.rs"]
mod tests;
