//! Why a request is asked, who may decide it, and how far it has come.

use approvals_core::{
    Assurance, Card, Choice, Decision, Due, Nudge, Obligation, Obligations, State, Timestamp,
};

use super::view::Moment;
use super::words::{count, span};

/// Why people are asked, and which.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Why {
    /// The rules that matched.
    pub(crate) rules: Vec<String>,
    /// What each obligation wants.
    pub(crate) obligations: Vec<Wanted>,
    /// How far it has come.
    pub(crate) progress: Progress,
    /// Who approved, of those that count.
    pub(crate) approvers: Vec<Approval>,
    /// What happens if nobody decides.
    pub(crate) next: Option<NextStep>,
}

/// How many approvals there are, of how many.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Progress {
    /// How many approvals count.
    pub(crate) approvals: usize,
    /// How many seats there are, each to be filled by another person.
    pub(crate) seats: usize,
    /// For each seat, whether there is an approval for it.
    pub(crate) filled: Vec<bool>,
    /// The same in words.
    pub(crate) said: String,
}

/// What one obligation wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Wanted {
    /// Its name.
    pub(crate) name: String,
    /// Whom it takes.
    pub(crate) people: Vec<String>,
    /// On what terms.
    pub(crate) terms: Vec<String>,
}

/// An approval that counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Approval {
    /// Whose it is.
    pub(crate) by: String,
    /// Whether it is signed with their own key.
    pub(crate) is_signed: bool,
}

/// What happens next if nobody decides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NextStep {
    /// When.
    pub(crate) at: Moment,
    /// What.
    pub(crate) what: String,
}

impl Why {
    pub(crate) fn of(card: &Card, state: &State, now: Timestamp) -> Self {
        let request = card.request();
        let obligations = request.obligations().into_iter().flatten();
        let approval = |decision: &Decision| Approval {
            by: decision.reviewer.id().to_string(),
            is_signed: decision.assurance == Assurance::ReviewerKey,
        };
        Self {
            rules: request.ruling.rules.iter().map(ToString::to_string).collect(),
            obligations: obligations.map(Wanted::of).collect(),
            progress: Progress::of(card, state, now),
            approvers: state.approvers(now).map(approval).collect(),
            next: state
                .next_nudge()
                .map(|(at, nudge)| NextStep { at: at.into(), what: moves(&nudge) }),
        }
    }
}

impl Progress {
    pub(crate) fn of(card: &Card, state: &State, now: Timestamp) -> Self {
        let seats = card.request().obligations().map_or(0, |all| all.seats().count());
        let approvals = state.approvers(now).count();
        let said = match (approvals, seats) {
            (_, 0) => "nobody needs to approve".to_owned(),
            (0, 1) => "1 approval needed".to_owned(),
            (0, _) => format!("{seats} approvals needed"),
            (some, all) if some >= all && !state.is_agreed(now) => {
                format!(
                    "{}, and not all seats are filled by them",
                    count(some, "approval", "approvals")
                )
            }
            (some, all) => format!("{} of {all} approvals", some.min(all)),
        };
        Self { approvals, seats, filled: (0..seats).map(|seat| seat < approvals).collect(), said }
    }
}

impl Wanted {
    fn of(one: &Obligation) -> Self {
        let people = one.quorum.iter().map(|seats| format!("{} of {}", seats.count, seats.group));
        let mut terms = Vec::new();
        if one.assurance > Assurance::ChannelAttested {
            terms.push("with their own key only".to_owned());
        }
        if one.veto.get() > 1 {
            terms.push(format!("it takes {} rejections to end it", one.veto));
        }
        if one.shared {
            terms.push("who approves for it may count for other obligations as well".to_owned());
        }
        for step in &one.escalate {
            terms.push(format!("after {} also of {}", span(step.after), step.add_group));
        }
        if !one.channels.is_empty() {
            let channels: Vec<_> = one.channels.iter().map(String::as_str).collect();
            terms.push(format!("approved in {} only", channels.join(", ")));
            let later = one.add_channels.iter().map(|step| match step.due {
                Due::After(after) => format!("after {} also in {}", span(after), step.add_channel),
                Due::Undelivered => {
                    format!("also in {} if it cannot be shown there", step.add_channel)
                }
            });
            terms.extend(later);
        }
        if !one.cool_off.is_zero() {
            terms.push(format!("new members of a group wait {}", span(one.cool_off)));
        }
        terms.push(format!("once approved, to be used within {}", span(one.execute_within)));
        Self { name: one.name.to_string(), people: people.collect(), terms }
    }
}

/// What moves people, as something that is going to happen.
fn moves(nudge: &Nudge) -> String {
    match nudge {
        Nudge::Reminder { .. } => "those who were asked are reminded".to_owned(),
        Nudge::Escalation { group, .. } => format!("members of {group} may decide as well"),
        Nudge::Channel { channel, .. } => format!("it is shown in {channel} as well"),
        Nudge::Fallback { channel, .. } => {
            format!("it is shown in {channel} as well, since other channels could not show it")
        }
    }
}

/// Whether an approval takes the reviewer's own key.
pub(crate) fn takes_own_key(card: &Card) -> bool {
    let all = card.request().obligations().map(Obligations::iter);
    all.into_iter().flatten().any(|one| one.assurance > Assurance::ChannelAttested)
}

/// The word for a decision.
pub(crate) fn verb(choice: Choice) -> &'static str {
    match choice {
        Choice::Approve => "approved",
        Choice::Reject => "rejected",
    }
}
