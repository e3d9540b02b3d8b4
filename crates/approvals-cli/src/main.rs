//! The `approvals` program: keys, policies, what waits, timelines, the set-up of channels, and the log verified, exported
//! and witnessed.
//!
//! A thin layer: what is said here is computed by the libraries. Parse, dispatch, exit status.

mod annotated;
mod args;
mod command;
mod duty;
mod emergency;
mod error;
mod ledger;
mod mistake;
mod output;
mod phase;
mod progress;
mod serve;
mod signature;
mod span;
mod terms;
mod told;
mod trust;
mod whose;

use std::io::{self, IsTerminal as _, Write};
use std::process::ExitCode;

use approvals_core::{Clock as _, SystemClock};
use clap::Parser as _;

use crate::args::{Cli, Command, Keys, Log, People, Policy, Slack, Teams, Tokens, token};
use crate::error::Error;
use crate::output::{Console, Format, Pipe};
use crate::progress::Progress;

fn main() -> ExitCode {
    let (mut out, mut err) = (Pipe::new(io::stdout().lock()), Pipe::new(io::stderr()));
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        // What clap says of an argument repeats it.
        Err(usage) if usage.use_stderr() && token::is_in(std::env::args_os()) => {
            return error::typed_token(&mut err);
        }
        Err(usage) => return error::usage(&usage, &mut out, &mut err),
    };
    let format = if cli.json { Format::Json } else { Format::Text };
    let mut terminal = io::stderr();
    let progress =
        if terminal.is_terminal() { Progress::on(&mut terminal) } else { Progress::none() };

    let console = &mut Console { out: &mut out, err: &mut err, format, progress };
    let result = run(cli.command, console);
    match result.and_then(|()| out.flush().map_err(Error::Output)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => error.report(&mut err),
    }
}

fn run(command: Command, console: &mut Console<'_>) -> Result<(), Error> {
    let now = SystemClock::default().now();
    match command {
        Command::Keys { command: Keys::New(args) } => command::keys::new(&args, console),
        Command::Keys { command: Keys::Show(args) } => command::keys::show(&args, console),
        Command::Init(args) => command::init::run(&args, console),
        Command::Serve(args) => command::serve::run(&args, console),
        Command::Reviewers { command } => command::reviewers::run(&command, console),
        Command::Tokens { command: Tokens::New(args) } => command::tokens::new(&args, console),
        Command::Pending(args) => command::pending::run(&args, now, console),
        Command::List(args) => command::list::run(&args, now, console),
        Command::Show(args) => command::show::run(&args, now, console),
        Command::Report(args) => command::report::run(&args, now, console),
        Command::Policy { command: Policy::Check(args) } => {
            command::policy_check::run(&args, console)
        }
        Command::Policy { command: Policy::Test(args) } => {
            command::policy_test::run(&args, console)
        }
        Command::Policy { command: Policy::Explain(args) } => {
            command::policy_explain::run(&args, now, console)
        }
        Command::Policy { command: Policy::Diff(args) } => {
            command::policy_diff::run(&args, console)
        }
        Command::People { command: People::Check(args) } => {
            command::people_check::run(&args, console)
        }
        Command::Gated(args) => command::gated::run(&args, console),
        Command::Resolve(args) => command::statements::resolve(&args, console),
        Command::Review(args) => command::statements::review(&args, console),
        Command::Stop(args) => command::statements::stop(&args, console),
        Command::Retire(args) => command::statements::retire(&args, console),
        Command::Slack { command: Slack::Manifest(args) } => {
            command::slack_manifest::run(&args, console)
        }
        Command::Slack { command: Slack::Check(args) } => {
            command::slack_check::run(args, |name| std::env::var(name).ok(), console)
        }
        Command::Teams { command: Teams::Package(args) } => {
            command::teams_package::run(&args, console)
        }
        Command::Teams { command: Teams::Check(args) } => {
            command::teams_check::run(args, |name| std::env::var(name).ok(), console)
        }
        Command::Log { command: Log::Verify(args) } => {
            command::log_verify::run(&args, now, console)
        }
        Command::Log { command: Log::Events(args) } => command::log_events::run(&args, console),
        Command::Log { command: Log::Export(args) } => command::log_export::run(&args, console),
        Command::Log { command: Log::Checkpoint(args) } => {
            command::log_checkpoint::run(&args, console)
        }
    }
}
