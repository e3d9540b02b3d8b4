//! What the check of a channel's set-up has found, as it is printed.

use approvals_slack::{Checkup, Finding, Level};
use serde::Serialize;

use crate::error::Error;
use crate::output::{Console, Page, Report, printable};

/// Prints it, and says how much is missing.
pub(super) fn report(checkup: &Checkup, console: &mut Console<'_>) -> Result<usize, Error> {
    let checked = Checked::new(checkup);
    console.report(&checked)?;
    Ok(checked.missing())
}

#[derive(Debug, Serialize)]
struct Checked {
    fine: bool,
    /// How many things a person has to look at.
    unchecked: usize,
    findings: Vec<Found>,
    #[serde(skip)]
    conclusion: String,
}

#[derive(Debug, Serialize)]
struct Found {
    what: String,
    level: String,
    says: String,
    #[serde(skip)]
    is_missing: bool,
}

impl Checked {
    fn new(checkup: &Checkup) -> Self {
        let findings = checkup.findings().iter().map(|finding| Found {
            what: finding.what.clone(),
            level: finding.level.to_string().to_lowercase(),
            says: finding.says.clone(),
            is_missing: finding.level == Level::Missing,
        });
        let is_unchecked = |finding: &&Finding| finding.level == Level::Unknown;
        Self {
            fine: checkup.is_fine(),
            unchecked: checkup.findings().iter().filter(is_unchecked).count(),
            findings: findings.collect(),
            conclusion: checkup.conclusion(),
        }
    }

    fn missing(&self) -> usize {
        self.findings.iter().filter(|found| found.is_missing).count()
    }
}

impl Report for Checked {
    fn text(&self) -> String {
        let mut page = Page::default();
        for Found { what, level, says, is_missing } in &self.findings {
            let level = if *is_missing { level.to_uppercase() } else { level.clone() };
            page.line(&format!("{level:<8} "), &printable(&format!("{what}: {says}")));
        }
        page.line("", &printable(&self.conclusion));
        page.into_text()
    }
}
