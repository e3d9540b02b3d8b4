//! What stands in for Slack in our tests is held against Slack's own clients: so it is not shaped to ours.

use std::fs;

use crate::command::Program;
use crate::step::Stop;
use crate::tools;
use crate::workspace::Workspace;

/// Has both official clients do the same with the fake; both have to see what stands in `interop/slack_client.txt`.
pub(super) fn run(workspace: &Workspace) -> Result<(), Stop> {
    let python = tools::python(workspace)?.join("python3");
    let bolt = tools::slack_bolt(workspace)?;
    Program::cargo(workspace).words("build --workspace --locked --bin fake-slack").run()?;
    let fake = workspace.target.join("debug").join("fake-slack");
    let wanted = workspace.root.join("interop").join("slack_client.txt");
    let wanted = fs::read_to_string(&wanted)
        .map_err(|error| Stop::Failed(format!("`{}` cannot be read: {error}", wanted.display())))?;
    let with_python = Program::new(workspace, python).words("interop/slack_client.py").arg(&fake);
    let with_node =
        Program::new(workspace, "node").words("interop/slack_client.mjs").arg(&fake).arg(bolt);
    for (client, program) in [("slack_sdk", with_python), ("@slack/bolt", with_node)] {
        let (seen, status) = program.run_and_read()?;
        if !status.success() {
            return Err(Stop::Failed(format!("`{client}`: {status}")));
        }
        if let Some(problem) = difference(&wanted, &seen) {
            return Err(Stop::Failed(format!("`{client}` {problem}")));
        }
    }
    Ok(())
}

/// The first line that is another one.
fn difference(wanted: &str, seen: &str) -> Option<String> {
    let (wanted, seen): (Vec<&str>, Vec<&str>) = (wanted.lines().collect(), seen.lines().collect());
    let at = (0..wanted.len().max(seen.len())).find(|at| wanted.get(*at) != seen.get(*at))?;
    let line =
        |lines: &[&str]| lines.get(at).map_or("the end".to_owned(), |line| format!("`{line}`"));
    Some(format!("saw {} instead of {}", line(&seen), line(&wanted)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_is_missing_or_another_one_is_seen() {
        assert_eq!(difference("a\nb\n", "a\nb\n"), None);
        assert_eq!(difference("a\nb\n", "a\nc\n").unwrap(), "saw `c` instead of `b`");
        assert_eq!(difference("a\nb\n", "a\n").unwrap(), "saw the end instead of `b`");
        assert_eq!(difference("a\n", "a\nb\n").unwrap(), "saw `b` instead of the end");
    }
}
