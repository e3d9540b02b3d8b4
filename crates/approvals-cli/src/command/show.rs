//! `approvals show`: one request from the question to the outcome.

use approvals_core::{
    Card, Claims, Document, Entry, Event, Phase, RequestId, State, Timestamp, What,
};
use serde::Serialize;

use super::timeline::Step;
use crate::args::Show;
use crate::error::Error;
use crate::ledger::{beside, choose};
use crate::output::{Console, Page, Report, WIDTH, printable};
use crate::phase;
use crate::signature::Keys;

pub(crate) fn run(args: &Show, now: Timestamp, console: &mut Console<'_>) -> Result<(), Error> {
    let ledger = args.which.open()?;
    let given = args.request.to_ascii_lowercase();
    let mut entries = Vec::new();
    let verified = ledger.verify(None, &[], &mut console.progress, |_head, entry| {
        if entry.request.is_none_or(|id| id.to_string().starts_with(&given)) {
            entries.push(entry);
        }
        Ok(())
    });
    let damage = verified.err();
    let id = match (&damage, given.parse()) {
        (None, _) => choose(&given, &entries.iter().filter_map(|entry| entry.request).collect())?,
        (Some(error), Ok(id)) if error.is_damage() => id,
        (Some(_), _) => return damage.map_or(Ok(()), Err),
    };
    // What can still be read of a damaged ledger is shown, and marked as that.
    if damage.is_some() {
        entries = ledger.history(None)?;
        entries.extend(ledger.history(Some(id))?);
    }
    let shown = Timeline::new(id, &entries, damage.as_ref(), now)?;
    console.report(&shown)?;
    match (damage, shown.problems.into_iter().next()) {
        (Some(damage), _) => Err(damage),
        (None, Some(problem)) => Err(Error::Unsound(id.to_string(), problem)),
        (None, None) => Ok(()),
    }
}

#[derive(Debug, Serialize)]
struct Timeline {
    request: RequestId,
    outcome: &'static str,
    outcome_text: String,
    /// Whether the whole log was found to hold.
    log_verified: bool,
    log_problem: Option<String>,
    /// What does not hold in this request.
    problems: Vec<String>,
    /// The action's document, as approved.
    document: Option<serde_json::Value>,
    #[serde(skip)]
    card: Option<Card>,
    card_digest: Option<String>,
    events: Vec<Step>,
}

impl Timeline {
    fn new(
        id: RequestId,
        entries: &[Entry],
        damage: Option<&Error>,
        now: Timestamp,
    ) -> Result<Self, Error> {
        let (own, logs): (Vec<_>, Vec<_>) =
            entries.iter().partition(|entry| entry.request == Some(id));
        if own.is_empty() {
            return Err(Error::NoRequest(id.to_string()));
        }
        let keys = Keys::of(logs.into_iter().filter(|entry| entry.request.is_none()));
        let mut problems = Vec::new();
        let mut events = Vec::new();
        let mut steps = Vec::new();
        let mut found = None;
        for entry in own {
            match Event::parse(&entry.bytes) {
                Ok(event) => {
                    found = found.or_else(|| asked(entry, &event));
                    let step = Step::new(entry.index, &event, &keys);
                    problems.extend(step.problem());
                    steps.push(step);
                    events.push(event);
                }
                Err(error) => problems.push(format!("event {}: {error}", entry.index)),
            }
        }
        if found.is_none() {
            problems.push("its document is missing or is another one".to_owned());
        }
        let (document, card) = found.unzip();
        let (outcome, outcome_text) = match State::fold(&events) {
            Ok(state) => (phase::word(state.phase()), outcome(&state, now)),
            Err(error) => {
                problems.push(error.to_string());
                ("unknown", "unknown: its events do not follow each other".to_owned())
            }
        };
        Ok(Self {
            request: id,
            outcome,
            outcome_text,
            log_verified: damage.is_none(),
            log_problem: damage.map(Error::chain),
            problems,
            document,
            card_digest: card
                .as_ref()
                .and_then(|card| card.digest().ok())
                .map(|digest| digest.to_string()),
            card,
            events: steps,
        })
    }
}

/// The document and the card, if `event` is the question and what it names is there.
fn asked(entry: &Entry, event: &Event) -> Option<(serde_json::Value, Card)> {
    let What::Requested { request, document } = &event.what else { return None };
    let bytes = document.bytes(request.action, |digest| beside(entry, digest))?;
    let card = Card::new(request.clone(), Document::parse(bytes).ok()?).ok()?;
    Some((serde_json::from_slice(bytes).ok()?, card))
}

fn outcome(state: &State, now: Timestamp) -> String {
    let ending = ending(state, now);
    match state.review_due() {
        None => ending,
        Some((_, true)) => format!("{ending}; the emergency was reviewed"),
        Some((due, false)) if state.time(now) < due => {
            format!("{ending}; the emergency is to be reviewed until {due}")
        }
        Some((due, false)) => {
            format!("{ending}; the emergency was to be reviewed until {due}, and NOBODY HAS")
        }
    }
}

fn ending(state: &State, now: Timestamp) -> String {
    let sentence = phase::sentence(state.phase());
    let (until, what) = match state.phase() {
        Phase::Allowed => (state.request().map(|request| request.approve_by), "run"),
        Phase::Pending => (state.request().map(|request| request.approve_by), "decided"),
        Phase::Granted => (state.grant().map(Claims::expires_at), "run"),
        Phase::Absent | Phase::Started | Phase::Ended(_) => (None, ""),
    };
    match until {
        None => sentence,
        Some(until) if state.time(now) < until => {
            format!("{sentence}; it can be {what} until {until}")
        }
        Some(until) => {
            format!("{sentence}; it could be {what} until {until}, and nobody has closed it yet")
        }
    }
}

impl Report for Timeline {
    fn text(&self) -> String {
        let mut page = Page::default();
        if let Some(problem) = &self.log_problem {
            page.line(
                "",
                "THE LOG DOES NOT VERIFY: what follows is what the file says, true or not",
            );
            page.line("  ", problem);
            page.gap();
        }
        match &self.card {
            Some(card) => page.text(&card.render(WIDTH)),
            None => page.line("", "the card cannot be shown: what it was made from is missing"),
        }
        page.line("", "-- timeline: event, time by the clock of the gate, what");
        for step in &self.events {
            step.lines(self.card_digest.as_deref(), &mut page);
        }
        page.line("", "-- outcome");
        page.line("   ", &self.outcome_text);
        for problem in &self.problems {
            page.line("   DOES NOT HOLD: ", &printable(problem));
        }
        if self.log_verified {
            page.line("   ", "the log was verified, with the key that is in the file");
        }
        page.into_text()
    }
}
