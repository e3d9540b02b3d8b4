//! What stands in for Slack in our tests is held against Slack's own clients: so it is not shaped to ours.

use super::peer::sees;
use crate::command::Program;
use crate::step::Stop;
use crate::tools;
use crate::workspace::Workspace;

/// Has both official clients do the same with the fake; both have to see what stands in `interop/slack_client.txt`.
pub(super) fn run(workspace: &Workspace) -> Result<(), Stop> {
    let python = tools::python(workspace)?.join("python3");
    let bolt = tools::node_packages(workspace, "slack-bolt")?;
    Program::cargo(workspace).words("build --workspace --locked --bin fake-slack").run()?;
    let fake = workspace.target.join("debug").join("fake-slack");
    let with_python = Program::new(workspace, python).words("interop/slack_client.py").arg(&fake);
    let with_node =
        Program::new(workspace, "node").words("interop/slack_client.mjs").arg(&fake).arg(bolt);
    sees(workspace, "slack_sdk", with_python, "slack_client.txt")?;
    sees(workspace, "@slack/bolt", with_node, "slack_client.txt")
}
