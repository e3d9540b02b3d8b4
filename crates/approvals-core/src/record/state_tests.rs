use super::*;
use crate::action::principal::Principal;
use crate::policy::obligation::Obligation;
use crate::policy::policy::BreakGlass;
use crate::record::scene::*;
use crate::review::quorum::Ineligible;

fn decide(state: &mut State, who: Principal, choice: Choice, at: Timestamp) {
    let decision = decision(state, who, choice, at);
    state.decisions.push(decision);
}

#[test]
fn what_is_asked_of_people_waits_for_them_unless_a_standing_grant_answers_it() {
    let mut request = request(review(two_of_ops()));
    assert_eq!(State::first_phase(&request), Phase::Pending);
    request.standing = Some(id());
    assert_eq!(State::first_phase(&request), Phase::Allowed);
    request.ruling.verdict = Verdict::Allow;
    request.standing = None;
    assert_eq!(State::first_phase(&request), Phase::Allowed);
    // (It is closed in the same append.)
    request.ruling.verdict = Verdict::Deny("no".into());
    assert_eq!(State::first_phase(&request), Phase::Pending);
}

#[test]
fn an_approval_counts_until_its_life_is_over_and_not_after_a_rejection() {
    let mut state = asked(review(two_of_ops()));
    decide(&mut state, person("p"), Choice::Approve, at(2));
    let counting = |state: &State, now| state.approvers(now).count();
    assert_eq!(counting(&state, just_before(at(12))), 1);
    assert_eq!(counting(&state, at(12)), 0, "ten seconds later to the millisecond");
    decide(&mut state, person("q"), Choice::Approve, at(3));
    assert!(state.is_agreed(at(4)) && !state.is_agreed(at(12)));
    assert!(!state.is_vetoed(), "two approvals");
    decide(&mut state, person("p"), Choice::Reject, at(4));
    assert_eq!(counting(&state, at(5)), 1, "whoever rejects approves no more");
    assert!(!state.is_agreed(at(5)) && state.is_vetoed());
}

#[test]
fn what_ends_a_request_is_a_veto_of_as_many_as_the_rule_says() {
    let mut state = asked(review(two_of_ops().veto(2)));
    decide(&mut state, person("p"), Choice::Reject, at(2));
    assert!(!state.is_vetoed());
    decide(&mut state, person("q"), Choice::Reject, at(2));
    assert!(state.is_vetoed());
}

#[test]
fn an_approval_may_be_given_again_once_it_has_lapsed_and_a_rejection_never() {
    let mut state = asked(review(two_of_ops()));
    let (p, q) = (person("p"), person("q"));
    decide(&mut state, p.clone(), Choice::Approve, at(2));
    let says = |state: &State, who: &Principal, choice, now| {
        state.has_voted(&Vote::of(&decision(state, who.clone(), choice, now)))
    };
    assert!(says(&state, &p, Choice::Approve, just_before(at(12))));
    assert!(!says(&state, &p, Choice::Approve, at(12)));
    assert!(!says(&state, &p, Choice::Reject, at(3)), "a mind may change");
    assert!(!says(&state, &q, Choice::Approve, at(3)), "nobody else's voice");
    decide(&mut state, p.clone(), Choice::Reject, at(3));
    for choice in [Choice::Approve, Choice::Reject] {
        assert!(says(&state, &p, choice, at(50)), "{choice:?} after a rejection");
        assert!(!says(&state, &q, choice, at(50)), "{choice:?}");
    }
}

#[test]
fn its_time_is_over_at_the_moment_that_was_said() {
    let mut pending = asked(review(two_of_ops()));
    assert_eq!(pending.overdue(just_before(at(101))), None);
    assert_eq!(pending.overdue(at(101)), Some(Cause::Expired));
    pending.last_at = at(101);
    assert_eq!(pending.overdue(at(0)), Some(Cause::Expired), "a clock that steps back");
    let allowed = asked(Verdict::Allow);
    let day = 24 * 60 * 60;
    assert_eq!(allowed.overdue(just_before(at(1 + day))), None);
    assert_eq!(allowed.overdue(at(1 + day)), Some(Cause::Expired));
    let ended = State { phase: Phase::Ended(Outcome::Closed(Cause::Withdrawn)), ..allowed };
    assert_eq!(ended.overdue(at(2 * day)), None, "what has ended ends once");
}

#[test]
fn people_are_moved_in_the_order_of_time_each_once_while_it_waits() {
    let one = Obligation { remind: vec![seconds(30), seconds(10)], ..two_of_ops() };
    let mut state = asked(review(one.escalate(seconds(20), "leads").unwrap()));
    let mut given = Vec::new();
    while let Some((due, nudge)) = state.next_nudge() {
        given.push((due, matches!(nudge, Nudge::Escalation { .. })));
        state.reach.nudge(nudge, due);
    }
    assert_eq!(given, [(at(11), false), (at(21), true), (at(31), false)]);
    assert_eq!(state.nudges().len(), 3);
    state.reach = Reach::default();
    state.phase = Phase::Granted;
    assert_eq!(state.next_nudge(), None);
}

