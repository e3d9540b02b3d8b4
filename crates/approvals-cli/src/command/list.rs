//! `approvals list`: all requests, one line each, and one more where it is known what they are done to.

use approvals_core::{Document, Principal, Request, RequestId, State, Timestamp, visible};
use serde::Serialize;

use crate::args::List;
use crate::error::Error;
use crate::output::{Console, Page, Report, WIDTH, printable};
use crate::phase;

pub(crate) fn run(args: &List, now: Timestamp, console: &mut Console<'_>) -> Result<(), Error> {
    let ledger = args.which.open()?;
    let trail = ledger.verify(None, &[], &mut console.progress, |_head, _entry| Ok(()))?.trail;
    let since = args.since.map(|since| since.before(now));
    let mut rows: Vec<(Timestamp, Row)> = Vec::new();
    for (id, state) in trail.states() {
        let Some((request, document)) = state.request().zip(trail.document(id)) else { continue };
        let row = Row::new(id, state, request, document);
        if since.is_none_or(|since| request.asked_at >= since) && row.is_wanted(args, request) {
            rows.push((request.asked_at, row));
        }
    }
    rows.sort_by_key(|(asked, row)| (*asked, row.request));
    let requests = rows.into_iter().map(|(_, row)| row).collect();
    console.report(&Listed { log: ledger.log().origin().to_owned(), requests })
}

#[derive(Debug, Serialize)]
struct Listed {
    log: String,
    /// Oldest first.
    requests: Vec<Row>,
}

#[derive(Debug, Serialize)]
struct Row {
    request: RequestId,
    asked: String,
    outcome: &'static str,
    action: String,
    requester: String,
    on_behalf_of: Vec<String>,
    resource: Option<String>,
    emergency: bool,
}

impl Row {
    fn new(id: RequestId, state: &State, request: &Request, document: &Document) -> Self {
        let name = |principal: &Principal| principal.id().to_string();
        Self {
            request: id,
            asked: request.asked_at.to_string(),
            outcome: phase::word(state.phase()),
            action: document.action.to_string(),
            requester: name(request.requester.principal()),
            on_behalf_of: request.requester.chain().iter().map(name).collect(),
            resource: document.resource.clone(),
            emergency: request.ruling.break_glass.is_some(),
        }
    }

    fn is_wanted(&self, args: &List, request: &Request) -> bool {
        let outcome = args.outcome.as_deref().is_none_or(|wanted| wanted == self.outcome);
        let action = args.action.as_deref().is_none_or(|wanted| match wanted.strip_suffix('*') {
            Some(stem) if stem.ends_with('.') => self.action.starts_with(stem),
            Some(_) | None => self.action == wanted,
        });
        let mut who = request.requester.everybody();
        let by = |wanted: &str| who.any(|one| one.ids().any(|id| id.as_str() == wanted));
        outcome && action && args.requester.as_deref().is_none_or(by)
    }
}

/// How many letters of their ids tell all of these apart; never fewer than tell the time.
fn telling(rows: &[Row]) -> usize {
    let mut ids: Vec<String> = rows.iter().map(|row| row.request.to_string()).collect();
    ids.sort();
    let shared = |one: &String, next: &String| {
        one.bytes().zip(next.bytes()).take_while(|(a, b)| a == b).count()
    };
    let next = ids.iter().skip(1);
    let most = ids.iter().zip(next).map(|(one, next)| shared(one, next).saturating_add(1)).max();
    most.unwrap_or_default().max(13)
}

impl Report for Listed {
    fn text(&self) -> String {
        let mut page = Page::default();
        if self.requests.is_empty() {
            page.line("", "no requests");
            return page.into_text();
        }
        let id = telling(&self.requests);
        let word = self.requests.iter().map(|row| row.outcome.len()).max().unwrap_or_default();
        for row in &self.requests {
            let known: String = row.request.to_string().chars().take(id).collect();
            // To the minute: `show` has the rest.
            let asked: String = row.asked.chars().take(16).collect();
            let mark = if row.emergency { "EMERGENCY " } else { "" };
            let line = format!(
                "{known}  {asked}Z  {:<word$}  {mark}{} by {}",
                row.outcome,
                row.action,
                printable(&row.requester)
            );
            page.text(&bounded(&line));
            page.gap();
            if let Some(resource) = &row.resource {
                page.text(&bounded(&format!("{:id$}  on {}", "", visible::text(resource))));
                page.gap();
            }
        }
        page.into_text()
    }
}

/// What fits into a line; three dots stand for the rest.
fn bounded(line: &str) -> String {
    if line.len() <= WIDTH {
        return line.to_owned();
    }
    let kept: String = line.chars().take(WIDTH.saturating_sub(3)).collect();
    format!("{kept}...")
}
