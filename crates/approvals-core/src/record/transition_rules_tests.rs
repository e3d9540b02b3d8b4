//! What each command takes, in small: the model holds the same in whatever order.

use super::*;
use crate::policy::obligation::Obligation;
use crate::policy::obligations::Obligations;
use crate::policy::policy::BreakGlass;
use crate::record::event::Event;
use crate::record::scene::*;

fn pending() -> State {
    asked(review(two_of_ops()))
}

fn take(state: &State, command: Command, second: i64) -> Result<State, Refusal> {
    let whats = transition(state, command, at(second))?;
    let mut state = state.clone();
    for what in whats {
        state = state.apply(&Event::new(at(second), Some(id()), what)).unwrap();
    }
    Ok(state)
}

fn decides(decision: Decision) -> Command {
    let envelope = envelope(&decision);
    Command::Decide { decision: Box::new(decision), envelope }
}

fn votes(state: &State, who: &str, choice: Choice, second: i64) -> Result<State, Refusal> {
    take(state, decides(decision(state, person(who), choice, at(second))), second)
}

/// `p` and `q` have approved at second 2, and it is granted at second 3.
fn granted() -> State {
    let one = votes(&pending(), "p", Choice::Approve, 2).unwrap();
    let both = votes(&one, "q", Choice::Approve, 2).unwrap();
    let claims = claims(both.request().unwrap(), &["p", "q"], at(3));
    take(&both, Command::Issue(grant(&claims)), 3).unwrap()
}

/// Everything is as it was when it was asked.
fn start(state: &State) -> Start {
    let request = state.request().unwrap();
    Start {
        action: action(),
        attempt: None,
        ruling: request.ruling.clone(),
        approvals: state.decisions().to_vec(),
        stands: false,
        stop: None,
    }
}

fn starts(state: &State, start: Start, second: i64) -> Result<State, Refusal> {
    take(state, Command::Start(Box::new(start)), second)
}

#[test]
fn people_are_moved_when_it_is_due_and_by_what_is_next() {
    let state = asked(review(Obligation { remind: vec![seconds(10)], ..two_of_ops() }));
    let moves =
        |after, second| take(&state, Command::Nudge(Nudge::reminder(seconds(after))), second);
    assert_eq!(moves(10, 10), Err(Refusal::Over));
    assert_eq!(moves(9, 11), Err(Refusal::Over));
    assert!(moves(10, 11).is_ok());
}

#[test]
fn a_decision_is_about_exactly_this_request_question_and_action() {
    let state = pending();
    let right = decision(&state, person("p"), Choice::Approve, at(2));
    let other = Digest::of("request", b"other");
    for wrong in [
        Decision { request: other_id(), ..right.clone() },
        Decision { request_digest: other, ..right.clone() },
        Decision { action: other, ..right.clone() },
    ] {
        assert_eq!(take(&state, decides(wrong), 2), Err(Refusal::OtherDigest));
    }
    assert!(take(&state, decides(right), 2).is_ok());
    assert_eq!(votes(&state, "p", Choice::Approve, 101), Err(Refusal::TooLate));
}

#[test]
fn a_rejection_ends_what_waits_and_takes_back_what_is_granted() {
    let by = |name: &str| name.parse().unwrap();
    let rejected = votes(&pending(), "p", Choice::Reject, 2).unwrap();
    assert_eq!(rejected.outcome(), Some(&Outcome::Closed(Cause::Rejected { by: by("p") })));
    let two_needed = asked(review(two_of_ops().veto(2)));
    let one = votes(&two_needed, "p", Choice::Reject, 2).unwrap();
    assert_eq!(one.phase(), &Phase::Pending);
    let taken_back = votes(&granted(), "r", Choice::Reject, 4).unwrap();
    let reason = "r took it back".to_owned();
    let revoked = Cause::Revoked { by: Some(by("r")), reason };
    assert_eq!(taken_back.outcome(), Some(&Outcome::Closed(revoked)));
    assert_eq!(votes(&granted(), "r", Choice::Approve, 4), Err(Refusal::Over));
}

#[test]
fn a_grant_is_three_parts_that_say_what_was_granted() {
    let claims = claims(pending().request().unwrap(), &["p", "q"], at(3));
    let grant = grant(&claims);
    assert_eq!(grant.as_str().split('.').count(), 3);
    assert_eq!(grant.claims(), Ok(claims));
}

