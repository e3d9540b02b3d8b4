//! The tests that need nothing but Rust.

use crate::command::Program;
use crate::step::Stop;
use crate::workspace::Workspace;

/// Everything that `cargo test` finds.
pub(super) fn test(workspace: &Workspace) -> Result<(), Stop> {
    Program::cargo(workspace).words("test --workspace --locked").run()
}
