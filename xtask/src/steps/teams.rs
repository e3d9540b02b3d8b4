//! What stands in for Teams in our tests is held against Microsoft's own libraries, and they say which tokens they take; and the
//! app package is looked at by Microsoft's own check, and by another reader of zips. Where Microsoft's playground is installed,
//! it shows our cards.

use super::peer::sees;
use super::playground;
use crate::command::Program;
use crate::step::Stop;
use crate::tools;
use crate::workspace::Workspace;

pub(super) fn run(workspace: &Workspace) -> Result<(), Stop> {
    clients(workspace)?;
    package(workspace)?;
    playground::run_if_installed(workspace)
}

/// Has both libraries call the fake, and verify what it sends; they have to see what stands in `interop/teams_client.txt`.
fn clients(workspace: &Workspace) -> Result<(), Stop> {
    let libraries = tools::node_packages(workspace, "teams-sdks")?;
    Program::cargo(workspace).words("build --workspace --locked --bin fake-teams").run()?;
    let fake = workspace.target.join("debug").join("fake-teams");
    let program = Program::new(workspace, "node").words("interop/teams_client.mjs").arg(&fake);
    sees(workspace, "Microsoft's libraries", program.arg(libraries), "teams_client.txt")
}

/// Has Python unpack what `approvals teams package` writes, and Microsoft's own check look at the manifest.
fn package(workspace: &Workspace) -> Result<(), Stop> {
    let check = tools::node_packages(workspace, "teams-manifest")?;
    tools::on_path(workspace, "python3", "python3")?;
    Program::cargo(workspace).words("build --workspace --locked --bin approvals").run()?;
    let (file, folder) =
        (workspace.target.join("teams-package.zip"), workspace.target.join("teams-package"));
    Program::new(workspace, workspace.target.join("debug").join("approvals"))
        .words("teams package --bot 0f7f8b8e-5e0c-4f3b-9d55-2f0a6f1c9b11")
        .words("--website https://example.com/approvals --force --out")
        .arg(&file)
        .run()?;
    let python = Program::new(workspace, "python3").words("interop/teams_package.py");
    sees(workspace, "zipfile", python.arg(file).arg(&folder), "teams_package.txt")?;
    let node = Program::new(workspace, "node").words("interop/teams_manifest.mjs");
    let node = node.arg(folder.join("manifest.json")).arg(check);
    sees(workspace, "@microsoft/app-manifest", node, "teams_manifest.txt")
}
