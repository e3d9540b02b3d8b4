//! From an activity, as Microsoft's service for bots sends it, to what happened. Pure: bytes in, a typed answer or a refusal
//! out.
//!
//! Read is only what stands in a fixed place. Nothing is taken from the card that was shown: what was asked, the ledger
//! knows. The activity is not signed: what its token covers, its [`Proof`] says, and it must agree with that.

use approvals_chat::{Carried, Fields, Malformed, agreed};
use approvals_core::{Choice, canonical};
use serde_json::Value;

use crate::id::{ActivityId, BotId, ConversationId, TenantId, UserId};
use crate::message::{APPROVE, CONFIRM, CONFIRMED, REASON, REJECT};
use crate::place::{PlaceError, ServiceUrl};
use crate::verify::{CHANNEL, Proof};

/// The most bytes of an activity. A message of ours may come along as 25 kB.
pub(crate) const MAX_BYTES: usize = 256 * 1024;

/// The most bytes of what a button carries. Ours carry 72.
const MAX_VALUE: usize = 255;

/// The longest reason, in bytes: as much as the desk takes.
const MAX_REASON: usize = 4096;

/// Who has pressed something: their id in the directory.
pub(crate) const USER: &str = "from.aadObjectId";

/// What a conversation's id ends with where a thread of it is meant.
const THREAD: &str = ";messageid=";

/// An activity, and where it comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Callback {
    pub(crate) tenant: TenantId,
    pub(crate) conversation: ConversationId,
    pub(crate) service: ServiceUrl,
    pub(crate) what: Happened,
}

/// What happened in Teams.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Happened {
    /// Somebody pressed approve or reject.
    Press(Press),
    /// A client asks for the card as it is now: nobody has pressed anything.
    Refresh,
    /// The bot is in the conversation from here on, or is there no more.
    Installed { is_there: bool },
    /// Something that is none of ours: to be acknowledged, and ignored.
    Other,
}

/// A pressed button.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Press {
    pub(crate) user: UserId,
    /// The message under which it stands.
    pub(crate) message: ActivityId,
    /// What the press is called by.
    pub(crate) activity: ActivityId,
    pub(crate) choice: Choice,
    /// What the button carries, as it was sent: whether it is one of ours, the ledger knows.
    pub(crate) value: Carried,
    pub(crate) is_confirmed: bool,
    pub(crate) reason: Option<String>,
    /// Whether it was sent as a message, as old clients do: there is no answer that would be shown.
    pub(crate) is_submit: bool,
}

