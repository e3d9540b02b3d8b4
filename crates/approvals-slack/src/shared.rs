//! What every part of the approver uses: the configuration, the Web API, the desk, and where the app is installed.

use std::collections::HashSet;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use approvals_core::{
    Ballot, ChannelIdentity, Choice, Desk, DeskError, Digest, Outbox, RequestId, WeakDesk,
};
use tokio::sync::OnceCell;

use crate::belonging::Belonging;
use crate::config::SlackConfig;
use crate::error::Problem;
use crate::id::ChannelId;
use crate::locks::Locks;
use crate::seldom::Seldom;
use crate::transport::{Installation, Web, WebError, insist};

/// How long a look-up may take, all its tries together.
const LOOK_UP: Duration = Duration::from_secs(5);

/// Nothing that has failed is tried again sooner.
const SHORTEST_PAUSE: Duration = Duration::from_secs(5);

/// When something is tried again that somebody has to mend first.
const AFTER_ALARM: Duration = Duration::from_secs(60);

/// How many late clicks are remembered.
const MAX_LATE: usize = 10_000;

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
    desk: Mutex<Option<WeakDesk>>,
    installation: OnceCell<Installation>,
    /// Whether there is a directory that asks Slack who is in which group.
    pub(crate) asked_for_groups: AtomicBool,
    /// The message of one request in one channel is posted by one task at a time.
    pub(crate) posting: Locks<(RequestId, ChannelId)>,
    /// And all of a request are changed by one.
    pub(crate) changing: Locks<RequestId>,
    /// The presses that this process is deciding.
    deciding: Mutex<HashSet<Digest>>,
    /// Calls that Slack has not signed, which anybody can make.
    pub(crate) unverified: Seldom,
    /// What was pressed after the end, as far as anybody remembers.
    late: Mutex<HashSet<(RequestId, ChannelIdentity, Choice)>>,
}

/// A press that this process is deciding, until this is dropped.
#[derive(Debug)]
pub(crate) struct Deciding {
    shared: Handle,
    press: Digest,
}

impl Drop for Deciding {
    fn drop(&mut self) {
        let mut deciding = self.shared.deciding.lock().unwrap_or_else(PoisonError::into_inner);
        deciding.remove(&self.press);
    }
}

impl Shared {
    pub(crate) fn new(config: SlackConfig) -> Result<Self, Problem> {
        let is_letter = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
        if !(1..=100).contains(&config.name.len()) || !config.name.bytes().all(is_letter) {
            return Err(Problem::Name(config.name.chars().take(100).collect()));
        }
        let web = Web::new(&config.api, config.bot.clone())?.spaced(config.between_posts);
        let (desk, installation) = (Mutex::default(), OnceCell::new());
        Ok(Self {
            config,
            web,
            desk,
            installation,
            asked_for_groups: AtomicBool::new(false),
            posting: Locks::default(),
            changing: Locks::default(),
            deciding: Mutex::default(),
            unverified: Seldom::default(),
            late: Mutex::default(),
        })
    }

    /// Belongs to the gate of that desk from here on, unless it belongs to one that is there.
    pub(crate) fn belong_to(&self, desk: &Desk) -> Result<(), Problem> {
        let mut mine = self.desk.lock().unwrap_or_else(PoisonError::into_inner);
        if mine.as_ref().is_some_and(|desk| desk.upgrade().is_some()) {
            return Err(Problem::Taken);
        }
        *mine = Some(desk.downgrade());
        Ok(())
    }

    pub(crate) fn desk(&self) -> Result<Desk, Problem> {
        let mine = self.desk.lock().unwrap_or_else(PoisonError::into_inner);
        mine.as_ref().and_then(WeakDesk::upgrade).ok_or(Problem::NoGate)
    }

    /// Begins to decide a press, unless this process is doing so already.
    pub(crate) fn begin(self: &Handle, press: Digest) -> Option<Deciding> {
        let mut deciding = self.deciding.lock().unwrap_or_else(PoisonError::into_inner);
        deciding.insert(press).then(|| Deciding { shared: Arc::clone(self), press })
    }

    /// Whether this account has not said this before after the request was over. More often, it costs nothing.
    pub(crate) fn is_first_after_the_end(
        &self,
        identity: &ChannelIdentity,
        ballot: &Ballot,
    ) -> bool {
        let mut late = self.late.lock().unwrap_or_else(PoisonError::into_inner);
        if late.len() >= MAX_LATE {
            late.clear();
        }
        late.insert((ballot.request, identity.clone(), ballot.choice))
    }

    pub(crate) fn outbox(&self, desk: &Desk) -> Outbox {
        desk.outbox(&self.config.name)
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

impl Problem {
    /// Whether it may be gone later although nobody does anything.
    pub(crate) fn is_passing(&self) -> bool {
        self.again_after().is_some()
    }

    /// Whether it is this app that may do nothing any more, until somebody sees to it.
    pub(crate) fn is_barred(&self) -> bool {
        matches!(self, Self::Barred(_) | Self::Web(WebError::Fatal { .. }))
    }

    /// After what time it may be gone although nobody does anything.
    pub(crate) fn again_after(&self) -> Option<Duration> {
        let pause = match self {
            Self::Web(WebError::Later { after, .. }) => *after,
            Self::Web(error) if error.is_passing() => Duration::ZERO,
            Self::Barred(_) => AFTER_ALARM,
            Self::InOtherHands | Self::Ledger(_) | Self::Desk(DeskError::Unavailable(_)) => {
                Duration::ZERO
            }
            Self::Web(_)
            | Self::SetUp(_)
            | Self::Name(_)
            | Self::OtherApp { .. }
            | Self::Scopes(_)
            | Self::GroupsNowhere
            | Self::GroupsUnasked
            | Self::Taken
            | Self::NoGate
            | Self::UnknownRequest
            | Self::Spent
            | Self::Elsewhere(_)
            | Self::Deleted
            | Self::Desk(_)
            | Self::Identity(_) => return None,
        };
        Some(pause.max(SHORTEST_PAUSE))
    }
}

/// Held by many tasks.
pub(crate) type Handle = Arc<Shared>;
