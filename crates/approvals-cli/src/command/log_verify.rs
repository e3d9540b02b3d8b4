//! `approvals log verify`: whether the log is what its key signed, and what that does not show.

use std::collections::BTreeMap;

use approvals_core::{Purpose, Timestamp};
use serde::Serialize;

use crate::args::Verify;
use crate::emergency::{self, Emergency};
use crate::error::{Damage, Error};
use crate::ledger::Verified;
use crate::output::{Console, Format, Page, Report, hex, printable};
use crate::phase;
use crate::signature::purpose;
use crate::trust;

pub(crate) fn run(args: &Verify, now: Timestamp, console: &mut Console<'_>) -> Result<(), Error> {
    let trusted = args.vkey.as_deref().map(trust::vkey).transpose()?;
    let ledger = args.which.open()?;
    let result = trust::seen(&args.seen, trusted.as_ref().unwrap_or_else(|| ledger.log().vkey()))
        .and_then(|seen| {
            let verified = ledger.verify(
                trusted.as_ref(),
                &seen,
                &mut console.progress,
                |_head, _entry| Ok(()),
            )?;
            let newest_seen = seen.iter().map(approvals_log::Checkpoint::size).max();
            let mut whole = Whole::new(&verified, trusted.is_some(), seen.len(), newest_seen);
            whole.unreviewed = emergency::unreviewed(&verified.trail, now);
            Ok(whole)
        });
    match result {
        Ok(intact) => console.report(&intact),
        Err(error) => {
            if error.is_damage() && console.format == Format::Json {
                console.report(&Broken {
                    intact: false,
                    problem: error.chain(),
                    damages: error.damages(),
                })?;
            }
            Err(error)
        }
    }
}

/// A log of which everything holds.
#[derive(Debug, Serialize)]
struct Whole {
    intact: bool,
    origin: String,
    events: u64,
    root: String,
    /// How many stored checkpoints agree.
    checkpoints: u64,
    vkey: String,
    /// Whether the key came from elsewhere.
    vkey_given: bool,
    /// How many checkpoints from elsewhere are part of the log.
    seen: usize,
    /// How many events the largest of them covers.
    seen_events: Option<u64>,
    keys: Vec<Named>,
    requests: usize,
    outcomes: BTreeMap<&'static str, usize>,
    /// Emergencies that nobody has reviewed yet.
    unreviewed: Vec<Emergency>,
    notes: Vec<String>,
}

/// A key that the log names.
#[derive(Debug, Serialize)]
struct Named {
    purpose: Purpose,
    kid: String,
}

/// A log that does not hold.
#[derive(Debug, Serialize)]
struct Broken {
    intact: bool,
    problem: String,
    damages: Vec<Damage>,
}

impl Whole {
    fn new(verified: &Verified, vkey_given: bool, seen: usize, seen_events: Option<u64>) -> Self {
        let Verified { report, trail } = verified;
        let mut outcomes = BTreeMap::new();
        for (_, state) in trail.states() {
            let count: &mut usize = outcomes.entry(phase::word(state.phase())).or_default();
            *count = count.saturating_add(1);
        }
        let events = report.head.checkpoint.size();
        Self {
            intact: true,
            origin: report.vkey.name().to_owned(),
            events,
            root: hex(&report.head.checkpoint.root()),
            checkpoints: report.checkpoints,
            vkey: report.vkey.to_string(),
            vkey_given,
            seen,
            seen_events,
            keys: trail.keys().map(|(purpose, kid)| Named { purpose, kid }).collect(),
            requests: trail.states().count(),
            outcomes,
            unreviewed: Vec::new(),
            notes: notes(vkey_given, seen_events, events),
        }
    }
}

/// What this verification does not show.
fn notes(vkey_given: bool, seen_events: Option<u64>, events: u64) -> Vec<String> {
    let key = "the key is the one in the file; give --vkey to check against one you got elsewhere";
    let alone = "a ledger alone cannot show that its newest events were cut off, or that whoever has the log key \
                 rewrote all of it; give --seen a checkpoint that was kept elsewhere";
    let mut notes: Vec<_> = (!vkey_given).then(|| key.to_owned()).into_iter().collect();
    notes.push(match seen_events {
        None => alone.to_owned(),
        Some(covered) => format!(
            "the checkpoints given cover {covered} of {events} events; that others after those {covered} were cut off \
             or rewritten, only a newer checkpoint can show"
        ),
    });
    notes
}

impl Report for Whole {
    fn text(&self) -> String {
        let mut page = Page::default();
        page.line("", "intact: every hash, signature and event holds");
        page.gap();
        page.line("log          ", &printable(&self.origin));
        page.line("events       ", &self.events.to_string());
        page.line("root         ", &self.root);
        page.line(
            "checkpoints  ",
            &format!("{} in the file, all of them of this log", self.checkpoints),
        );
        let seen = |covered| {
            format!(
                "{} given, all of them of this log; the newest is of {covered} events",
                self.seen
            )
        };
        page.line("seen         ", &self.seen_events.map_or_else(|| "none given".to_owned(), seen));
        page.line(
            "key          ",
            if self.vkey_given { "the one given" } else { "the one in the file" },
        );
        // On one line, however long: it is there to be copied.
        page.text(&format!("             {}\n", printable(&self.vkey)));
        for key in &self.keys {
            page.line("             ", &format!("{:<8}  {}", purpose(key.purpose), key.kid));
        }
        page.line("requests     ", &self.requests.to_string());
        for (word, count) in
            phase::WORDS.iter().filter_map(|word| Some((word, self.outcomes.get(word)?)))
        {
            page.line("             ", &format!("{word:<13}  {count}"));
        }
        page.gap();
        emergency::alarm(&self.unreviewed, &mut page);
        for note in &self.notes {
            page.line("note: ", note);
        }
        page.into_text()
    }
}

impl Report for Broken {
    /// People read it on stderr.
    fn text(&self) -> String {
        String::new()
    }
}
