//! Reviewers who answer by script, on a real gate: also late, twice, out of order and about something else.

use std::time::Duration;

use approvals_core::{
    Ballot, Denied, DynamicAction, Execution, Nudge, Obligation, Obligations, Outcome, Phase,
    PolicyFn, Refusal, RequestId, State, Verdict,
};

use crate::{Answer, MockApprover, Ran, TestGate};

const MINUTE: Duration = Duration::from_secs(60);
const SOON: Duration = Duration::from_secs(5);

fn drops(table: &str) -> DynamicAction {
    let arguments = format!(r#"{{"table": "{table}"}}"#);
    DynamicAction::from_json("db.drop", arguments.as_bytes()).unwrap()
}

async fn run(gate: &TestGate, table: &str, ran: &Ran) -> Result<(), Denied> {
    gate.run(drops(table), async |_, _| {
        ran.now();
        Ok(())
    })
    .await
}

fn after(span: Duration, answer: Answer) -> Answer {
    Answer::After(span, Box::new(answer))
}

fn no() -> Answer {
    Answer::Reject("no".to_owned())
}

/// Mira and tom, who both have to approve.
fn two(mira: Answer, tom: Answer) -> MockApprover {
    MockApprover::script([mira]).named("mira").then(MockApprover::script([tom]).named("tom"))
}

/// The only request.
async fn state(gate: &TestGate) -> State {
    let trail = gate.trail().await;
    let mut states = trail.states();
    let only = states.next().unwrap().1.clone();
    assert!(states.next().is_none(), "more than one request");
    only
}

fn who(state: &State) -> Vec<&str> {
    state.decisions().iter().map(|one| one.reviewer.id().as_str()).collect()
}

async fn ask(gate: &TestGate, table: &str) -> RequestId {
    let ticket = gate.submit(drops(table).key(table).unwrap()).await.unwrap();
    tokio::time::sleep(Duration::from_millis(1)).await;
    ticket.request
}

#[tokio::test(start_paused = true)]
async fn several_people_answer_one_card_in_order_each_in_their_own_name() {
    let reviewers = two(Answer::Approve, Answer::Approve);
    let (gate, ran) = (TestGate::asking(&reviewers).await, Ran::default());
    run(&gate, "a", &ran).await.unwrap();
    let state = state(&gate).await;
    assert_eq!(who(&state), ["u:mira", "u:tom"]);
    assert_eq!(state.decisions()[1].identity.to_string(), "mock:tom");
    assert_eq!((reviewers.cards().len(), reviewers.refusals()), (1, vec![]), "one card for both");
    ran.assert_ran_once();
}

#[tokio::test(start_paused = true)]
async fn one_of_two_is_not_enough_and_a_no_after_a_yes_ends_it() {
    let ran = Ran::default();
    let gate = TestGate::asking(&two(Answer::Approve, Answer::Silence)).await;
    assert_eq!(run(&gate, "a", &ran).await, Err(Denied::Expired));
    let gate = TestGate::asking(&two(Answer::Approve, no())).await;
    let denied = run(&gate, "a", &ran).await;
    assert!(matches!(denied, Err(Denied::Rejected { by, .. }) if by.as_str() == "u:tom"));
    ran.assert_never_ran();
    gate.assert_never_started("db.drop").await;
}

#[tokio::test(start_paused = true)]
async fn people_are_in_the_groups_that_the_test_says_and_in_no_others() {
    let policy = || {
        let one = Obligations::new([Obligation::new("one").unwrap().seats("sre", 1).unwrap()]);
        PolicyFn::new("sre/1", move |_| Verdict::Review(one.clone())).unwrap()
    };
    let (mira, tom) =
        (MockApprover::approving().named("mira"), MockApprover::approving().named("tom"));
    let reviewers = mira.member_of(["ops"]).then(tom.member_of(["sre"]));
    let (gate, ran) = (TestGate::new(policy(), &reviewers).await, Ran::default());
    run(&gate, "a", &ran).await.unwrap();
    assert_eq!(who(&state(&gate).await), ["u:tom"]);
    assert!(matches!(reviewers.refusals()[..], [Refusal::Ineligible(_)]));
    let gate = TestGate::new(policy(), &MockApprover::approving()).await;
    assert!(matches!(run(&gate, "a", &ran).await, Err(Denied::Unsatisfiable { .. })));
    ran.assert_ran_once();
}

#[tokio::test(start_paused = true)]
async fn a_person_who_is_told_to_answers_at_once() {
    let reviewers = two(Answer::Silence, Answer::Silence);
    let gate = TestGate::asking(&reviewers).await;
    ask(&gate, "a").await;
    let yes = || Ballot::approve(&reviewers.card()).unwrap();
    let unasked = MockApprover::approving().decide("mira", yes()).await.unwrap_err();
    assert_eq!(unasked.to_string(), "there is no such request");
    assert_eq!(reviewers.decide("mira", yes()).await.unwrap(), Phase::Pending);
    assert_eq!(reviewers.decide("tom", yes()).await.unwrap(), Phase::Granted);
}

#[tokio::test(start_paused = true)]
async fn what_the_channel_is_told_later_is_remembered() {
    let one = Obligation::new("one").unwrap().seats("ops", 1).unwrap().remind_after(SOON);
    let one = Obligations::new([one.approve_within(MINUTE)]);
    let policy = PolicyFn::new("ops/1", move |_| Verdict::Review(one.clone())).unwrap();
    let late = after(2 * SOON, Answer::Approve);
    let reviewer = MockApprover::script([late]).member_of(["ops"]);
    let (gate, ran) = (TestGate::new(policy, &reviewer).await, Ran::default());
    run(&gate, "a", &ran).await.unwrap();
    tokio::time::sleep(SOON).await;
    let nudges: Vec<_> = reviewer.nudges().into_iter().map(|(_, nudge)| nudge).collect();
    assert_eq!(nudges, [Nudge::Reminder { after_ms: 5_000 }]);
    assert!(!reviewer.updates().is_empty(), "it was decided");
    ran.assert_ran_once();
}

#[tokio::test(start_paused = true)]
async fn a_late_answer_runs_nothing() {
    let reviewer = MockApprover::script([after(2 * MINUTE, Answer::Approve)]);
    let (gate, ran) = (TestGate::asking(&reviewer).await, Ran::default());
    assert_eq!(run(&gate, "a", &ran).await, Err(Denied::Expired));
    tokio::time::sleep(2 * MINUTE).await;
    assert_eq!(reviewer.refusals(), [Refusal::Over]);
    assert_eq!(state(&gate).await.late().len(), 1, "it is recorded that it was said");
    ran.assert_never_ran();
    gate.assert_never_started("db.drop").await;
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_comes_twice_is_one_vote() {
    let double = Answer::Each(vec![Answer::Approve, Answer::Approve]);
    let reviewers = two(double, Answer::Silence);
    let (gate, ran) = (TestGate::asking(&reviewers).await, Ran::default());
    assert_eq!(run(&gate, "a", &ran).await, Err(Denied::Expired), "it takes two people");
    assert_eq!(reviewers.refusals(), [Refusal::Twice]);
    assert_eq!(who(&state(&gate).await), ["u:mira"]);
    ran.assert_never_ran();

    let much_later = after(MINUTE, Answer::Approve);
    let reviewer = MockApprover::script([Answer::Each(vec![Answer::Approve, much_later])]);
    let gate = TestGate::asking(&reviewer).await;
    run(&gate, "a", &ran).await.unwrap();
    tokio::time::sleep(2 * MINUTE).await;
    assert_eq!(reviewer.refusals(), [Refusal::Over]);
    ran.assert_ran_once();
}

#[tokio::test(start_paused = true)]
async fn a_yes_that_overtakes_a_no_or_the_other_way_round_ends_as_no() {
    let soon = |answer| after(SOON, answer);
    for said in [vec![Answer::Approve, no()], vec![soon(Answer::Approve), no()]] {
        let reviewers = two(Answer::Each(said), after(2 * SOON, Answer::Approve));
        let (gate, ran) = (TestGate::asking(&reviewers).await, Ran::default());
        assert!(matches!(run(&gate, "a", &ran).await, Err(Denied::Rejected { .. })));
        tokio::time::sleep(3 * MINUTE).await;
        assert!(reviewers.refusals().iter().all(|refusal| *refusal == Refusal::Over));
        ran.assert_never_ran();
        gate.assert_never_started("db.drop").await;
    }
}

#[tokio::test(start_paused = true)]
async fn whose_answer_comes_first_makes_no_difference() {
    let reviewers = two(after(SOON, Answer::Approve), Answer::Approve);
    let (gate, ran) = (TestGate::asking(&reviewers).await, Ran::default());
    run(&gate, "a", &ran).await.unwrap();
    assert_eq!(who(&state(&gate).await), ["u:tom", "u:mira"]);
    ran.assert_ran_once();
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_is_replayed_approves_nothing_else() {
    let reviewer = MockApprover::script([Answer::Approve, Answer::Replay]);
    let (gate, ran) = (TestGate::asking(&reviewer).await, Ran::default());
    run(&gate, "a", &ran).await.unwrap();
    assert_eq!(run(&gate, "b", &ran).await, Err(Denied::Expired));
    assert_eq!(reviewer.refusals(), [Refusal::Over], "what it was about has run");
    ran.assert_ran_once();

    let reviewers = MockApprover::script([Answer::Approve, Answer::Replay])
        .named("mira")
        .then(MockApprover::script([]).named("tom"));
    let gate = TestGate::asking(&reviewers).await;
    let (first, second) = (ask(&gate, "a").await, ask(&gate, "b").await);
    assert_eq!(reviewers.refusals(), [Refusal::Twice], "what it was about waits for the other");
    let trail = gate.trail().await;
    let votes =
        |request| trail.states().find(|(id, _)| *id == request).unwrap().1.decisions().len();
    assert_eq!((votes(first), votes(second)), (1, 0));
}

#[tokio::test(start_paused = true)]
async fn an_answer_with_the_digest_of_another_card_approves_neither() {
    let reviewer = MockApprover::script([Answer::Silence, Answer::Cross]);
    let (gate, ran) = (TestGate::asking(&reviewer).await, Ran::default());
    assert_eq!(run(&gate, "a", &ran).await, Err(Denied::Expired));
    assert_eq!(run(&gate, "b", &ran).await, Err(Denied::Expired));
    assert_eq!(reviewer.refusals(), [Refusal::OtherDigest]);
    let trail = gate.trail().await;
    assert!(trail.states().all(|(_, state)| state.decisions().is_empty()));
    ran.assert_never_ran();
    gate.assert_never_started("db.drop").await;
}

/// What the tests above would look like if the gate took what it has to refuse.
#[tokio::test(start_paused = true)]
async fn an_honest_answer_in_the_place_of_each_fault_runs_the_body() {
    let ran = Ran::default();
    let reviewer = MockApprover::script([Answer::Silence, Answer::Approve]);
    let gate = TestGate::asking(&reviewer).await;
    assert_eq!(run(&gate, "a", &ran).await, Err(Denied::Expired));
    run(&gate, "b", &ran).await.unwrap();
    let gate = TestGate::asking(&two(Answer::Approve, after(SOON, Answer::Approve))).await;
    run(&gate, "a", &ran).await.unwrap();
    assert_eq!((ran.count(), reviewer.refusals()), (2, vec![]));
}

#[tokio::test(start_paused = true)]
async fn a_fault_that_cannot_be_made_does_not_pass_for_one_that_was_withstood() {
    for answer in [Answer::Replay, Answer::Cross] {
        let reviewer = MockApprover::script([Answer::Silence, answer.clone()]);
        let gate = TestGate::asking(&reviewer).await;
        let ran = Ran::default();
        if answer == Answer::Cross {
            let alone = MockApprover::script([answer]);
            let gate = TestGate::asking(&alone).await;
            assert_eq!(run(&gate, "a", &ran).await, Err(Denied::Undeliverable));
        } else {
            assert_eq!(run(&gate, "a", &ran).await, Err(Denied::Expired));
            assert_eq!(run(&gate, "b", &ran).await, Err(Denied::Undeliverable));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn how_a_body_ended_is_in_the_trail() {
    let (gate, ran) = (TestGate::asking(&MockApprover::approving()).await, Ran::default());
    run(&gate, "a", &ran).await.unwrap();
    let outcome = state(&gate).await.outcome().cloned();
    assert_eq!(outcome, Some(Outcome::Executed(Execution::Succeeded)));
}

#[tokio::test(start_paused = true)]
#[should_panic(expected = "`db.drop` was started, as request")]
async fn what_was_started_is_not_said_to_never_have_been() {
    let (gate, ran) = (TestGate::asking(&MockApprover::approving()).await, Ran::default());
    run(&gate, "a", &ran).await.unwrap();
    gate.assert_never_started("db.drop").await;
}

#[tokio::test(start_paused = true)]
#[should_panic(expected = "`db.dorp` was never asked for")]
async fn a_misspelt_name_is_not_said_to_never_have_been_started() {
    let (gate, ran) = (TestGate::asking(&MockApprover::rejecting("no")).await, Ran::default());
    run(&gate, "a", &ran).await.unwrap_err();
    gate.assert_never_started("db.dorp").await;
}

#[test]
#[should_panic(expected = "ran 1 times")]
fn a_body_that_ran_did_not_never_run() {
    let ran = Ran::default();
    ran.clone().now();
    ran.assert_never_ran();
}

#[test]
#[should_panic(expected = "was to run once, and ran 2 times")]
fn a_body_that_ran_twice_did_not_run_once() {
    let ran = Ran::default();
    ran.now();
    ran.now();
    ran.assert_ran_once();
}

#[tokio::test(start_paused = true)]
#[should_panic(expected = "another ledger")]
async fn a_gate_that_writes_elsewhere_is_no_test_gate() {
    let policy = PolicyFn::new("lax/1", |_| Verdict::Allow).unwrap();
    let keys = approvals_core::Keyring::generate().unwrap();
    let other = approvals_core::MemoryLedger::new("example.org/test", keys.log).await.unwrap();
    TestGate::with(policy, &MockApprover::approving(), |gate, _| gate.ledger(other)).await;
}

#[test]
#[should_panic(expected = "nobody behind this approver was asked anything")]
fn the_last_card_of_nobody_asked_is_none() {
    drop(MockApprover::approving().card());
}
