//! `approvals slack check`: whether an app is set up, seen from Slack.

use std::str::FromStr;

use approvals_slack::{
    Checkup, Finding, Level, ManifestError, SecretError, SlackApprover, SlackConfig, SlackError,
    WayIn,
};
use serde::Serialize;

use crate::args::SlackCheck;
use crate::error::Error;
use crate::output::{Console, Page, Report, printable};

/// Why an app cannot be used, or not even be asked about.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unfit {
    #[error("the manifest cannot be made")]
    Manifest(#[from] ManifestError),
    #[error("`{0}` is not set in the environment")]
    NoSecret(&'static str),
    #[error("`{name}` is not what it is to be")]
    Secret { name: &'static str, source: SecretError },
    #[error("Slack cannot be asked")]
    Unasked(#[from] SlackError),
    #[error("{0} of the things that Slack was asked about are not as they have to be")]
    Missing(usize),
}

impl Unfit {
    pub(crate) fn help(&self) -> &'static str {
        match self {
            Self::Manifest(_) => "see `approvals slack manifest --help`",
            Self::NoSecret(_) | Self::Secret { .. } => {
                "`approvals slack check --help` says which secrets it takes, and where they stand"
            }
            Self::Unasked(_) => "give what is named there another value",
            Self::Missing(_) => "mend what is marked MISSING above, and check it again",
        }
    }
}

/// `secret` is where the tokens stand: an argument would be seen by everybody on this host.
pub(crate) fn run(
    args: SlackCheck,
    secret: impl Fn(&'static str) -> Option<String>,
    console: &mut Console<'_>,
) -> Result<(), Error> {
    let approver = SlackApprover::new(config(args, secret)?).map_err(Unfit::Unasked)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let checkup = runtime.map_err(Error::Output)?.block_on(approver.check());
    let checked = Checked::new(&checkup);
    console.report(&checked)?;
    match checked.missing() {
        0 => Ok(()),
        missing => Err(Unfit::Missing(missing).into()),
    }
}

fn config(
    args: SlackCheck,
    secret: impl Fn(&'static str) -> Option<String>,
) -> Result<SlackConfig, Unfit> {
    let bot = parsed("SLACK_BOT_TOKEN", &secret)?;
    let way_in = if args.http {
        WayIn::Http(parsed("SLACK_SIGNING_SECRET", &secret)?)
    } else {
        WayIn::SocketMode(parsed("SLACK_APP_TOKEN", &secret)?)
    };
    let mut config = SlackConfig::new(args.app, bot, args.channel, way_in);
    for (group, channel) in args.also {
        config = config.channel_of(group, channel);
    }
    for (group, id) in args.group {
        config = config.group(group, id);
    }
    if let Some(team) = args.groups_in {
        config = config.groups_in(team);
    }
    Ok(match args.api {
        Some(api) => config.api(api),
        None => config,
    })
}

fn parsed<T: FromStr<Err = SecretError>>(
    name: &'static str,
    secret: impl Fn(&'static str) -> Option<String>,
) -> Result<T, Unfit> {
    let text = secret(name).filter(|text| !text.is_empty()).ok_or(Unfit::NoSecret(name))?;
    text.parse().map_err(|source| Unfit::Secret { name, source })
}

#[derive(Debug, Serialize)]
struct Checked {
    fine: bool,
    /// How many things a person has to look at.
    unchecked: usize,
    findings: Vec<Found>,
    #[serde(skip)]
    conclusion: String,
}

#[derive(Debug, Serialize)]
struct Found {
    what: String,
    level: String,
    says: String,
    #[serde(skip)]
    is_missing: bool,
}

impl Checked {
    fn new(checkup: &Checkup) -> Self {
        let findings = checkup.findings().iter().map(|finding| Found {
            what: finding.what.clone(),
            level: finding.level.to_string().to_lowercase(),
            says: finding.says.clone(),
            is_missing: finding.level == Level::Missing,
        });
        let is_unchecked = |finding: &&Finding| finding.level == Level::Unknown;
        Self {
            fine: checkup.is_fine(),
            unchecked: checkup.findings().iter().filter(is_unchecked).count(),
            findings: findings.collect(),
            conclusion: checkup.conclusion(),
        }
    }

    fn missing(&self) -> usize {
        self.findings.iter().filter(|found| found.is_missing).count()
    }
}

impl Report for Checked {
    fn text(&self) -> String {
        let mut page = Page::default();
        for Found { what, level, says, is_missing } in &self.findings {
            let level = if *is_missing { level.to_uppercase() } else { level.clone() };
            page.line(&format!("{level:<8} "), &printable(&format!("{what}: {says}")));
        }
        page.line("", &printable(&self.conclusion));
        page.into_text()
    }
}
