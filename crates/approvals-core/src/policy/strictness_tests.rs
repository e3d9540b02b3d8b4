use std::time::Duration;

use proptest::prelude::*;
use proptest::test_runner::{RngAlgorithm, TestRng, TestRunner};

use super::*;
use crate::action::clock::Timestamp;
use crate::action::principal::{Principal, Requester};
use crate::policy::assurance::Assurance;
use crate::review::decision::Choice;
use crate::review::quorum::{Question, Vote};

const GROUPS: [&str; 3] = ["a", "b", "c"];

/// One obligation as the tests make it up: all that can decide about a vote.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "an obligation has as many")]
struct Shape {
    seats: Vec<usize>,
    escalate: Vec<(u64, usize)>,
    lives: u64,
    cool_off: u64,
    owner: bool,
    shared: bool,
    keyed: bool,
    slack: bool,
}

fn shape() -> impl Strategy<Value = Shape> {
    let seats = prop::collection::vec(0_usize..3, 1..3);
    let escalate = prop::collection::vec((0_u64..4, 0_usize..3), 0..2);
    let seldom = || prop::bool::weighted(0.3);
    let flags = (seldom(), seldom(), seldom(), seldom());
    (seats, escalate, 2_u64..9, 0_u64..4, flags).prop_map(
        |(seats, escalate, lives, cool_off, (owner, shared, keyed, slack))| Shape {
            seats,
            escalate,
            lives,
            cool_off,
            owner,
            shared,
            keyed,
            slack,
        },
    )
}

/// Some obligations, and others that differ from them in a few places.
fn pair() -> impl Strategy<Value = (Vec<Shape>, Vec<Shape>)> {
    let was = prop::collection::vec(shape(), 1..3);
    let changes = prop::collection::vec((0_usize..10, 0_usize..2, shape()), 0..3);
    (was, changes).prop_map(|(was, changes)| {
        let mut now = was.clone();
        for (field, place, other) in changes {
            let length = now.len();
            let one = &mut now[place % length];
            match field {
                0 => one.seats = other.seats,
                1 => one.escalate = other.escalate,
                2 => one.lives = other.lives,
                3 => one.cool_off = other.cool_off,
                4 => one.owner = other.owner,
                5 => one.shared = other.shared,
                6 => one.keyed = other.keyed,
                7 => one.slack = other.slack,
                8 if length > 1 => drop(now.remove(place % length)),
                _ => now.push(other),
            }
        }
        (was, now)
    })
}

impl Shape {
    fn obligation(&self, name: &str) -> Obligation {
        let mut one = Obligation::new(name).unwrap().vote_lives(Duration::from_secs(self.lives));
        for group in &self.seats {
            one = one.seats(GROUPS[*group], 1).unwrap();
        }
        for (after, group) in &self.escalate {
            one = one.escalate(Duration::from_secs(*after), GROUPS[*group]).unwrap();
        }
        one.cool_off = Duration::from_secs(self.cool_off);
        one.owner_may_approve = self.owner;
        one.shared = self.shared;
        if self.keyed {
            one.assurance = Assurance::ReviewerKey;
        }
        if self.slack {
            one.channels.insert("slack".to_owned());
        }
        one
    }
}

fn obligations(shapes: &[Shape]) -> Obligations {
    let names = ["one", "two", "three", "four", "five"];
    Obligations::new(shapes.iter().zip(names).map(|(shape, name)| shape.obligation(name)))
}

/// A vote: by whom, in which groups, since when, when, and how.
type Cast = (usize, u8, u64, u64, (bool, bool));

fn people(votes: &[Cast]) -> Vec<Principal> {
    let person = |(id, groups, since, _, _): &Cast| {
        let mut person = Principal::human(&format!("u:{id}")).unwrap();
        for (bit, group) in GROUPS.iter().enumerate().filter(|(bit, _)| groups & (1 << bit) != 0) {
            let since = Timestamp::from_millis(0).after(Duration::from_secs(*since));
            person = if bit == 0 {
                person.member_since(group, since).unwrap()
            } else {
                person.member_of([*group]).unwrap()
            };
        }
        person
    };
    votes.iter().map(person).collect()
}

/// Whether these votes satisfy `obligations`, which were asked at second 1, for the owner `u:0`.
fn agreed(obligations: &Obligations, votes: &[Cast]) -> bool {
    let agent = Requester::new(Principal::agent("agent:a").unwrap());
    let requester = agent.on_behalf_of(Principal::human("u:0").unwrap());
    let asked_at = Timestamp::from_millis(1000);
    let question = Question { obligations, requester: &requester, asked_at };
    let people = people(votes);
    let cast: Vec<Vote<'_>> = people
        .iter()
        .zip(votes)
        .map(|(person, (_, _, _, at, how))| Vote {
            choice: Choice::Approve,
            person,
            delegator: None,
            assurance: if how.0 { Assurance::ReviewerKey } else { Assurance::ChannelAttested },
            channel: if how.1 { "slack" } else { "mail" },
            at: Timestamp::from_millis(1000).after(Duration::from_secs(*at)),
        })
        .collect();
    let admitted: Vec<Vote<'_>> =
        cast.into_iter().filter(|vote| question.admits(vote).is_ok()).collect();
    question.is_agreed(&admitted, Timestamp::from_millis(6000))
}

fn votes() -> impl Strategy<Value = Vec<Cast>> {
    let often = || prop::bool::weighted(0.7);
    prop::collection::vec((0_usize..6, 1_u8..8, 0_u64..4, 0_u64..5, (often(), often())), 1..7)
}

