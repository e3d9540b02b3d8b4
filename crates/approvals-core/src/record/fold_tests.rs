//! What cannot follow is refused: whoever forges a log, or takes a part out of one, is found out by the fold.

use super::*;
use crate::action::principal::Principal;
use crate::policy::fact::FactSet;
use crate::policy::obligation::Obligation;
use crate::policy::policy::{BreakGlass, Verdict};
use crate::record::scene::*;
use crate::review::statement::Resolution;

/// Whether `what` can follow at that second.
fn follows(state: &State, second: i64, what: What) -> bool {
    state.clone().apply(&event(second, what)).is_ok()
}

fn then(state: State, second: i64, what: What) -> State {
    state.apply(&event(second, what)).unwrap()
}

fn pending() -> State {
    asked(review(two_of_ops()))
}

fn says(state: &State, who: &str, choice: Choice, second: i64) -> Decision {
    decision(state, person(who), choice, at(second))
}

fn decided(decision: &Decision) -> What {
    What::Decided { envelope: envelope(decision) }
}

fn late(decision: &Decision) -> What {
    What::Late { envelope: envelope(decision) }
}

fn voted(state: State, who: &str, choice: Choice, second: i64) -> State {
    let what = decided(&says(&state, who, choice, second));
    then(state, second, what)
}

/// `p` and `q` have approved at second 2.
fn agreed() -> State {
    voted(voted(pending(), "p", Choice::Approve, 2), "q", Choice::Approve, 2)
}

fn granted_with(state: &State, change: impl FnOnce(&mut Claims)) -> What {
    let mut claims = claims(state.request().unwrap(), &["p", "q"], at(3));
    change(&mut claims);
    What::Granted { grant: grant(&claims) }
}

fn granted() -> State {
    let state = agreed();
    let what = granted_with(&state, |_claims| {});
    then(state, 3, what)
}

fn starts(fence: u64) -> What {
    starts_of(action(), fence)
}

fn starts_of(action: Digest, fence: u64) -> What {
    let (facts, policy) = (FactSet::new(), Digest::of("policy", b"p"));
    What::Started { action, attempt: None, facts, fence, policy }
}

fn finished(execution: Execution, fence: u64) -> What {
    What::Finished { execution, fence }
}

fn stated(who: Principal, says: Says) -> What {
    What::Stated { envelope: envelope(&statement(who, says)) }
}

fn resolve() -> Says {
    Says::Resolve { request: id(), resolution: Resolution::Done }
}

#[test]
fn no_event_is_older_than_the_one_before_it() {
    let state = voted(pending(), "p", Choice::Approve, 20);
    let note = || What::Undelivered { channel: "chat".into(), error: "away".into() };
    assert!(follows(&state, 20, note()) && follows(&state, 21, note()));
    assert!(!follows(&state, 19, note()));
    let after = then(state, 25, note());
    assert_eq!((after.version(), after.last_at()), (3, at(25)));
}

#[test]
fn a_request_is_asked_for_once_under_its_own_id() {
    let (request, document) =
        (request(Verdict::Allow), super::super::body::Body::Inline("{}".into()));
    let asked = What::Requested { request: request.clone(), document };
    let elsewhere = Event::new(at(1), Some(other_id()), asked.clone());
    assert!(State::default().apply(&elsewhere).is_err());
    let nowhere = Event::new(at(1), None, asked.clone());
    assert!(State::default().apply(&nowhere).is_err());
    let state = then(State::default(), 1, asked.clone());
    assert_eq!(state.request(), Some(&request));
    assert_eq!(state.request_digest(), request.digest().ok());
    assert!(!follows(&state, 1, asked));
}

#[test]
fn people_are_moved_when_it_is_due_and_as_the_rules_say() {
    let state = asked(review(Obligation { remind: vec![seconds(10)], ..two_of_ops() }));
    let nudged = |after| What::Nudged { nudge: Nudge::reminder(seconds(after)) };
    assert!(!follows(&state, 10, nudged(10)), "a second too soon");
    assert!(!follows(&state, 11, nudged(9)), "another one");
    let state = then(state, 11, nudged(10));
    assert_eq!(state.nudges(), [Nudge::reminder(seconds(10))]);
    assert!(!follows(&state, 12, nudged(10)), "again");
}

