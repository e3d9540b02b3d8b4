//! `approvals reviewers`: who may sign decisions with a passkey, and since when.

use approvals_core::{ChannelIdentity, Clock as _, Counter, Keyring, SystemClock, Timestamp};
use approvals_sqlite::SqliteLedger;
use serde::Serialize;

use super::init::link;
use super::statements::identity;
use crate::args::{Configured, Invite, RetireKey, Reviewers};
use crate::error::Error;
use crate::output::{Console, Page, Report, printable};
use crate::serve::config::Config;
use crate::serve::error::Unserved;
use crate::{ledger::Ledger, mistake, whose};

pub(crate) fn run(command: &Reviewers, console: &mut Console<'_>) -> Result<(), Error> {
    match command {
        Reviewers::Invite(args) => invite(args, console),
        Reviewers::List(args) => list(args, console),
        Reviewers::Retire(args) => retire(args, console),
    }
}

fn invite(args: &Invite, console: &mut Console<'_>) -> Result<(), Error> {
    let (config, me) = (Config::read(&args.config.config)?, identity()?);
    let account = ChannelIdentity::new("web", &args.name).map_err(Unserved::Name)?;
    let until = SystemClock::default().now().after(args.within.0);
    let invitation = at_counter(&config, async |counter| {
        counter.invite(&me, &account, until, &args.reason).await
    })?;
    let link = link(&config, &invitation);
    console.report(&Invited { account: account.to_string(), until, link })
}

fn retire(args: &RetireKey, console: &mut Console<'_>) -> Result<(), Error> {
    let (config, me) = (Config::read(&args.config.config)?, identity()?);
    at_counter(&config, async |counter| counter.retire_key(&me, &args.key, &args.reason).await)?;
    console.report(&Retired { key: args.key.clone() })
}

fn list(args: &Configured, console: &mut Console<'_>) -> Result<(), Error> {
    let config = Config::read(&args.config)?;
    let ledger = Ledger::open(&config.ledger)?;
    let verified = ledger.verify(None, &[], &mut console.progress, |_head, _entry| Ok(()))?;
    let enrolled = verified.trail.control().reviewer_keys().map(|(account, key, since)| Enrolled {
        account: account.to_string(),
        key: key.credential(),
        site: key.site().to_owned(),
        since,
    });
    console.report(&List { passkeys: enrolled.collect() })
}

/// States something, with the keys of the server.
fn at_counter<T>(
    config: &Config,
    state: impl AsyncFnOnce(&Counter) -> Result<T, approvals_core::DeskError>,
) -> Result<T, Error> {
    let people = mistake::people_in(&config.people, &whose::read(&config.people)?)?;
    let Keyring { log, recorder, grant: _ } =
        Keyring::load(&config.keys).map_err(Error::KeysRead)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
    runtime.map_err(Error::Output)?.block_on(async {
        let ledger = SqliteLedger::open(&config.ledger, &config.log, log).await;
        let ledger = ledger.map_err(|source| Error::opening(&config.ledger, source))?;
        let counter = Counter::open(ledger, people, recorder, SystemClock::default()).await;
        let counter = counter.map_err(Error::Counter)?;
        state(&counter).await.map_err(Error::Desk)
    })
}

#[derive(Debug, Serialize)]
struct Invited {
    account: String,
    until: Timestamp,
    /// A secret: for whoever is invited.
    link: String,
}

impl Report for Invited {
    fn text(&self) -> String {
        let mut page = Page::default();
        page.line("", &printable(&format!("{} is invited until {}", self.account, self.until)));
        page.line(
            "",
            "give them this link, and nobody else: whoever opens it first decides as them",
        );
        page.text(&format!("{}\n", self.link));
        page.into_text()
    }
}

#[derive(Debug, Serialize)]
struct Retired {
    key: String,
}

impl Report for Retired {
    fn text(&self) -> String {
        format!("retired: {} signs nothing here any more\n", printable(&self.key))
    }
}

#[derive(Debug, Serialize)]
struct List {
    passkeys: Vec<Enrolled>,
}

#[derive(Debug, Serialize)]
struct Enrolled {
    account: String,
    key: String,
    site: String,
    since: Timestamp,
}

impl Report for List {
    fn text(&self) -> String {
        let mut page = Page::default();
        if self.passkeys.is_empty() {
            page.line(
                "",
                "no passkey is enrolled; invite somebody with `approvals reviewers invite NAME`",
            );
        }
        for Enrolled { account, key, site, since } in &self.passkeys {
            page.line("", &printable(&format!("{account}  for {site}, since {since}")));
            page.line("  key  ", &printable(key));
        }
        page.into_text()
    }
}
