//! What can be seen of model and product alike, so that the two can be compared; and what must hold whatever the model says.

use std::collections::BTreeSet;

use super::super::*;
use super::model::{AGENT, Case, OWNER, Phase as Told, Why};
use super::people::Millis;
use super::product::{Heart, Product};
use super::words::{execution, id};
use super::world::{SLOTS, World};
use crate::action::principal::Principal;
use crate::record::event::Event;
use crate::record::state::Outcome;
use crate::review::statement::Resolution;

/// One request, from outside.
#[derive(Debug, PartialEq)]
struct Seen {
    phase: String,
    version: u64,
    last: Millis,
    /// Who voted, in whose place, what and when.
    votes: Vec<(String, Option<String>, bool, Millis)>,
    late: usize,
    counting: BTreeSet<(String, Millis)>,
    is_agreed: bool,
    is_overdue: bool,
    nudges: usize,
    next_nudge: Option<(Millis, Option<String>)>,
    usable_until: Option<Millis>,
    started: Option<(Millis, u64)>,
    restart_at: Option<Millis>,
    is_in_doubt: bool,
    is_reviewed: Option<bool>,
}

fn of_model(case: &Case, now: Millis) -> Seen {
    let at = case.time(now);
    let voter = |vote: &super::people::Vote| vote.voter.name.to_owned();
    let lender = |vote: &super::people::Vote| vote.lender.as_ref().map(|one| one.name.to_owned());
    let counting = case.counting(&case.votes, at).into_iter().flatten();
    let emergency = case.is_emergency && case.started.is_some();
    Seen {
        phase: format!("{:?}", case.phase),
        version: case.version,
        last: case.last,
        votes: case
            .votes
            .iter()
            .map(|one| (voter(one), lender(one), one.approve, one.at))
            .collect(),
        late: case.late.len(),
        counting: counting.map(|one| (voter(&one), one.at)).collect(),
        is_agreed: case.is_agreed(at),
        is_overdue: case.is_overdue(now),
        nudges: case.nudged.len(),
        next_nudge: case
            .next_nudge()
            .map(|(after, (_, to))| (case.asked_at + after, to.map(str::to_owned))),
        usable_until: case.usable_until(),
        started: case.started,
        restart_at: case.restart_at(),
        is_in_doubt: case.is_in_doubt(),
        is_reviewed: emergency.then_some(case.is_reviewed),
    }
}

fn of_product(state: &State, now: Millis) -> Seen {
    let at = state.time(Timestamp::from_millis(now));
    let name = |one: &Principal| one.id().to_string();
    let vote = |one: &Decision| {
        let lender = one.delegator.as_ref().map(name);
        (name(&one.reviewer), lender, one.choice == Choice::Approve, one.at.as_millis())
    };
    let nudge = |(due, nudge): (Timestamp, Nudge)| match nudge {
        Nudge::Reminder { .. } => (due.as_millis(), None),
        Nudge::Escalation { group, .. } => (due.as_millis(), Some(group.to_string())),
        Nudge::Channel { channel, .. } => (due.as_millis(), Some(channel)),
        Nudge::Fallback { obligation, .. } => (due.as_millis(), Some(obligation.to_string())),
    };
    Seen {
        phase: format!("{:?}", told(state.phase())),
        version: state.version(),
        last: state.last_at().as_millis(),
        votes: state.decisions().iter().map(vote).collect(),
        late: state.late().len(),
        counting: state
            .approvers(at)
            .map(|one| (name(&one.reviewer), one.at.as_millis()))
            .collect(),
        is_agreed: state.is_agreed(at),
        is_overdue: state.overdue(at).is_some(),
        nudges: state.nudges().len(),
        next_nudge: state.next_nudge().map(nudge),
        usable_until: state.grant().map(|grant| grant.expires_at().as_millis()),
        started: state.started().map(|started| (started.at.as_millis(), started.fence)),
        restart_at: state.restart_at().map(Timestamp::as_millis),
        is_in_doubt: state.is_in_doubt(),
        is_reviewed: state.review_due().map(|(_, done)| done),
    }
}

/// The product's phase in the words of the model.
pub(super) fn told(phase: &Phase) -> Told {
    use super::model::How;
    let all = [How::Succeeded, How::Failed, How::Panicked, How::Dropped, How::Changed, How::NotRun];
    match phase {
        Phase::Absent => Told::Absent,
        Phase::Allowed => Told::Allowed,
        Phase::Pending => Told::Pending,
        Phase::Granted => Told::Granted,
        Phase::Started => Told::Started,
        Phase::Ended(Outcome::Executed(end)) => {
            Told::Ran(all.into_iter().find(|how| execution(*how) == *end).unwrap())
        }
        Phase::Ended(Outcome::Resolved(what)) => Told::Resolved(*what == Resolution::Done),
        Phase::Ended(Outcome::Closed(cause)) => Told::Closed(match cause {
            Cause::Denied { .. } => Why::Denied,
            Cause::Rejected { .. } => Why::Rejected,
            Cause::Expired => Why::Expired,
            Cause::Withdrawn => Why::Withdrawn,
            Cause::Revoked { by: None, .. } => Why::Revoked,
            Cause::Revoked { by: Some(_), .. } => Why::RevokedBySomebody,
            Cause::Undeliverable => Why::Undeliverable,
            Cause::Unsatisfiable { .. } => Why::Unsatisfiable,
            Cause::Stopped { .. } => Why::Stopped,
        }),
    }
}

