//! `approvals pending`: what waits for people, and what was started and never finished.

use approvals_core::{Document, Phase, Principal, Request, RequestId, State, Timestamp, visible};
use serde::Serialize;

use super::in_force::InForce;
use crate::args::Pending;
use crate::emergency::{self, Emergency};
use crate::error::Error;
use crate::output::{Console, Page, Report, printable};

pub(crate) fn run(args: &Pending, now: Timestamp, console: &mut Console<'_>) -> Result<(), Error> {
    let ledger = args.which.open()?;
    let trail = ledger.verify(None, &[], &mut console.progress, |_head, _entry| Ok(()))?.trail;
    let everything = !args.unknown && !args.unreviewed;
    let (mut waiting, mut started, mut dropped) = (Vec::new(), Vec::new(), Vec::new());
    let mut open: Vec<_> =
        trail.states().filter_map(|(id, state)| Some((id, state, state.request()?))).collect();
    open.sort_by_key(|(id, _, request)| (request.asked_at, *id));
    for (id, state, request) in open {
        let row = || Row::new(trail.document(id), state, request, now);
        if *state.phase() == Phase::Pending {
            waiting.push(row());
        } else if *state.phase() == Phase::Started {
            started.push(row());
        } else if state.is_in_doubt() {
            dropped.push(row());
        }
    }
    console.report(&Listed {
        log: ledger.log().origin().to_owned(),
        now: now.to_string(),
        waiting: everything.then_some(waiting),
        started: (everything || args.unknown).then_some(started),
        dropped: (everything || args.unknown).then_some(dropped),
        unreviewed: (everything || args.unreviewed).then(|| emergency::unreviewed(&trail, now)),
        in_force: everything.then(|| InForce::new(trail.control(), now)),
    })
}

#[derive(Debug, Serialize)]
struct Listed {
    log: String,
    now: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    waiting: Option<Vec<Row>>,
    /// What became of these is unknown, unless they are still running.
    #[serde(skip_serializing_if = "Option::is_none")]
    started: Option<Vec<Row>>,
    /// What became of these is unknown: their callers went away.
    #[serde(skip_serializing_if = "Option::is_none")]
    dropped: Option<Vec<Row>>,
    /// Emergencies that nobody has looked at yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    unreviewed: Option<Vec<Emergency>>,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    in_force: Option<InForce>,
}

#[derive(Debug, Serialize)]
struct Row {
    request: RequestId,
    action: String,
    resource: Option<String>,
    requester: String,
    on_behalf_of: Vec<String>,
    asked: String,
    decide_by: String,
    /// None left: nobody can approve it any more, though nobody has closed it yet.
    seconds_left: u64,
    needs: Vec<Seats>,
    approved_by: Vec<String>,
    /// The standing grant that covers it, so that nobody was asked.
    standing: Option<RequestId>,
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
    fn new(document: Option<&Document>, state: &State, request: &Request, now: Timestamp) -> Self {
        let id = |principal: &Principal| principal.id().to_string();
        let seats = request.obligations().into_iter().flatten().flat_map(|obligation| {
            let seats = move |seats: &approvals_core::Seats| Seats {
                count: seats.count.get(),
                group: seats.group.to_string(),
                obligation: obligation.name.to_string(),
            };
            obligation.quorum.iter().map(seats)
        });
        let action = document.map(|document| document.action.to_string());
        Self {
            request: request.id,
            action: action.unwrap_or_else(|| "unknown".to_owned()),
            resource: document.and_then(|document| document.resource.clone()),
            requester: id(request.requester.principal()),
            on_behalf_of: request.requester.chain().iter().map(id).collect(),
            asked: request.asked_at.to_string(),
            decide_by: request.approve_by.to_string(),
            seconds_left: state.time(now).until(request.approve_by).as_secs(),
            needs: seats.collect(),
            approved_by: state.approvers(now).map(|decision| id(&decision.reviewer)).collect(),
            standing: request.standing,
            started: state.started().map(|started| started.at.to_string()),
        }
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
        if self.standing.is_some() {
            return "standing".to_owned();
        }
        let needed = self.needs.iter().fold(0_u32, |sum, seats| sum.saturating_add(seats.count));
        if needed == 0 {
            return "none asked".to_owned();
        }
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

/// The widths of a table whose rows have 80 columns: id, action, time left, approvals.
const ACTION: usize = 20;

impl Report for Listed {
    fn text(&self) -> String {
        let mut page = Page::default();
        let everything = self.waiting.is_some();
        let unreviewed = self.unreviewed.as_deref().unwrap_or_default();
        if let Some(waiting) = &self.waiting {
            emergency::alarm(unreviewed, &mut page);
            if waiting.is_empty() {
                page.line("", "nothing is waiting");
            }
            table("waiting for a decision", "TIME LEFT", waiting, Row::left, &mut page);
        }
        let started = self.started.as_deref().unwrap_or_default();
        let dropped = self.dropped.as_deref().unwrap_or_default();
        let title = "started and not finished, unknown unless still running";
        if everything && !started.is_empty() {
            page.gap();
        }
        table(title, "", started, |_| String::new(), &mut page);
        if !dropped.is_empty() && (everything || !started.is_empty()) {
            page.gap();
        }
        table(
            "dropped on the way, what became of it is unknown",
            "",
            dropped,
            |_| String::new(),
            &mut page,
        );
        if everything {
            if let Some(in_force) = &self.in_force {
                in_force.lines(&mut page);
            }
            return page.into_text();
        }
        if self.started.is_some() && started.is_empty() && dropped.is_empty() {
            page.line("", "nothing is unknown");
        }
        if self.unreviewed.is_some() {
            let count = unreviewed.len();
            page.line("", &format!("emergencies that nobody has reviewed yet: {count}"));
            for one in unreviewed {
                one.lines(&mut page);
            }
        }
        page.into_text()
    }
}

fn table(title: &str, head: &str, rows: &[Row], left: impl Fn(&Row) -> String, page: &mut Page) {
    if rows.is_empty() {
        return;
    }
    page.line("", &format!("{title}: {}", rows.len()));
    page.gap();
    page.text(&self::head(head));
    for row in rows {
        row.lines(&left(row), page);
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
        if let Some(resource) = &self.resource {
            page.line("  resource   ", &visible::text(resource));
        }
        page.line("  requester  ", &printable(&self.asker()));
        page.line("  asked      ", &self.asked);
        if let Some(started) = &self.started {
            page.line("  started    ", started);
        }
        match &self.standing {
            Some(grant) => page.line("  approved   ", &format!("by standing grant {grant}")),
            None if self.needs.is_empty() => {}
            None => page.line("  needs      ", &printable(&self.needed())),
        }
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
        let (resource, standing, started) = (None, None, None);
        Row {
            request,
            action,
            resource,
            requester,
            on_behalf_of,
            asked,
            decide_by,
            seconds_left,
            needs,
            approved_by,
            standing,
            started,
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
