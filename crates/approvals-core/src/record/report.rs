//! How people review: figures over a whole log, for those who answer for it.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::event::{Cause, Event, What};
use super::nudge::Nudge;
use super::state::{Outcome, State};
use super::trail::Trail;
use crate::action::clock::Timestamp;
use crate::action::id::{ActionName, Group, PrincipalId, RequestId};
use crate::action::principal::Principal;
use crate::review::decision::{Choice, Decision};
use crate::review::request::Request;

/// How people review, as a log tells it: counts and times, no judgement.
///
/// ```
/// # use approvals_core::{self as approvals, *};
/// use approvals::{Ballot, Denied, DynamicAction, Report, Trail};
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let keys = Keyring::generate()?;
/// # let one = Obligations::new([Obligation::new("one-of-ops")?.seats("ops", 1)?]);
/// # let mira = Principal::human("u:mira")?.member_of(["ops"])?;
/// # let (inbox, account) = (InMemoryApprover::new(), ChannelIdentity::new("memory", "mira")?);
/// # let ledger = std::sync::Arc::new(MemoryLedger::new("example.org/shop/test", keys.log).await?);
/// # let gate = Gate::builder().approver(inbox.clone())
/// #     .policy(PolicyFn::new("ask/1", move |_| Verdict::Review(one.clone()))?)
/// #     .ledger(ledger.clone())
/// #     .directory(StaticDirectory::new().with(&mira, [account.clone()]))
/// #     .recorder_key(keys.recorder).grant_key(keys.grant)
/// #     .requester(Requester::new(Principal::agent("agent:deployer")?))
/// #     .build().await?;
/// let deploy = DynamicAction::from_json("app.deploy", br#"{"version": 7}"#)?.key("release-7")?;
/// gate.submit(deploy.clone()).await?;
/// inbox.decide(&account, Ballot::approve(&inbox.next().await)?).await?;
/// gate.run(deploy, async |_permit, _call| Ok::<_, Denied>(())).await?;
///
/// let entries = ledger.entries(0, 1000).await?;
/// let mut trail = Trail::new("example.org/shop/test");
/// entries.iter().try_for_each(|entry| trail.read(entry))?;
///
/// let report = Report::of(&trail);
/// assert_eq!((report.requests, report.asked), (1, 1));
/// assert_eq!(report.reviewers[&"u:mira".parse()?].approved, 1);
/// assert_eq!(report.actions[&"app.deploy".parse()?].expired, 0);
///
/// let error = Trail::new("example.org/shop/test").read(&entries[1]).unwrap_err();
/// assert_eq!((error.index(), error.to_string().as_str()), (1, "event 1: event 0 is missing"));
/// # Ok(()) }
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Report {
    /// How many requests there are.
    pub requests: usize,
    /// How many of them people were asked about.
    pub asked: usize,
    /// How everybody decided who decided.
    pub reviewers: BTreeMap<PrincipalId, ReviewerFigures>,
    /// What became of each action.
    pub actions: BTreeMap<ActionName, ActionFigures>,
    /// How often a group was added because nobody had decided.
    pub escalations: BTreeMap<Group, usize>,
    /// How often a channel was added, because nobody had decided or no other could show the card.
    pub added_channels: BTreeMap<String, usize>,
    /// Who approves whose requests, or those made on whose behalf: owner and approver, and how often.
    pub approvals: BTreeMap<(PrincipalId, PrincipalId), usize>,
    /// Who approves the same requests: two people, and how often.
    pub together: BTreeMap<(PrincipalId, PrincipalId), usize>,
    /// Emergencies that nobody has reviewed yet, whenever they were, and until when that is due.
    pub unreviewed: Vec<(RequestId, Timestamp)>,
}

/// How one person decided.
///
/// ```
/// # use approvals_core as approvals;
/// use approvals::ReviewerFigures;
/// use std::time::Duration;
///
/// // As they are in a `Report` for somebody who approves nearly everything, and at once.
/// let mut mira = ReviewerFigures::default();
/// (mira.approved, mira.rejected) = (49, 1);
/// mira.took = vec![Duration::from_secs(2); 50];
///
/// assert_eq!(mira.percent_approved(), Some(98));
/// assert_eq!(mira.within(50), Some(Duration::from_secs(2)));
/// assert_eq!(mira.quicker_than(Duration::from_secs(5)), 50);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ReviewerFigures {
    /// How often they approved.
    pub approved: usize,
    /// How often they rejected.
    pub rejected: usize,
    /// How often they decided too late, which counts as neither.
    pub late: usize,
    /// How many of their decisions in time they gave in somebody else's place.
    pub in_place: usize,
    /// How long each decision in time took since the card was presented in their channel (or since it was
    /// asked, where that is not known), shortest first.
    pub took: Vec<Duration>,
}

/// What became of the requests for one action. [`Report`] has an example.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ActionFigures {
    /// How many requests there are.
    pub requests: usize,
    /// How many of them people were asked about.
    pub asked: usize,
    /// How many expired.
    pub expired: usize,
    /// For how many more people were asked, or in more channels, because nobody had decided or could be shown the card.
    pub escalated: usize,
}

impl ReviewerFigures {
    /// How many decisions came in time.
    #[must_use]
    pub fn decided(&self) -> usize {
        self.approved.saturating_add(self.rejected)
    }

    /// How many decisions in a hundred approve, rounded down; none without any.
    #[must_use]
    pub fn percent_approved(&self) -> Option<usize> {
        self.approved.saturating_mul(100).checked_div(self.decided())
    }

    /// The time within which so many decisions in a hundred were made; none without any. The median is that
    /// of 50.
    #[must_use]
    pub fn within(&self, percent: usize) -> Option<Duration> {
        let rank = self.took.len().saturating_mul(percent.min(100)).div_ceil(100);
        self.took.get(rank.saturating_sub(1)).copied()
    }

