//! Slack's own library for Python looks at the messages that we would post.

use crate::command::Program;
use crate::step::Stop;
use crate::tools;
use crate::workspace::Workspace;

/// The suite: it hands its messages to `interop/slack_blocks.py`.
const SUITE: &str = "message::oracle_tests::";

/// Runs it with the pinned Python first in the path.
pub(super) fn run(workspace: &Workspace) -> Result<(), Stop> {
    let python = tools::python(workspace)?;
    let (text, status) = Program::cargo(workspace)
        .words(&format!("test --workspace --locked --lib {SUITE}"))
        .first_on_path(&python)?
        // With this, a test that misses its program fails.
        .env("CI", "true")
        .run_and_read()?;
    // A name that matches nothing is no success.
    let ran = text.lines().any(|line| line.starts_with("test result: ok. 1 passed"));
    if status.success() && ran {
        Ok(())
    } else {
        Err(Stop::Failed(format!("`{SUITE}`: {status}, and one test must pass")))
    }
}
