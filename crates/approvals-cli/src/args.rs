//! What can be typed. No environment variable has a say in it.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

/// Looks at a ledger of approvals: what waits for people, what happened, and whether the log is whole.
///
/// It reads ledgers and never writes to them. People decide in their channels, not here.
#[derive(Debug, Parser)]
#[command(name = "approvals", version, arg_required_else_help = true, after_help = TOP)]
pub(crate) struct Cli {
    /// Print JSON (ASCII only) instead of text
    #[arg(long, global = true)]
    pub(crate) json: bool,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Make the keys of a deployment
    #[command(arg_required_else_help = true, after_help = KEYS_NEW)]
    Keys {
        #[command(subcommand)]
        command: Keys,
    },
    /// List what waits for a decision, and what was started and never finished
    Pending(Pending),
    /// Show the timeline of one request: what was asked, who decided, what became of it
    Show(Show),
    /// Verify, export or witness the log
    #[command(arg_required_else_help = true, after_help = LOG)]
    Log {
        #[command(subcommand)]
        command: Log,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Keys {
    /// Make log.pem, recorder.pem and grant.pem, and print their public keys
    New(KeysNew),
}

#[derive(Debug, Subcommand)]
pub(crate) enum Log {
    /// Recompute the log from its entries, and check every signature in it
    Verify(Verify),
    /// Write the log as files that anybody can verify without this program
    Export(Export),
    /// Print the newest signed checkpoint, to be kept elsewhere
    Checkpoint(Checkpoint),
}

#[derive(Debug, Args)]
#[command(after_help = KEYS_NEW)]
pub(crate) struct KeysNew {
    /// The folder for the keys; it is made if it is not there
    pub(crate) dir: PathBuf,
    /// The name of the log, such as `example.com/shop/prod`: with it the verifier key is printed
    #[arg(long, value_name = "NAME")]
    pub(crate) origin: Option<String>,
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
#[command(after_help = PENDING)]
pub(crate) struct Pending {
    #[command(flatten)]
    pub(crate) which: Which,
}

#[derive(Debug, Args)]
#[command(after_help = SHOW)]
pub(crate) struct Show {
    /// The id of the request, or as much of its beginning as no other request has
    pub(crate) request: String,
    #[command(flatten)]
    pub(crate) which: Which,
}

#[derive(Debug, Args)]
#[command(after_help = VERIFY)]
pub(crate) struct Verify {
    /// The ledger
    pub(crate) file: PathBuf,
    /// The log's verifier key as you got it elsewhere: the line itself, or a file with it
    #[arg(long, value_name = "VKEY|FILE")]
    pub(crate) vkey: Option<PathBuf>,
    /// A checkpoint that you or others kept: it must be part of the log. May be given again
    #[arg(long, value_name = "NOTE-FILE")]
    pub(crate) seen: Vec<PathBuf>,
}

#[derive(Debug, Args)]
#[command(after_help = EXPORT)]
pub(crate) struct Export {
    /// The ledger
    pub(crate) file: PathBuf,
    /// The folder: new, empty, or an earlier export of the same log, which is then extended
    pub(crate) dir: PathBuf,
}

#[derive(Debug, Args)]
#[command(after_help = CHECKPOINT)]
pub(crate) struct Checkpoint {
    /// The ledger
    pub(crate) file: PathBuf,
}

const TOP: &str = "\
Examples:
  approvals keys new keys --origin example.com/shop/prod
  approvals pending approvals.db
  approvals show 01980a4c approvals.db
  approvals log verify approvals.db --vkey log.vkey --seen yesterday.note

Exit status:
  0  done; for what verifies: everything holds
  1  tampered with or damaged: the message names the events
  2  usage, or a file that cannot be read or is no ledger";

const KEYS_NEW: &str = "\
Each key has one purpose: log.pem signs the heads of the log, recorder.pem signs
decisions on behalf of channels, grant.pem signs grants. Whoever has log.pem can
rewrite the whole log. Files are never replaced, and no secret is printed.

The verifier key (vkey) is made of the log's name and the public log key. Give it
to those who are to verify the log.

Examples:
  approvals keys new keys
  approvals keys new keys --origin example.com/shop/prod

Exit status:
  0  made
  2  usage, or the keys could not be written (or are there already)";

const PENDING: &str = "\
What was started and has not finished may still be running. If its process is
gone, what it did is unknown: nothing is run again by itself.

The log is verified while it is read, against the key that is in the file.

Examples:
  approvals pending
  approvals pending shop/approvals.db --json

Exit status:
  0  listed, even if nothing is waiting
  1  the ledger is tampered with or damaged
  2  usage, or a file that cannot be read or is no ledger";

const SHOW: &str = "\
The card and the arguments are those that reviewers were shown. Every signature is
verified with the keys that the log itself names. Text that others wrote stands in
quotes, with everything but plain ASCII as escapes.

Examples:
  approvals show 01980a4c approvals.db
  approvals show 01980a4c-5b1e-7d11-8f43-0b2a6c1d9e55 --ledger approvals.db --json

Exit status:
  0  shown, and everything holds
  1  the ledger is tampered with or damaged, or a signature does not hold
  2  usage, no such request, or a file that cannot be read or is no ledger";

const LOG: &str = "\
Examples:
  approvals log verify approvals.db --vkey log.vkey --seen yesterday.note
  approvals log export approvals.db mirror
  approvals log checkpoint approvals.db > today.note

Exit status:
  0  done; for what verifies: everything holds
  1  tampered with or damaged: the message names the events
  2  usage, or a file that cannot be read or is no ledger";

const VERIFY: &str = "\
Hashes every entry anew, compares the root with every signed checkpoint, checks that
each event can follow those before it, and verifies every decision and grant.

A ledger alone cannot show that its newest events were cut off, or that whoever has
the log key has rewritten all of it. Only checkpoints that are kept elsewhere can:
see `approvals log checkpoint`, and give them with --seen.

Examples:
  approvals log verify approvals.db
  approvals log verify approvals.db --vkey log.vkey --seen yesterday.note

Exit status:
  0  intact
  1  tampered with or damaged: the message names the events
  2  usage, or a file that cannot be read or is no ledger";

const EXPORT: &str = "\
Writes `checkpoint`, `log.vkey`, `tile/` and `tile/entries/` (C2SP tlog-tiles), and
`attachments/<digest>` for documents too large for their entry. Erasable values are
never written. The log is verified on the way, and `checkpoint` is written last.

Files are never changed: an export that was tampered with is refused.

Examples:
  approvals log export approvals.db mirror

Exit status:
  0  exported
  1  the ledger or the earlier export is tampered with or damaged
  2  usage, a file that cannot be read or is no ledger, or a folder of something else";

const CHECKPOINT: &str = "\
Keep it where whoever can write the ledger cannot: another host, a mail, a printout.

Examples:
  approvals log checkpoint approvals.db > today.note
  approvals log verify approvals.db --seen today.note

Exit status:
  0  printed
  1  the newest checkpoint is tampered with or damaged
  2  usage, or a file that cannot be read or is no ledger";
