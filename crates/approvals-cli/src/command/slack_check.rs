//! `approvals slack check`: whether an app is set up, seen from Slack.

use std::str::FromStr;

use approvals_slack::{ManifestError, SecretError, SlackApprover, SlackConfig, SlackError, WayIn};

use crate::args::SlackCheck;
use crate::command::checked;
use crate::error::Error;
use crate::output::Console;

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
    match checked::report(&checkup, console)? {
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
