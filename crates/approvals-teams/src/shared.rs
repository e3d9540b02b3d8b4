//! What every part of the approver uses: the configuration, the connections, and where each conversation is reached.

use std::collections::HashMap;
use std::sync::atomic::AtomicBool;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use approvals_chat::{Chat, Limit, Pace, Seldom, Wire, is_here};
use approvals_core::{ChannelIdentity, Desk, NameError, WeakDesk};
use url::Url;

use crate::answer::Askers;
use crate::config::TeamsConfig;
use crate::error::Problem;
use crate::id::{ConversationId, TenantId, UserId};
use crate::place::ServiceUrl;
use crate::transport::{Connector, Keys, Login, SetUpError};

/// Where bots log in.
const LOGIN: &str = "https://login.microsoftonline.com/";

/// Where it is said with which keys Microsoft signs.
const METADATA: &str = "https://login.botframework.com/v1/.well-known/openidconfiguration";

/// Where Teams is reached as long as it has not said where.
const ANYWHERE: &str = "https://smba.trafficmanager.net/teams";

/// How long a look-up may take, all its tries together.
pub(crate) const LOOK_UP: Duration = Duration::from_secs(5);

/// How often somebody is told something in a message of their own: they can bring that about as often as they like, and
/// the calls that it takes are those of everybody's.
pub(crate) const TELLS: &[Limit] = &[Limit { most: 5, within: Duration::from_secs(60) }];

const AGENT: &str = concat!("approvals-teams/", env!("CARGO_PKG_VERSION"));

#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) config: TeamsConfig,
    pub(crate) connector: Connector,
    pub(crate) keys: Keys,
    /// What stands in for Microsoft, if anything does.
    pub(crate) stand_in: Option<Url>,
    anywhere: ServiceUrl,
    /// Where the conversations in which is asked are reached, as Microsoft has told this process; and, of none of them,
    /// the organization.
    told: Mutex<HashMap<Option<ConversationId>, ServiceUrl>>,
    desk: Mutex<Option<WeakDesk>>,
    pub(crate) askers: Askers,
    /// Who was told something in a message of their own.
    pub(crate) tells: Pace<UserId>,
    /// Calls that Microsoft has not signed, which anybody can make.
    pub(crate) unverified: Seldom,
    /// Whether somebody has taken the endpoint, to serve it.
    pub(crate) is_served: AtomicBool,
}

/// Held by many tasks.
pub(crate) type Handle = Chat<Shared>;

impl Shared {
    pub(crate) fn new(config: TeamsConfig) -> Result<Self, Problem> {
        let is_letter = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
        if !(1..=100).contains(&config.name.len()) || !config.name.bytes().all(is_letter) {
            return Err(Problem::Name(config.name.chars().take(100).collect()));
        }
        let stand_in = config.stand_in.as_deref().map(stand_in).transpose()?;
        let wire = if stand_in.is_some() { Wire::plain(AGENT) } else { Wire::encrypted(AGENT) };
        let wire = wire.map_err(SetUpError::from)?;
        let there = |address: &str, path: &str| match &stand_in {
            Some(stand_in) => stand_in.join(path),
            None => address.parse(),
        };
        let malformed = |_malformed| SetUpError::StandIn;
        let token = format!("{}/oauth2/v2.0/token", config.tenant);
        let login = there(&format!("{LOGIN}{token}"), &token).map_err(malformed)?;
        let metadata = there(METADATA, "v1/.well-known/openidconfiguration").map_err(malformed)?;
        let anywhere = there(ANYWHERE, "teams").map_err(malformed)?;
        let anywhere = ServiceUrl::read(anywhere.as_str(), stand_in.as_ref())
            .map_err(|_foreign| SetUpError::StandIn)?;
        let login = Login::new(wire.clone(), login, config.bot.clone(), config.secret.clone());
        Ok(Self {
            connector: Connector::new(wire.clone(), login),
            keys: Keys::new(wire, metadata),
            config,
            stand_in,
            anywhere,
            told: Mutex::default(),
            desk: Mutex::default(),
            askers: Askers::default(),
            tells: Pace::default(),
            unverified: Seldom::default(),
            is_served: AtomicBool::new(false),
        })
    }

