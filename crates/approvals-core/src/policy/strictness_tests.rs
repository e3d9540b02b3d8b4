use std::time::Duration;

use proptest::prelude::*;
use proptest::test_runner::{RngAlgorithm, TestRng, TestRunner};

use super::*;
use crate::action::clock::Timestamp;
use crate::action::principal::{Principal, Requester};
use crate::policy::assurance::Assurance;
use crate::review::decision::Choice;
use crate::review::quorum::{Opened, Question, Vote};

const GROUPS: [&str; 3] = ["a", "b", "c"];
const CHANNELS: [&str; 3] = ["slack", "mail", "web"];

/// One obligation as the tests make it up: all that can decide about a vote.
#[derive(Clone, Debug)]
struct Shape {
    seats: Vec<usize>,
    escalate: Vec<(u64, usize)>,
    lives: u64,
    cool_off: u64,
    owner: bool,
    shared: bool,
    keyed: bool,
    /// Some of the channels by their bits; none for anywhere.
    channels: u8,
    /// When each comes, or once it cannot be delivered.
    added: Vec<(Option<u64>, usize)>,
}

fn shape() -> impl Strategy<Value = Shape> {
    let seats = prop::collection::vec(0_usize..3, 1..3);
    let escalate = prop::collection::vec((0_u64..4, 0_usize..3), 0..2);
    let seldom = || prop::bool::weighted(0.3);
    let flags = (seldom(), seldom(), seldom());
    let step = (prop::option::of(0_u64..4), 0_usize..3);
    let places = (prop_oneof![2 => Just(0_u8), 3 => 1_u8..4], prop::collection::vec(step, 0..3));
    (seats, escalate, 2_u64..9, 0_u64..4, flags, places).prop_map(
        |(seats, escalate, lives, cool_off, (owner, shared, keyed), (channels, added))| Shape {
            seats,
            escalate,
            lives,
            cool_off,
            owner,
            shared,
            keyed,
            channels,
            added,
        },
    )
}

/// Some obligations, and others that differ from them in a few places.
fn pair() -> impl Strategy<Value = (Vec<Shape>, Vec<Shape>)> {
    let was = prop::collection::vec(shape(), 1..3);
    let changes = prop::collection::vec((0_usize..11, 0_usize..2, shape()), 0..3);
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
                7 => one.channels = other.channels,
                8 => one.added = other.added,
                9 if length > 1 => drop(now.remove(place % length)),
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
        let named = |bit: &usize| self.channels & (1 << bit) != 0;
        one.channels = (0..3).filter(named).map(|bit| CHANNELS[bit].to_owned()).collect();
        for (after, channel) in &self.added {
            one = match after {
                Some(after) => one.channel_after(Duration::from_secs(*after), CHANNELS[*channel]),
                None => one.channel_if_undelivered(CHANNELS[*channel]),
            };
        }
        one
    }
}

fn obligations(shapes: &[Shape]) -> Obligations {
    let names = ["one", "two", "three", "four", "five"];
    Obligations::new(shapes.iter().zip(names).map(|(shape, name)| shape.obligation(name)))
}

/// A vote: by whom, in which groups, since when, when, and how: with a key or not, and where.
type Cast = (usize, u8, u64, u64, (bool, usize));

/// After how many seconds each channel fails; none if it shows the card.
type Fails = [Option<u64>; 3];

/// What is opened to an obligation since nothing else shows the card, second by second.
fn opened(one: &Obligation, fails: Fails) -> Vec<Opened> {
    let mut opened: Vec<Opened> = Vec::new();
    for second in 0..6 {
        let at = Timestamp::from_millis(1000).after(Duration::from_secs(second));
        let is_there = |channel: &str, opened: &[Opened]| {
            let is_added = |step: &AddedChannel| {
                step.add_channel == channel
                    && matches!(step.due, Due::After(span) if span.as_secs() <= second)
            };
            one.channels.contains(channel)
                || one.add_channels.iter().any(is_added)
                || opened.iter().any(|one| one.channel == channel)
        };
        for step in one.add_channels.iter().filter(|step| step.due == Due::Undelivered) {
            let is_open = opened.iter().any(|known| known.channel == step.add_channel);
            let has_failed = (0..3).all(|n| {
                !is_there(CHANNELS[n], &opened) || fails[n].is_some_and(|from| from <= second)
            });
            if !is_open && has_failed {
                let (obligation, channel) = (one.name.clone(), step.add_channel.clone());
                opened.push(Opened { obligation, channel, at });
            }
        }
    }
    opened
}

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
fn agreed(obligations: &Obligations, votes: &[Cast], fails: Fails) -> bool {
    let agent = Requester::new(Principal::agent("agent:a").unwrap());
    let requester = agent.on_behalf_of(Principal::human("u:0").unwrap());
    let asked_at = Timestamp::from_millis(1000);
    let opened: Vec<Opened> = obligations.iter().flat_map(|one| opened(one, fails)).collect();
    let question = Question { obligations, requester: &requester, asked_at, opened: &opened };
    let people = people(votes);
    let cast: Vec<Vote<'_>> = people
        .iter()
        .zip(votes)
        .map(|(person, (_, _, _, at, how))| Vote {
            choice: Choice::Approve,
            person,
            delegator: None,
            assurance: if how.0 { Assurance::ReviewerKey } else { Assurance::ChannelAttested },
            channel: CHANNELS[how.1],
            at: Timestamp::from_millis(1000).after(Duration::from_secs(*at)),
        })
        .collect();
    let admitted: Vec<Vote<'_>> =
        cast.into_iter().filter(|vote| question.admits(vote).is_ok()).collect();
    question.is_agreed(&admitted, Timestamp::from_millis(6000))
}

