//! What can be typed about a server: `init`, `serve`, `reviewers` and `tokens`.

use std::path::PathBuf;

use approvals_core::PrincipalId;
use clap::{Args, Subcommand};

use crate::serve::config::DEFAULT;
use crate::span::Span;

#[derive(Debug, Args)]
#[command(after_help = INIT)]
pub(crate) struct Init {
    /// The folder; it is made if it is not there
    #[arg(default_value = ".")]
    pub(crate) dir: PathBuf,
    /// The address that people open and programs call: passkeys belong to its name
    #[arg(long, default_value = "http://localhost:8080")]
    pub(crate) url: String,
    /// Where the server listens
    #[arg(long, default_value = "127.0.0.1:8080")]
    pub(crate) listen: String,
    /// The name of the log, for good
    #[arg(long, value_name = "NAME", default_value = "localhost/approvals")]
    pub(crate) log: String,
    /// The name of your account; that of your user on this machine unless said
    #[arg(long, value_name = "NAME")]
    pub(crate) name: Option<String>,
}

#[derive(Debug, Args)]
#[command(after_help = SERVE)]
pub(crate) struct Serve {
    #[command(flatten)]
    pub(crate) config: Configured,
}

/// Which server.
#[derive(Debug, Args)]
pub(crate) struct Configured {
    /// The configuration of the server
    #[arg(long, value_name = "FILE", default_value = DEFAULT)]
    pub(crate) config: PathBuf,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Reviewers {
    /// Print a link by which somebody enrols a passkey, once
    Invite(Invite),
    /// List the passkeys that are enrolled
    List(Configured),
    /// Take a passkey out of use, at once
    Retire(RetireKey),
}

#[derive(Debug, Args)]
#[command(after_help = INVITE)]
pub(crate) struct Invite {
    /// The account: NAME of an identity `web:NAME` in the file of people
    pub(crate) name: String,
    /// How long the invitation is open
    #[arg(long, value_name = "TIME", default_value = "24h")]
    pub(crate) within: Span,
    /// Why, in your words
    #[arg(long, value_name = "TEXT", default_value = "they review here")]
    pub(crate) reason: String,
    #[command(flatten)]
    pub(crate) config: Configured,
}

#[derive(Debug, Args)]
pub(crate) struct RetireKey {
    /// The id of the passkey, as `approvals reviewers list` has it
    pub(crate) key: String,
    /// Why, in your words
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: String,
    #[command(flatten)]
    pub(crate) config: Configured,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Tokens {
    /// Make a token, print it once, and add its hash to the file of tokens
    New(TokensNew),
}

#[derive(Debug, Args)]
#[command(after_help = TOKENS_NEW)]
pub(crate) struct TokensNew {
    /// What the token is called in the file
    pub(crate) name: String,
    /// The agent that it is for, such as `agent:deployer`
    #[arg(long, value_name = "ID", required_unless_present = "auditor")]
    pub(crate) agent: Option<PrincipalId>,
    /// The person that the agent acts for, who then decides nothing about it
    #[arg(long, value_name = "ID", requires = "agent")]
    pub(crate) on_behalf_of: Option<PrincipalId>,
    /// An action that it may ask for; with `.*` at its end, all below it. May be given again
    #[arg(long, value_name = "NAME", requires = "agent")]
    pub(crate) action: Vec<String>,
    /// For somebody who reads and verifies the log, and nothing else
    #[arg(long, conflicts_with = "agent")]
    pub(crate) auditor: bool,
    #[command(flatten)]
    pub(crate) config: Configured,
}

const INIT: &str = "\
Makes the configuration, a policy in which people decide everything, a file with you in
it, keys, and the ledger; then prints a link by which you enrol a passkey, and the token
of a first agent. Nothing that is there is replaced.

Examples:
  approvals init
  approvals init queue --url https://approvals.example.com --log example.com/shop/prod

Exit status:
  0  made
  2  usage, or a file is there already";

const SERVE: &str = "\
Serves the inbox for people, the API for agents and the log for auditors, until it is
told to stop (Ctrl-C, SIGTERM). Without TLS it listens on this machine only.

Examples:
  approvals serve
  approvals serve --config queue/approvals.toml

Exit status:
  0  stopped
  1  a file does not load, or the ledger is damaged
  2  usage, or it cannot start";

const INVITE: &str = "\
Whoever opens the link first enrols a passkey for that account, and what they sign with it
counts as that person's decision: give it to them and to nobody else. It is recorded who
has invited whom: this user, as the file of people knows it.

Examples:
  approvals reviewers invite mira
  approvals reviewers invite mira --within 1h --reason 'her new laptop'

Exit status:
  0  invited
  1  the file of people does not know this account, or this user
  2  usage, or a file that cannot be read";

const TOKENS_NEW: &str = "\
The token is printed once and stored nowhere; the file keeps its hash. The server reads the
file again within seconds. To take a token back, remove it from the file.

Examples:
  approvals tokens new deployer --agent agent:deployer --action 'app.*'
  approvals tokens new mallory --auditor

Exit status:
  0  made
  2  usage, or the file cannot be written";
