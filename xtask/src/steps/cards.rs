//! Our cards of Teams are held against the published schema, and Microsoft's own library draws them in a browser.

use crate::command::Program;
use crate::step::Stop;
use crate::tools;
use crate::workspace::Workspace;

/// The suites: they hand their cards to `interop/teams_cards.mjs`. The second one has nothing to do where no picture is asked
/// for.
const SUITES: &str = "message::drawn_tests:: message::picture_tests::";

/// Where the schema is: a crate has it word by word as Microsoft publishes it, under Microsoft's licence. Nothing is built of
/// that crate, and the program that reads the file knows its digest.
const SCHEMA: [&str; 3] = ["adaptive-card-core", "0.1.0", "data/adaptive-card-v1.6.schema.json"];

/// Runs them with all that the program needs.
pub(super) fn run(workspace: &Workspace) -> Result<(), Stop> {
    let packages = tools::node_packages(workspace, "teams-cards")?;
    let browser = tools::chromium(workspace)?;
    let [name, version, file] = SCHEMA;
    let schema = tools::crate_source(workspace, name, version)?.join(file);
    let (text, status) = Program::cargo(workspace)
        .words(&format!("test --workspace --locked --lib -- {SUITES}"))
        .env("TEAMS_CARDS_PACKAGES", packages)
        .env("TEAMS_CARDS_SCHEMA", schema)
        .env("TEAMS_CARDS_BROWSER", browser)
        // With this, a test that misses what it needs fails.
        .env("CI", "true")
        .run_and_read()?;
    // A name that matches nothing is no success.
    let ran = text.lines().any(|line| line.starts_with("test result: ok. 4 passed"));
    if status.success() && ran {
        Ok(())
    } else {
        Err(Stop::Failed(format!("`{SUITES}`: {status}, and four tests must pass")))
    }
}
