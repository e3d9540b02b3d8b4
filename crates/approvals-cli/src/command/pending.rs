//! `approvals pending`: what waits for people, and what was started and never finished.

use approvals_core::{
    Body, Document, Event, Phase, Principal, Request, RequestId, State, Timestamp, What,
};
use serde::Serialize;

use crate::args::Pending;
use crate::error::Error;
use crate::ledger::{Ledger, beside};
use crate::output::{Console, Page, Report, printable};

pub(crate) fn run(args: &Pending, now: Timestamp, console: &mut Console<'_>) -> Result<(), Error> {
    let ledger = args.which.open()?;
    let trail = ledger.verify(None, &[], &mut console.progress, |_head, _entry| Ok(()))?.trail;
    let mut listed = Listed {
        log: ledger.log().origin().to_owned(),
        now: now.to_string(),
        waiting: vec![],
        started: vec![],
    };
    let mut open: Vec<_> =
        trail.states().filter_map(|(id, state)| Some((id, state, state.request()?))).collect();
    open.sort_by_key(|(id, _, request)| (request.asked_at, *id));
    for (id, state, request) in open {
        let events = trail.events(id);
        match state.phase() {
            Phase::Pending => listed.waiting.push(Row::new(&ledger, state, request, events, now)?),
            Phase::Started => listed.started.push(Row::new(&ledger, state, request, events, now)?),
            Phase::Absent | Phase::Allowed | Phase::Granted | Phase::Ended(_) => {}
        }
    }
    console.report(&listed)
}

#[derive(Debug, Serialize)]
struct Listed {
    log: String,
    now: String,
    waiting: Vec<Row>,
    /// What became of these is unknown, unless they are still running.
    started: Vec<Row>,
}

#[derive(Debug, Serialize)]
struct Row {
    request: RequestId,
    action: String,
    requester: String,
    on_behalf_of: Vec<String>,
    asked: String,
    decide_by: String,
    /// None left: nobody can approve it any more, though nobody has closed it yet.
    seconds_left: u64,
    needs: Vec<Seats>,
    approved_by: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    started: Option<String>,
}

#[derive(Debug, Serialize)]
struct Seats {
    count: u32,
    group: String,
    obligation: String,
}

impl Row {
    fn new(
        ledger: &Ledger,
        state: &State,
        request: &Request,
        events: &[Event],
        now: Timestamp,
    ) -> Result<Self, Error> {
        let id = |principal: &Principal| principal.id().to_string();
        let seats = request.obligations().into_iter().flatten().flat_map(|obligation| {
            let seats = move |seats: &approvals_core::Seats| Seats {
                count: seats.count.get(),
                group: seats.group.to_string(),
                obligation: obligation.name.to_string(),
            };
            obligation.quorum.iter().map(seats)
        });
        let started = events.iter().find(|event| matches!(event.what, What::Started { .. }));
        Ok(Self {
            request: request.id,
            action: action(ledger, request, events)?,
            requester: id(request.requester.principal()),
            on_behalf_of: request.requester.chain().iter().map(id).collect(),
            asked: request.asked_at.to_string(),
            decide_by: request.approve_by.to_string(),
            seconds_left: state.time(now).until(request.approve_by).as_secs(),
            needs: seats.collect(),
            approved_by: state.approvers(now).map(|decision| id(&decision.reviewer)).collect(),
            started: started.map(|event| event.at.to_string()),
        })
    }

    fn left(&self) -> String {
        let (minutes, seconds) = (self.seconds_left / 60, self.seconds_left % 60);
        match (minutes / 60 / 24, minutes / 60, minutes) {
            (_, 0, 0) if seconds == 0 => "expired".to_owned(),
            (_, 0, 0) => format!("{seconds}s"),
            (_, 0, _) => format!("{minutes}m {seconds:02}s"),
            (0, hours, _) => format!("{hours}h {:02}m", minutes % 60),
            (days, hours, _) => format!("{days}d {:02}h", hours % 24),
        }
    }

    fn approvals(&self) -> String {
        let needed = self.needs.iter().fold(0_u32, |sum, seats| sum.saturating_add(seats.count));
        format!("{} of {needed}", self.approved_by.len())
    }