#[test]
fn what_may_be_repeated_is_started_again_after_its_silence_if_its_outcome_is_unknown() {
    let mut state = asked(Verdict::Allow);
    state.started = Some(Started { at: at(5), attempt: None, fence: 1 });
    state.phase = Phase::Started;
    assert_eq!(state.restart_at(), None, "not unless its action says so");
    if let Some(request) = &mut state.request {
        request.retry_after_ms = Some(7000);
    }
    assert_eq!(state.restart_at(), Some(at(12)));
    state.phase = Phase::Ended(Outcome::Executed(Execution::Dropped));
    assert_eq!(state.restart_at(), Some(at(12)));
    state.phase = Phase::Ended(Outcome::Executed(Execution::Failed));
    assert_eq!(state.restart_at(), None, "its end is known");
    state.phase = Phase::Ended(Outcome::Resolved(Resolution::NotDone));
    assert_eq!(state.restart_at(), None, "somebody has looked");
}

/// An emergency that `q` of `ops` approved, and somebody of `judges` looks at within 60 seconds.
fn emergency() -> State {
    let mut state = asked(review(two_of_ops()));
    let terms = BreakGlass::new(vec![], "judges".parse().unwrap(), seconds(60));
    if let Some(request) = &mut state.request {
        request.ruling.break_glass = Some(terms);
    }
    decide(&mut state, person("q"), Choice::Approve, at(2));
    state.phase = Phase::Started;
    state.started = Some(Started { at: at(5), attempt: None, fence: 1 });
    state
}

#[test]
fn an_emergency_is_to_be_looked_at_from_its_start_until_somebody_has() {
    let mut state = emergency();
    assert!(state.is_emergency() && !asked(Verdict::Allow).is_emergency());
    assert_eq!(asked(review(two_of_ops())).review_due(), None);
    assert_eq!(state.review_due(), Some((at(65), false)));
    let resolved = Says::Resolve { request: id(), resolution: Resolution::Done };
    state.statements.push(statement(person("p"), resolved));
    assert_eq!(state.review_due(), Some((at(65), false)), "that it was done is no judgement");
    let judged = statement(person("j"), Says::Review { request: id(), justified: false });
    state.statements.push(judged.clone());
    assert_eq!(state.review_due(), Some((at(65), true)));
    assert_eq!(state.statements().last(), Some(&judged));
    state.started = None;
    assert_eq!(state.review_due(), None, "nothing was done");
}

#[test]
fn an_emergency_is_judged_by_a_human_of_the_named_group_who_neither_asked_nor_approved() {
    let state = emergency();
    let judge = |one: Principal| one.member_of(["judges"]).unwrap();
    let human = |name: &str| judge(Principal::human(name).unwrap());
    assert_eq!(state.may_review(&human("j")), Ok(()));
    assert_eq!(state.may_review(&person("j")), Err(Ineligible::NotAsked), "of another group");
    let bot = judge(Principal::service("ci").unwrap());
    assert_eq!(state.may_review(&bot), Err(Ineligible::NotHuman));
    for took_part in ["a", "o", "q"] {
        assert_eq!(state.may_review(&human(took_part)), Err(Ineligible::TookPart), "{took_part}");
    }
    let plain = asked(review(two_of_ops()));
    assert_eq!(plain.may_review(&human("j")), Err(Ineligible::NotAsked), "no emergency");
}

#[test]
fn what_became_of_it_is_said_by_a_human_who_was_asked_and_did_not_ask() {
    let state = emergency();
    assert_eq!(state.may_resolve(&person("q")), Ok(()), "an approver may");
    let stranger = Principal::human("s").unwrap();
    assert_eq!(state.may_resolve(&stranger), Err(Ineligible::NotAsked));
    assert_eq!(asked(Verdict::Allow).may_resolve(&stranger), Ok(()), "nobody was asked");
    assert_eq!(state.may_resolve(&person("o")), Err(Ineligible::TookPart));
    let bot = Principal::service("ci").unwrap().member_of(["ops"]).unwrap();
    assert_eq!(state.may_resolve(&bot), Err(Ineligible::NotHuman));
    assert_eq!(State::default().may_resolve(&person("q")), Err(Ineligible::NotAsked));
}

#[test]
fn only_what_started_and_told_no_end_is_in_doubt() {
    let doubtful = [Phase::Started, Phase::Ended(Outcome::Executed(Execution::Dropped))];
    let clear = [
        Phase::Absent,
        Phase::Allowed,
        Phase::Pending,
        Phase::Granted,
        Phase::Ended(Outcome::Executed(Execution::Succeeded)),
        Phase::Ended(Outcome::Executed(Execution::Panicked)),
        Phase::Ended(Outcome::Resolved(Resolution::Done)),
        Phase::Ended(Outcome::Closed(Cause::Expired)),
    ];
    for (phases, is_so) in [(&doubtful[..], true), (&clear[..], false)] {
        for phase in phases {
            let state = State { phase: phase.clone(), ..State::default() };
            assert_eq!(state.is_in_doubt(), is_so, "{phase:?}");
        }
    }
}
