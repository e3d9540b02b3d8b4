//! What can be typed after `approvals teams`.

use std::path::PathBuf;

use approvals_teams::BotId;
use clap::{Args, Subcommand};

#[derive(Debug, Subcommand)]
pub(crate) enum Teams {
    /// Make the app package that is uploaded to Teams
    Package(TeamsPackage),
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

pub(super) const HELP: &str = "\
Examples:
  approvals teams package --bot 0f7f8b8e-5e0c-4f3b-9d55-2f0a6f1c9b11 \\
    --website https://example.com/approvals

Exit status:
  0  done
  2  usage, or a file that is there already or cannot be written";

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
