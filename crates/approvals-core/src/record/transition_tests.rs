//! The life cycle, held against a model of it: whatever happens in whatever order, both tell the same.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::panic::catch_unwind;

use proptest::test_runner::{Config, TestError, TestRunner};
use proptest_state_machine::{ReferenceStateMachine, StateMachineTest};

use super::*;
use crate::record::event::Event;
use crate::record::state::Outcome;
use model::{How, Verdict as Asked};
use people::{MINUTE, Rule};
use product::{Heart, Product, Sound};
use world::{Again, Step, World};

#[path = "lifecycle_people_tests.rs"]
mod people;
#[path = "lifecycle_model_tests.rs"]
mod model;
#[path = "lifecycle_world_tests.rs"]
mod world;
#[path = "lifecycle_case_tests.rs"]
mod case;
#[path = "lifecycle_steps_tests.rs"]
mod steps;
#[path = "lifecycle_words_tests.rs"]
mod words;
#[path = "lifecycle_product_tests.rs"]
mod product;
#[path = "lifecycle_seen_tests.rs"]
mod seen;
#[path = "lifecycle_bugs_tests.rs"]
mod bugs;

/// How often each kind of step could be taken, and could not, and each way to end was reached.
type Reached = BTreeMap<String, u32>;

thread_local! {
    static REACHED: RefCell<Reached> = const { RefCell::new(BTreeMap::new()) };
}

fn reached(what: impl Into<String>) {
    REACHED.with_borrow_mut(|reached| *reached.entry(what.into()).or_default() += 1);
}

struct Machine<H>(H);

impl<H: Heart> StateMachineTest for Machine<H> {
    type SystemUnderTest = Product<H>;
    type Reference = World;

    fn init_test(_world: &World) -> Product<H> {
        Product::new()
    }

    fn apply(mut product: Product<H>, world: &World, step: Step) -> Product<H> {
        let taken = product.take(&step, world);
        assert_eq!(taken, world.taken, "whether this could be: {step:?}");
        let kind = format!("{step:?}");
        let kind = kind.split([' ', '(']).next().unwrap();
        reached(format!("{kind} {}", if taken { "taken" } else { "refused" }));
        product
    }

    fn check_invariants(product: &Product<H>, world: &World) {
        seen::agree(product, world);
    }

    fn teardown(mut product: Product<H>, world: World) {
        product.take(&Step::Crash { to_bytes: true }, &world);
        seen::hold(&product);
        for case in &world.cases {
            reached(format!("{:?}", case.phase));
            let is_started = case.started.is_some();
            let things = [
                ("started again", case.started.is_some_and(|(_, fence)| fence > 1)),
                ("started by a standing grant", is_started && case.by_standing),
                ("started by a grant", is_started && case.granted_at.is_some()),
                ("voted for another", case.votes.iter().any(|vote| vote.lender.is_some())),
            ];
            things.iter().filter(|(_, is_so)| *is_so).for_each(|(thing, _)| reached(*thing));
        }
    }
}

fn run_many<H: Heart>(cases: u32, shrinks: u32) -> Reached {
    REACHED.with_borrow_mut(BTreeMap::clear);
    let config =
        Config { cases, failure_persistence: None, max_shrink_iters: shrinks, ..Config::default() };
    let run = TestRunner::new(config.clone()).run(
        &World::sequential_strategy(1..61),
        |(world, steps, seen)| {
            Machine::<H>::test_sequential(config.clone(), world, steps, seen);
            Ok(())
        },
    );
    if let Err(TestError::Fail(why, (_, steps, _))) = run {
        panic!("{why}\nafter these steps: {steps:#?}");
    }
    run.unwrap();
    REACHED.take()
}

/// Everything that can be reached is reached, and often: a machine that never starts anything proves nothing.
fn assert_all_reached(reached: &Reached, least: u32) {
    let both = [
        "Ask", "Vote", "Issue", "Start", "Finish", "Close", "Note", "Nudge", "Resolve", "Review",
        "Load", "Lift", "Lend", "Stand", "Use", "Retire",
    ];
    let both = both.iter().flat_map(|kind| [format!("{kind} taken"), format!("{kind} refused")]);
    let always = ["Stop", "TakeBack", "Wait", "TurnBack", "Leave", "Join", "Vanish", "Crash"];
    let always = always.iter().map(|kind| format!("{kind} taken"));
    let ends = [
        "Ran(Succeeded)",
        "Ran(Failed)",
        "Ran(Panicked)",
        "Ran(Dropped)",
        "Ran(Changed)",
        "Ran(NotRun)",
        "Closed(Denied)",
        "Closed(Rejected)",
        "Closed(Expired)",
        "Closed(Withdrawn)",
        "Closed(Revoked)",
        "Closed(RevokedBySomebody)",
        "Closed(Undeliverable)",
        "Closed(Unsatisfiable)",
        "Closed(Stopped)",
        "Resolved(true)",
        "Resolved(false)",
        "started again",
        "started by a standing grant",
        "started by a grant",
        "voted for another",
    ];
    let wanted = both.chain(always).chain(ends.iter().map(ToString::to_string));
    let rare: Vec<_> =
        wanted.filter(|one| reached.get(one).is_none_or(|count| *count < least)).collect();
    assert!(rare.is_empty(), "reached too rarely: {rare:?} of {reached:#?}");
}

#[test]
fn whatever_happens_in_whatever_order_the_product_does_what_the_model_says() {
    let reached = run_many::<Sound>(2_000, 10_000);
    assert_all_reached(&reached, 5);
}

