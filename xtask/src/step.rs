//! One step of the check.

use crate::workspace::Workspace;

/// A named check.
#[derive(Debug)]
pub(crate) struct Step {
    /// How the command line and the summary call it.
    pub(crate) name: &'static str,
    /// What it holds, in one line.
    pub(crate) about: &'static str,
    /// The check itself.
    pub(crate) run: fn(&Workspace) -> Result<(), Stop>,
}

/// Why a step did not pass.
#[derive(Debug)]
pub(crate) enum Stop {
    /// The check said no.
    Failed(String),
    /// The check could not be made: a tool is not here and could not be had.
    Missing(String),
}
