//! The first thing that a newcomer runs, run by nobody.

use crate::command::Program;
use crate::step::Stop;
use crate::tools;
use crate::workspace::Workspace;

/// The exit status of the example where no reviewer could be asked.
const NOT_APPROVED: i32 = 3;

/// What the example's advice starts with; the path of its log follows.
const ADVICE: &str = "approvals log verify ";

/// Seconds after which an example that waits for somebody has failed.
pub(super) const PATIENCE: &str = "120";

/// Runs the example where there is no terminal, then verifies the log that it names.
pub(super) fn run(workspace: &Workspace) -> Result<(), Stop> {
    Program::cargo(workspace)
        .words("build --workspace --locked --example quickstart --bin approvals")
        .run()?;
    let built = workspace.target.join("debug");
    tools::on_path(workspace, "setsid", "util-linux")?;

    // A session of its own has no terminal, even where this program has one.
    let (text, status) = Program::new(workspace, "setsid")
        .words("--wait timeout")
        .arg(PATIENCE)
        .arg(built.join("examples").join("quickstart"))
        .run_and_read()?;
    if status.code() != Some(NOT_APPROVED) {
        return Err(Stop::Failed(format!(
            "without a reviewer the example must exit with {NOT_APPROVED}: {status}"
        )));
    }
    let log = log_path(&text).ok_or_else(|| {
        Stop::Failed(format!("the example printed no line that begins with `{ADVICE}`"))
    })?;

    Program::new(workspace, built.join("approvals")).words("log verify").arg(log).run()
}

/// The path after the advice.
pub(super) fn log_path(text: &str) -> Option<&str> {
    text.lines()
        .find_map(|line| line.strip_prefix(ADVICE))
        .map(str::trim)
        .filter(|path| !path.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_log_is_named_on_a_line_of_its_own() {
        assert_eq!(
            log_path("denied\napprovals log verify some where/log.db\nbye\n"),
            Some("some where/log.db")
        );
        assert_eq!(log_path("run approvals log verify x\n"), None);
        assert_eq!(log_path("approvals log verify \n"), None);
    }
}
