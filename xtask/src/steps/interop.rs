//! Others read what we write, and we read what they write: OpenSSL, and Python's `cryptography`.

use crate::command::Program;
use crate::step::Stop;
use crate::tools;
use crate::workspace::Workspace;

/// The suites: package, test target, and the part of it. A new one is one more line.
const SUITES: &[(&str, &str, &str)] = &[("approvals-log", "log", "interop::")];

/// Runs every suite with the pinned Python first in the path.
pub(super) fn run(workspace: &Workspace) -> Result<(), Stop> {
    tools::openssl(workspace)?;
    let python = tools::python(workspace)?;
    for (package, target, part) in SUITES {
        let (text, status) = Program::cargo(workspace)
            .words("test --locked --package")
            .words(&format!("{package} --test {target} {part} -- --include-ignored"))
            .first_on_path(&python)?
            // With this, a test that misses its program fails.
            .env("CI", "true")
            .run_and_read()?;
        if !status.success() || passed(&text) == 0 {
            return Err(Stop::Failed(format!(
                "`{part}` in `{package}`: {status}, {} passed",
                passed(&text)
            )));
        }
    }
    Ok(())
}

/// How many tests passed: a filter that matches nothing is no success.
fn passed(text: &str) -> usize {
    let results = text.lines().filter_map(|line| line.strip_prefix("test result: ok. "));
    results.filter_map(|rest| rest.split(' ').next()?.parse::<usize>().ok()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_test_at_all_is_seen() {
        assert_eq!(passed("running 3 tests\ntest result: ok. 3 passed; 0 failed; 0 ignored\n"), 3);
        assert_eq!(passed("running 0 tests\ntest result: ok. 0 passed; 0 failed; 0 ignored\n"), 0);
        assert_eq!(passed("test result: FAILED. 2 passed; 1 failed\n"), 0);
    }
}