fn votes() -> impl Strategy<Value = Vec<Cast>> {
    let often = || prop::bool::weighted(0.7);
    prop::collection::vec((0_usize..6, 1_u8..8, 0_u64..4, 0_u64..5, (often(), 0_usize..3)), 1..7)
}

type Compare = fn(&Obligations, &Obligations) -> bool;

fn config(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

/// Whether it never calls `now` as strict as `was` where votes satisfy the first and not the second.
fn is_right(compare: Compare, mut runner: TestRunner) -> bool {
    let fails = prop::array::uniform3(prop::option::weighted(0.7, 0_u64..3));
    let ran = runner.run(&(pair(), votes(), fails), |((was, now), votes, fails)| {
        let (was, now) = (obligations(&was), obligations(&now));
        let wrong =
            agreed(&now, &votes, fails) && !agreed(&was, &votes, fails) && compare(&now, &was);
        prop_assert!(!wrong, "{now:?}\n{was:?}");
        Ok(())
    });
    ran.is_ok()
}

#[test]
fn who_satisfies_what_is_as_strict_satisfies_the_other_too() {
    assert!(is_right(Obligations::are_as_strict_as, TestRunner::new(config(20_000))));
}

fn set_due(one: &mut Obligation, due: fn(Due) -> Due) {
    one.add_channels.iter_mut().for_each(|step| step.due = due(step.due));
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
    let planted: [Compare; 12] = [
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
        |now, was| blind(now, was, |one| one.add_channels.clear()),
        |now, was| blind(now, was, |one| set_due(one, |_| Due::Undelivered)),
        // That a channel is added if another fails, whichever others there are.
        |now, was| {
            blind(now, was, |one| {
                set_due(one, |due| match due {
                    Due::After(span) => Due::After(span),
                    Due::Undelivered => Due::After(Duration::from_secs(9)),
                });
            })
        },
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

#[test]
fn another_channel_in_a_while_asks_for_less_and_so_does_one_sooner_or_with_fewer_before_it() {
    type Steps<'a> = &'a [(Option<u64>, &'a str)];
    let of = |channels: &[&str], steps: Steps<'_>| {
        let mut one = Obligation::new("one").unwrap().seats("a", 1).unwrap();
        one.channels = channels.iter().map(ToString::to_string).collect();
        for (after, channel) in steps {
            one = match after {
                Some(after) => one.channel_after(Duration::from_secs(*after), channel),
                None => one.channel_if_undelivered(channel),
            };
        }
        Obligations::new([one])
    };
    let (teams, web) = ((Some(60), "teams"), (None, "web"));
    let was = of(&["slack", "mail"], &[teams, web]);
    for stricter in [
        of(&["slack", "mail"], &[teams, web]),
        of(&["slack", "mail"], &[]),
        of(&["slack"], &[teams]),
        of(&["slack"], &[(Some(61), "teams"), (Some(1), "mail"), (None, "mail")]),
    ] {
        assert!(stricter.are_as_strict_as(&was), "{stricter:?}");
        assert!(stricter.are_as_strict_as(&of(&[], &[])));
    }
    for looser in [
        of(&[], &[teams, web]),
        of(&["slack", "mail"], &[(Some(59), "teams"), web]),
        of(&["slack", "mail"], &[(None, "teams"), web]),
        of(&["slack", "mail"], &[teams, (Some(60), "web")]),
        of(&["slack", "mail"], &[web]),
        of(&["slack"], &[teams, web]),
        of(&["slack"], &[(Some(60), "else")]),
    ] {
        assert!(!looser.are_as_strict_as(&was), "{looser:?}");
    }
}
