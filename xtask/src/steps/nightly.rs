//! The suites that take minutes: the tests whose names begin with `nightly_`, which `cargo test` leaves out.

use crate::command::Program;
use crate::step::Stop;
use crate::tools;
use crate::workspace::Workspace;

/// The life cycle of requests, held against a model.
pub(super) fn model(workspace: &Workspace) -> Result<(), Stop> {
    let target = workspace.target.join("nightly");
    the_long_test(
        // Optimized, which is many times as fast; the profile keeps the checks for overflow.
        Program::cargo(workspace).words("test --release --target-dir").arg(target),
        "--package approvals-core --lib",
    )
}

/// Several gates on one ledger.
pub(super) fn simulation(workspace: &Workspace) -> Result<(), Stop> {
    // Not optimized: building all that the facade's tests depend on would take longer than is won.
    the_long_test(
        Program::cargo(workspace).words("test"),
        "--package action-approvals --test simulation",
    )
}

/// A million payloads of clicks, each changed somewhere; and what takes Slack and Teams half a minute to show.
pub(super) fn clicks(workspace: &Workspace) -> Result<(), Stop> {
    // Not optimized, for the same reason.
    the_long_test(Program::cargo(workspace).words("test"), "--package approvals-slack --lib")?;
    the_long_test(
        Program::cargo(workspace).words("test"),
        "--package approvals-slack --test slack",
    )?;
    the_long_test(Program::cargo(workspace).words("test"), "--package approvals-teams --test teams")
}

/// The heart, changed in one place at a time: each change must be noticed, or stand in `.cargo/mutants.toml` with
/// the reason why not.
pub(super) fn mutants(workspace: &Workspace) -> Result<(), Stop> {
    let mutants = tools::cargo_mutants(workspace)?;
    Program::new(workspace, mutants)
        .words("mutants --package approvals-core --jobs 2 --output")
        .arg(workspace.target.join("mutants"))
        .env("PROPTEST_CASES", "32")
        .run()
}

/// What an editor suggests inside of a gated function that is half typed, asked of a real one's server.
pub(super) fn editor(workspace: &Workspace) -> Result<(), Stop> {
    let (python, analyzer) = (tools::python(workspace)?, tools::rust_analyzer(workspace)?);
    let folder = workspace.target.join("editor");
    Program::new(workspace, python.join("python3"))
        .words("interop/editor.py")
        .arg(analyzer)
        .arg(&workspace.root)
        .arg(&folder)
        .env("CARGO_TARGET_DIR", folder.join("target"))
        .run()
}

/// Runs the one long test of `target`.
fn the_long_test(cargo_test: Program, target: &str) -> Result<(), Stop> {
    let (text, status) = cargo_test
        .words(&format!("--locked {target} nightly_ -- --ignored --nocapture"))
        .run_and_read()?;
    let ran = text.lines().any(|line| {
        line.starts_with("test result: ok. ") && !line.starts_with("test result: ok. 0 passed")
    });
    if status.success() && ran {
        Ok(())
    } else {
        Err(Stop::Failed(format!("`{target}`: {status}, and some test must run")))
    }
}