#[test]
fn a_decision_counts_if_it_is_about_exactly_this_and_may_be_given_now() {
    let state = pending();
    let right = says(&state, "p", Choice::Approve, 2);
    assert!(follows(&state, 2, decided(&right)));
    let other = Digest::of("request", b"other");
    for wrong in [
        Decision { request: other_id(), ..right.clone() },
        Decision { request_digest: other, ..right.clone() },
        Decision { action: other, ..right.clone() },
        Decision { reviewer: person("o"), ..right.clone() },
        says(&state, "p", Choice::Approve, 101),
    ] {
        assert!(!follows(&state, 2, decided(&wrong)), "{wrong:?}");
    }
    assert!(follows(&state, 2, decided(&Decision { at: just_before(at(101)), ..right.clone() })));
    let state = then(state, 2, decided(&right));
    assert!(!follows(&state, 3, decided(&right)), "twice");
    assert!(!follows(&asked(Verdict::Allow), 2, decided(&right)), "nobody was asked");
}

#[test]
fn what_is_granted_can_be_rejected_and_not_be_approved_again() {
    let state = granted();
    assert!(!follows(&state, 4, decided(&says(&state, "r", Choice::Approve, 4))));
    let state = voted(state, "r", Choice::Reject, 4);
    assert_eq!(state.decisions().len(), 3);
    let after = voted(granted(), "r", Choice::Reject, 101);
    assert_eq!(after.decisions().len(), 3, "also after the time to approve");
}

#[test]
fn a_decision_is_late_where_it_changes_nothing_and_is_told_once() {
    let mut open = pending();
    let early = late(&says(&open, "p", Choice::Approve, 2));
    assert!(!follows(&open, 2, early.clone()) && !follows(&State::default(), 2, early));
    let last = says(&open, "p", Choice::Approve, 101);
    assert!(!follows(&open, 100, late(&last)) && follows(&open, 101, late(&last)));
    let other = Decision { action: Digest::ZERO, ..last.clone() };
    assert!(!follows(&open, 101, late(&other)), "about something else");
    assert!(!follows(&open, 101, late(&Decision { reviewer: person("o"), ..last.clone() })));
    open = then(open, 101, late(&last));
    assert_eq!(open.late(), [last]);
    let choose = |who: &str, choice| late(&says(&open, who, choice, 102));
    assert!(!follows(&open, 102, choose("p", Choice::Approve)), "again");
    assert!(follows(&open, 102, choose("p", Choice::Reject)), "something else");
    assert!(follows(&open, 102, choose("q", Choice::Approve)), "somebody else");

    let granted = granted();
    assert!(follows(&granted, 4, late(&says(&granted, "r", Choice::Approve, 4))));
    assert!(!follows(&granted, 4, late(&says(&granted, "r", Choice::Reject, 4))), "that counts");
    let allowed = asked(Verdict::Allow);
    assert!(!follows(&allowed, 4, late(&says(&allowed, "r", Choice::Reject, 4))));
    let started = then(granted, 4, starts(1));
    assert!(follows(&started, 5, late(&says(&started, "r", Choice::Reject, 5))));
}

#[test]
fn so_many_late_decisions_are_kept_and_no_more() {
    let mut state = pending();
    for n in 0..MAX_LATE {
        let what = late(&says(&state, &format!("p{n}"), Choice::Approve, 101));
        state = then(state, 101, what);
    }
    assert!(!follows(&state, 101, late(&says(&state, "last", Choice::Approve, 101))));
}

