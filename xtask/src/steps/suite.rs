//! The tests that need nothing but Rust.

use crate::command::Program;
use crate::step::Stop;
use crate::workspace::Workspace;

/// Everything that `cargo test` finds.
///
/// Not as continuous integration: tests that need other programs may pass over themselves here, and have to run in the
/// step `interop`, which brings those programs.
pub(super) fn test(workspace: &Workspace) -> Result<(), Stop> {
    // Most of them wait for one another rather than for a processor.
    let program = Program::cargo(workspace).words("test --workspace --locked").without("CI");
    program.env("RUST_TEST_THREADS", "6").run()
}
