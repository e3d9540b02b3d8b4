//! `approvals log events`: what happened to the log itself.

use approvals_core::Event;
use serde::Serialize;

use super::timeline::Step;
use crate::args::Events;
use crate::error::Error;
use crate::output::{Console, Page, Report, printable};
use crate::signature::Keys;

pub(crate) fn run(args: &Events, console: &mut Console<'_>) -> Result<(), Error> {
    let ledger = args.which.open()?;
    let mut entries = Vec::new();
    ledger.verify(None, &[], &mut console.progress, |_head, entry| {
        if entry.request.is_none() {
            entries.push(entry);
        }
        Ok(())
    })?;
    let keys = Keys::of(&entries);
    let steps = entries.iter().filter_map(|entry| {
        let event = Event::parse(&entry.bytes).ok()?;
        Some(Step::new(entry.index, &event, &keys))
    });
    console.report(&Told { log: ledger.log().origin().to_owned(), events: steps.collect() })
}

#[derive(Debug, Serialize)]
struct Told {
    log: String,
    events: Vec<Step>,
}

impl Report for Told {
    fn text(&self) -> String {
        let mut page = Page::default();
        page.line("-- events of the log ", &printable(&self.log));
        for step in &self.events {
            step.lines(None, &mut page);
        }
        page.line("   ", "the log was verified, with the key that is in the file");
        page.into_text()
    }
}
