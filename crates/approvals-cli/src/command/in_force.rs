//! What holds for the whole log now: stops, standing grants and votes that are lent.

use approvals_core::{Control, RequestId, Timestamp, visible};
use serde::Serialize;

use crate::output::{Page, printable};
use crate::told;

#[derive(Debug, Serialize)]
pub(super) struct InForce {
    stops: Vec<Stop>,
    standing: Vec<Standing>,
    delegations: Vec<Delegation>,
}

#[derive(Debug, Serialize)]
struct Stop {
    /// What it is called by.
    #[serde(rename = "stop")]
    id: String,
    what: String,
    by: String,
    at: String,
    reason: String,
}

/// A standing grant that is neither retired nor over.
#[derive(Debug, Serialize)]
struct Standing {
    grant: RequestId,
    action: String,
    requester: String,
    used: usize,
    uses: u32,
    until: String,
}

#[derive(Debug, Serialize)]
struct Delegation {
    from: String,
    to: String,
    groups: Vec<String>,
    until: String,
}

impl InForce {
    pub(super) fn new(control: &Control, now: Timestamp) -> Self {
        let stops = control.stops().map(|(id, stop, said)| Stop {
            id: id.to_string(),
            what: stop.to_string(),
            by: said.person.id().to_string(),
            at: said.at.to_string(),
            reason: said.reason.clone(),
        });
        let live = control.standing().filter(|(_, one)| !one.retired && now < one.terms.until);
        let standing = live.map(|(grant, one)| Standing {
            grant,
            action: one.terms.action.to_string(),
            requester: told::with_owners(&one.terms.requester, &one.terms.on_behalf_of),
            used: one.used.len(),
            uses: one.terms.uses,
            until: one.terms.until.to_string(),
        });
        let lent = control.delegations().iter().filter(|one| now < one.until);
        let delegations = lent.map(|one| Delegation {
            from: one.from.to_string(),
            to: one.to.to_string(),
            groups: one.groups.iter().map(ToString::to_string).collect(),
            until: one.until.to_string(),
        });
        Self {
            stops: stops.collect(),
            standing: standing.collect(),
            delegations: delegations.collect(),
        }
    }

    pub(super) fn lines(&self, page: &mut Page) {
        if !self.stops.is_empty() {
            page.gap();
            page.line("", &format!("STOPPED, until people lift it: {}", self.stops.len()));
        }
        for one in &self.stops {
            page.gap();
            page.line("", &printable(&one.what));
            page.line("  by         ", &printable(&format!("{} at {}", one.by, one.at)));
            page.line("  reason     ", &visible::text(&one.reason));
            page.line("  stop       ", &one.id);
        }
        if !self.standing.is_empty() {
            page.gap();
            page.line(
                "",
                &format!(
                    "standing grants, which need no further approval: {}",
                    self.standing.len()
                ),
            );
        }
        for one in &self.standing {
            page.gap();
            page.line("", &format!("{}  {} of {} uses", one.grant, one.used, one.uses));
            page.line("  action     ", &one.action);
            page.line("  requester  ", &printable(&one.requester));
            page.line("  until      ", &one.until);
        }
        if !self.delegations.is_empty() {
            page.gap();
            page.line("", &format!("votes that are lent: {}", self.delegations.len()));
        }
        for one in &self.delegations {
            let groups = one.groups.join(", ");
            let text = format!("{} to {}, for {groups}, until {}", one.from, one.to, one.until);
            page.line("  ", &printable(&text));
        }
    }
}