/// Why an activity says nothing that can be acted on.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum CallbackError {
    #[error("it is larger than {MAX_BYTES} bytes")]
    TooLarge,
    #[error("it is not what Microsoft sends: {0}")]
    Json(#[from] canonical::CanonicalError),
    #[error("it is not what Microsoft sends: {0}")]
    Field(#[from] Malformed),
    #[error("it comes from another channel than Teams")]
    Channel,
    #[error("it is for another bot")]
    Recipient,
    #[error("it names another service than its token")]
    Service,
    #[error("{0}")]
    Place(#[from] PlaceError),
}

/// What an activity for `bot` says that came with this proof.
pub(crate) fn read(
    json: &[u8],
    bot: &BotId,
    proof: &Proof,
    stand_in: Option<&url::Url>,
) -> Result<Callback, CallbackError> {
    if json.len() > MAX_BYTES {
        return Err(CallbackError::TooLarge);
    }
    let activity = canonical::parse(json, MAX_BYTES)?;
    let all = Fields::of(&activity).ok_or(Malformed::Wrong("activity"))?;
    if all.text("channelId")? != Some(CHANNEL) {
        return Err(CallbackError::Channel);
    }
    let service = all.text("serviceUrl")?.ok_or(Malformed::Missing("serviceUrl"))?;
    let service = ServiceUrl::read(service, stand_in)?;
    if service != proof.service {
        return Err(CallbackError::Service);
    }
    let us = format!("28:{bot}");
    let is_us = |id: Option<&str>| id.is_some_and(|id| id.eq_ignore_ascii_case(&us));
    if !is_us(all.needs("recipient")?.text("recipient.id")?) {
        return Err(CallbackError::Recipient);
    }
    let conversation = all.needs("conversation")?;
    Ok(Callback {
        tenant: tenant(all, conversation)?,
        conversation: whole(conversation)?,
        service,
        what: happened(all, &is_us)?,
    })
}

fn tenant(all: Fields<'_>, conversation: Fields<'_>) -> Result<TenantId, Malformed> {
    let data = all.part("channelData")?;
    let tenant = data.map_or(Ok(None), |data| data.part("channelData.tenant"))?;
    let tenant = tenant.map_or(Ok(None), |tenant| tenant.id("channelData.tenant.id"))?;
    agreed(
        ("conversation.tenantId", conversation.id("conversation.tenantId")?),
        ("channelData.tenant.id", tenant),
    )
}

/// The conversation itself, also where a thread of it is named.
fn whole(conversation: Fields<'_>) -> Result<ConversationId, Malformed> {
    const ID: &str = "conversation.id";
    let id = conversation.text(ID)?.ok_or(Malformed::Missing(ID))?;
    let whole = id.split_once(THREAD).map_or(id, |(whole, _thread)| whole);
    whole.parse().map_err(|_none| Malformed::Wrong(ID))
}

fn happened(all: Fields<'_>, is_us: &impl Fn(Option<&str>) -> bool) -> Result<Happened, Malformed> {
    match all.text("type")? {
        Some("invoke") if all.text("name")? == Some("adaptiveCard/action") => invoked(all),
        Some("message") => match all.part("value") {
            // What people write to the bot has no value; what other cards send is none of ours.
            Ok(Some(data)) => press(all, data, true),
            Ok(None) | Err(_) => Ok(Happened::Other),
        },
        Some("installationUpdate") => Ok(match all.text("action")? {
            Some("add" | "add-upgrade") => Happened::Installed { is_there: true },
            Some("remove" | "remove-upgrade") => Happened::Installed { is_there: false },
            _other => Happened::Other,
        }),
        Some("conversationUpdate") => {
            let lists = |name| -> Result<bool, Malformed> {
                let members = all.list(name).or_else(|error| match error {
                    Malformed::Missing(_) => Ok(&[] as &[Value]),
                    Malformed::Wrong(_) | Malformed::Differ(..) => Err(error),
                })?;
                Ok(members.iter().any(|one| is_us(one.get("id").and_then(Value::as_str))))
            };
            Ok(match (lists("membersAdded")?, lists("membersRemoved")?) {
                (true, false) => Happened::Installed { is_there: true },
                (false, true) => Happened::Installed { is_there: false },
                _neither => Happened::Other,
            })
        }
        _other => Ok(Happened::Other),
    }
}

fn invoked(all: Fields<'_>) -> Result<Happened, Malformed> {
    let value = all.needs("value")?;
    match value.text("value.trigger")? {
        // What no person does decides nothing.
        Some("automatic") => return Ok(Happened::Refresh),
        // Not every client says so.
        Some("manual") | None => {}
        Some(_other) => return Err(Malformed::Wrong("value.trigger")),
    }
    let action = value.needs("value.action")?;
    if action.text("value.action.type")? != Some("Action.Execute") {
        return Ok(Happened::Other);
    }
    let Some(data) = action.part("value.action.data")? else { return Ok(Happened::Other) };
    let said = (action.text("value.action.verb")?, data.text("value.action.data.verb")?);
    match said {
        (Some(verb), Some(kept)) if verb != kept => {
            Err(Malformed::Differ("value.action.verb", "value.action.data.verb"))
        }
        _agree => press(all, data, false),
    }
}

fn press(all: Fields<'_>, data: Fields<'_>, is_submit: bool) -> Result<Happened, Malformed> {
    let choice = match data.text("value.verb") {
        Ok(Some(APPROVE)) => Choice::Approve,
        Ok(Some(REJECT)) => Choice::Reject,
        Ok(_) | Err(_) => return Ok(Happened::Other),
    };
    let value = bounded(data.text("value.token")?, "value.token", MAX_VALUE)?;
    let reason = data.text(REASON)?.map(str::trim).filter(|reason| !reason.is_empty());
    Ok(Happened::Press(Press {
        user: all.needs("from")?.needs_id(USER)?,
        message: all.needs_id("replyToId")?,
        activity: all.needs_id("id")?,
        choice,
        value: value.ok_or(Malformed::Missing("value.token"))?.into(),
        is_confirmed: data.text(CONFIRM)? == Some(CONFIRMED),
        reason: bounded(reason, REASON, MAX_REASON)?,
        is_submit,
    }))
}

fn bounded(
    text: Option<&str>,
    name: &'static str,
    most: usize,
) -> Result<Option<String>, Malformed> {
    match text {
        Some(text) if text.is_empty() || text.len() > most => Err(Malformed::Wrong(name)),
        text => Ok(text.map(str::to_owned)),
    }
}

#[cfg(test)]
#[path = "callback_tests.rs"]
mod tests;