#[test]
fn a_grant_is_of_this_request_by_those_who_approved_it() {
    let state = agreed();
    let other = Digest::of("action", b"other");
    let same = granted_with(&state, |_claims| {});
    assert!(follows(&state, 3, same.clone()));
    assert!(!follows(&voted(pending(), "p", Choice::Approve, 2), 3, same.clone()), "one of two");
    assert!(!follows(&state, 12, same), "their votes have lapsed");
    let changes: [fn(&mut Claims, Digest); 5] = [
        |claims, _| claims.jti = other_id(),
        |claims, other| claims.authorization_details[0].action_digest = other,
        |claims, other| claims.authorization_details[0].request_digest = other,
        |claims, _| drop(claims.authorization_details[0].approvers.pop()),
        |claims, _| claims.authorization_details[0].approvers.reverse(),
    ];
    for (number, change) in changes.iter().enumerate() {
        let what = granted_with(&state, |claims| change(claims, other));
        assert!(!follows(&state, 3, what), "change {number}");
    }
    let granted = granted();
    assert_eq!((granted.phase(), granted.granted_at()), (&Phase::Granted, Some(at(3))));
    assert!(granted.grant().is_some());
}

#[test]
fn a_body_starts_in_time_on_what_was_asked_as_the_first_or_the_next() {
    let granted = granted();
    assert!(follows(&granted, 4, starts(1)));
    assert!(!follows(&granted, 4, starts(0)) && !follows(&granted, 4, starts(2)));
    assert!(follows(&granted, 52, starts(1)) && !follows(&granted, 53, starts(1)), "50 s from 3");
    assert!(!follows(&granted, 4, starts_of(Digest::ZERO, 1)));
    assert!(!follows(&pending(), 4, starts(1)), "nobody agreed");
    let allowed = asked(Verdict::Allow);
    let day = 24 * 60 * 60;
    assert!(follows(&allowed, day, starts(1)) && !follows(&allowed, day + 1, starts(1)));
    let started = then(allowed, 4, starts(1));
    assert_eq!(started.started(), Some(Started { at: at(4), attempt: None, fence: 1 }));
    assert!(!follows(&started, 5, starts(2)), "it does not say that it may be repeated");
}

fn starts_as(attempt: &str, fence: u64) -> What {
    let attempt = Some(Digest::of("attempt", attempt.as_bytes()));
    let (facts, policy) = (FactSet::new(), Digest::of("policy", b"p"));
    What::Started { action: action(), attempt, facts, fence, policy }
}

#[test]
fn one_name_of_a_try_is_of_one_start() {
    let state = then(
        of(Request { retry_after_ms: Some(7000), ..request(Verdict::Allow) }),
        4,
        starts_as("one", 1),
    );
    assert!(!follows(&state, 11, starts_as("one", 2)) && follows(&state, 11, starts_as("two", 2)));
    let dropped = then(state, 11, finished(Execution::Dropped, 1));
    assert!(!follows(&dropped, 12, starts_as("one", 2)) && follows(&dropped, 12, starts(2)));
}

#[test]
fn a_start_without_a_name_is_written_as_ever() {
    let event = Event::new(at(4), Some(id()), starts(1));
    let bytes = event.to_bytes().unwrap();
    assert!(!String::from_utf8(bytes.clone()).unwrap().contains("attempt"));
    assert_eq!(Event::parse(&bytes).unwrap(), event);
    let named = Event::new(at(4), Some(id()), starts_as("one", 1));
    assert_eq!(Event::parse(&named.to_bytes().unwrap()).unwrap(), named);
}

/// Allowed, may be repeated after 7 seconds, and started at second 4.
fn repeatable() -> State {
    let mut request = request(Verdict::Allow);
    request.retry_after_ms = Some(7000);
    then(of(request), 4, starts(1))
}

#[test]
fn a_body_starts_again_after_its_silence_and_only_its_last_start_tells_its_end() {
    let state = repeatable();
    assert!(!follows(&state, 10, starts(2)) && follows(&state, 11, starts(2)));
    let again = then(state, 11, starts(2));
    assert!(!follows(&again, 12, finished(Execution::Succeeded, 1)), "that was started again");
    assert!(!follows(&again, 12, finished(Execution::Succeeded, 3)));
    let over = then(again, 12, finished(Execution::Succeeded, 2));
    assert_eq!(over.phase(), &Phase::Ended(Outcome::Executed(Execution::Succeeded)));
    assert!(!follows(&over, 13, finished(Execution::Failed, 2)), "it has ended");
    assert!(!follows(&over, 30, starts(3)), "and is known");
}

