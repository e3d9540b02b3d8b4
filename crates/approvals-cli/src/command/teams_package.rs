//! `approvals teams package`: what an administrator uploads to Teams.

use std::fs::OpenOptions;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use approvals_teams::{AppPackage, PackageError};
use serde::Serialize;

use crate::args::TeamsPackage;
use crate::error::Error;
use crate::output::{Console, Page, Report, printable};

/// Why there is no package.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unpackaged {
    #[error("the package cannot be made")]
    Package(#[from] PackageError),
    #[error("`{}` exists already", .0.display())]
    Exists(PathBuf),
}

impl Unpackaged {
    pub(crate) fn help(&self) -> &'static str {
        match self {
            Self::Package(_) => "see `approvals teams package --help`",
            Self::Exists(_) => "name another file with `--out`, or replace this one with `--force`",
        }
    }
}

pub(crate) fn run(args: &TeamsPackage, console: &mut Console<'_>) -> Result<(), Error> {
    let package = package(args).map_err(Unpackaged::Package)?;
    let zip = package.to_zip().map_err(Error::Output)?;
    write(&args.out, args.force, &zip).map_err(|source| {
        let path = args.out.clone();
        if source.kind() == io::ErrorKind::AlreadyExists {
            Unpackaged::Exists(path).into()
        } else {
            Error::Write { path, source }
        }
    })?;
    console.report(&Packaged::new(args, package))
}

fn package(args: &TeamsPackage) -> Result<AppPackage, PackageError> {
    let mut package = AppPackage::new(args.bot.clone(), &args.name, &args.website)?;
    package = package.version(&args.app_version)?;
    if let Some(name) = &args.developer {
        package = package.developer(name)?;
    }
    if let Some(url) = &args.privacy {
        package = package.privacy(url)?;
    }
    if let Some(url) = &args.terms {
        package = package.terms(url)?;
    }
    Ok(package)
}

fn write(path: &Path, may_replace: bool, zip: &[u8]) -> io::Result<()> {
    let mut how = OpenOptions::new();
    how.write(true);
    if may_replace {
        how.create(true).truncate(true)
    } else {
        how.create_new(true)
    };
    let mut file = how.open(path)?;
    file.write_all(zip)?;
    file.sync_all()
}

#[derive(Debug, Serialize)]
struct Packaged {
    file: String,
    /// What Teams knows the app by.
    app: String,
    bot: String,
    version: String,
    next: Vec<String>,
    manifest: AppPackage,
    #[serde(skip)]
    name: String,
}

impl Packaged {
    fn new(args: &TeamsPackage, manifest: AppPackage) -> Self {
        let file = args.out.display().to_string();
        Self {
            next: next(&file, &args.name),
            file,
            app: manifest.id(),
            bot: args.bot.to_string(),
            version: args.app_version.clone(),
            manifest,
            name: args.name.clone(),
        }
    }
}

/// What is left to do, in an order in which it works.
fn next(file: &str, name: &str) -> Vec<String> {
    vec![
        "Azure portal, the Azure Bot resource of this bot: under Configuration, the messaging \
         endpoint is https://HOST/teams/messages, where HOST leads to your program; under \
         Channels, add Microsoft Teams. If there is no such resource yet: Create a resource, \
         Azure Bot, Single Tenant, Use existing app registration."
            .to_owned(),
        format!(
            "Teams admin center (https://admin.teams.microsoft.com), Teams apps, Manage apps, \
             Actions, Upload new app: `{file}`. If the app is there already, open it and upload \
             the file as its new version."
        ),
        format!(
            "Teams, Apps: add `{name}` to the team or the chat in which cards are to be posted. It \
             may take some hours until an app that was uploaded is found there."
        ),
        "Your program needs four things: this bot's id; a client secret of it (Microsoft Entra, \
         App registrations, Certificates & secrets); the id of the tenant (on the registration's \
         overview); and the id of the channel, which is the part of its link that begins with 19: \
         (19%3A) and ends in @thread.tacv2 (%40thread.tacv2)."
            .to_owned(),
        "Your file of people needs the accounts of those who decide: teams:TENANT/OBJECT, with the \
         tenant's id and the Object ID of each (Microsoft Entra, Users)."
            .to_owned(),
        "`approvals teams check` asks Microsoft whether all of that is right."
            .to_owned(),
    ]
}

impl Report for Packaged {
    fn text(&self) -> String {
        let mut page = Page::default();
        page.line("", &printable(&format!("{} was written", self.file)));
        page.line("  name     ", &printable(&self.name));
        page.line("  version  ", &self.version);
        page.line("  bot      ", &self.bot);
        page.line("  app      ", &self.app);
        page.gap();
        page.line("", "What is left to do:");
        for (step, number) in self.next.iter().zip(1..) {
            page.line(&format!("  {number}. "), &printable(step));
        }
        page.into_text()
    }
}
