//! From what Slack sends to what was clicked. Pure: bytes in, a typed answer or a refusal out.
//!
//! Read is only what stands in a fixed place. Nothing is taken from the message that comes along: what was asked, the
//! ledger knows. Unknown fields mean nothing, and neither does the old `token`.

mod form;

use approvals_chat::{Carried, Fields, Malformed, agreed};
use approvals_core::{Choice, canonical};
use serde_json::Value;

use crate::id::{AppId, ChannelId, EnterpriseId, MessageTs, TeamId, UserId};

/// The button that approves.
pub(crate) const APPROVE: &str = "approvals.approve";

/// The button that rejects.
pub(crate) const REJECT: &str = "approvals.reject";

/// The form that asks for a reason, and the one field in it.
pub(crate) const REASON: &str = "approvals.reason";

/// The most bytes of a payload, and of the form that it may come in. A message of ours comes along as 12 kB of blocks,
/// which escapes and percent signs may make six times as long. Whatever else there is in the workspace may come as well
/// (forms of up to 250 kB): it is ignored, but it has to be read to be acknowledged.
pub(crate) const MAX_BYTES: usize = 1 << 20;

/// The most bytes of what a button carries. Ours carry 72.
const MAX_VALUE: usize = 255;

/// The most bytes that a form keeps for itself, by Slack's rules.
const MAX_METADATA: usize = 3000;

/// The longest reason, in bytes: as much as the desk takes.
const MAX_REASON: usize = 4096;

/// What somebody did in Slack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Callback {
    /// Pressed approve or reject.
    Press(Press),
    /// Sent the form that asks for a reason.
    Reason(Submission),
    /// Something that is none of ours: to be acknowledged, and ignored.
    Other,
}

/// Who did it, by Slack's word, and where the app is installed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Sender {
    pub(crate) app: AppId,
    /// The workspace; none where the app is installed for a whole organization.
    pub(crate) team: Option<TeamId>,
    pub(crate) enterprise: Option<EnterpriseId>,
    pub(crate) is_org_wide: bool,
    pub(crate) user: UserId,
}

/// A pressed button.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Press {
    pub(crate) sender: Sender,
    pub(crate) channel: ChannelId,
    pub(crate) message: MessageTs,
    pub(crate) choice: Choice,
    /// What the button carries, as it was sent: whether it is one of ours, the ledger knows.
    pub(crate) value: Carried,
    pub(crate) action_ts: MessageTs,
    /// With which a form can be opened, for three seconds.
    pub(crate) trigger_id: Option<String>,
}

/// A reason that was given after a rejection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Submission {
    pub(crate) sender: Sender,
    /// What the form was opened with, as it was sent.
    pub(crate) private_metadata: String,
    pub(crate) reason: String,
}

