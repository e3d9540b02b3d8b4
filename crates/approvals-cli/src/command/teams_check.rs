//! `approvals teams check`: whether a bot is set up, seen from Microsoft.

use approvals_teams::{SecretError, TeamsApprover, TeamsConfig, TeamsError};

use crate::args::TeamsCheck;
use crate::command::checked;
use crate::error::Error;
use crate::output::Console;

/// Where the secret stands: an argument would be seen by everybody on this host.
const SECRET: &str = "TEAMS_CLIENT_SECRET";

/// Why a bot cannot be used, or not even be asked about.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unready {
    #[error("`{SECRET}` is not set in the environment")]
    NoSecret,
    #[error("`{SECRET}` is not what it is to be")]
    Secret(#[source] SecretError),
    #[error("Microsoft cannot be asked")]
    Unasked(#[from] TeamsError),
    #[error("{0} of the things that Microsoft was asked about are not as they have to be")]
    Missing(usize),
}

impl Unready {
    pub(crate) fn help(&self) -> &'static str {
        match self {
            Self::NoSecret | Self::Secret(_) => {
                "`approvals teams check --help` says which secret it takes, and where it stands"
            }
            Self::Unasked(_) => "give what is named there another value",
            Self::Missing(_) => "mend what is marked MISSING above, and check it again",
        }
    }
}

pub(crate) fn run(
    args: TeamsCheck,
    secret: impl Fn(&'static str) -> Option<String>,
    console: &mut Console<'_>,
) -> Result<(), Error> {
    let endpoint = args.endpoint.clone();
    let approver = TeamsApprover::new(config(args, secret)?).map_err(Unready::Unasked)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let checkup = runtime.map_err(Error::Output)?.block_on(approver.check(endpoint.as_ref()));
    match checked::report(&checkup, console)? {
        0 => Ok(()),
        missing => Err(Unready::Missing(missing).into()),
    }
}

fn config(
    args: TeamsCheck,
    secret: impl Fn(&'static str) -> Option<String>,
) -> Result<TeamsConfig, Unready> {
    let secret = secret(SECRET).filter(|text| !text.is_empty()).ok_or(Unready::NoSecret)?;
    let secret = secret.parse().map_err(Unready::Secret)?;
    let mut config = TeamsConfig::new(args.bot, secret, args.tenant, args.conversation);
    for (group, conversation) in args.also {
        config = config.conversation_of(group, conversation);
    }
    Ok(match args.stand_in {
        Some(address) => config.stand_in(address),
        None => config,
    })
}
