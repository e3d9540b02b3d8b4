//! The service through which a bot writes in Teams (Bot Connector REST API, version 3).

use std::time::Duration;

use approvals_chat::{Answer, Call, Limit, NotYet, Pace, Wire, rest_of};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use url::Url;

use crate::id::{ActivityId, BotId, ConversationId, TenantId, UserId};
use crate::place::ServiceUrl;
use crate::transport::fault::{Code, Unsure, WebError};
use crate::transport::login::Login;

/// How long a call may wait for its turn.
const PATIENCE: Duration = Duration::from_secs(10);

/// How long a call waits that came while another one changed the same.
const AFTER_CONFLICT: Duration = Duration::from_secs(1);

/// What one bot may write into one conversation (*Optimize your bot with rate limiting in Teams*).
const WRITES: &[Limit] = &[at_most(7, 1), at_most(8, 2), at_most(60, 30), at_most(1800, 3600)];

/// What one bot may ask of one tenant in all.
const CALLS: &[Limit] = &[at_most(30, 1)];

/// Half a second more than Teams says: it counts calls when they come, and the first one has made the connection.
const fn at_most(most: usize, seconds: u64) -> Limit {
    Limit { most, within: Duration::from_millis(seconds.saturating_mul(1000).saturating_add(500)) }
}

/// What Teams counts.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Counted {
    All,
    Looks,
    WritesIn(ConversationId),
}

/// Who calls the service.
#[derive(Debug)]
pub(crate) struct Connector {
    wire: Wire,
    pub(crate) login: Login,
    pace: Pace<Counted>,
}

/// Somebody in a conversation, as Teams knows them now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Member {
    /// What the service calls them, for conversations with them alone.
    pub(crate) id: String,
    pub(crate) tenant: TenantId,
    /// `user`, `guest`, `anonymous`, …: whoever has another one than `user` or `owner` is no full member.
    pub(crate) role: String,
}

#[derive(Deserialize)]
struct Made {
    id: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Account {
    id: String,
    tenant_id: String,
    user_role: String,
    object_id: Option<String>,
    aad_object_id: Option<String>,
}

#[derive(Deserialize)]
struct Page {
    members: Vec<Value>,
}

#[derive(Deserialize)]
struct Failed {
    error: Why,
}

#[derive(Deserialize)]
struct Why {
    code: String,
}

impl Connector {
    pub(crate) fn new(wire: Wire, login: Login) -> Self {
        Self { wire, login, pace: Pace::default() }
    }

    /// Puts a message into a conversation. Never make it twice without knowing that the first has not happened: Teams
    /// would show both.
    pub(crate) async fn post(
        &self,
        service: &ServiceUrl,
        conversation: &ConversationId,
        activity: &Value,
    ) -> Result<ActivityId, WebError> {
        const WHAT: &str = "a post";
        let url = address(service, WHAT, &["conversations", conversation.as_str(), "activities"])?;
        let call = with(Call::post(url), activity);
        made(WHAT, &self.call(WHAT, Some(conversation), call).await?)
    }

    /// Says something under a message: in its thread, in a channel.
    pub(crate) async fn reply(
        &self,
        service: &ServiceUrl,
        conversation: &ConversationId,
        message: &ActivityId,
        activity: &Value,
    ) -> Result<(), WebError> {
        const WHAT: &str = "a reply";
        let (id, thread) = (conversation.as_str(), conversation.thread(message));
        let url = match &thread {
            Some(thread) => address(service, WHAT, &["conversations", thread, "activities"]),
            None => address(service, WHAT, &["conversations", id, "activities", message.as_str()]),
        };
        let call = with(Call::post(url?), activity);
        self.call(WHAT, Some(conversation), call).await.map(drop)
    }

    /// Puts something else into a message of ours. Can be made again.
    pub(crate) async fn update(
        &self,
        service: &ServiceUrl,
        conversation: &ConversationId,
        message: &ActivityId,
        activity: &Value,
    ) -> Result<(), WebError> {
        const WHAT: &str = "a change";
        let parts = ["conversations", conversation.as_str(), "activities", message.as_str()];
        let call = with(Call::put(address(service, WHAT, &parts)?), activity);
        self.call(WHAT, Some(conversation), call).await.map(drop)
    }

    /// Who somebody in a conversation is now; nothing, if they are not in there.
    pub(crate) async fn member(
        &self,
        service: &ServiceUrl,
        conversation: &ConversationId,
        user: &UserId,
    ) -> Result<Option<Member>, WebError> {
        const WHAT: &str = "a look at a member";
        let parts = ["conversations", conversation.as_str(), "members", user.as_str()];
        let answer = self.call(WHAT, None, Call::get(address(service, WHAT, &parts)?)).await;
        let answer = match answer {
            Err(error) if error.is_no_member() => return Ok(None),
            answer => answer?,
        };
        let account: Account = read(WHAT, &answer, "it does not say who that is")?;
        let about_them = account.member(user);
        about_them.map(Some).ok_or(WebError::unreadable(WHAT, "it is about somebody else"))
    }

