//! What can go wrong: one `error:` line with its causes, one `help:` line, and the exit status.

use std::error::Error as _;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use approvals_core::{CounterError, DeskError, KeyringError, LedgerError, Refusal, TrailError};
use approvals_http::TokensError;
use approvals_log::{CheckpointError, NoteError};
use approvals_sqlite::{OpenError, VerifyError};
use clap::error::ErrorKind;
use serde::Serialize;

use crate::command::gated::Unlisted;
use crate::command::slack_check::Unfit;
use crate::command::teams_check::Unready;
use crate::command::teams_package::Unpackaged;
use crate::mistake::Mistake;
use crate::output::printable;
use crate::serve::error::Unserved;

/// Tampered with, damaged, or not what it was held against.
const DAMAGED: u8 = 1;
/// Not to be done as asked.
const USAGE: u8 = 2;

#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error("there is no `{}` in this folder", crate::ledger::DEFAULT)]
    NoDefault,
    #[error("there is no file `{}`", .0.display())]
    Missing(PathBuf),
    #[error(transparent)]
    Open(OpenError),
    #[error("`{}` is damaged", .path.display())]
    Broken { path: PathBuf, source: OpenError },
    #[error("`{}` cannot be read", .path.display())]
    Ledger { path: PathBuf, source: LedgerError },
    #[error("`{}` does not verify", .path.display())]
    Verify { path: PathBuf, source: VerifyError },
    #[error("`{}` does not verify", .path.display())]
    Trail { path: PathBuf, source: TrailError },
    #[error("`{}` changed while it was read", .0.display())]
    Changed(PathBuf),

    #[error("`{}` cannot be read", .path.display())]
    File { path: PathBuf, source: io::Error },
    #[error("`{}` is no verifier key, and no file with one", .given.display())]
    Vkey { given: PathBuf, source: NoteError },
    #[error("`{}` is not a checkpoint", .path.display())]
    Note { path: PathBuf, source: CheckpointError },
    #[error("the checkpoint in `{}` is not of this log, or not signed by its key", .path.display())]
    NotSeen { path: PathBuf, source: CheckpointError },

    #[error("no request of this ledger begins with `{0}`")]
    NoRequest(String),
    #[error("{count} requests begin with `{given}`: {}", .first.join(", "))]
    Ambiguous { given: String, count: usize, first: Vec<String> },
    #[error("request {0} does not hold: {1}")]
    Unsound(String, String),

    #[error("`{origin}` cannot name a log")]
    Origin { origin: String, source: NoteError },
    #[error("`{}` exists already, and keys are never replaced", .0.display())]
    KeysExist(PathBuf),
    #[error("the keys could not be made")]
    Keys(#[from] KeyringError),

    #[error("{}", .0.first().map(Mistake::headline).unwrap_or_default())]
    Mistakes(Vec<Mistake>),
    #[error("`{}` is a policy in Cedar, and this program reads those in TOML", .0.display())]
    Cedar(PathBuf),
    #[error("`{}`: {failed} of {all} tests fail", .path.display())]
    TestsFail { path: PathBuf, failed: usize, all: usize },
    #[error("{0} of the recorded requests get looser, or cannot be shown not to")]
    Loosens(usize),
    #[error("may be looser than before: {}", .0.join(", "))]
    MayLoosen(Vec<String>),
    #[error(transparent)]
    Gated(#[from] Unlisted),
    #[error("`{}` is no call", .path.display())]
    Call { path: PathBuf, source: Box<dyn std::error::Error + Send + Sync> },

    #[error(transparent)]
    Slack(#[from] Unfit),
    #[error(transparent)]
    Package(#[from] Unpackaged),
    #[error(transparent)]
    Teams(#[from] Unready),

    #[error(transparent)]
    Serve(#[from] Unserved),

    #[error("the keys could not be read")]
    KeysRead(#[source] KeyringError),
    #[error("others than its owner can write `{}`, and so say who they are", .0.display())]
    Writable(PathBuf),
    #[error("`{}` belongs to somebody else, who so says who others are", .0.display())]
    Foreign(PathBuf),
    #[error("it is not known here whose process this is")]
    NoUser,
    #[error("nothing was recorded")]
    Counter(#[source] CounterError),
    #[error("nothing was recorded")]
    Desk(#[source] DeskError),

    #[error("`{}` is not empty, and {reason}", .dir.display())]
    Occupied { dir: PathBuf, reason: &'static str },
    #[error("`{}` is not what the log has there: the export was changed", .0.display())]
    Tampered(PathBuf),
    #[error("`{}` cannot be written", .path.display())]
    Write { path: PathBuf, source: io::Error },
    #[error("the output cannot be written")]
    Output(#[source] io::Error),
}

/// Events that do not hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Damage {
    pub(crate) first: u64,
    pub(crate) last: u64,
    pub(crate) detail: String,
}

impl Error {
    /// A file that was not opened: damaged, or nothing that can be opened.
    pub(crate) fn opening(path: &Path, source: OpenError) -> Self {
        if matches!(source, OpenError::Damaged { .. }) {
            Self::Broken { path: path.to_owned(), source }
        } else {
            Self::Open(source)
        }
    }

    /// 1 for what is tampered with or damaged, 2 for all else.
    /// A file of tokens that would not load.
    pub(crate) fn mistake_in_tokens(path: &Path, text: &str, error: &TokensError) -> Self {
        Self::Mistakes(vec![Mistake::of_tokens(path, text, error)])
    }

    pub(crate) fn status(&self) -> u8 {
        match self {
            Self::Verify { source: VerifyError::Open(_) | VerifyError::Read(_), .. } => USAGE,
            Self::Verify { .. }
            | Self::Ledger { source: LedgerError::Damaged { .. }, .. }
            | Self::Broken { .. }
            | Self::Trail { .. }
            | Self::NotSeen { .. }
            | Self::Unsound(..)
            | Self::Mistakes(_)
            | Self::TestsFail { .. }
            | Self::Loosens(_)
            | Self::MayLoosen(_)
            | Self::Slack(Unfit::Missing(_))
            | Self::Teams(Unready::Missing(_))
            | Self::Gated(Unlisted::Lost(_))
            | Self::Desk(DeskError::Refused(_))
            | Self::Serve(Unserved::Desk(DeskError::Refused(_)))
            | Self::Tampered(_) => DAMAGED,
            Self::NoDefault
            | Self::Missing(_)
            | Self::Open(_)
            | Self::Ledger { .. }
            | Self::Changed(_)
            | Self::File { .. }
            | Self::Vkey { .. }
            | Self::Note { .. }
            | Self::NoRequest(_)
            | Self::Ambiguous { .. }
            | Self::Origin { .. }
            | Self::KeysExist(_)
            | Self::Keys(_)
            | Self::Cedar(_)
            | Self::Call { .. }
            | Self::Gated(Unlisted::NoSources(_) | Unlisted::NoList { .. })
            | Self::Slack(_)
            | Self::Package(_)
            | Self::Teams(_)
            | Self::Serve(_)
            | Self::KeysRead(_)
            | Self::NoUser
            | Self::Writable(_)
            | Self::Foreign(_)
            | Self::Counter(_)
            | Self::Desk(_)
            | Self::Occupied { .. }
            | Self::Write { .. }
            | Self::Output(_) => USAGE,
        }
    }

    pub(crate) fn is_damage(&self) -> bool {
        self.status() == DAMAGED
    }

    /// The events that do not hold, where they are known.
    pub(crate) fn damages(&self) -> Vec<Damage> {
        let damage = |first, last, detail: &str| Damage { first, last, detail: detail.to_owned() };
        if let Self::Verify { source: VerifyError::Damaged(damages), .. } = self {
            damages.as_slice().iter().map(|one| damage(one.first, one.last, &one.detail)).collect()
        } else if let Self::Ledger {
            source: LedgerError::Damaged { first, last, detail }, ..
        } = self
        {
            vec![damage(*first, *last, detail)]
        } else if let Self::Trail { source, .. } = self {
            vec![damage(source.index(), source.index(), &source.to_string())]
        } else {
            Vec::new()
        }
    }

    /// The message and its causes on one line of printable text.
    pub(crate) fn chain(&self) -> String {
        let mut line = self.to_string();
        let mut cause = self.source();
        while let Some(error) = cause {
            line = format!("{line}: {error}");
            cause = error.source();
        }
        printable(&line)
    }

    fn help(&self) -> &'static str {
        match self {
            Self::NoDefault => "name the ledger, as in `approvals pending shop.db`",
            Self::Missing(_) => "check the path of the ledger",
            Self::Open(_) => "give the file of a ledger, which this user may read",
            Self::Ledger { source: LedgerError::Damaged { .. }, .. }
            | Self::Broken { .. }
            | Self::Trail { .. } => KEEP,
            Self::Verify { source, .. } => at_verifying(source),
            Self::File { .. } => "check the path, and that this user may read it",
            Self::Vkey { .. } => {
                "give the line that `approvals keys new --origin` printed, or the path of a file with it"
            }
            Self::Note { .. } => "give a file that `approvals log checkpoint` has written",
            Self::NotSeen { .. } => {
                "if the checkpoint is of this log, somebody replaced the log and its key: keep both as evidence"
            }
            Self::NoRequest(_) => {
                "copy the id from `approvals pending`, or from the log of the program that asked"
            }
            Self::Ambiguous { .. } => "give more of the id",
            Self::Unsound(..) => "keep the file as evidence, and ask who runs the log",
            Self::Origin { .. } => "choose a name such as `example.com/shop/prod`",
            Self::KeysExist(_) => {
                "choose another folder; to use these keys, give their folder to your program"
            }
            Self::Cedar(_) => {
                "load it in a test of yours with `CedarPolicy::new(words, policies)`, which says what is wrong and where"
            }
            Self::Mistakes(_) => "mend that place, and check it again",
            Self::TestsFail { .. } => "mend the rules, or the tests if they expect the wrong thing",
            Self::Loosens(_) | Self::MayLoosen(_) => {
                "look at each of them, and tighten the policy where that is not meant"
            }
            Self::Gated(error) => error.help(),
            Self::Call { .. } => "see `approvals policy explain --help` for what a call looks like",
            Self::Slack(error) => error.help(),
            Self::Package(error) => error.help(),
            Self::Teams(error) => error.help(),
            Self::Serve(error) => error.help(),
            Self::KeysRead(_) => "give the folder with the keys of whoever writes the ledger",
            Self::Writable(_) => "look at who is in the file, then `chmod go-w` what is named here",
            Self::Foreign(_) => {
                "look at who is in the file, then give what is named here to this user or to root, with `chown`"
            }
            Self::NoUser => "run this where processes have a user id, or ask for it in a channel",
            Self::Counter(_) => "give the keys and the ledger of one program",
            Self::Desk(error) => at_desk(error),
            Self::Ledger { .. } | Self::Changed(_) => "try again",
            Self::Keys(_) => "check that this user may write to the folder",
            Self::Occupied { .. } => "choose a new folder, or an earlier export of this log",
            Self::Tampered(_) => "keep the folder as evidence, and export to a new one",
            Self::Write { .. } | Self::Output(_) => {
                "check that there is room, and that this user may write there"
            }
        }
    }

    /// Says it, and gives the status to exit with.
    pub(crate) fn report(&self, err: &mut impl Write) -> ExitCode {
        let mut lines = vec![format!("error: {}", self.chain())];
        if let Self::Mistakes(mistakes) = self {
            for (place, mistake) in mistakes.iter().enumerate() {
                lines.extend((place > 0).then(|| format!("       {}", mistake.headline())));
                lines.extend(mistake.excerpt());
            }
        }
        for Damage { first, last, detail } in self.damages().iter().skip(1) {
            let last = if first == last { String::new() } else { format!(" to {last}") };
            lines.push(format!("       event {first}{last}: {}", printable(detail)));
        }
        lines.push(format!("help: {}\n", self.help()));
        say(err, &lines.join("\n"));
        ExitCode::from(self.status())
    }
}

/// What to do with a file that is damaged.
const KEEP: &str = "keep the file as evidence, and go on from a copy that verifies";

/// What to do when a log does not verify.
fn at_verifying(error: &VerifyError) -> &'static str {
    match error {
        VerifyError::Damaged(_) => KEEP,
        VerifyError::Key { .. } => {
            "either `--vkey` is of another log, or somebody replaced the log and its key: ask who runs it"
        }
        VerifyError::Seen(_) => {
            "keep the file and the checkpoint as evidence: together they show what was done to the log"
        }
        VerifyError::Open(_) | VerifyError::Read(_) | _ => "try again",
    }
}

/// What to do when nothing was recorded.
fn at_desk(error: &DeskError) -> &'static str {
    match error {
        DeskError::Refused(Refusal::Unmapped(_)) => {
            "if it is theirs, put this identity into the file of people"
        }
        DeskError::Refused(Refusal::Ineligible(_)) => "ask somebody who may",
        DeskError::Refused(Refusal::NoStanding | Refusal::RetiredAlready) => {
            "`approvals pending` lists the standing grants that are in force"
        }
        DeskError::Refused(_) => "see `approvals show` for where it stands",
        DeskError::NoReason | DeskError::ReasonTooLong => "say in a sentence or two why",
        DeskError::Unavailable(_) | _ => "try again",
    }
}

/// What clap has to say: help on stdout, refusals in the same two lines as all others.
pub(crate) fn usage(refusal: &clap::Error, out: &mut impl Write, err: &mut impl Write) -> ExitCode {
    let text = refusal.render().to_string();
    let kind = refusal.kind();
    if matches!(kind, ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) {
        say(out, &text);
        return ExitCode::SUCCESS;
    }
    if kind == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
        say(err, &text);
        return ExitCode::from(USAGE);
    }
    let one_line = |part: &str| printable(&part.split_whitespace().collect::<Vec<_>>().join(" "));
    let mut parts = text.split("\n\n").map(one_line).filter(|part| !part.is_empty());
    let error = parts.next().unwrap_or_default();
    say(err, &format!("{error}\nhelp: {}\n", parts.collect::<Vec<_>>().join("; ")));
    ExitCode::from(USAGE)
}

/// A secret that was typed. It is not said again.
pub(crate) fn typed_token(err: &mut impl Write) -> ExitCode {
    let help = "secrets go in the environment (`SLACK_BOT_TOKEN`, `SLACK_APP_TOKEN`), never on the command line, where others of this host can read them";
    say(err, &format!("error: an argument looks like a token\nhelp: {help}\n"));
    ExitCode::from(USAGE)
}

/// Where not even a message can be written, the exit status still tells.
fn say(to: &mut impl Write, text: &str) {
    drop(to.write_all(text.as_bytes()).and_then(|()| to.flush()));
}
