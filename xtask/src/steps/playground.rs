//! Microsoft's own playground for Teams apps shows our cards, and a browser presses their buttons.

use crate::command::Program;
use crate::step::Stop;
use crate::tools;
use crate::workspace::Workspace;

/// The packages, of which the playground stands under Microsoft's own terms: whoever runs this installs them.
const PACKAGES: &str = "teams-playground";

/// Installs the playground, and runs it. With `TEAMS_PLAYGROUND_PICTURE`, what is seen is written to that file.
pub(super) fn run(workspace: &Workspace) -> Result<(), Stop> {
    let packages = tools::node_packages(workspace, PACKAGES)?;
    let browser = tools::chromium(workspace)?;
    Program::cargo(workspace)
        .words("build --workspace --locked --features action-approvals/tools --example teams")
        .run()?;
    let example = workspace.target.join("debug").join("examples").join("teams");
    let mut program = Program::new(workspace, "node").words("interop/teams_playground.mjs");
    program = program.arg(example).arg(packages).arg(browser);
    if let Some(picture) = std::env::var_os("TEAMS_PLAYGROUND_PICTURE") {
        program = program.arg(picture);
    }
    program.run()
}

/// The same where it is installed already; elsewhere, nothing is installed for it.
pub(super) fn run_if_installed(workspace: &Workspace) -> Result<(), Stop> {
    if workspace.tool_dir(PACKAGES).join("installed.txt").is_file() {
        return run(workspace);
    }
    println!("the playground is not installed: `cargo xtask nightly playground` does that");
    Ok(())
}
