//! What we stand on: `cargo-deny` with the rules of `deny.toml`.

use crate::command::Program;
use crate::step::Stop;
use crate::tools;
use crate::workspace::Workspace;

/// Licences, bans and sources. Advisories need a database that no package registry serves: see `deny.toml`.
pub(super) fn run(workspace: &Workspace) -> Result<(), Stop> {
    let deny = tools::cargo_deny(workspace)?;
    Program::new(workspace, deny).words("--workspace --locked check bans licenses sources").run()
}
