//! What a call that failed means for whoever made it, and what somebody can do about it.

use std::error::Error;
use std::fmt;
use std::time::Duration;

use approvals_chat::{Fault, Lost, Meaning, Passing, WireError};

/// Nobody can be called at all.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SetUpError {
    /// Others could read what is sent there.
    #[error("what stands in for Microsoft must be on this host: `http://127.0.0.1:…`, for tests")]
    StandIn,
    #[error(transparent)]
    Wire(#[from] WireError),
}

/// A call that brought no answer that can be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum WebError {
    /// Nothing happened, nor will it before somebody changes the set-up: Microsoft Entra does not let the bot in.
    #[error("Microsoft Entra refuses the login with `{code}`; {advice}", advice = code.login_advice())]
    Login { code: Code },
    /// Nothing happened: the service does not do what was asked.
    #[error("Teams refuses {what} with `{code}` (status {status}); {advice}", advice = code.advice(*status))]
    Refused { what: &'static str, status: u16, code: Code },
    /// Nothing happened: too much is asked, or two at once. The same call can be made `after` that time.
    #[error("Teams does not take {what} for the next {} s; it is asked again after that", after.as_secs_f32().ceil())]
    Later { what: &'static str, after: Duration },
    /// Nothing happened: no connection could be made.
    #[error(
        "Microsoft cannot be reached for {what}; look at this host's network, name resolution and certificate authorities"
    )]
    Unsent {
        what: &'static str,
        #[source]
        source: Box<dyn Error + Send + Sync>,
    },
    /// It may have happened, or not.
    #[error("whether {what} has had an effect in Teams is not known")]
    Unsure {
        what: &'static str,
        #[source]
        why: Unsure,
    },
}

/// Why it is not known whether a call has happened.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unsure {
    #[error(transparent)]
    Lost(Lost),
    #[error("the answer has status {0}")]
    Status(u16),
    #[error("the answer cannot be read: {0}")]
    Unreadable(&'static str),
}

impl WebError {
    pub(crate) fn lost(what: &'static str, lost: Lost) -> Self {
        match lost {
            Lost::Unsent(source) => Self::Unsent { what, source },
            Lost::Deadline | Lost::Cut(_) | Lost::TooLong => {
                Self::Unsure { what, why: Unsure::Lost(lost) }
            }
        }
    }

    pub(crate) fn unreadable(what: &'static str, why: &'static str) -> Self {
        Self::Unsure { what, why: Unsure::Unreadable(why) }
    }

    /// Whether Teams knows nobody of that id in the conversation.
    pub(crate) fn is_no_member(&self) -> bool {
        matches!(self, Self::Refused { status: 404, code, .. } if code.0 == "MemberNotFoundInConversation")
    }

    /// Whether it is this one conversation that is out of reach, and not all of Teams.
    pub(crate) fn is_of_one_place(&self) -> bool {
        matches!(self, Self::Refused { status: 403 | 404, .. })
    }
}

impl Passing for WebError {
    fn passes_after(&self) -> Option<Duration> {
        match self {
            Self::Later { after, .. } => Some(*after),
            Self::Unsent { .. } | Self::Unsure { .. } => Some(Duration::ZERO),
            Self::Login { .. } | Self::Refused { .. } => None,
        }
    }
}

impl From<WebError> for Fault {
    fn from(error: WebError) -> Self {
        let meaning = match &error {
            WebError::Later { after, .. } => Meaning::Later(*after),
            WebError::Unsent { .. } => Meaning::Later(Duration::ZERO),
            WebError::Unsure { .. } => Meaning::Unsure,
            WebError::Login { .. } | WebError::Refused { status: 401, .. } => Meaning::Barred,
            WebError::Refused { status, code, .. } => match (status, code.0.as_str()) {
                (404, "ActivityNotFoundInConversation") => Meaning::Deleted,
                (403 | 404, _) => Meaning::Gone,
                _stays => Meaning::Refused,
            },
        };
        Self::new(meaning, error)
    }
}

/// A word of Microsoft's for what is wrong: short and plain, whatever was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Code(String);

/// How long a word may be that is shown to people.
const MAX_CODE: usize = 60;

impl Code {
    pub(crate) fn new(text: &str) -> Self {
        let is_plain = |c: char| c.is_ascii_alphanumeric() || "_.:".contains(c);
        let is_code = (1..=MAX_CODE).contains(&text.len()) && text.chars().all(is_plain);
        Self(if is_code { text } else { "unknown" }.to_owned())
    }

    /// What somebody can do about a call that was refused.
    fn advice(&self, status: u16) -> &'static str {
        match (status, self.0.as_str()) {
            (401, _) => {
                "look whether the bot's id is that of the Azure Bot resource, and of the same tenant"
            }
            (403, "MessageWritesBlocked") => "somebody has blocked the bot there",
            (403, _) => "add the app to that team or chat (`approvals teams package` makes it)",
            (404, "ConversationNotFound") => {
                "look whether the conversation's id is right, and whether the app was added there"
            }
            (404, "ActivityNotFoundInConversation") => "somebody has deleted the message",
            (404, "MemberNotFoundInConversation") => "look whether they are in that team or chat",
            (413, _) => "it is larger than Teams takes",
            _other => "the reference of the Bot Connector REST API says what it means",
        }
    }

    /// What somebody can do about a login that was refused: by the numbers of Microsoft Entra.
    fn login_advice(&self) -> &'static str {
        match self.0.as_str() {
            "AADSTS7000215" => {
                "the client secret is wrong: give its value, and not its id (Certificates & secrets)"
            }
            "AADSTS7000222" => {
                "the client secret has expired: make a new one (Certificates & secrets)"
            }
            "AADSTS700016" => "no app of that id is in that tenant: look at both",
            "AADSTS90002" | "AADSTS900023" => "there is no such tenant: look at its id",
            "invalid_client" | "unauthorized_client" => {
                "look whether the bot's id, the client secret and the tenant fit together"
            }
            _other => "the page on error codes of Microsoft Entra says what it means",
        }
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
