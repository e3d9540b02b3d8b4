//! How one Slack app is used.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use approvals_core::{Clock, Group, SystemClock};

use crate::id::{AppId, ChannelId, TeamId, UserGroupId};
use crate::secret::{AppToken, BotToken, SigningSecret};
use crate::transport::{BETWEEN_POSTS, Habits, SLACK};

/// How what people click gets here.
///
/// ```
/// use approvals_slack::WayIn;
///
/// let without_public_address = WayIn::SocketMode("xapp-1-A0123-456-abc".parse()?);
/// let as_an_endpoint = WayIn::Http("0123456789abcdef0123456789abcdef".parse()?);
/// # drop((without_public_address, as_an_endpoint));
/// # Ok::<(), approvals_slack::SecretError>(())
/// ```
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_enums, reason = "Slack has these two, and each needs its secret")]
pub enum WayIn {
    /// Through sockets that this process opens: nothing has to reach it.
    SocketMode(AppToken),
    /// Slack calls [`SlackApprover::router`](crate::SlackApprover::router), and signs what it sends with this.
    Http(SigningSecret),
}

/// How one Slack app is used: as whom, where its cards are posted, and how clicks come in.
///
/// ```
/// use approvals_slack::{SlackConfig, WayIn};
///
/// let slack = SlackConfig::new(
///     "A0123ABCD".parse()?,                          // the app's id (Basic Information)
///     "xoxb-1-2-abc".parse()?,                       // the bot's token (OAuth & Permissions)
///     "C0123ABCD".parse()?,                          // where cards are posted; the bot must be in there
///     WayIn::SocketMode("xapp-1-A-2-abc".parse()?),  // an app-level token with `connections:write`
/// )
/// .group("data-owners".parse()?, "S0123ABCD".parse()?)
/// .groups_in("T0123ABCD".parse()?)
/// .channel_of("data-leads".parse()?, "C0456EFGH".parse()?)
/// .read_at("https://approvals.example.org/requests/");
/// assert!(!format!("{slack:?}").contains("abc"), "no secret is printed");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
#[must_use = "it is used by an approver"]
pub struct SlackConfig {
    pub(crate) app: AppId,
    pub(crate) bot: BotToken,
    pub(crate) channel: ChannelId,
    pub(crate) way_in: WayIn,
    pub(crate) name: String,
    pub(crate) groups: BTreeMap<Group, UserGroupId>,
    pub(crate) groups_in: Option<TeamId>,
    pub(crate) channels: BTreeMap<Group, ChannelId>,
    pub(crate) teams: BTreeSet<TeamId>,
    pub(crate) read_at: Option<String>,
    pub(crate) api: String,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) habits: Habits,
    pub(crate) groups_live: Duration,
    pub(crate) between_posts: Duration,
}

impl SlackConfig {
    /// The app with this id, whose bot posts in `channel`.
    pub fn new(app: AppId, bot: BotToken, channel: ChannelId, way_in: WayIn) -> Self {
        Self {
            app,
            bot,
            channel,
            way_in,
            name: "slack".to_owned(),
            groups: BTreeMap::new(),
            groups_in: None,
            channels: BTreeMap::new(),
            teams: BTreeSet::new(),
            read_at: None,
            api: SLACK.to_owned(),
            clock: Arc::new(SystemClock::default()),
            habits: Habits::default(),
            groups_live: Duration::from_secs(15),
            between_posts: BETWEEN_POSTS,
        }
    }

    /// Who is in `group` is who is in that user group: for [`SlackApprover::directory`](crate::SlackApprover::directory), and to wake
    /// them when a request is about to expire.
    pub fn group(mut self, group: Group, user_group: UserGroupId) -> Self {
        self.groups.insert(group, user_group);
        self
    }

    /// The workspace whose user groups are meant. Needed where the app is installed for a whole organization; elsewhere
    /// there is only one.
    pub fn groups_in(self, team: TeamId) -> Self {
        Self { groups_in: Some(team), ..self }
    }

    /// For how long it is believed who is in a user group: 15 seconds unless said otherwise, and at most a minute. Slack
    /// answers that question some twenty times a minute for all groups together.
    pub fn believe_groups_for(self, span: Duration) -> Self {
        Self { groups_live: span.min(Duration::from_secs(60)), ..self }
    }

    /// The least time between two posts in one channel: a second unless said otherwise, which is what Slack allows.
    pub fn post_every(self, span: Duration) -> Self {
        Self { between_posts: span, ..self }
    }

    /// Where cards are posted that `group` may decide, in the place of the channel of all others. Also where more people
    /// are asked when a request is escalated to that group.
    pub fn channel_of(mut self, group: Group, channel: ChannelId) -> Self {
        self.channels.insert(group, channel);
        self
    }

    /// People of that workspace may decide as well. Otherwise it takes a member of the one where the app is installed,
    /// or of the organization, if it is installed for that.
    pub fn team(mut self, team: TeamId) -> Self {
        self.teams.insert(team);
        self
    }

    /// Where a request can be read whole that is too long for a message: an address to which its id is added.
    pub fn read_at(self, address: impl Into<String>) -> Self {
        Self { read_at: Some(address.into()), ..self }
    }

    /// What the channel is called in the log, in policies and in the directory: `slack` unless said otherwise. For
    /// programs with several Slack apps.
    pub fn called(self, name: impl Into<String>) -> Self {
        Self { name: name.into(), ..self }
    }

    /// Where the Web API is: another place than Slack in tests. An address without TLS is refused unless it is this host.
    pub fn api(self, address: impl Into<String>) -> Self {
        Self { api: address.into(), ..self }
    }

    /// What time it is. The operating system's clock unless said otherwise.
    pub fn clock(self, clock: impl Clock + 'static) -> Self {
        Self { clock: Arc::new(clock), ..self }
    }
}
