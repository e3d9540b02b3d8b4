//! The `approvals` program: keys, what waits, timelines, and the log verified, exported and witnessed.
//!
//! A thin layer: what is said here is computed by the libraries. Parse, dispatch, exit status.

mod args;
mod command;
mod error;
mod ledger;
mod output;
mod phase;
mod progress;
mod signature;
mod trust;

use std::io::{self, IsTerminal as _, Write};
use std::process::ExitCode;

use approvals_core::{Clock as _, SystemClock};
use clap::Parser as _;

use crate::args::{Cli, Command, Keys, Log};
use crate::error::Error;
use crate::output::{Console, Format, Pipe};
use crate::progress::Progress;

fn main() -> ExitCode {
    let (mut out, mut err) = (Pipe::new(io::stdout().lock()), Pipe::new(io::stderr()));
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(usage) => return error::usage(&usage, &mut out, &mut err),
    };
    let format = if cli.json { Format::Json } else { Format::Text };
    let mut terminal = io::stderr();
    let progress =
        if terminal.is_terminal() { Progress::on(&mut terminal) } else { Progress::none() };

    let result = run(cli.command, &mut Console { out: &mut out, format, progress });
    match result.and_then(|()| out.flush().map_err(Error::Output)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => error.report(&mut err),
    }
}

fn run(command: Command, console: &mut Console<'_>) -> Result<(), Error> {
    match command {
        Command::Keys { command: Keys::New(args) } => command::keys_new::run(&args, console),
        Command::Pending(args) => {
            command::pending::run(&args, SystemClock::default().now(), console)
        }
        Command::Show(args) => command::show::run(&args, SystemClock::default().now(), console),
        Command::Log { command: Log::Verify(args) } => command::log_verify::run(&args, console),
        Command::Log { command: Log::Export(args) } => command::log_export::run(&args, console),
        Command::Log { command: Log::Checkpoint(args) } => {
            command::log_checkpoint::run(&args, console)
        }
    }
}
