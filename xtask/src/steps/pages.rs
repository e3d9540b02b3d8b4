//! The pages of the inbox are opened in a browser: light and dark, wide and narrow, judged by axe, and their scripts tried.

use crate::command::Program;
use crate::step::Stop;
use crate::tools;
use crate::workspace::Workspace;

/// The test that writes the pages.
const SUITE: &str = "inbox::pages_tests::every_page_renders_and_can_be_written_for_a_browser";

/// Writes the pages, and opens them. With `INBOX_PICTURES`, what is seen is written into that folder.
pub(super) fn run(workspace: &Workspace) -> Result<(), Stop> {
    let packages = tools::node_packages(workspace, "inbox-pages")?;
    let browser = tools::chromium(workspace)?;
    let pages = workspace.target.join("inbox-pages");
    let (_text, status) = Program::cargo(workspace)
        .words("test --workspace --locked --lib -- --exact")
        .arg(SUITE)
        .env("INBOX_PAGES", &pages)
        .run_and_read()?;
    if !status.success() {
        return Err(Stop::Failed(format!("`{SUITE}`: {status}")));
    }
    let program = Program::new(workspace, "node").words("interop/inbox_pages.mjs");
    let mut program = program.arg(packages).arg(pages).arg(browser);
    if let Some(pictures) = std::env::var_os("INBOX_PICTURES") {
        program = program.arg(pictures);
    }
    program.run()
}
