//! What the toolchain alone can judge: format, lints, documentation.

use crate::command::Program;
use crate::step::Stop;
use crate::workspace::Workspace;

/// The code is formatted.
pub(super) fn fmt(workspace: &Workspace) -> Result<(), Stop> {
    Program::cargo(workspace).words("fmt --all --check").run()
}

/// No lint fires, in tests, examples and benches either, nor in the example that needs a feature.
pub(super) fn clippy(workspace: &Workspace) -> Result<(), Stop> {
    Program::cargo(workspace)
        .words("clippy --workspace --all-targets --locked")
        .words("--features action-approvals/tools -- -D warnings")
        .run()
}

/// The documentation builds without a warning.
///
/// Libraries only: the program and the facade are both called `approvals`, and one would overwrite the other's pages.
pub(super) fn doc(workspace: &Workspace) -> Result<(), Stop> {
    Program::cargo(workspace)
        .words("doc --workspace --lib --no-deps --locked")
        .env("RUSTDOCFLAGS", "-D warnings")
        .run()
}
