//! How one bot is used.

use std::collections::BTreeMap;
use std::sync::Arc;

use approvals_core::{Clock, Group, SystemClock};

use crate::id::{BotId, ConversationId, TenantId};
use crate::secret::ClientSecret;

/// How one bot is used: as whom, in whose organization, and where its cards are posted.
///
/// ```
/// use approvals_teams::TeamsConfig;
///
/// let teams = TeamsConfig::new(
///     "6f2a0c1e-8d0b-4f57-9c3e-2b7a51d0c001".parse()?, // the bot's app id (App registrations, Overview)
///     "abc8Q~secret".parse()?,                         // its client secret (Certificates & secrets)
///     "72f988bf-86f1-41af-91ab-2d7cd011db47".parse()?, // the organization (Overview: tenant id)
///     "19:deploys@thread.tacv2".parse()?,              // where cards are posted; the app must have been added there
/// )
/// .conversation_of("data-leads".parse()?, "19:leads@thread.v2".parse()?)
/// .read_at("https://approvals.example.org/requests/");
/// assert!(!format!("{teams:?}").contains("secret\""), "no secret is printed");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
#[must_use = "it is used by an approver"]
pub struct TeamsConfig {
    pub(crate) bot: BotId,
    pub(crate) secret: ClientSecret,
    pub(crate) tenant: TenantId,
    pub(crate) conversation: ConversationId,
    pub(crate) conversations: BTreeMap<Group, ConversationId>,
    pub(crate) name: String,
    pub(crate) read_at: Option<String>,
    pub(crate) stand_in: Option<String>,
    pub(crate) clock: Arc<dyn Clock>,
}

impl TeamsConfig {
    /// The bot with this id, which is registered in `tenant` and posts in `conversation`. Calls from other organizations
    /// are refused, and so are clicks of people who are not of this one.
    pub fn new(
        bot: BotId,
        secret: ClientSecret,
        tenant: TenantId,
        conversation: ConversationId,
    ) -> Self {
        Self {
            bot,
            secret,
            tenant,
            conversation,
            conversations: BTreeMap::new(),
            name: "teams".to_owned(),
            read_at: None,
            stand_in: None,
            clock: Arc::new(SystemClock::default()),
        }
    }

    /// Where cards are posted that `group` may decide, in the place of the conversation of all others. Also where more
    /// people are asked when a request is escalated to that group.
    pub fn conversation_of(mut self, group: Group, conversation: ConversationId) -> Self {
        self.conversations.insert(group, conversation);
        self
    }

    /// Where a request can be read whole that is too long for a message: an address to which its id is added.
    pub fn read_at(self, address: impl Into<String>) -> Self {
        Self { read_at: Some(address.into()), ..self }
    }

    /// What the channel is called in the log, in policies and in the directory: `teams` unless said otherwise. For
    /// programs with several bots.
    pub fn called(self, name: impl Into<String>) -> Self {
        Self { name: name.into(), ..self }
    }

    /// What stands in for Microsoft in tests: login, keys and service at one address of this host, such as
    /// `http://127.0.0.1:3978`. Any other is refused.
    pub fn stand_in(self, address: impl Into<String>) -> Self {
        Self { stand_in: Some(address.into()), ..self }
    }

    /// What time it is. The operating system's clock unless said otherwise.
    pub fn clock(self, clock: impl Clock + 'static) -> Self {
        Self { clock: Arc::new(clock), ..self }
    }

    /// Every conversation in which a card may be posted, that of all others first.
    pub(crate) fn everywhere(&self) -> Vec<&ConversationId> {
        let mut all = vec![&self.conversation];
        for conversation in self.conversations.values() {
            if !all.contains(&conversation) {
                all.push(conversation);
            }
        }
        all
    }
}