type Compare = fn(&Obligations, &Obligations) -> bool;

fn config(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

/// Whether it never calls `now` as strict as `was` where votes satisfy the first and not the second.
fn is_right(compare: Compare, mut runner: TestRunner) -> bool {
    let ran = runner.run(&(pair(), votes()), |((was, now), votes)| {
        let (was, now) = (obligations(&was), obligations(&now));
        let wrong = agreed(&now, &votes) && !agreed(&was, &votes) && compare(&now, &was);
        prop_assert!(!wrong, "{now:?}\n{was:?}");
        Ok(())
    });
    ran.is_ok()
}

#[test]
fn who_satisfies_what_is_as_strict_satisfies_the_other_too() {
    assert!(is_right(Obligations::are_as_strict_as, TestRunner::new(config(20_000))));
}

/// The comparison, after `change` has made one part of all obligations the same.
fn blind(now: &Obligations, was: &Obligations, change: fn(&mut Obligation)) -> bool {
    let all = |of: &Obligations| {
        Obligations::new(of.iter().cloned().map(|mut one| {
            change(&mut one);
            one
        }))
    };
    all(now).are_as_strict_as(&all(was))
}

#[test]
fn a_comparison_that_overlooks_something_would_be_found() {
    let planted: [Compare; 9] = [
        |now, was| {
            blind(now, was, |one| {
                one.quorum = Obligation::new("x").unwrap().seats("a", 1).unwrap().quorum;
            })
        },
        |now, was| blind(now, was, |one| one.escalate.clear()),
        |now, was| blind(now, was, |one| one.vote_lives = Duration::ZERO),
        |now, was| blind(now, was, |one| one.cool_off = Duration::ZERO),
        |now, was| blind(now, was, |one| one.owner_may_approve = false),
        |now, was| blind(now, was, |one| one.shared = false),
        |now, was| blind(now, was, |one| one.assurance = Assurance::default()),
        |now, was| blind(now, was, |one| one.channels.clear()),
        // One obligation that stands for two.
        |now, was| was.iter().all(|other| now.iter().any(|one| one.is_as_strict_as(other))),
    ];
    for (number, compare) in planted.into_iter().enumerate() {
        // The same cases each time, so that it is found each time.
        let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
        let runner = TestRunner::new_with_rng(config(100_000), rng);
        assert!(!is_right(compare, runner), "planted mistake {number} was not found");
    }
}

proptest! {
    #[test]
    fn what_asks_the_same_or_more_is_as_strict((was, _) in pair(), more in shape()) {
        let was = obligations(&was);
        prop_assert!(was.are_as_strict_as(&was));
        let now = Obligations::new(was.iter().cloned().chain([more.obligation("more")]));
        prop_assert!(now.are_as_strict_as(&was));
    }
}

type Change = fn(&mut Obligation, Duration);

#[test]
fn each_way_to_ask_for_less_is_found() {
    let was = Obligation::new("two").unwrap().seats("a", 2).unwrap();
    let minute = Duration::from_secs(60);
    let looser: [Change; 10] = [
        |one, _| one.quorum = Obligation::new("x").unwrap().seats("a", 1).unwrap().quorum,
        |one, _| one.quorum = Obligation::new("x").unwrap().seats("b", 2).unwrap().quorum,
        |one, _| *one = one.clone().veto(2),
        |one, span| one.approve_within += span,
        |one, span| one.vote_lives += span,
        |one, span| one.execute_within += span,
        |one, span| one.cool_off -= span,
        |one, _| one.owner_may_approve = true,
        |one, _| one.shared = true,
        |one, span| *one = one.clone().escalate(span, "b").unwrap(),
    ];
    for (number, change) in looser.iter().enumerate() {
        let mut now = was.clone();
        change(&mut now, minute);
        let (now, was) = (Obligations::new([now]), Obligations::new([was.clone()]));
        assert!(!now.are_as_strict_as(&was), "change {number}");
        assert!(number == 1 || was.are_as_strict_as(&now), "change {number}");
    }
    let nobody = Obligations::new([Obligation::new("none").unwrap()]);
    let was = Obligations::new([was]);
    assert!(nobody.are_as_strict_as(&was) && !was.are_as_strict_as(&nobody));
}

#[test]
fn another_channel_or_more_people_sooner_asks_for_less() {
    let of = |channels: &[&str], steps: &[(u64, &str)]| {
        let mut one = Obligation::new("one").unwrap().seats("a", 1).unwrap();
        for (after, group) in steps {
            one = one.escalate(Duration::from_secs(*after), group).unwrap();
        }
        one.channels = channels.iter().map(ToString::to_string).collect();
        Obligations::new([one])
    };
    let was = of(&["slack", "web"], &[(60, "b")]);
    for stricter in [of(&["slack"], &[]), of(&["web"], &[(60, "b")]), of(&["web"], &[(61, "b")])] {
        assert!(stricter.are_as_strict_as(&was), "{stricter:?}");
    }
    for looser in [
        of(&["slack", "mail"], &[]),
        of(&["mail"], &[]),
        of(&[], &[]),
        of(&["slack"], &[(59, "b")]),
        of(&["slack"], &[(60, "c")]),
        of(&["slack"], &[(60, "b"), (60, "c")]),
    ] {
        assert!(!looser.are_as_strict_as(&was), "{looser:?}");
    }
}