    /// How many decisions took less than `span`.
    #[must_use]
    pub fn quicker_than(&self, span: Duration) -> usize {
        self.took.partition_point(|took| *took < span)
    }
}

impl Report {
    /// The figures of a whole log.
    #[must_use]
    pub fn of(trail: &Trail) -> Self {
        Self::since(trail, Timestamp::from_millis(i64::MIN))
    }

    /// The figures of what was asked from `since` on.
    #[must_use]
    pub fn since(trail: &Trail, since: Timestamp) -> Self {
        let mut report = Self::default();
        for (id, state) in trail.states() {
            report.unreviewed.extend(unreviewed(id, state));
            let Some(request) = state.request().filter(|one| one.asked_at >= since) else {
                continue;
            };
            let action = trail.document(id).map(|document| &document.action);
            report.add(action, request, state, trail.events(id));
        }
        report.unreviewed.sort_by_key(|(id, due)| (*due, *id));
        for one in report.reviewers.values_mut() {
            one.took.sort();
        }
        report
    }

    /// Pairs of people who approve each other's requests: both, how often the first approved for the second,
    /// and how often the second for the first.
    pub fn each_other(&self) -> impl Iterator<Item = (&PrincipalId, &PrincipalId, usize, usize)> {
        self.approvals.iter().filter_map(|((owner, approver), forth)| {
            let back = self.approvals.get(&(approver.clone(), owner.clone()))?;
            (owner < approver).then_some((owner, approver, *back, *forth))
        })
    }

    /// Pairs of people neither of whom approved anything without the other, and how often both did.
    pub fn always_together(&self) -> impl Iterator<Item = (&PrincipalId, &PrincipalId, usize)> {
        let alone = |who: &PrincipalId, both: usize| {
            self.reviewers.get(who).is_none_or(|one| one.approved > both)
        };
        self.together.iter().filter_map(move |((one, other), both)| {
            (!alone(one, *both) && !alone(other, *both)).then_some((one, other, *both))
        })
    }

    fn add(
        &mut self,
        action: Option<&ActionName>,
        request: &Request,
        state: &State,
        events: &[Event],
    ) {
        let asked = usize::from(request.obligations().is_some() && request.standing.is_none());
        self.requests = self.requests.saturating_add(1);
        self.asked = self.asked.saturating_add(asked);
        let mut steps = 0_usize;
        for nudge in state.nudges() {
            match nudge {
                Nudge::Escalation { group, .. } => count(&mut self.escalations, group.clone()),
                Nudge::Channel { channel, .. } | Nudge::Fallback { channel, .. } => {
                    count(&mut self.added_channels, channel.clone());
                }
                Nudge::Reminder { .. } => continue,
            }
            steps = steps.saturating_add(1);
        }
        if let Some(action) = action {
            let expired = matches!(state.outcome(), Some(Outcome::Closed(Cause::Expired)));
            let figures = self.actions.entry(action.clone()).or_default();
            figures.requests = figures.requests.saturating_add(1);
            figures.asked = figures.asked.saturating_add(asked);
            figures.expired = figures.expired.saturating_add(usize::from(expired));
            figures.escalated = figures.escalated.saturating_add(usize::from(steps > 0));
        }
        self.add_decisions(request, state, events);
    }

    fn add_decisions(&mut self, request: &Request, state: &State, events: &[Event]) {
        let mut approvers = BTreeSet::new();
        for decision in state.decisions() {
            let one = self.reviewers.entry(decision.reviewer.id().clone()).or_default();
            let counted = match decision.choice {
                Choice::Approve => &mut one.approved,
                Choice::Reject => &mut one.rejected,
            };
            *counted = counted.saturating_add(1);
            one.in_place = one.in_place.saturating_add(usize::from(decision.delegator.is_some()));
            one.took.push(seen_at(request, decision, events).until(decision.at));
            if decision.choice == Choice::Approve {
                approvers.insert(decision.reviewer.id());
                for owner in owners(request, &decision.reviewer) {
                    count(&mut self.approvals, (owner.clone(), decision.reviewer.id().clone()));
                }
            }
        }
        for decision in state.late() {
            let one = self.reviewers.entry(decision.reviewer.id().clone()).or_default();
            one.late = one.late.saturating_add(1);
        }
        for (place, one) in approvers.iter().enumerate() {
            for other in approvers.iter().skip(place.saturating_add(1)) {
                count(&mut self.together, ((*one).clone(), (*other).clone()));
            }
        }
    }
}

/// The people who ask, other than `approver`.
fn owners<'a>(
    request: &'a Request,
    approver: &'a Principal,
) -> impl Iterator<Item = &'a PrincipalId> {
    let others =
        request.requester.everybody().filter(|one| one.is_human() && !one.is_same_person(approver));
    others.map(Principal::id)
}

/// When the reviewer could see the card at the earliest.
fn seen_at(request: &Request, decision: &Decision, events: &[Event]) -> Timestamp {
    let here = |event: &&Event| matches!(&event.what, What::Presented { channel, .. } if channel == decision.identity.channel());
    let presented = events.iter().find(here).map(|event| event.at);
    presented.unwrap_or(request.asked_at)
}

fn unreviewed(id: RequestId, state: &State) -> Option<(RequestId, Timestamp)> {
    let (due, done) = state.review_due()?;
    (!done).then_some((id, due))
}

fn count<K: Ord>(counts: &mut BTreeMap<K, usize>, key: K) {
    let one = counts.entry(key).or_default();
    *one = one.saturating_add(1);
}

#[cfg(test)]
#[expect(clippy::arithmetic_side_effects, reason = "a test that overflows fails")]
#[path = "report_tests.rs"]
mod tests;