    fn asker(&self) -> String {
        let chain = self.on_behalf_of.iter().map(String::as_str);
        std::iter::once(self.requester.as_str()).chain(chain).collect::<Vec<_>>().join(" for ")
    }

    fn needed(&self) -> String {
        let seats = self.needs.iter().map(|seats| format!("{} of {}", seats.count, seats.group));
        let who = seats.collect::<Vec<_>>().join(", ");
        if self.approved_by.is_empty() {
            who
        } else {
            format!("{who}; approved by {}", self.approved_by.join(", "))
        }
    }
}

/// The name of the action, from the document that the request is about.
fn action(ledger: &Ledger, request: &Request, events: &[Event]) -> Result<String, Error> {
    let body = events.iter().find_map(|event| {
        let What::Requested { document, .. } = &event.what else { return None };
        Some(document)
    });
    // A large one stands beside its entry. The digest ties it to what was verified.
    let entries = match body {
        Some(Body::Beside(_)) => ledger.history(Some(request.id))?,
        Some(Body::Inline(_)) | None => Vec::new(),
    };
    let find = |digest| entries.iter().find_map(|entry| beside(entry, digest));
    let bytes = body.and_then(|body| body.bytes(request.action, find));
    let document = bytes.and_then(|bytes| Document::parse(bytes).ok());
    Ok(document.map_or_else(|| "unknown".to_owned(), |document| document.action.to_string()))
}

/// The widths of a table whose rows have 80 columns: id, action, time left, approvals.
const ACTION: usize = 20;

impl Report for Listed {
    fn text(&self) -> String {
        let mut page = Page::default();
        if self.waiting.is_empty() {
            page.line("", "nothing is waiting");
        } else {
            page.line("", &format!("waiting for a decision: {}", self.waiting.len()));
            page.gap();
            page.text(&head("TIME LEFT"));
            for row in &self.waiting {
                row.lines(&row.left(), &mut page);
            }
        }
        if !self.started.is_empty() {
            page.gap();
            page.line(
                "",
                &format!(
                    "started and not finished, unknown unless still running: {}",
                    self.started.len()
                ),
            );
            page.gap();
            page.text(&head(""));
            for row in &self.started {
                row.lines("", &mut page);
            }
        }
        page.into_text()
    }
}

fn head(left: &str) -> String {
    format!("{:<36}  {:<ACTION$}  {left:<9}  APPROVALS\n", "REQUEST", "ACTION")
}

impl Row {
    fn lines(&self, left: &str, page: &mut Page) {
        let is_long = self.action.len() > ACTION;
        let action = if is_long { "(below)" } else { self.action.as_str() };
        page.text(&format!(
            "{}  {action:<ACTION$}  {left:<9}  {}\n",
            self.request,
            self.approvals()
        ));
        if is_long {
            page.line("  action     ", &self.action);
        }
        page.line("  requester  ", &printable(&self.asker()));
        page.line("  asked      ", &self.asked);
        if let Some(started) = &self.started {
            page.line("  started    ", started);
        }
        page.line("  needs      ", &printable(&self.needed()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn left(seconds_left: u64) -> String {
        let request = "01980a4c-5b1e-7d11-8f43-0b2a6c1d9e55".parse().unwrap();
        let (action, requester) = (String::new(), String::new());
        let (asked, decide_by) = (String::new(), String::new());
        let (on_behalf_of, needs, approved_by) = (vec![], vec![], vec![]);
        Row {
            request,
            action,
            requester,
            on_behalf_of,
            asked,
            decide_by,
            seconds_left,
            needs,
            approved_by,
            started: None,
        }
        .left()
    }

    #[test]
    fn the_time_left_is_two_units_that_matter() {
        let shown = [0, 59, 60, 3599, 3600, 86_399, 86_400, 90_061].map(left);
        assert_eq!(
            shown,
            ["expired", "59s", "1m 00s", "59m 59s", "1h 00m", "23h 59m", "1d 00h", "1d 01h"]
        );
    }
}
