//! A host of agents, written by others, calls the tools of the example server while a person decides at its terminal.

use std::fs;

use crate::command::Program;
use crate::step::Stop;
use crate::tools;
use crate::workspace::Workspace;

/// Has the official client library call the example server, then verifies the log of it.
pub(super) fn run(workspace: &Workspace) -> Result<(), Stop> {
    let python = tools::python(workspace)?;
    Program::cargo(workspace)
        .words("build --workspace --locked --bin rmcp-server --bin approvals")
        .run()?;
    let built = workspace.target.join("debug");
    // New each time: the log is of this run alone.
    let notes = workspace.target.join("mcp");
    if notes.exists() {
        fs::remove_dir_all(&notes).map_err(|error| {
            Stop::Failed(format!("`{}` cannot be removed: {error}", notes.display()))
        })?;
    }

    Program::new(workspace, python.join("python3"))
        .words("interop/mcp_client.py")
        .arg(built.join("rmcp-server"))
        .arg(&notes)
        .run()?;
    let log = notes.join(".approvals").join("log.db");
    Program::new(workspace, built.join("approvals")).words("log verify").arg(log).run()
}
