//! What can be typed. No environment variable has a say in it; secrets of Slack come from there, and from nowhere else.

mod help;
mod policy;
mod serve;
mod slack;
mod state;
mod teams;
pub(crate) mod token;

use std::path::PathBuf;

use clap::builder::PossibleValuesParser;
use clap::{Args, Parser, Subcommand};

use crate::phase;
use crate::span::Since;

pub(crate) use policy::{Check, Diff, Explain, Policy, Test};
pub(crate) use serve::{Configured, Init, Invite, RetireKey, Reviewers, Serve, Tokens, TokensNew};
pub(crate) use slack::{Slack, SlackCheck, SlackManifest};
pub(crate) use state::{Claim, People, PeopleCheck, Resolve, Retire, Review, Scope, Stop};
pub(crate) use teams::{Teams, TeamsCheck, TeamsPackage};

/// Looks at a ledger of approvals: what waits for people, what happened, and whether the log is whole; and at
/// the policies that rule on it.
///
/// Nobody decides about requests here: people do so in their channels. What `resolve`, `review`, `stop` and
/// `retire` write is signed with keys, which whoever may run agents must not be able to read.
#[derive(Debug, Parser)]
#[command(name = "approvals", version, arg_required_else_help = true, after_help = help::TOP)]
pub(crate) struct Cli {
    /// Print JSON (ASCII only) instead of text
    #[arg(long, global = true)]
    pub(crate) json: bool,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Set up a queue in a folder: configuration, policy, people, keys and a first invitation
    Init(Init),
    /// Serve the queue: an inbox for people, an API for agents, and the log for auditors
    Serve(Serve),
    /// Invite reviewers to enrol passkeys, list these, and take them out of use
    #[command(arg_required_else_help = true)]
    Reviewers {
        #[command(subcommand)]
        command: Reviewers,
    },
    /// Make tokens for agents and auditors of a queue
    #[command(arg_required_else_help = true)]
    Tokens {
        #[command(subcommand)]
        command: Tokens,
    },
    /// Make the keys of a deployment
    #[command(arg_required_else_help = true, after_help = help::KEYS_NEW)]
    Keys {
        #[command(subcommand)]
        command: Keys,
    },
    /// List what waits for a decision, and what was started and never finished
    Pending(Pending),
    /// List all requests, one line each, and below it what they are done to
    List(List),
    /// Show the timeline of one request: what was asked, who decided, what became of it
    Show(Show),
    /// Tell how people review: how quickly, how often, and who approves for whom
    Report(Report),
    /// Check, test, explain and compare policies
    #[command(arg_required_else_help = true, after_help = help::POLICY)]
    Policy {
        #[command(subcommand)]
        command: Policy,
    },
    /// Check a file of people
    #[command(arg_required_else_help = true, after_help = help::PEOPLE)]
    People {
        #[command(subcommand)]
        command: People,
    },
    /// List the functions of a program that need approval, and what reviewers see of each
    Gated(Gated),
    /// Say what became of a request that was started and never finished
    Resolve(Resolve),
    /// Judge afterwards what was done in an emergency
    Review(Review),
    /// Stop an action, a principal or everything, at once
    Stop(Stop),
    /// End the use of a standing grant
    Retire(Retire),
    /// Set an app up in Slack, and check that it is
    #[command(arg_required_else_help = true, after_help = slack::HELP)]
    Slack {
        #[command(subcommand)]
        command: Slack,
    },
    /// Set an app up in Microsoft Teams
    #[command(arg_required_else_help = true, after_help = teams::HELP)]
    Teams {
        #[command(subcommand)]
        command: Teams,
    },
    /// Verify, export or witness the log
    #[command(arg_required_else_help = true, after_help = help::LOG)]
    Log {
        #[command(subcommand)]
        command: Log,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Keys {
    /// Make log.pem, recorder.pem and grant.pem, and print their public keys
    New(KeysNew),
    /// Print the public keys of a folder with keys, and the verifier key of the log
    Show(KeysShow),
}

#[derive(Debug, Subcommand)]
pub(crate) enum Log {
    /// Recompute the log from its entries, and check every signature in it
    Verify(Verify),
    /// List what happened to the log itself: keys, policies, stops, delegations, standing grants
    Events(Events),
    /// Write the log as files that anybody can verify without this program
    Export(Export),
    /// Print the newest signed checkpoint, to be kept elsewhere
    Checkpoint(Checkpoint),
}

#[derive(Debug, Args)]
#[command(after_help = help::KEYS_NEW)]
pub(crate) struct KeysNew {
    /// The folder for the keys; it is made if it is not there
    pub(crate) dir: PathBuf,
    /// The name of the log, such as `example.com/shop/prod`: with it the verifier key is printed
    #[arg(long, value_name = "NAME")]
    pub(crate) origin: Option<String>,
}

#[derive(Debug, Args)]
#[command(after_help = help::KEYS_SHOW)]
pub(crate) struct KeysShow {
    /// The folder with the keys
    pub(crate) dir: PathBuf,
    /// The name of the log, such as `example.com/shop/prod`: with it the verifier key is printed
    #[arg(long, value_name = "NAME")]
    pub(crate) origin: Option<String>,
    /// Only the verifier key, for a file
    #[arg(long, requires = "origin")]
    pub(crate) vkey: bool,
}

/// Which ledger.
#[derive(Debug, Args)]
pub(crate) struct Which {
    /// The ledger; `approvals.db` in this folder unless said
    #[arg(value_name = "FILE", conflicts_with = "ledger")]
    pub(crate) file: Option<PathBuf>,
    /// The same, by name
    #[arg(long, value_name = "FILE")]
    pub(crate) ledger: Option<PathBuf>,
}

#[derive(Debug, Args)]
#[command(after_help = help::PENDING)]
pub(crate) struct Pending {
    #[command(flatten)]
    pub(crate) which: Which,
    /// Only what was started and never finished, or dropped on the way: what became of it is unknown
    #[arg(long)]
    pub(crate) unknown: bool,
    /// Only emergencies that nobody has reviewed yet
    #[arg(long, conflicts_with = "unknown")]
    pub(crate) unreviewed: bool,
}

#[derive(Debug, Args)]
#[command(after_help = help::LIST)]
pub(crate) struct List {
    #[command(flatten)]
    pub(crate) which: Which,
    /// Only those that stand there, or ended so
    #[arg(long, value_name = "WORD", value_parser = PossibleValuesParser::new(phase::WORDS))]
    pub(crate) outcome: Option<String>,
    /// Only those asked since: a moment (RFC 3339), or a time ago, such as `24h` or `7d`
    #[arg(long, value_name = "WHEN")]
    pub(crate) since: Option<Since>,
    /// Only this action; with `.*` at its end, all below it
    #[arg(long, value_name = "NAME")]
    pub(crate) action: Option<String>,
    /// Only those by this principal, or on its behalf
    #[arg(long, value_name = "ID")]
    pub(crate) requester: Option<String>,
}

#[derive(Debug, Args)]
#[command(after_help = help::REPORT)]
pub(crate) struct Report {
    #[command(flatten)]
    pub(crate) which: Which,
    /// Only what was asked since: a moment (RFC 3339), or a time ago, such as `24h` or `7d`
    #[arg(long, value_name = "WHEN")]
    pub(crate) since: Option<Since>,
    /// Count decisions that took fewer seconds than this
    #[arg(long, value_name = "SECONDS", default_value_t = 10)]
    pub(crate) quick: u32,
}

#[derive(Debug, Args)]
#[command(after_help = help::EVENTS)]
pub(crate) struct Events {
    #[command(flatten)]
    pub(crate) which: Which,
}

#[derive(Debug, Args)]
#[command(after_help = help::GATED)]
pub(crate) struct Gated {
    /// Rust sources, or folders with such
    #[arg(value_name = "PATH", default_value = "src")]
    pub(crate) paths: Vec<PathBuf>,
    /// What `--json` printed before: whatever is in it must still be gated, and in the same way
    #[arg(long, value_name = "FILE")]
    pub(crate) expect: Option<PathBuf>,
}

#[derive(Debug, Args)]
#[command(after_help = help::SHOW)]
pub(crate) struct Show {
    /// The id of the request, or as much of its beginning as no other request has
    pub(crate) request: String,
    #[command(flatten)]
    pub(crate) which: Which,
}

#[derive(Debug, Args)]
#[command(after_help = help::VERIFY)]
pub(crate) struct Verify {
    #[command(flatten)]
    pub(crate) which: Which,
    /// The log's verifier key as you got it elsewhere: the line itself, or a file with it
    #[arg(long, value_name = "VKEY|FILE")]
    pub(crate) vkey: Option<PathBuf>,
    /// A checkpoint that you or others kept: it must be part of the log. May be given again
    #[arg(long, value_name = "NOTE-FILE")]
    pub(crate) seen: Vec<PathBuf>,
}

#[derive(Debug, Args)]
#[command(after_help = help::EXPORT)]
pub(crate) struct Export {
    /// The ledger
    pub(crate) file: PathBuf,
    /// The folder: new, empty, or an earlier export of the same log, which is then extended
    pub(crate) dir: PathBuf,
}

#[derive(Debug, Args)]
#[command(after_help = help::CHECKPOINT)]
pub(crate) struct Checkpoint {
    #[command(flatten)]
    pub(crate) which: Which,
}
