//! Others read what we write, and we read what they write: OpenSSL, and Python's `cryptography`.

use crate::command::Program;
use crate::step::Stop;
use crate::tools;
use crate::workspace::Workspace;

/// The suites, as package and test target. A new one is one more line.
const SUITES: &[(&str, &str)] = &[("approvals-log", "interop"), ("action-approvals", "interop")];

/// Runs every suite with the pinned Python first in the path. Tests that need it may be ignored elsewhere.
pub(super) fn run(workspace: &Workspace) -> Result<(), Stop> {
    tools::openssl(workspace)?;
    let python = tools::python(workspace)?;
    SUITES.iter().try_for_each(|(package, test)| {
        Program::cargo(workspace)
            .words("test --locked --package")
            .arg(package)
            .arg("--test")
            .arg(test)
            .words("-- --include-ignored")
            .first_on_path(&python)?
            .run()
    })
}
