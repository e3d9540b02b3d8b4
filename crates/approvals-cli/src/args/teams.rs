//! What can be typed after `approvals teams`.

use std::error::Error;
use std::path::PathBuf;

use approvals_core::Group;
use approvals_teams::{BotId, ConversationId, TenantId, Url};
use clap::{Args, Subcommand};

#[derive(Debug, Subcommand)]
pub(crate) enum Teams {
    /// Make the app package that is uploaded to Teams
    Package(TeamsPackage),
    /// Ask Microsoft whether the bot is set up, and say what is missing
    Check(TeamsCheck),
}

#[derive(Debug, Args)]
#[command(after_help = HELP_PACKAGE)]
pub(crate) struct TeamsPackage {
    /// The bot: the application (client) id of its registration at Microsoft Entra
    #[arg(long, value_name = "ID")]
    pub(crate) bot: BotId,
    /// Where people read what the app is and whom to ask about it; Teams links to it
    #[arg(long, value_name = "URL")]
    pub(crate) website: String,
    /// What the app is called in Teams: 30 characters at most
    #[arg(long, value_name = "NAME", default_value = "Approvals")]
    pub(crate) name: String,
    /// Who is named as its developer; the website's host unless said
    #[arg(long, value_name = "NAME")]
    pub(crate) developer: Option<String>,
    /// The privacy statement; the website unless said
    #[arg(long, value_name = "URL")]
    pub(crate) privacy: Option<String>,
    /// The terms of use; the website unless said
    #[arg(long, value_name = "URL")]
    pub(crate) terms: Option<String>,
    /// The version of the app. Teams takes an update only if it is higher than before
    #[arg(long, value_name = "VERSION", default_value = "1.0.0")]
    pub(crate) app_version: String,
    /// Where the package is written
    #[arg(long, value_name = "FILE", default_value = "approvals-teams.zip")]
    pub(crate) out: PathBuf,
    /// Replace that file if it is there
    #[arg(long)]
    pub(crate) force: bool,
}

#[derive(Debug, Args)]
#[command(after_help = HELP_CHECK)]
pub(crate) struct TeamsCheck {
    /// The bot: the application (client) id of its registration at Microsoft Entra
    #[arg(long, value_name = "ID")]
    pub(crate) bot: BotId,
    /// The organization: the directory (tenant) id on the same page
    #[arg(long, value_name = "ID")]
    pub(crate) tenant: TenantId,
    /// The channel or chat in which cards are posted: the part of its link that begins with 19:
    #[arg(long, value_name = "ID")]
    pub(crate) conversation: ConversationId,
    /// Another channel or chat in which cards are posted. May be given again
    #[arg(long, value_name = "ID", value_parser = another)]
    pub(crate) also: Vec<(Group, ConversationId)>,
    /// The messaging endpoint, if the program runs: whether it refuses what Microsoft has not signed
    #[arg(long, value_name = "URL")]
    pub(crate) endpoint: Option<Url>,
    /// What stands in for Microsoft on this host
    #[arg(long, value_name = "URL", hide = true)]
    pub(crate) stand_in: Option<String>,
}

/// A conversation, and a group that is called like it: what groups are called, Microsoft is not asked.
fn another(id: &str) -> Result<(Group, ConversationId), Box<dyn Error + Send + Sync>> {
    Ok((id.parse()?, id.parse()?))
}

pub(super) const HELP: &str = "\
First, a bot has to be registered with Microsoft; then `package` makes what is uploaded to
Teams, and `check` says what is missing. The page `approvals_in_teams` of the guide goes
through it step by step.

Examples:
  approvals teams package --bot 0f7f8b8e-5e0c-4f3b-9d55-2f0a6f1c9b11 \\
    --website https://example.com/approvals
  approvals teams check --bot 0f7f8b8e-5e0c-4f3b-9d55-2f0a6f1c9b11 \\
    --tenant 72f988bf-86f1-41af-91ab-2d7cd011db47 \\
    --conversation 19:abc123@thread.tacv2

Exit status:
  0  done; of what could be checked, nothing is missing
  1  something is missing: the message says what to do
  2  usage, a secret that is not there, or a file that is there already or cannot be written";

const HELP_CHECK: &str = "\
Asks Microsoft about the login, the conversations, and the keys with which it signs.
Posts nothing. The secret comes from the environment alone:

  TEAMS_CLIENT_SECRET   a client secret of the bot: its value, not its id (Microsoft
                        Entra, App registrations, Certificates & secrets)

With --endpoint, a call that nobody has signed is made there, which has to be refused with
401. Whether Microsoft gets there, only a click shows.

Examples:
  approvals teams check --bot 0f7f8b8e-5e0c-4f3b-9d55-2f0a6f1c9b11 \\
    --tenant 72f988bf-86f1-41af-91ab-2d7cd011db47 \\
    --conversation 19:abc123@thread.tacv2
  approvals teams check --bot 0f7f8b8e-5e0c-4f3b-9d55-2f0a6f1c9b11 \\
    --tenant 72f988bf-86f1-41af-91ab-2d7cd011db47 \\
    --conversation 19:abc123@thread.tacv2 --also 19:def456@thread.v2 \\
    --endpoint https://approvals.example.org/teams/messages

Exit status:
  0  nothing is missing, as far as it could be checked: the last line says what could
     not (with --json, `unchecked` says how many such things there are)
  1  something is missing, or Microsoft cannot be reached: the message says what to do
  2  usage, or a secret that is not there or is another text";

const HELP_PACKAGE: &str = "\
Writes a zip of a manifest and two icons, and says what to do with it. The app may be
added to teams and to group chats, may write to one person alone, and asks for no
permission. The same arguments give the same file, and the same bot the same app: to
change what is there, package it again with a higher --app-version.

No secret is in it, and none is needed to make it.

Examples:
  approvals teams package --bot 0f7f8b8e-5e0c-4f3b-9d55-2f0a6f1c9b11 \\
    --website https://example.com/approvals
  approvals teams package --bot 0f7f8b8e-5e0c-4f3b-9d55-2f0a6f1c9b11 \\
    --website https://example.com/approvals --privacy https://example.com/privacy \\
    --name 'Deploy gate' --developer 'Example Ltd' --app-version 1.0.1 --force

Exit status:
  0  written
  2  usage, or a file that is there already or cannot be written";
