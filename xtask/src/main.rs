//! The project's own commands. `cargo xtask test` sets up what is missing and checks everything.
#![expect(
    clippy::print_stdout,
    reason = "a command line program: what it prints is what it is for"
)]

mod args;
mod command;
mod report;
mod runner;
mod step;
mod steps;
mod tools;
mod workspace;

use std::process::ExitCode;

use args::Order;
use workspace::Workspace;

fn main() -> ExitCode {
    match args::parse(std::env::args().skip(1), steps::ALL, steps::NIGHTLY) {
        Ok(Order::Help) => {
            print!("{}", args::HELP);
            ExitCode::SUCCESS
        }
        Ok(Order::List) => {
            print!("{}{}", report::list(steps::ALL), report::list(steps::NIGHTLY));
            ExitCode::SUCCESS
        }
        Ok(Order::Test(plan)) => {
            let report = runner::run(&plan, &Workspace::here());
            print!("{report}");
            if report.is_success() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
        Err(message) => {
            eprintln!("error: {message}");
            ExitCode::from(2)
        }
    }
}