    /// Whether the bot is in a conversation, and may see who else is.
    pub(crate) async fn look_at(
        &self,
        service: &ServiceUrl,
        conversation: &ConversationId,
    ) -> Result<(), WebError> {
        const WHAT: &str = "a look at a conversation";
        let parts = ["conversations", conversation.as_str(), "pagedmembers"];
        let answer = self.call(WHAT, None, Call::get(address(service, WHAT, &parts)?)).await?;
        let page: Page = read(WHAT, &answer, "it does not say who is in there")?;
        let nobody = || WebError::unreadable(WHAT, "nobody is in there");
        page.members.first().map(drop).ok_or_else(nobody)
    }

    /// The conversation with somebody alone.
    pub(crate) async fn alone_with(
        &self,
        service: &ServiceUrl,
        bot: &BotId,
        member: &Member,
    ) -> Result<ConversationId, WebError> {
        const WHAT: &str = "a conversation with one person";
        let call = Call::post(address(service, WHAT, &["conversations"])?);
        let asked = json!({
            "bot": { "id": format!("28:{bot}") },
            "members": [{ "id": member.id }],
            "isGroup": false,
            "tenantId": member.tenant.as_str(),
            "channelData": { "tenant": { "id": member.tenant.as_str() } },
        });
        made(WHAT, &self.call(WHAT, None, with(call, &asked)).await?)
    }

    /// What answers at an address to a call that nobody has signed. No token goes there.
    pub(crate) async fn knock(&self, endpoint: &Url) -> Result<Answer, WebError> {
        let call = with(Call::post(endpoint.clone()), &json!({}));
        self.send("a look at the endpoint", call).await
    }

    /// Calls once; again where only the token was too old.
    async fn call(
        &self,
        what: &'static str,
        writes_in: Option<&ConversationId>,
        call: Call,
    ) -> Result<Answer, WebError> {
        let (kind, limits) = match writes_in {
            Some(id) => (Counted::WritesIn(id.clone()), WRITES),
            None => (Counted::Looks, [].as_slice()),
        };
        let counted = [(Counted::All, CALLS), (kind.clone(), limits)];
        // Before its turn, so that it comes when it is due.
        let token = self.login.token().await?;
        let turn = self.pace.turn(&counted, PATIENCE).await;
        turn.map_err(|NotYet(after)| WebError::Later { what, after })?;
        let mut answer = self.send(what, call.clone().bearer(token.expose())).await?;
        if answer.status == 401 {
            self.login.forget(&token);
            let token = self.login.token().await?;
            answer = self.send(what, call.bearer(token.expose())).await?;
        }
        let refused = |status| {
            let said: Option<Failed> = serde_json::from_slice(&answer.body).ok();
            let code = Code::new(said.as_ref().map_or("", |said| said.error.code.as_str()));
            WebError::Refused { what, status, code }
        };
        match answer.status {
            200..300 => Ok(answer),
            429 => {
                let after = rest_of(answer.header("retry-after"));
                self.pace.rest(&kind, after);
                Err(WebError::Later { what, after })
            }
            412 => Err(WebError::Later { what, after: AFTER_CONFLICT }),
            // It was not waited for to its end.
            status @ 408 => Err(WebError::Unsure { what, why: Unsure::Status(status) }),
            status @ 400..500 => Err(refused(status)),
            status => Err(WebError::Unsure { what, why: Unsure::Status(status) }),
        }
    }

    async fn send(&self, what: &'static str, call: Call) -> Result<Answer, WebError> {
        self.wire.call(call).await.map_err(|lost| WebError::lost(what, lost))
    }
}

impl Account {
    fn member(self, asked_for: &UserId) -> Option<Member> {
        // Microsoft's pages and its clients name it differently.
        let ids: Vec<UserId> = self
            .object_id
            .iter()
            .chain(&self.aad_object_id)
            .map(|id| id.parse())
            .collect::<Result<_, _>>()
            .ok()?;
        let is_them = !ids.is_empty() && ids.iter().all(|id| id == asked_for);
        let tenant = self.tenant_id.parse().ok()?;
        is_them.then_some(Member { id: self.id, tenant, role: self.user_role })
    }
}

/// An address below the service's: what ids contain ends no part of it.
fn address(service: &ServiceUrl, what: &'static str, parts: &[&str]) -> Result<Url, WebError> {
    let none = || WebError::unreadable(what, "there is no such address");
    let mut url: Url = service.as_str().parse().map_err(|_malformed| none())?;
    url.path_segments_mut().map_err(|()| none())?.pop_if_empty().push("v3").extend(parts);
    Ok(url)
}

fn with(call: Call, body: &Value) -> Call {
    call.with("application/json; charset=utf-8", body.to_string())
}

fn made<T: std::str::FromStr>(what: &'static str, answer: &Answer) -> Result<T, WebError> {
    const NO_ID: &str = "it does not say what it has made";
    let made: Made = read(what, answer, NO_ID)?;
    made.id.parse().map_err(|_none| WebError::unreadable(what, NO_ID))
}

/// What the parser says is not passed on, since it quotes what it has read.
fn read<T: DeserializeOwned>(
    what: &'static str,
    answer: &Answer,
    why: &'static str,
) -> Result<T, WebError> {
    serde_json::from_slice(&answer.body).map_err(|_quotes| WebError::unreadable(what, why))
}