/// The same, for a night.
#[test]
#[ignore = "takes minutes: `cargo xtask nightly`"]
fn nightly_whatever_happens_the_product_does_what_the_model_says() {
    let reached = run_many::<Sound>(100_000, 10_000);
    assert_all_reached(&reached, 500);
}

/// Each planted bug turns the machine red.
#[test]
fn the_machine_finds_planted_bugs() {
    fn found<H: Heart>(bug: &str) {
        assert!(catch_unwind(|| run_many::<H>(2_000, 0)).is_err(), "not found: {bug}");
    }
    found::<bugs::ClockStands>("expiry is not checked");
    found::<bugs::VetoIgnored>("a veto is ignored");
    found::<bugs::AliasesNotJoined>("aliases are not joined");
    found::<bugs::ApproversNotLookedUp>("eligibility is not checked again at the start");
    found::<bugs::PolicyNotAsked>("the policy is not asked again");
    found::<bugs::ActionNotCompared>("the action is not compared");
    found::<bugs::StaleFenceAccepted>("a stale fence is accepted");
    found::<bugs::StopIgnored>("a stop is ignored");
    found::<bugs::GrantUsedTwice>("a grant is used twice");
    found::<bugs::LapsedVoteCounts>("a vote that has lapsed still counts");
    found::<bugs::AnyChannelCounts>("a vote counts in whatever channel");
    found::<bugs::ShownForgotten>("a channel is added although another shows the card");
    found::<bugs::UsesNotCounted>("the uses of a standing grant are not counted");
}

/// Two of group `a`, and one rejection ends it.
fn two_of_a() -> Rule {
    Rule { name: "two", vote_lives: 30 * MINUTE, ..Rule::usual(1) }
}

/// People 0 and 1 approve, or the one named says otherwise.
fn says(person: usize, approve: bool) -> Step {
    Step::Vote { slot: 0, person, lent: false, yes: approve, web: false, right: true, grant: true }
}

fn ask(rule: Rule) -> Step {
    let verdict = Asked::Review(vec![rule]);
    Step::Ask { slot: 0, verdict, repeatable: false, emergency: false }
}

fn after(steps: impl IntoIterator<Item = Step>) -> (Product<Sound>, World) {
    let (mut product, mut world) = (Product::new(), World::new());
    for step in steps {
        world.take(&step);
        product = Machine::<Sound>::apply(product, &world, step);
        seen::agree(&product, &world);
    }
    (product, world)
}

/// A log that was not written by this library is not believed: events in an impossible order do not fold.
#[test]
fn a_forged_order_of_events_does_not_fold() {
    let start = Step::Start { slot: 0, right: true, again: Again::Same };
    let finish = Step::Finish { slot: 0, how: How::Succeeded, back: 0 };
    let (product, _) = after([ask(two_of_a()), says(0, true), says(1, true), start, finish]);
    let events: &[Event] = &product.events[0];
    assert_eq!(events.len(), 6);
    for leave_out in 0..5 {
        let mut events = events.to_vec();
        events.remove(leave_out);
        assert!(State::fold(&events).is_err(), "folded without event {leave_out}");
    }
    for twice in 0..6 {
        let mut events = events.to_vec();
        events.insert(twice, events[twice].clone());
        assert!(State::fold(&events).is_err(), "folded with event {twice} twice");
    }
}

#[test]
fn a_rejection_beats_an_approval_until_the_grant_is_used() {
    let (product, _) = after([ask(two_of_a()), says(0, true), says(1, true)]);
    assert_eq!(*product.states[0].phase(), Phase::Granted);
    let (product, _) = after([ask(two_of_a()), says(0, true), says(1, true), says(4, false)]);
    let outcome = product.states[0].outcome();
    assert!(matches!(outcome, Some(Outcome::Closed(Cause::Revoked { .. }))));
}

/// A grant tells whole seconds; what counted when it was given is told by its event.
#[test]
fn a_vote_that_lapsed_within_the_second_of_the_grant_does_not_count_when_it_is_used() {
    let lived = Rule { vote_lives: 90_500, ..two_of_a() };
    let ask = ask(lived);
    // The first lapses half a second after the second at the start of which the grant says that it was given.
    let voted =
        [ask, says(0, true), Step::Wait(90_577), says(1, true), Step::Wait(1), says(4, true)];
    let start = Step::Start { slot: 0, right: true, again: Again::Same };
    let (product, _) = after(voted.clone().into_iter().chain([start.clone()]));
    assert_eq!(*product.states[0].phase(), Phase::Started);
    let (product, _) =
        after(voted.into_iter().chain([Step::Leave { person: 4, group: "a" }, start]));
    assert_eq!(*product.states[0].phase(), Phase::Granted);
}

/// Rejecting is final for a person, and one person may have several accounts, known as such only by way of a third.
#[test]
fn who_has_rejected_under_another_name_approves_nothing() {
    let rule = Rule { seats: vec![("b", 1)], veto: 2, ..two_of_a() };
    let ask = ask(rule);
    let link = Step::Vote {
        slot: 0,
        person: 7,
        lent: false,
        yes: true,
        web: false,
        right: true,
        grant: false,
    };
    let (product, _) = after([ask, link, says(2, false), says(1, true)]);
    assert_eq!(*product.states[0].phase(), Phase::Pending);
    assert_eq!(product.states[0].decisions().len(), 2);
}
