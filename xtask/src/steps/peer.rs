//! Official clients that are held against what stands in for their service.

use std::fs;

use crate::command::Program;
use crate::step::Stop;
use crate::workspace::Workspace;

/// Runs a program that calls a fake with the client of that name; it has to see what stands in `interop/WANTED`.
pub(super) fn sees(
    workspace: &Workspace,
    client: &str,
    program: Program,
    wanted: &str,
) -> Result<(), Stop> {
    let wanted = workspace.root.join("interop").join(wanted);
    let wanted = fs::read_to_string(&wanted)
        .map_err(|error| Stop::Failed(format!("`{}` cannot be read: {error}", wanted.display())))?;
    let (seen, status) = program.run_and_read()?;
    if !status.success() {
        return Err(Stop::Failed(format!("`{client}`: {status}")));
    }
    match difference(&wanted, &seen) {
        Some(problem) => Err(Stop::Failed(format!("`{client}` {problem}"))),
        None => Ok(()),
    }
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