    /// Where each conversation is reached, the ledger of that desk knows.
    pub(crate) fn belong_to(&self, desk: &Desk) {
        *lock(&self.desk) = Some(desk.downgrade());
    }

    /// What a conversation is called in the ledger.
    pub(crate) fn place(&self, conversation: &ConversationId) -> String {
        format!("{}/{conversation}", self.root())
    }

    /// The same for all of the organization.
    fn root(&self) -> String {
        format!("{}/{}", self.config.bot, self.config.tenant)
    }

    /// The conversation of a place of ours.
    pub(crate) fn conversation_at(&self, place: &str) -> Option<ConversationId> {
        place.strip_prefix(&self.root())?.strip_prefix('/')?.parse().ok()
    }

    /// Who somebody is in the log.
    pub(crate) fn identity(&self, user: &UserId) -> Result<ChannelIdentity, NameError> {
        ChannelIdentity::new(&self.config.name, &format!("{}/{user}", self.config.tenant))
    }

    /// The user behind an identity that [`identity`](Self::identity) has made.
    pub(crate) fn user(&self, identity: &ChannelIdentity) -> Option<UserId> {
        if identity.channel() != self.config.name {
            return None;
        }
        let (tenant, user) = identity.subject().split_once('/')?;
        let is_ours = tenant.parse::<TenantId>().ok()? == self.config.tenant;
        user.parse().ok().filter(|_user| is_ours)
    }

    /// Where a conversation is reached: as it was told last, for it, or for any other of the organization. Another process
    /// may have been told, so the ledger is asked.
    pub(crate) async fn service(
        &self,
        conversation: &ConversationId,
    ) -> Result<ServiceUrl, Problem> {
        let desk = lock(&self.desk).as_ref().and_then(WeakDesk::upgrade);
        let Some(desk) = desk else { return Ok(self.anywhere.clone()) };
        let outbox = desk.outbox(&self.config.name);
        for place in [self.place(conversation), self.root()] {
            let known = outbox.route(&place).await?;
            // Who can write the ledger may have written it.
            let known = known.map(|known| ServiceUrl::read(&known, self.stand_in.as_ref()));
            if let Some(Ok(known)) = known {
                return Ok(known);
            }
        }
        Ok(self.anywhere.clone())
    }

    /// Where Teams is reached as long as it has not said where.
    pub(crate) fn anywhere(&self) -> &ServiceUrl {
        &self.anywhere
    }

    /// Notes where a conversation is reached, as Microsoft has just told; nowhere, if the bot is in there no more. Of one
    /// in which nothing is asked, only what it says of the organization: anybody there may add the app to any number.
    pub(crate) async fn learn(
        &self,
        desk: &Desk,
        conversation: &ConversationId,
        service: Option<&ServiceUrl>,
    ) -> Result<(), Problem> {
        let is_asked = self.config.everywhere().contains(&conversation);
        let key = is_asked.then(|| conversation.clone());
        if !is_asked && service.is_none() {
            return Ok(());
        }
        let known = lock(&self.told).get(&key).cloned();
        if service.is_some() && known.as_ref() == service {
            return Ok(());
        }
        let (outbox, address) = (desk.outbox(&self.config.name), service.map(ServiceUrl::as_str));
        if is_asked {
            outbox.set_route(&self.place(conversation), address).await?;
        }
        if address.is_some() {
            outbox.set_route(&self.root(), address).await?;
        }
        let mut told = lock(&self.told);
        match service {
            Some(service) => drop(told.insert(key, service.clone())),
            None => drop(told.remove(&key)),
        }
        Ok(())
    }
}

/// The address of a stand-in, to which nobody else listens.
fn stand_in(address: &str) -> Result<Url, SetUpError> {
    let mut url: Url = address.parse().map_err(|_malformed| SetUpError::StandIn)?;
    let is_plain = url.username().is_empty() && url.password().is_none();
    if url.scheme() != "http" || !is_here(&url) || !is_plain {
        return Err(SetUpError::StandIn);
    }
    url.set_path("/");
    url.set_query(None);
    url.set_fragment(None);
    Ok(url)
}

fn lock<T>(part: &Mutex<T>) -> MutexGuard<'_, T> {
    part.lock().unwrap_or_else(PoisonError::into_inner)
}
