//! `approvals init`: the files of a new server, its ledger, an invitation for whoever runs this, and a first token.

use std::path::Path;
use std::time::Duration;

use approvals_core::{ChannelIdentity, Clock as _, Keyring, SystemClock};
use serde::Serialize;

use super::statements::identity;
use super::tokens::{Made, add_requester};
use crate::args::Init;
use crate::error::Error;
use crate::output::{Console, Page, Report, printable};
use crate::serve::assemble;
use crate::serve::config::{Config, DEFAULT};
use crate::serve::error::Unserved;
use crate::serve::files::{self, Names};

/// How long one's own invitation is open.
const OPEN: Duration = Duration::from_secs(24 * 60 * 60);
/// What a first agent may ask for.
const FIRST: [&str; 2] = ["app.*", "demo.*"];

pub(crate) fn run(args: &Init, console: &mut Console<'_>) -> Result<(), Error> {
    let me = identity()?;
    let user = user_of(&me);
    let name = args.name.clone().unwrap_or_else(|| login(user));
    let account = ChannelIdentity::new("web", &name).map_err(Unserved::Name)?;
    for file in files::names().chain(["keys", "approvals.db"]) {
        let path = args.dir.join(file);
        if path.symlink_metadata().is_ok() {
            return Err(Unserved::Exists(path).into());
        }
    }
    let Init { dir, url, listen, log, .. } = args;
    files::write(dir, &Names { url, listen, log, name: &name, user })?;
    let config = Config::read(&dir.join(DEFAULT))?;
    Keyring::create(&config.keys)?;
    let token =
        add_requester(&config.tokens, "first", "agent:demo", None, &FIRST.map(str::to_owned))?;
    let link = invite_first(&config, &me, &account)?;
    console.report(&Begun {
        dir: dir.display().to_string(),
        config: dir.join(DEFAULT).display().to_string(),
        is_here: dir == Path::new("."),
        account: account.to_string(),
        url: url.clone(),
        link,
        token,
    })
}

/// Makes the ledger, and the link by which whoever runs this enrols a passkey.
fn invite_first(
    config: &Config,
    me: &ChannelIdentity,
    account: &ChannelIdentity,
) -> Result<String, Error> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    runtime.map_err(Error::Output)?.block_on(async {
        let server = assemble::gate(config).await?;
        let until = SystemClock::default().now().after(OPEN);
        let desk = server.gate.desk();
        let invitation = desk.invite(me, account, until, "I have set this up").await;
        let invitation = invitation.map_err(Unserved::Desk)?;
        Ok(link(config, &invitation))
    })
}

/// The link of an invitation: what is behind its `#` no browser sends by itself.
pub(super) fn link(config: &Config, invitation: &approvals_core::Invitation) -> String {
    format!("{}/enrol#{}", config.url.trim_end_matches('/'), *invitation.reveal())
}

fn user_of(identity: &ChannelIdentity) -> u32 {
    let user = identity.subject().strip_prefix("uid:").and_then(|user| user.parse().ok());
    user.unwrap_or_default()
}

/// What this user is called, where the system's own file says so.
fn login(user: u32) -> String {
    let file = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    let found = file.lines().find_map(|line| {
        let mut fields = line.split(':');
        let (name, number) = (fields.next()?, fields.nth(1)?);
        (number == user.to_string() && name.bytes().all(|byte| byte.is_ascii_graphic()))
            .then(|| name.to_owned())
    });
    found.filter(|name| !name.is_empty()).unwrap_or_else(|| "me".to_owned())
}

#[derive(Debug, Serialize)]
struct Begun {
    dir: String,
    config: String,
    #[serde(skip)]
    is_here: bool,
    account: String,
    url: String,
    /// A secret: for whoever runs this.
    link: String,
    #[serde(flatten)]
    token: Made,
}

impl Report for Begun {
    fn text(&self) -> String {
        let mut page = Page::default();
        page.line("", &printable(&format!("a queue was set up in {}", self.dir)));
        page.gap();
        let config =
            if self.is_here { String::new() } else { format!(" --config {}", self.config) };
        page.line("1. start it          ", &printable(&format!("approvals serve{config}")));
        page.line(
            "2. enrol a passkey   ",
            &printable(&format!("open this link once, within a day, as {}:", self.account)),
        );
        page.text(&format!("   {}\n", self.link));
        page.line("3. let an agent ask  ", "with this token, which is shown now and never again:");
        page.text(&format!("   {}\n", self.token.token));
        page.gap();
        page.line("", "Both are secrets. For other actions than app.* and demo.* make tokens with `approvals tokens new`; for other people, invitations with `approvals reviewers invite`.");
        page.into_text()
    }
}
