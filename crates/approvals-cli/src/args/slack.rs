//! What can be typed after `approvals slack`.

use std::error::Error;
use std::str::FromStr;

use approvals_core::Group;
use approvals_slack::{AppId, ChannelId, TeamId, UserGroupId};
use clap::{Args, Subcommand};

#[derive(Debug, Subcommand)]
pub(crate) enum Slack {
    /// Print the manifest from which Slack makes the app
    Manifest(SlackManifest),
    /// Ask Slack whether the app is set up, and say what is missing
    Check(SlackCheck),
}

#[derive(Debug, Args)]
#[command(after_help = HELP_MANIFEST)]
pub(crate) struct SlackManifest {
    /// Clicks come through sockets that the program opens: nothing has to reach it (the default)
    #[arg(long, conflicts_with = "http")]
    pub(crate) socket: bool,
    /// Slack calls this address, which ends in `/slack/interactivity` where nothing rewrites it
    #[arg(long, value_name = "URL")]
    pub(crate) http: Option<String>,
    /// The bot may see who is in user groups
    #[arg(long)]
    pub(crate) groups: bool,
    /// The bot may see which channels there are, so that `slack check` can tell whether it is in them
    #[arg(long)]
    pub(crate) checkable: bool,
    /// What the bot is called in the workspace
    #[arg(long, value_name = "NAME", default_value = "approvals")]
    pub(crate) name: String,
}

#[derive(Debug, Args)]
#[command(after_help = HELP_CHECK)]
pub(crate) struct SlackCheck {
    /// The app: its id begins with `A` (Basic Information)
    #[arg(long, value_name = "ID")]
    pub(crate) app: AppId,
    /// The channel in which cards are posted: its id stands below its details, and begins with `C`
    #[arg(long, value_name = "ID")]
    pub(crate) channel: ChannelId,
    /// Another channel in which cards are posted. May be given again
    #[arg(long, value_name = "ID", value_parser = named::<ChannelId>)]
    pub(crate) also: Vec<(Group, ChannelId)>,
    /// A user group that decides: its id begins with `S`. May be given again
    #[arg(long, value_name = "ID", value_parser = named::<UserGroupId>)]
    pub(crate) group: Vec<(Group, UserGroupId)>,
    /// The workspace of these groups, where the app is installed for a whole organization: its id begins with `T`
    #[arg(long, value_name = "ID")]
    pub(crate) groups_in: Option<TeamId>,
    /// Clicks come by calls of Slack, and not through sockets
    #[arg(long)]
    pub(crate) http: bool,
    /// Another Web API than Slack's
    #[arg(long, value_name = "URL", hide = true)]
    pub(crate) api: Option<String>,
}

/// An id, and a group that is called like it: what groups are called, Slack is not asked.
fn named<T>(id: &str) -> Result<(Group, T), Box<dyn Error + Send + Sync>>
where
    T: FromStr<Err: Error + Send + Sync + 'static>,
{
    Ok((id.parse()?, id.parse()?))
}

pub(super) const HELP: &str = "\
Examples:
  approvals slack manifest
  approvals slack check --app A0123ABCD --channel C0123ABCD

Exit status:
  0  done; of what could be checked, nothing is missing
  1  something is missing: the message says what to do
  2  usage, or a token that is not there";

const HELP_MANIFEST: &str = "\
Paste it at https://api.slack.com/apps (Create New App, From a manifest) into the
tab YAML; what --json prints, into the tab JSON. Then install the app in the workspace.
For sockets, make an app-level token with the scope connections:write (Basic
Information, App-Level Tokens).

Examples:
  approvals slack manifest
  approvals slack manifest --json
  approvals slack manifest --groups --name gatekeeper
  approvals slack manifest --http https://approvals.example.org/slack/interactivity

Exit status:
  0  printed
  2  usage";

const HELP_CHECK: &str = "\
Asks Slack about the tokens, what they may do, the channels, the user groups, and
whether clicks get here. Posts nothing. Secrets come from the environment alone:

  SLACK_BOT_TOKEN       xoxb-..., of OAuth & Permissions
  SLACK_APP_TOKEN       xapp-..., of Basic Information; for sockets
  SLACK_SIGNING_SECRET  of Basic Information; with --http

Whether the bot is in a channel it sees only with the scope channels:read (groups:read
for private channels), which it needs for nothing else: `approvals slack manifest
--checkable` asks for both. Without them it is not known, as the last line says.

Examples:
  approvals slack check --app A0123ABCD --channel C0123ABCD
  approvals slack check --app A0123ABCD --channel C0123ABCD --also C0456EFGH
  approvals slack check --app A0123ABCD --channel C0123ABCD --group S0123ABCD
  approvals slack check --app A0123ABCD --channel C0123ABCD --http --json

Exit status:
  0  nothing is missing, as far as it could be checked: the last line says what could
     not (with --json, `unchecked` says how many such things there are)
  1  something is missing, or Slack cannot be reached: the message says what to do
  2  usage, or a token that is not there or is of another kind";
