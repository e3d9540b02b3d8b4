//! The suites that take minutes: the tests whose names begin with `nightly_`, which `cargo test` leaves out.

use crate::command::Program;
use crate::step::Stop;
use crate::tools;
use crate::workspace::Workspace;

/// The life cycle of requests, held against a model.
pub(super) fn model(workspace: &Workspace) -> Result<(), Stop> {
    optimized(workspace, "--package approvals-core --lib")
}

/// Several gates on one ledger.
pub(super) fn simulation(workspace: &Workspace) -> Result<(), Stop> {
    optimized(workspace, "--package action-approvals --test simulation")
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

/// Runs the long tests of one target. They check nothing that only an unoptimized build has: the profile keeps the
/// checks for overflow.
fn optimized(workspace: &Workspace, target: &str) -> Result<(), Stop> {
    let (text, status) = Program::cargo(workspace)
        .words(&format!("test --release --locked {target} --target-dir"))
        .arg(workspace.target.join("nightly"))
        .words("nightly_ -- --ignored --nocapture")
        .run_and_read()?;
    let ran = text.lines().any(|line| line.starts_with("test result: ok. 1 passed"));
    if status.success() && ran {
        Ok(())
    } else {
        Err(Stop::Failed(format!("`{target}`: {status}, and one test must pass")))
    }
}
