//! Others read what we write, and we read what they write: OpenSSL, and Python's `cryptography`.

use crate::command::Program;
use crate::step::Stop;
use crate::tools;
use crate::workspace::Workspace;

/// The suites: a test target, and which of its tests. A new one is one more line.
const SUITES: &[(&str, &str)] = &[("log", "interop::"), ("cli", "interop::")];

/// Runs every suite with the pinned Python first in the path.
pub(super) fn run(workspace: &Workspace) -> Result<(), Stop> {
    tools::openssl(workspace)?;
    let python = tools::python(workspace)?;
    for (target, tests) in SUITES {
        let (text, status) = Program::cargo(workspace)
            .words(&format!(
                "test --workspace --locked --test {target} {tests} -- --include-ignored"
            ))
            .first_on_path(&python)?
            // With this, a test that misses its program fails.
            .env("CI", "true")
            .run_and_read()?;
        let passed = passed(&text);
        if !status.success() || passed == 0 {
            return Err(Stop::Failed(format!(
                "`{tests}` in `{target}`: {status}, {passed} tests passed"
            )));
        }
    }
    Ok(())
}

/// How many tests passed: a name that matches none of them is no success.
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
