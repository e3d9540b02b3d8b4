//! What stands in for Teams in our tests is held against Microsoft's own libraries, and they say which tokens they take.

use super::peer::sees;
use crate::command::Program;
use crate::step::Stop;
use crate::tools;
use crate::workspace::Workspace;

/// Has both libraries call the fake, and verify what it sends; they have to see what stands in `interop/teams_client.txt`.
pub(super) fn run(workspace: &Workspace) -> Result<(), Stop> {
    let libraries = tools::node_packages(workspace, "teams-sdks")?;
    Program::cargo(workspace).words("build --workspace --locked --bin fake-teams").run()?;
    let fake = workspace.target.join("debug").join("fake-teams");
    let program = Program::new(workspace, "node").words("interop/teams_client.mjs").arg(&fake);
    sees(workspace, "Microsoft's libraries", program.arg(libraries), "teams_client.txt")
}
