//! `approvals policy check`: whether policies load, and what is in them.

use std::path::Path;

use approvals_core::{Policy as _, Rules};
use serde::Serialize;

use crate::args::Check;
use crate::error::Error;
use crate::mistake::{self, Mistake};
use crate::output::{Console, Page, Report, printable};

pub(crate) fn run(args: &Check, console: &mut Console<'_>) -> Result<(), Error> {
    let files: Vec<Checked> =
        args.files.iter().map(|path| Checked::new(path)).collect::<Result<_, Error>>()?;
    let checked = All { files };
    console.report(&checked)?;
    let mistakes: Vec<Mistake> =
        checked.files.into_iter().filter_map(|file| file.mistake).collect();
    if mistakes.is_empty() { Ok(()) } else { Err(Error::Mistakes(mistakes)) }
}

#[derive(Debug, Serialize)]
struct All {
    files: Vec<Checked>,
}

#[derive(Debug, Serialize)]
struct Checked {
    file: String,
    loads: bool,
    mistake: Option<Mistake>,
    #[serde(flatten)]
    content: Option<Content>,
}

#[derive(Debug, Serialize)]
struct Content {
    digest: String,
    rules: Vec<String>,
    actions: Vec<String>,
    facts: Vec<String>,
    obligations: Vec<String>,
    /// The denials that an emergency can set aside.
    break_glass: Vec<String>,
    tests: usize,
    /// What loads and is probably a mistake.
    doubts: Vec<String>,
}

impl Checked {
    fn new(path: &Path) -> Result<Self, Error> {
        let text = mistake::policy(path)?;
        let loaded = text.parse::<Rules>();
        Ok(Self {
            file: path.display().to_string(),
            loads: loaded.is_ok(),
            mistake: loaded.as_ref().err().map(|error| Mistake::of_rules(path, &text, error)),
            content: loaded.ok().map(|rules| Content::new(&rules)),
        })
    }
}

impl Content {
    fn new(rules: &Rules) -> Self {
        let words = rules.vocabulary();
        let emergency = words.break_glass().map(|(_, terms)| terms.rules.as_slice());
        Self {
            digest: rules.digest().to_string(),
            rules: rules
                .in_words()
                .keys()
                .filter_map(|key| Some(key.strip_prefix("rule ")?.to_owned()))
                .collect(),
            actions: words.actions().map(|(name, _)| name.to_string()).collect(),
            facts: words.facts().map(|(name, kind)| format!("{name}: {kind}")).collect(),
            obligations: words.obligations().map(ToString::to_string).collect(),
            break_glass: emergency.unwrap_or_default().iter().map(ToString::to_string).collect(),
            tests: rules.tests().len(),
            doubts: rules.doubts(),
        }
    }
}

impl Report for All {
    /// What does not load is told on stderr.
    fn text(&self) -> String {
        let mut page = Page::default();
        for checked in &self.files {
            let Some(content) = &checked.content else { continue };
            page.line("ok: ", &printable(&checked.file));
            for (label, names) in [
                ("rules", &content.rules),
                ("actions", &content.actions),
                ("facts", &content.facts),
                ("obligations", &content.obligations),
                ("emergencies", &content.break_glass),
            ] {
                let list = if names.is_empty() {
                    String::new()
                } else {
                    format!(": {}", names.join(", "))
                };
                page.line(
                    &format!("  {label:<12} "),
                    &printable(&format!("{}{list}", names.len())),
                );
            }
            let pass = if content.tests == 0 { "" } else { ", all of them pass" };
            page.line("  tests        ", &format!("{}{pass}", content.tests));
            page.line("  digest       ", &content.digest);
            for doubt in &content.doubts {
                page.line("  doubt: ", &printable(doubt));
            }
        }
        page.into_text()
    }
}
