//! Processes killed with signal 9 in the middle of their work.

use crate::command::Program;
use crate::step::Stop;
use crate::workspace::Workspace;

/// The whole suite, with the long runs that `cargo test` leaves out.
pub(super) fn run(workspace: &Workspace) -> Result<(), Stop> {
    Program::cargo(workspace)
        .words("test --workspace --locked --test kill_nine -- --include-ignored --nocapture")
        .run()
}
