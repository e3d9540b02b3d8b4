use proptest::prelude::*;

use super::*;
use crate::policy::assurance::Assurance;
use crate::policy::obligation::Obligation;
use crate::policy::obligations::Obligations;
use crate::policy::policy::{Ruling, Verdict};
use crate::record::reach::Reach;
use crate::review::decision::SeenHead;
use crate::{ChannelIdentity, Digest, Requester};

/// A request as the tests make it up: owner, then who decided what after how many milliseconds.
#[derive(Clone, Debug)]
struct Told {
    owner: usize,
    decided: Vec<(usize, bool, u32, bool)>,
    late: Vec<usize>,
    ending: u8,
    escalated: bool,
}

fn told() -> impl Strategy<Value = Told> {
    let decided =
        prop::collection::vec((0_usize..4, any::<bool>(), 0_u32..90_000, any::<bool>()), 0..4);
    let late = prop::collection::vec(0_usize..4, 0..3);
    (0_usize..4, decided, late, 0_u8..3, any::<bool>()).prop_map(
        |(owner, decided, late, ending, escalated)| Told {
            owner,
            decided,
            late,
            ending,
            escalated,
        },
    )
}

fn person(number: usize) -> Principal {
    Principal::human(&format!("u:{number}")).unwrap()
}

fn request(owner: usize) -> Request {
    let one = Obligations::new([Obligation::new("one").unwrap().seats("ops", 1).unwrap()]);
    let digest = Digest::of("policy", b"");
    let requester =
        Requester::new(Principal::agent("agent:a").unwrap()).on_behalf_of(person(owner));
    let ruling = Ruling::new(Verdict::Review(one), Vec::new(), digest);
    let id = RequestId::random(Timestamp::from_millis(0), [7; 10]);
    Request::new(
        id,
        None,
        Digest::of("action", b""),
        &requester.into(),
        ruling,
        Timestamp::from_millis(0),
    )
}

fn decision(request: &Request, who: usize, choice: Choice, at: u32, lent: bool) -> Decision {
    let digest = Digest::of("card", b"");
    Decision {
        action: request.action,
        assurance: Assurance::ChannelAttested,
        at: Timestamp::from_millis(i64::from(at)),
        card: digest,
        choice,
        delegator: lent.then(|| person(9)),
        identity: ChannelIdentity::new("slack", &format!("U{who}")).unwrap(),
        message: None,
        proof: None,
        reason: None,
        request: request.id,
        request_digest: digest,
        reviewer: person(who),
        seen: SeenHead { root: String::new(), size: 0 },
    }
}

/// The state as the events of `told` would have made it.
fn state(told: &Told) -> (Request, State) {
    let request = request(told.owner);
    let choice = |yes| if yes { Choice::Approve } else { Choice::Reject };
    let decided = told.decided.iter();
    let decisions =
        decided.map(|(who, yes, at, lent)| decision(&request, *who, choice(*yes), *at, *lent));
    let late = told.late.iter().map(|who| decision(&request, *who, Choice::Reject, 99_000, false));
    let escalation = Nudge::escalation(Duration::from_secs(1), "leads".parse().unwrap());
    let mut reach = Reach::default();
    if told.escalated {
        reach.nudge(escalation, Timestamp::from_millis(1000));
    }
    let mut state = State {
        request: Some(request.clone()),
        decisions: decisions.collect(),
        late: late.collect(),
        reach,
        ..State::default()
    };
    state.phase = match told.ending {
        0 => super::super::state::Phase::Pending,
        1 => super::super::state::Phase::Ended(Outcome::Closed(Cause::Expired)),
        _ => super::super::state::Phase::Ended(Outcome::Closed(Cause::Withdrawn)),
    };
    (request, state)
}

fn report(all: &[Told]) -> Report {
    let mut report = Report::default();
    let action = "app.deploy".parse().unwrap();
    let presented = Event::new(
        Timestamp::from_millis(1000),
        None,
        What::Presented { channel: "slack".into(), card: Digest::of("card", b""), message: None },
    );
    for told in all {
        let (request, state) = state(told);
        report.add(Some(&action), &request, &state, std::slice::from_ref(&presented));
    }
    report.reviewers.values_mut().for_each(|one| one.took.sort());
    report
}

