//! A day at a real queue in a real browser: `approvals init` and `serve`, a virtual authenticator, and the log at the end.

use crate::command::Program;
use crate::step::Stop;
use crate::tools;
use crate::workspace::Workspace;

/// With `INBOX_PICTURES`, what is seen is written into that folder.
pub(super) fn run(workspace: &Workspace) -> Result<(), Stop> {
    let packages = tools::node_packages(workspace, "inbox-pages")?;
    let browser = tools::chromium(workspace)?;
    Program::cargo(workspace).words("build --workspace --locked --bin approvals").run()?;
    let approvals = workspace.target.join("debug/approvals");
    let program = Program::new(workspace, "node").words("interop/inbox_live.mjs");
    let mut program = program.arg(packages).arg(approvals).arg(browser);
    if let Some(pictures) = std::env::var_os("INBOX_PICTURES") {
        program = program.arg(pictures);
    }
    program.run()
}
