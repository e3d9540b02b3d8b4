//! What a call that failed means for whoever made it, and what somebody can do about it.

use std::error::Error;
use std::fmt;
use std::time::Duration;

use approvals_chat::{Fault, Passing, WireError};

/// A client cannot be made at all.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SetUpError {
    /// A token would be sent there readable, or to no host.
    #[error(
        "the address of Slack's Web API must begin with `https://` (or `http://` and this host, for tests)"
    )]
    Address,
    /// Nobody can be called from here.
    #[error(transparent)]
    Wire(#[from] WireError),
}

/// A call of the Web API that brought no answer that can be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum WebError {
    /// Nothing happened, nor will it before somebody changes the set-up: raise the alarm.
    #[error("Slack refuses {method} with `{code}`; {advice}", advice = code.advice(method, needed.as_ref()))]
    Fatal { method: &'static str, code: Code, needed: Option<Code> },
    /// Nothing happened: Slack does not do what was asked.
    #[error("Slack refuses {method} with `{code}`; {advice}", advice = code.advice(method, None))]
    Refused { method: &'static str, code: Code },
    /// Nothing happened: too much is asked. The same call can be made `after` that time.
    #[error("Slack takes no {method} for the next {} s; it is asked again after that", after.as_secs_f32().ceil())]
    Later { method: &'static str, after: Duration },
    /// Nothing happened: no connection could be made.
    #[error(
        "Slack cannot be reached for {method}; look at this host's network, name resolution and certificate authorities"
    )]
    Unsent {
        method: &'static str,
        #[source]
        source: Box<dyn Error + Send + Sync>,
    },
    /// It may have happened, or not.
    #[error("whether {method} has had an effect in Slack is not known")]
    Unsure {
        method: &'static str,
        #[source]
        why: Unsure,
    },
}

/// Why it is not known whether a call has happened.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unsure {
    #[error("no whole answer came in time")]
    Deadline,
    #[error("the connection was lost")]
    Lost(#[source] Box<dyn Error + Send + Sync>),
    #[error("the answer has status {0}")]
    Status(u16),
    #[error("Slack has failed with `{0}`")]
    Failed(Code),
    #[error("the answer is longer than anything Slack says")]
    TooLong,
    #[error("the answer cannot be read: {0}")]
    Unreadable(&'static str),
}

impl WebError {
    #[cfg(test)]
    pub(crate) fn method(&self) -> &'static str {
        match self {
            Self::Fatal { method, .. }
            | Self::Refused { method, .. }
            | Self::Later { method, .. }
            | Self::Unsent { method, .. }
            | Self::Unsure { method, .. } => method,
        }
    }

    /// The word with which Slack said no; nothing where it did not.
    pub(crate) fn code(&self) -> Option<&str> {
        match self {
            Self::Fatal { code, .. } | Self::Refused { code, .. } => Some(&code.0),
            Self::Later { .. } | Self::Unsent { .. } | Self::Unsure { .. } => None,
        }
    }

    /// Whether Slack says that there is no such user group. It says so of those as well that are switched off.
    pub(crate) fn is_no_group(&self) -> bool {
        matches!(self.code(), Some("no_such_subteam" | "subteam_not_found"))
    }
}

impl Passing for WebError {
    fn passes_after(&self) -> Option<Duration> {
        match self {
            Self::Later { after, .. } => Some(*after),
            Self::Unsent { .. } | Self::Unsure { .. } => Some(Duration::ZERO),
            Self::Fatal { .. } | Self::Refused { .. } => None,
        }
    }
}

impl From<WebError> for Fault {
    fn from(error: WebError) -> Self {
        let meaning = match &error {
            WebError::Later { after, .. } => approvals_chat::Meaning::Later(*after),
            WebError::Unsent { .. } => approvals_chat::Meaning::Later(Duration::ZERO),
            WebError::Unsure { .. } => approvals_chat::Meaning::Unsure,
            WebError::Fatal { .. } => approvals_chat::Meaning::Barred,
            WebError::Refused { code, .. } => match code.0.as_str() {
                "message_not_found" => approvals_chat::Meaning::Deleted,
                "channel_not_found" | "is_archived" => approvals_chat::Meaning::Gone,
                _stays => approvals_chat::Meaning::Refused,
            },
        };
        Self::new(meaning, error)
    }
}