/// Why a call says nothing that can be acted on.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum CallbackError {
    #[error("it is larger than {MAX_BYTES} bytes")]
    TooLarge,
    #[error("it is not a form with one `payload`: {0}")]
    Form(&'static str),
    #[error("it is not what Slack sends: {0}")]
    Json(#[from] canonical::CanonicalError),
    #[error("it is not what Slack sends: {0}")]
    Field(#[from] Malformed),
}

/// What a form says, which is how the HTTP endpoint is called.
pub(crate) fn from_form(body: &[u8]) -> Result<Callback, CallbackError> {
    if body.len() > MAX_BYTES {
        return Err(CallbackError::TooLarge);
    }
    from_json(&form::payload(body)?)
}

/// What the JSON of a payload says.
pub(crate) fn from_json(json: &[u8]) -> Result<Callback, CallbackError> {
    if json.len() > MAX_BYTES {
        return Err(CallbackError::TooLarge);
    }
    from_value(&canonical::parse(json, MAX_BYTES)?)
}

/// What a payload says once it is parsed, by a parser that refuses what is there twice.
fn from_value(payload: &Value) -> Result<Callback, CallbackError> {
    let Some(all) = Fields::of(payload) else { return Ok(Callback::Other) };
    match payload.get("type").and_then(Value::as_str) {
        Some("block_actions") => {
            let Some((choice, action)) = ours(all)? else { return Ok(Callback::Other) };
            press(all, choice, action).map(Callback::Press)
        }
        Some("view_submission") => {
            let view = all.needs("view")?;
            if view.text("view.callback_id")? != Some(REASON) {
                return Ok(Callback::Other);
            }
            submission(all, view).map(Callback::Reason)
        }
        _other => Ok(Callback::Other),
    }
}

/// The one action, if it is one of our buttons.
fn ours(all: Fields<'_>) -> Result<Option<(Choice, Fields<'_>)>, CallbackError> {
    let actions = all.list("actions")?;
    let mut found = Vec::new();
    for action in actions {
        let action = Fields::of(action).ok_or(CallbackError::Field(Malformed::Wrong("actions")))?;
        let choice = match action.text("actions.action_id")? {
            Some(APPROVE) => Choice::Approve,
            Some(REJECT) => Choice::Reject,
            _other => continue,
        };
        found.push((choice, action));
    }
    match found.pop() {
        // There is no click that does two things.
        Some(_one) if actions.len() != 1 => Err(CallbackError::Field(Malformed::Wrong("actions"))),
        one => Ok(one),
    }
}

fn press(all: Fields<'_>, choice: Choice, action: Fields<'_>) -> Result<Press, CallbackError> {
    if action.text("actions.type")? != Some("button") {
        return Err(CallbackError::Field(Malformed::Wrong("actions.type")));
    }
    let container = all.needs("container")?;
    // Our buttons stand in messages that everybody in the channel sees, and nowhere else.
    if container.text("container.type")? != Some("message") {
        return Err(CallbackError::Field(Malformed::Wrong("container.type")));
    }
    if container.flag("container.is_ephemeral")? {
        return Err(CallbackError::Field(Malformed::Wrong("container.is_ephemeral")));
    }
    let channel = all.part("channel")?;
    let channel = channel.map_or(Ok(None), |channel| channel.id("channel.id"))?;
    let message = all.part("message")?;
    let message = message.map_or(Ok(None), |message| message.id("message.ts"))?;
    let trigger = bounded(all.text("trigger_id")?, "trigger_id", MAX_VALUE)?;
    Ok(Press {
        sender: sender(all)?,
        channel: agreed(
            ("container.channel_id", container.id("container.channel_id")?),
            ("channel.id", channel),
        )?,
        message: agreed(
            ("container.message_ts", container.id("container.message_ts")?),
            ("message.ts", message),
        )?,
        choice,
        value: bounded(action.text("actions.value")?, "actions.value", MAX_VALUE)?
            .ok_or(CallbackError::Field(Malformed::Missing("actions.value")))?
            .into(),
        action_ts: action
            .id("actions.action_ts")?
            .ok_or(CallbackError::Field(Malformed::Missing("actions.action_ts")))?,
        trigger_id: trigger,
    })
}

fn bounded(
    text: Option<&str>,
    name: &'static str,
    most: usize,
) -> Result<Option<String>, CallbackError> {
    match text {
        Some(text) if text.is_empty() || text.len() > most => {
            Err(CallbackError::Field(Malformed::Wrong(name)))
        }
        text => Ok(text.map(str::to_owned)),
    }
}

fn sender(all: Fields<'_>) -> Result<Sender, CallbackError> {
    let user = all.needs("user")?;
    let team = all.part("team")?;
    let enterprise = all.part("enterprise")?;
    let sender = Sender {
        app: all.id("api_app_id")?.ok_or(CallbackError::Field(Malformed::Missing("api_app_id")))?,
        team: team.map(|team| team.needs_id("team.id")).transpose()?,
        enterprise: enterprise.map(|one| one.needs_id("enterprise.id")).transpose()?,
        is_org_wide: all.flag("is_enterprise_install")?,
        user: user.needs_id("user.id")?,
    };
    let nowhere = sender.team.is_none() && sender.enterprise.is_none();
    if nowhere || (sender.is_org_wide && sender.enterprise.is_none()) {
        return Err(CallbackError::Field(Malformed::Missing("enterprise")));
    }
    Ok(sender)
}

fn submission(all: Fields<'_>, view: Fields<'_>) -> Result<Submission, CallbackError> {
    let sender = sender(all)?;
    if view.id("view.app_id")?.is_some_and(|app: AppId| app != sender.app) {
        return Err(CallbackError::Field(Malformed::Differ("view.app_id", "api_app_id")));
    }
    let metadata = view.text("view.private_metadata")?;
    let metadata = bounded(metadata, "view.private_metadata", MAX_METADATA)?;
    let values = view.needs("view.state")?.needs("view.state.values")?;
    let input = values.the_one(REASON, "view.state.values")?;
    let input = input.the_one(REASON, "view.state.values")?;
    if input.text("view.state.values.type")? != Some("plain_text_input") {
        return Err(CallbackError::Field(Malformed::Wrong("view.state.values")));
    }
    let reason = bounded(input.text("view.state.values.value")?, "view.state.values", MAX_REASON)?;
    Ok(Submission {
        sender,
        private_metadata: metadata
            .ok_or(CallbackError::Field(Malformed::Missing("view.private_metadata")))?,
        reason: reason.ok_or(CallbackError::Field(Malformed::Missing("view.state.values")))?,
    })
}

#[cfg(test)]
#[path = "callback/changed_tests.rs"]
mod changed_tests;
#[cfg(test)]
#[path = "callback/genuine_tests.rs"]
pub(crate) mod genuine_tests;
#[cfg(test)]
#[path = "callback/mutants_tests.rs"]
mod mutants_tests;
#[cfg(test)]
#[path = "callback/reader_tests.rs"]
mod reader_tests;
#[cfg(test)]
#[path = "callback_tests.rs"]
mod tests;