/// Whether every count of the report is the sum of what was told.
fn adds_up(all: &[Told], report: &Report) -> bool {
    let sum = |of: fn(&ReviewerFigures) -> usize| report.reviewers.values().map(of).sum::<usize>();
    let decided: usize = all.iter().map(|one| one.decided.len()).sum();
    let lent = all.iter().flat_map(|one| &one.decided).filter(|one| one.3).count();
    let action = report.actions.values().next().cloned().unwrap_or_default();
    let escalated = all.iter().filter(|one| one.escalated).count();
    // Who approves for themselves is none of a pair.
    let approvals = all.iter().flat_map(|one| one.decided.iter().map(|it| (one.owner, it)));
    let for_others = approvals.filter(|(owner, (who, yes, ..))| *yes && owner != who).count();
    sum(ReviewerFigures::decided) == decided
        && sum(|one| one.took.len()) == decided
        && sum(|one| one.late) == all.iter().map(|one| one.late.len()).sum::<usize>()
        && sum(|one| one.in_place) == lent
        && (report.requests, report.asked) == (all.len(), all.len())
        && action.requests == all.len()
        && action.expired == all.iter().filter(|one| one.ending == 1).count()
        && (action.escalated, report.escalations.values().sum()) == (escalated, escalated)
        && report.approvals.values().sum::<usize>() == for_others
}

#[test]
fn a_decision_that_is_counted_twice_would_be_found() {
    let all = [one(0, &[1, 2])];
    let counted_twice = report(&[one(0, &[1, 2, 2])]);
    assert!(adds_up(&all, &report(&all)) && !adds_up(&all, &counted_twice));
}

proptest! {
    #[test]
    fn the_counts_add_up(all in prop::collection::vec(told(), 0..20)) {
        prop_assert!(adds_up(&all, &report(&all)));
    }

    #[test]
    fn every_share_lies_between_the_shortest_and_the_longest(all in prop::collection::vec(told(), 1..10), percent in 0_usize..150) {
        for one in report(&all).reviewers.values() {
            let Some(within) = one.within(percent) else { prop_assert!(one.took.is_empty()); continue };
            prop_assert!(one.took.first() <= Some(&within) && Some(&within) <= one.took.last());
            let so_quick = one.took.iter().filter(|took| **took <= within).count();
            prop_assert!(so_quick * 100 >= one.took.len() * percent.min(100));
            prop_assert!(one.quicker_than(within) <= so_quick);
        }
    }
}

fn one(owner: usize, approvers: &[usize]) -> Told {
    let decided = approvers.iter().map(|who| (*who, true, 5000, false)).collect();
    Told { owner, decided, late: vec![], ending: 2, escalated: false }
}

#[test]
fn those_who_approve_each_other_or_always_together_are_named_and_nobody_else() {
    let figures = report(&[one(0, &[1, 2]), one(1, &[0]), one(1, &[0]), one(3, &[1, 2])]);
    let pairs: Vec<_> = figures
        .each_other()
        .map(|(a, b, there, back)| (a.as_str(), b.as_str(), there, back))
        .collect();
    assert_eq!(pairs, [("u:0", "u:1", 2, 1)]);
    let together: Vec<_> =
        figures.always_together().map(|(a, b, both)| (a.as_str(), b.as_str(), both)).collect();
    assert_eq!(together, [("u:1", "u:2", 2)]);
    let figures = report(&[one(0, &[1, 2]), one(0, &[1])]);
    assert_eq!(figures.always_together().count(), 0, "u:1 approved without u:2");
}

#[test]
fn the_time_runs_from_when_the_card_was_presented() {
    let figures = report(&[one(0, &[1])]);
    assert_eq!(figures.reviewers.values().next().unwrap().took, [Duration::from_secs(4)]);
}