/// A word of Slack's for what is wrong, or for a scope: short and plain, whatever was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Code(String);

/// The one method that takes the app-level token, and not the bot's.
const WITH_APP_TOKEN: &str = "apps.connections.open";

/// How long a word may be that is shown to people.
const MAX_CODE: usize = 80;

impl Code {
    pub(crate) fn new(text: &str) -> Self {
        // No token can pass for one: each has a hyphen.
        let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "_:.,".contains(c);
        let is_code = (1..=MAX_CODE).contains(&text.len()) && text.chars().all(is_plain);
        Self(if is_code { text } else { "unknown" }.to_owned())
    }

    pub(crate) fn meaning(&self) -> Meaning {
        match self.0.as_str() {
            "access_denied"
            | "account_inactive"
            | "app_missing_action_url"
            | "deprecated_endpoint"
            | "ekm_access_denied"
            | "enterprise_is_restricted"
            | "forbidden_team"
            | "invalid_auth"
            | "method_deprecated"
            | "missing_scope"
            | "no_permission"
            | "not_allowed_token_type"
            | "not_authed"
            | "org_login_required"
            | "plan_upgrade_required"
            | "team_access_not_granted"
            | "token_expired"
            | "token_revoked"
            | "two_factor_setup_required" => Meaning::Fatal,
            "ratelimited" | "rate_limited" | "team_added_to_org" => Meaning::Later,
            "fatal_error"
            | "fetch_members_failed"
            | "internal_error"
            | "request_timeout"
            | "service_unavailable"
            | "update_failed" => Meaning::Unsure,
            _ => Meaning::Refused,
        }
    }

    /// What somebody can do about it.
    fn advice(&self, method: &str, needed: Option<&Self>) -> String {
        let advice = match self.0.as_str() {
            // Installing an app gives it no app-level token.
            "missing_scope"
            | "invalid_auth"
            | "not_allowed_token_type"
            | "not_authed"
            | "token_expired"
            | "token_revoked"
                if method == WITH_APP_TOKEN =>
            {
                "make a new app-level token with `connections:write` (Basic Information, App-Level Tokens), and give it to this program"
            }
            "missing_scope" => {
                let scope = needed.map_or("that the method needs", |scope| &scope.0);
                return format!(
                    "add the scope `{scope}` to the app (OAuth & Permissions), and install it again"
                );
            }
            "account_inactive" | "invalid_auth" | "not_authed" | "token_expired"
            | "token_revoked" => "install the app again, and give the new token to this program",
            "not_allowed_token_type" => {
                "a token of another kind is needed: look which one goes where"
            }
            "plan_upgrade_required" => "user groups need a paid plan of Slack: name people instead",
            "forbidden_team" | "team_access_not_granted" => "install the app in that workspace",
            "not_in_channel" => "invite the bot: `/invite @approvals` in that channel",
            "channel_not_found" => {
                "look whether the channel's id is right, and invite the bot: `/invite @approvals` there"
            }
            "is_archived" => "take the channel out of the archive, or name another one",
            "no_such_subteam" | "subteam_not_found" => {
                "look whether the user group's id is right, and the group in use"
            }
            "restricted_action" | "restricted_action_read_only_channel" => {
                "let the app post in that channel (the channel's settings)"
            }
            "user_not_found" | "user_not_visible" | "users_not_found" => {
                "look whether the member's id is right, and of this workspace"
            }
            _ => "the reference of that method says what it means",
        };
        advice.to_owned()
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a word of Slack's says about the call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Meaning {
    Fatal,
    Refused,
    Later,
    Unsure,
}