/// Product and model tell the same.
pub(super) fn agree<H: Heart>(product: &Product<H>, world: &World) {
    for slot in 0..SLOTS {
        let (state, case) = (&product.states[slot], &world.cases[slot]);
        assert_eq!(of_product(state, world.now), of_model(case, world.now), "request {slot}");
        assert_eq!(
            product.is_stopped(slot),
            world.is_stopped(slot),
            "whether request {slot} is stopped"
        );
    }
    let control = &product.control;
    assert_eq!(control.version(), world.version, "events of the log");
    assert_eq!(control.time(Timestamp::default()).as_millis(), world.last, "the log's time");
    assert_eq!(control.stops().count(), world.stops.iter().flatten().count(), "stops");
    let policy = world.policy.map(|(n, guarded)| (Digest::of("policy", &n.to_be_bytes()), guarded));
    assert_eq!(control.policy().map(|one| (one.digest, one.guarded)), policy, "the policy");
    let lent = control.delegations().iter().map(|one| {
        let groups: Vec<_> = one.groups.iter().map(ToString::to_string).collect();
        (one.from.to_string(), one.to.to_string(), groups.join(","), one.until.as_millis())
    });
    let model = world
        .lent
        .iter()
        .map(|one| (one.from.to_owned(), one.to.to_owned(), one.group.to_owned(), one.until));
    assert_eq!(lent.collect::<Vec<_>>(), model.collect::<Vec<_>>(), "delegations");
    let standing = control.standing().map(|(id, one)| (id, one.used.clone(), one.retired));
    let model = world.standing.iter().map(|(which, one)| {
        (id(100 + which), one.used.iter().map(|call| id(*call)).collect(), one.is_retired)
    });
    assert_eq!(standing.collect::<Vec<_>>(), model.collect::<Vec<_>>(), "standing grants");
}

/// What holds of the events of every request, whatever the model thinks.
pub(super) fn hold<H: Heart>(product: &Product<H>) {
    for events in &product.events {
        in_order(events);
        nothing_unauthorized(events);
    }
    for state in &product.states {
        only_people_who_may(state);
    }
}

/// Time never goes back, fences go up, and what has ended stays so.
fn in_order(events: &[Event]) {
    assert!(events.is_sorted_by_key(|event| event.at), "time went back");
    let mut fence = 0;
    let mut last_end: Option<&What> = None;
    for event in events {
        match &event.what {
            What::Started { fence: next, .. } => {
                assert!(*next > fence, "fences go up");
                fence = *next;
                let reopened = last_end.take();
                let was_dropped =
                    |end| matches!(end, &What::Finished { execution: Execution::Dropped, .. });
                assert!(reopened.is_none_or(was_dropped), "what has ended began again");
            }
            What::Finished { fence: ended, .. } => {
                assert!(last_end.is_none() && *ended == fence, "a stale end was believed");
                last_end = Some(&event.what);
            }
            What::Closed { .. } => {
                assert!(last_end.is_none() && fence == 0, "what ran was closed");
                last_end = Some(&event.what);
            }
            What::Late { .. } | What::Stated { .. } => {}
            other => assert!(last_end.is_none(), "after its end: {other:?}"),
        }
    }
}

/// Nothing starts that was not allowed, granted once, or covered for good.
fn nothing_unauthorized(events: &[Event]) {
    let is_grant = |event: &&Event| matches!(event.what, What::Granted { .. });
    let is_start = |event: &Event| matches!(event.what, What::Started { .. });
    let grants = events.iter().filter(is_grant).count();
    assert!(grants <= 1, "granted twice");
    let Some(start) = events.iter().position(is_start) else { return };
    let What::Requested { request, .. } = &events[0].what else { panic!("it was never asked") };
    let granted_before = events[..start].iter().filter(is_grant).count() == 1;
    let is_allowed = request.ruling.verdict == Verdict::Allow || request.standing.is_some();
    assert!(is_allowed || granted_before, "it started, and nobody had let it");
}

/// Neither who asks, under whatever name, nor a machine, nor the owner where the rule does not say so.
fn only_people_who_may(state: &State) {
    let Some(claims) = state.grant() else { return };
    let owner_may = state.request().unwrap().obligations().unwrap().owner_may_approve();
    let granted = &claims.detail().approvers;
    let of = |decision: &&Decision| {
        decision.choice == Choice::Approve && granted.contains(decision.reviewer.id())
    };
    for decision in state.decisions().iter().filter(of) {
        for person in std::iter::once(&decision.reviewer).chain(&decision.delegator) {
            assert!(person.is_human(), "a machine was counted");
            for name in person.ids() {
                assert_ne!(name.as_str(), AGENT, "the requester was counted");
                assert!(owner_may || name.as_str() != OWNER, "the owner was counted");
            }
        }
    }
}
