//! What keeps the Slack approver from working.

use approvals_chat::{Fault, Meaning};
use approvals_core::{ApproverError, NameError};

use crate::id::{AppId, ChannelId};
use crate::transport::{SetUpError, WebError};

/// What keeps the Slack approver from working, and what somebody can do about it.
///
/// ```
/// use approvals_slack::{SlackApprover, SlackConfig, WayIn};
///
/// # let way_in = WayIn::SocketMode("xapp-1".parse()?);
/// let plain = SlackConfig::new("A1A".parse()?, "xoxb-1".parse()?, "C1C".parse()?, way_in).api("http://slack.example/");
/// let error = SlackApprover::new(plain).unwrap_err();
/// assert!(error.to_string().contains("must begin with `https://`"), "{error}");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct SlackError(#[from] pub(crate) Problem);

#[derive(Debug, thiserror::Error)]
pub(crate) enum Problem {
    #[error(transparent)]
    SetUp(#[from] SetUpError),
    #[error(transparent)]
    Web(#[from] WebError),
    #[error(
        "`{0}` cannot be the name of a channel; give one of 1 to 100 letters, digits, `-` and `_`"
    )]
    Name(String),
    #[error(
        "the bot token is of the app {found}, and the configuration names {expected}; give both of one app"
    )]
    OtherApp { expected: AppId, found: AppId },
    #[error("the bot lacks the scope{} {}; add what is missing to the app (OAuth & Permissions), and install it again", if .0.len() > 1 { "s" } else { "" }, .0.join(", "))]
    Scopes(Vec<&'static str>),
    #[error(
        "the app is installed for a whole organization, and Slack has user groups by workspace; name theirs with `SlackConfig::groups_in`"
    )]
    GroupsNowhere,
    #[error(
        "user groups are named, and nothing asks Slack who is in them; give the gate `slack.directory(people)` as its directory"
    )]
    GroupsUnasked,
    #[error("Slack has put the card into {0}; give the id of the conversation itself")]
    Elsewhere(ChannelId),
    #[error("Slack names somebody in a way that has no place in the log")]
    Identity(#[from] NameError),
}

impl From<Problem> for ApproverError {
    fn from(problem: Problem) -> Self {
        Self::new(SlackError(problem))
    }
}

impl From<Problem> for Fault {
    fn from(problem: Problem) -> Self {
        match problem {
            Problem::Web(error) => error.into(),
            Problem::SetUp(_)
            | Problem::Name(_)
            | Problem::OtherApp { .. }
            | Problem::Scopes(_)
            | Problem::GroupsNowhere
            | Problem::GroupsUnasked
            | Problem::Elsewhere(_)
            | Problem::Identity(_) => Self::new(Meaning::Refused, SlackError(problem)),
        }
    }
}

impl From<Problem> for approvals_chat::Problem {
    fn from(problem: Problem) -> Self {
        Fault::from(problem).into()
    }
}
