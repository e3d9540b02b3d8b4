//! What every part of the approver uses: the configuration, the Web API, and where the app is installed.

use std::sync::atomic::AtomicBool;
use std::time::Duration;

use approvals_chat::{Chat, Seldom, insist};
use tokio::sync::OnceCell;

use crate::belonging::Belonging;
use crate::config::SlackConfig;
use crate::error::Problem;
use crate::transport::{Installation, Web};

/// How long a look-up may take, all its tries together.
const LOOK_UP: Duration = Duration::from_secs(5);

/// The scopes without which nothing works.
const NEEDED: [&str; 2] = ["chat:write", "users:read"];

/// The scope that user groups take.
const GROUPS: &str = "usergroups:read";

/// What the bot's token must be able to do.
pub(crate) fn scopes(has_groups: bool) -> impl Iterator<Item = &'static str> {
    NEEDED.into_iter().chain(has_groups.then_some(GROUPS))
}

#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) config: SlackConfig,
    pub(crate) web: Web,
    installation: OnceCell<Installation>,
    /// Whether there is a directory that asks Slack who is in which group.
    pub(crate) asked_for_groups: AtomicBool,
    /// Calls that Slack has not signed, which anybody can make.
    pub(crate) unverified: Seldom,
}

impl Shared {
    pub(crate) fn new(config: SlackConfig) -> Result<Self, Problem> {
        let is_letter = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
        if !(1..=100).contains(&config.name.len()) || !config.name.bytes().all(is_letter) {
            return Err(Problem::Name(config.name.chars().take(100).collect()));
        }
        let web = Web::new(&config.api, config.bot.clone())?.spaced(config.between_posts);
        Ok(Self {
            config,
            web,
            installation: OnceCell::new(),
            asked_for_groups: AtomicBool::new(false),
            unverified: Seldom::default(),
        })
    }

    /// Where the app is installed. Asked for until it is known, and then no more.
    pub(crate) async fn belonging(&self) -> Result<Belonging<'_>, Problem> {
        let installation = self.installation.get_or_try_init(|| self.check()).await?;
        Ok(Belonging { app: &self.config.app, installation, teams: &self.config.teams })
    }

    /// As whom the token speaks, if that is what the configuration says and it may do what it has to.
    async fn check(&self) -> Result<Installation, Problem> {
        let installation = insist(LOOK_UP, || self.web.auth_test()).await?;
        let lacks = |scope: &&str| !installation.scopes.iter().any(|has| has == scope);
        let lacking: Vec<_> = scopes(!self.config.groups.is_empty()).filter(lacks).collect();
        if !lacking.is_empty() {
            return Err(Problem::Scopes(lacking));
        }
        let found = insist(LOOK_UP, || self.web.app_of(&installation.bot_id)).await?;
        if found != self.config.app {
            return Err(Problem::OtherApp { expected: self.config.app.clone(), found });
        }
        let has_groups = !self.config.groups.is_empty();
        if installation.is_org_wide && has_groups && self.config.groups_in.is_none() {
            return Err(Problem::GroupsNowhere);
        }
        Ok(installation)
    }
}

/// Held by many tasks.
pub(crate) type Handle = Chat<Shared>;
