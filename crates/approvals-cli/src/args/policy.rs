//! `approvals policy …`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::help;

#[derive(Debug, Subcommand)]
pub(crate) enum Policy {
    /// Load policies as a gate would, and say what is in them
    Check(Check),
    /// Run the tests of a policy, and list each
    Test(Test),
    /// Say what a policy says about one call, and why
    Explain(Explain),
    /// Say how two policies differ, also over what has been asked for
    Diff(Diff),
}

#[derive(Debug, Args)]
#[command(after_help = help::CHECK)]
pub(crate) struct Check {
    /// The policies
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
}

#[derive(Debug, Args)]
#[command(after_help = help::TEST)]
pub(crate) struct Test {
    /// The policy
    pub(crate) file: PathBuf,
}

#[derive(Debug, Args)]
#[command(after_help = help::EXPLAIN)]
pub(crate) struct Explain {
    /// The policy
    pub(crate) file: PathBuf,
    /// The call, or `-` for standard input
    #[arg(value_name = "CALL.json")]
    pub(crate) call: PathBuf,
}

#[derive(Debug, Args)]
#[command(after_help = help::DIFF)]
pub(crate) struct Diff {
    /// The policy before
    pub(crate) old: PathBuf,
    /// The policy after
    pub(crate) new: PathBuf,
    /// A ledger whose requests are ruled on by both
    #[arg(long, value_name = "LEDGER")]
    pub(crate) over: Option<PathBuf>,
}