#[test]
fn after_a_person_has_resolved_it_only_the_body_itself_may_tell_its_end() {
    let resolved = then(repeatable(), 5, stated(person("q"), resolve()));
    assert_eq!(resolved.phase(), &Phase::Ended(Outcome::Resolved(Resolution::Done)));
    assert!(follows(&resolved, 6, finished(Execution::Succeeded, 1)));
    assert!(!follows(&resolved, 6, finished(Execution::Dropped, 1)));
    // A body that was dropped has come to its end, whatever a person found out then.
    let dropped = then(repeatable(), 5, finished(Execution::Dropped, 1));
    let resolved = then(dropped, 6, stated(person("q"), resolve()));
    assert!(!follows(&resolved, 7, finished(Execution::Succeeded, 1)));
}

#[test]
fn what_ends_a_request_has_its_reason_in_what_came_before() {
    let closed = |cause| What::Closed { cause };
    let rejected = |by: &str| closed(Cause::Rejected { by: by.parse().unwrap() });
    let revoked = |by: Option<&str>| {
        let by = by.map(|by| by.parse().unwrap());
        closed(Cause::Revoked { by, reason: "because".into() })
    };
    let open = pending();
    assert!(!follows(&open, 2, rejected("p")), "nobody did");
    let one = voted(open.clone(), "p", Choice::Reject, 2);
    assert!(follows(&one, 2, rejected("p")) && !follows(&one, 2, rejected("q")));
    let two_needed = asked(review(two_of_ops().veto(2)));
    assert!(!follows(&voted(two_needed, "p", Choice::Reject, 2), 2, rejected("p")), "one of two");
    assert!(!follows(&one, 2, revoked(Some("p"))), "nothing was granted");

    let granted = granted();
    assert!(!follows(&granted, 4, revoked(Some("q"))), "who approved last has revoked nothing");
    assert!(follows(&granted, 4, revoked(None)));
    let taken_back = voted(granted.clone(), "r", Choice::Reject, 4);
    assert!(follows(&taken_back, 4, revoked(Some("r"))));
    assert!(
        !follows(&taken_back, 4, revoked(Some("p"))) && !follows(&taken_back, 4, rejected("r"))
    );

    let expired = || closed(Cause::Expired);
    assert!(!follows(&open, 100, expired()) && follows(&open, 101, expired()));
    assert!(!follows(&granted, 52, expired()) && follows(&granted, 53, expired()));
    let over = then(open, 2, closed(Cause::Withdrawn));
    assert_eq!(over.phase(), &Phase::Ended(Outcome::Closed(Cause::Withdrawn)));
    assert!(!follows(&over, 3, closed(Cause::Withdrawn)), "once");
}

#[test]
fn a_statement_is_about_this_request_from_somebody_who_may_make_it() {
    let started = then(granted(), 4, starts(1));
    assert!(follows(&started, 5, stated(person("q"), resolve())));
    assert!(!follows(&started, 5, stated(person("o"), resolve())), "whom it is for");
    let elsewhere = Says::Resolve { request: other_id(), resolution: Resolution::Done };
    assert!(!follows(&started, 5, stated(person("q"), elsewhere)));
    assert!(!follows(&started, 5, stated(person("q"), Says::Undelegate)), "about no request");
    let known = then(started.clone(), 5, finished(Execution::Succeeded, 1));
    assert!(!follows(&known, 6, stated(person("q"), resolve())), "known");
    let review = || Says::Review { request: id(), justified: true };
    let judge = || Principal::human("j").unwrap().member_of(["judges"]).unwrap();
    assert!(!follows(&started, 5, stated(judge(), review())), "no emergency");

    let mut emergency = request(Verdict::Allow);
    let terms = BreakGlass::new(vec![], "judges".parse().unwrap(), seconds(60));
    emergency.ruling.break_glass = Some(terms);
    let done = then(then(of(emergency), 4, starts(1)), 5, finished(Execution::Succeeded, 1));
    assert!(!follows(&done, 6, stated(person("j"), review())), "of another group");
    let judged = then(done, 6, stated(judge(), review()));
    assert_eq!(judged.statements().len(), 1);
    assert!(!follows(&judged, 7, stated(judge(), review())), "once");
}