#[test]
fn a_grant_starts_one_body_on_what_was_approved_while_it_holds() {
    let state = granted();
    let usual = || start(&state);
    assert!(starts(&state, usual(), 52).is_ok());
    assert_eq!(starts(&state, usual(), 53), Err(Refusal::TooLate));
    let other = Start { action: Digest::ZERO, ..usual() };
    assert_eq!(starts(&state, other, 4), Err(Refusal::OtherDigest));
    let stop = Some(Cause::Stopped { stop: Digest::ZERO, reason: "stopped".into() });
    let stopped = starts(&state, Start { stop, ..usual() }, 4);
    assert_eq!(stopped, Err(Refusal::Stopped("stopped".into())));
    let fewer = Start { approvals: state.decisions()[..1].to_vec(), ..usual() };
    assert_eq!(starts(&state, fewer, 4), Err(Refusal::ApproversGone));
    let again = starts(&starts(&state, usual(), 4).unwrap(), usual(), 5);
    assert_eq!(again, Err(Refusal::Over));
    assert_eq!(starts(&pending(), usual(), 4), Err(Refusal::NotGranted));
}

#[test]
fn a_second_ruling_stops_or_asks_again_and_never_loosens() {
    let state = granted();
    let ruled = |verdict| {
        let mut start = start(&state);
        start.ruling.verdict = verdict;
        starts(&state, start, 4)
    };
    assert!(ruled(Verdict::Allow).is_ok() && ruled(review(two_of_ops())).is_ok());
    let more =
        Obligations::new([two_of_ops(), Obligation::new("x").unwrap().seats("x", 1).unwrap()]);
    assert_eq!(ruled(Verdict::Review(more)), Err(Refusal::PolicyAsksMore));
    assert_eq!(ruled(Verdict::Deny("no".into())), Err(Refusal::PolicyStops("no".into())));

    let allowed = asked(Verdict::Allow);
    let mut asks_now = start(&allowed);
    assert!(starts(&allowed, asks_now.clone(), 4).is_ok());
    asks_now.ruling.verdict = review(two_of_ops());
    assert_eq!(starts(&allowed, asks_now, 4), Err(Refusal::PolicyAsksMore));
}

#[test]
fn a_standing_grant_starts_what_it_covers_now() {
    let mut request = request(review(two_of_ops()));
    request.standing = Some(other_id());
    let state = of(request);
    let with = |stands| starts(&state, Start { stands, ..start(&state) }, 4);
    assert!(with(true).is_ok());
    assert_eq!(with(false), Err(Refusal::StandsNoMore));
}

#[test]
fn an_emergency_sets_aside_what_people_were_shown_and_no_more() {
    let terms = |rules: &[&str]| {
        let rules = rules.iter().map(|rule| rule.parse().unwrap()).collect();
        Some(BreakGlass::new(rules, "judges".parse().unwrap(), seconds(60)))
    };
    let mut request = request(Verdict::Allow);
    request.ruling.break_glass = terms(&["freeze"]);
    let state = of(request);
    let now = |rules: &[&str]| {
        let mut start = start(&state);
        start.ruling.break_glass = terms(rules);
        starts(&state, start, 4)
    };
    assert!(now(&["freeze"]).is_ok() && now(&[]).is_ok());
    assert_eq!(now(&["freeze", "other"]), Err(Refusal::SetsMoreAside));
    let plain = asked(Verdict::Allow);
    let mut start = start(&plain);
    start.ruling.break_glass = terms(&[]);
    assert_eq!(starts(&plain, start, 4), Err(Refusal::SetsMoreAside));
}

#[test]
fn what_may_be_repeated_starts_again_after_its_silence_and_its_last_start_tells_the_end() {
    let mut request = request(Verdict::Allow);
    request.retry_after_ms = Some(7000);
    let state = of(request);
    let first = starts(&state, start(&state), 4).unwrap();
    assert_eq!(starts(&first, start(&state), 10), Err(Refusal::Over));
    let second = starts(&first, start(&state), 11).unwrap();
    let ends =
        |state: &State, execution, fence| take(state, Command::Finish { execution, fence }, 12);
    assert_eq!(ends(&second, Execution::Succeeded, 1), Err(Refusal::Fenced));
    let over = ends(&second, Execution::Succeeded, 2).unwrap();
    assert_eq!(ends(&over, Execution::Failed, 2), Err(Refusal::Over));
    assert_eq!(ends(&state, Execution::Succeeded, 1), Err(Refusal::Over), "never started");
}
