//! One request, in short. Pure: entries in, summary out.

use approvals_core::{
    Choice, Document, Entry, Event, Group, Obligation, Principal, PrincipalId, Request, RequestId,
    Risk, Says, State, Timestamp, Verdict, What,
};

use crate::phase::{Ended, Stands};

/// The longest resource that is kept, in characters.
const MAX_RESOURCE: usize = 512;

/// The most deciders that are kept of one request.
const MAX_DECIDERS: usize = 32;

/// What lists show of a request, and what they are made by.
#[derive(Clone, Debug)]
pub(crate) struct Summary {
    pub(crate) id: RequestId,
    /// The index of its first event: what lists are ordered by, since it never changes.
    pub(crate) first: u64,
    pub(crate) action: String,
    pub(crate) resource: Option<String>,
    pub(crate) risk: Risk,
    /// Who asks, and for whom.
    pub(crate) everybody: Vec<PrincipalId>,
    pub(crate) asked_at: Timestamp,
    pub(crate) approve_by: Timestamp,
    pub(crate) changed_at: Timestamp,
    pub(crate) stands: Stands,
    pub(crate) outcome: Option<Ended>,
    pub(crate) deciders: Vec<(PrincipalId, Choice)>,
    /// The groups that are asked, now or later.
    pub(crate) groups: Vec<Group>,
    /// All there is to know, as long as people are to decide.
    pub(crate) pending: Option<Box<State>>,
}

impl Summary {
    /// The summary of a request that begins with this event, if it does.
    pub(crate) fn begin(entry: &Entry, event: &Event) -> Option<Self> {
        let What::Requested { request, document } = &event.what else { return None };
        let beside = |digest| {
            let found = entry.attachments.iter().find(|one| one.digest == digest && !one.erasable);
            found.map(|one| one.bytes.as_slice())
        };
        let document = Document::parse(document.bytes(request.action, beside)?).ok()?;
        let short = |text: String| text.chars().take(MAX_RESOURCE).collect();
        let state = State::default().apply(event).ok()?;
        let stands = first(request);
        Some(Self {
            id: request.id,
            first: entry.index,
            action: document.action.to_string(),
            resource: document.resource.map(short),
            risk: document.risk,
            everybody: request.requester.everybody().map(Principal::id).cloned().collect(),
            asked_at: request.asked_at,
            approve_by: request.approve_by,
            changed_at: event.at,
            stands,
            outcome: None,
            deciders: Vec::new(),
            groups: groups(request),
            pending: (stands == Stands::Pending).then(|| Box::new(state)),
        })
    }

    /// The same after one more event.
    pub(crate) fn apply(&mut self, event: &Event) {
        self.changed_at = event.at;
        match &event.what {
            What::Decided { envelope } => {
                if let Ok(decision) = envelope.unverified()
                    && self.deciders.len() < MAX_DECIDERS
                {
                    self.deciders.push((decision.reviewer.id().clone(), decision.choice));
                }
            }
            What::Granted { .. } => self.stands = Stands::Granted,
            What::Started { .. } => (self.stands, self.outcome) = (Stands::Started, None),
            What::Finished { execution, .. } => self.end(Ended::executed(*execution)),
            What::Closed { cause } => self.end(Ended::closed(cause)),
            What::Stated { envelope } => {
                if let Ok(statement) = envelope.unverified()
                    && let Says::Resolve { resolution, .. } = statement.says
                {
                    self.end(Ended::resolved(resolution));
                }
            }
            What::KeyAdded { .. }
            | What::PolicyLoaded { .. }
            | What::Lifted { .. }
            | What::StandingIssued { .. }
            | What::StandingUsed { .. }
            | What::Routed { .. }
            | What::Requested { .. }
            | What::Presented { .. }
            | What::Undelivered { .. }
            | What::Post { .. }
            | What::Pressed { .. }
            | What::Dismissed { .. }
            | What::Challenged { .. }
            | What::Nudged { .. }
            | What::Late { .. } => {}
        }
        // A request whose events do not fit together is nothing that anybody could decide.
        let state = self.pending.take().filter(|_state| self.stands == Stands::Pending);
        self.pending = state.and_then(|state| state.apply(event).ok()).map(Box::new);
    }

    pub(crate) fn is_ended(&self) -> bool {
        self.stands == Stands::Ended
    }

    /// Whether this person was asked, decided, or is who it is for.
    pub(crate) fn concerns(&self, person: &Principal) -> bool {
        concerns(person, &self.groups, &self.everybody)
            || person.ids().any(|id| self.deciders.iter().any(|(decider, _)| decider == id))
    }

    fn end(&mut self, outcome: Ended) {
        (self.stands, self.outcome) = (Stands::Ended, Some(outcome));
    }
}

/// Whether this person is in one of these groups, or is one of those who ask.
pub(crate) fn concerns(person: &Principal, groups: &[Group], everybody: &[PrincipalId]) -> bool {
    groups.iter().any(|group| person.is_in(group)) || person.ids().any(|id| everybody.contains(id))
}

/// The groups that are asked, now or later.
pub(crate) fn groups(request: &Request) -> Vec<Group> {
    let of = |one: &Obligation| -> Vec<Group> {
        let later = one.escalate.iter().map(|step| step.add_group.clone());
        one.quorum.iter().map(|seats| seats.group.clone()).chain(later).collect()
    };
    let mut groups: Vec<_> = request.obligations().into_iter().flatten().flat_map(of).collect();
    groups.sort();
    groups.dedup();
    groups
}

fn first(request: &Request) -> Stands {
    match request.ruling.verdict {
        Verdict::Allow => Stands::Allowed,
        Verdict::Review(_) if request.standing.is_some() => Stands::Allowed,
        Verdict::Deny(_) | Verdict::Review(_) => Stands::Pending,
    }
}
