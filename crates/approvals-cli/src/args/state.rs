//! What people state, and the file that says who they are.

use std::path::PathBuf;

use approvals_core::{ActionName, PrincipalId};
use clap::{Args, Subcommand};

use super::{Which, help};

#[derive(Debug, Subcommand)]
pub(crate) enum People {
    /// Load a file of people, and say who is in it
    Check(PeopleCheck),
}

#[derive(Debug, Args)]
#[command(after_help = help::PEOPLE_CHECK)]
pub(crate) struct PeopleCheck {
    /// The file of people
    pub(crate) file: PathBuf,
}

/// Where, by whom, and why. There is nothing here to say who one is.
#[derive(Debug, Args)]
pub(crate) struct Claim {
    #[command(flatten)]
    pub(crate) which: Which,
    /// The folder with the keys of the program that writes the ledger
    #[arg(long, value_name = "DIR")]
    pub(crate) keys: PathBuf,
    /// The file of people, which says whose user id this is
    #[arg(long, value_name = "FILE")]
    pub(crate) people: PathBuf,
    /// Why, in your words
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: String,
}

#[derive(Debug, Args)]
#[command(after_help = help::RESOLVE)]
pub(crate) struct Resolve {
    /// The id of the request, or as much of its beginning as no other request has
    pub(crate) request: String,
    #[command(flatten)]
    pub(crate) outcome: Outcome,
    #[command(flatten)]
    pub(crate) claim: Claim,
}

/// Neither is what is meant unless said otherwise.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(crate) struct Outcome {
    /// It was carried out
    #[arg(long)]
    pub(crate) done: bool,
    /// It was not carried out, or has been undone
    #[arg(long)]
    pub(crate) not_done: bool,
}

#[derive(Debug, Args)]
#[command(after_help = help::REVIEW)]
pub(crate) struct Review {
    /// The id of the request, or as much of its beginning as no other request has
    pub(crate) request: String,
    #[command(flatten)]
    pub(crate) judgement: Judgement,
    #[command(flatten)]
    pub(crate) claim: Claim,
}

/// Neither is what is meant unless said otherwise.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(crate) struct Judgement {
    /// It was justified
    #[arg(long)]
    pub(crate) justified: bool,
    /// It was not justified
    #[arg(long)]
    pub(crate) not_justified: bool,
}

#[derive(Debug, Args)]
#[command(after_help = help::STOP)]
pub(crate) struct Stop {
    #[command(flatten)]
    pub(crate) scope: Scope,
    #[command(flatten)]
    pub(crate) claim: Claim,
}

#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(crate) struct Scope {
    /// Stop everything
    #[arg(long)]
    pub(crate) everything: bool,
    /// Stop this action
    #[arg(long, value_name = "NAME")]
    pub(crate) action: Option<ActionName>,
    /// Stop whatever this principal asks for, and whatever is asked for on its behalf
    #[arg(long, value_name = "ID")]
    pub(crate) principal: Option<PrincipalId>,
}

#[derive(Debug, Args)]
#[command(after_help = help::RETIRE)]
pub(crate) struct Retire {
    /// The id of the request by which it was issued, or the beginning of it
    pub(crate) request: String,
    #[command(flatten)]
    pub(crate) claim: Claim,
}
