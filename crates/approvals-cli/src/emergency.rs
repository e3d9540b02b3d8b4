//! Emergencies that nobody has looked at yet.

use approvals_core::{Group, RequestId, Timestamp, Trail};
use serde::Serialize;

use crate::output::{Page, printable};
use crate::span;

/// What was done in an emergency and is to be reviewed.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Emergency {
    pub(crate) request: RequestId,
    pub(crate) action: String,
    requester: String,
    /// The denials that were set aside.
    rules: Vec<String>,
    review_by: Group,
    due: String,
    pub(crate) overdue: bool,
    /// Until it is due, or since it was.
    seconds: u64,
}

/// All of them, those due first at the beginning.
pub(crate) fn unreviewed(trail: &Trail, now: Timestamp) -> Vec<Emergency> {
    let mut all: Vec<(Timestamp, Emergency)> = Vec::new();
    for (id, state) in trail.states() {
        let open = state.review_due().filter(|(_, done)| !done);
        let Some(((due, _), request)) = open.zip(state.request()) else { continue };
        let Some(terms) = &request.ruling.break_glass else { continue };
        let now = state.time(now);
        let action = trail.document(id).map(|document| document.action.to_string());
        let one = Emergency {
            request: id,
            action: action.unwrap_or_else(|| "unknown".to_owned()),
            requester: request.requester.principal().id().to_string(),
            rules: terms.rules.iter().map(ToString::to_string).collect(),
            review_by: terms.review_by.clone(),
            due: due.to_string(),
            overdue: now >= due,
            seconds: now.until(due).max(due.until(now)).as_secs(),
        };
        all.push((due, one));
    }
    all.sort_by_key(|(due, one)| (*due, one.request));
    all.into_iter().map(|(_, one)| one).collect()
}

/// What must not be overlooked about them, if there are any.
pub(crate) fn alarm(all: &[Emergency], page: &mut Page) {
    let overdue = all.iter().filter(|one| one.overdue).count();
    let look = "`approvals pending --unreviewed`";
    if overdue > 0 {
        page.line("ALARM: ", &format!("emergencies not reviewed in time: {overdue}; {look}"));
    }
    let due = all.len().saturating_sub(overdue);
    if due > 0 {
        page.line("ATTENTION: ", &format!("emergencies to be reviewed: {due}; {look}"));
    }
}

impl Emergency {
    pub(crate) fn lines(&self, page: &mut Page) {
        let time = span::words(std::time::Duration::from_secs(self.seconds));
        let due =
            if self.overdue { format!("OVERDUE for {time}") } else { format!("due in {time}") };
        page.line("", &format!("{}  {due}", self.request));
        page.line("  action     ", &self.action);
        page.line("  requester  ", &printable(&self.requester));
        page.line("  set aside  ", &printable(&self.rules.join(", ")));
        page.line("  review     ", &format!("by one of {}, until {}", self.review_by, self.due));
    }
}
