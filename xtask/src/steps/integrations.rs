//! Adapters that are no part of the workspace, because what they stand on takes too long to build for every change.

use crate::command::Program;
use crate::step::Stop;
use crate::workspace::Workspace;

/// The adapter of rig: formatted, without a lint, and tested.
pub(super) fn rig(workspace: &Workspace) -> Result<(), Stop> {
    let target = workspace.target.join("rig");
    let cargo = |command: &str| {
        Program::cargo(workspace)
            .words(command)
            .words("--manifest-path integrations/rig/Cargo.toml")
    };
    cargo("fmt").words("--check").run()?;
    cargo("clippy")
        .words("--all-targets --locked --target-dir")
        .arg(&target)
        .words("-- -D warnings")
        .run()?;
    cargo("test").words("--locked --target-dir").arg(&target).run()
}
