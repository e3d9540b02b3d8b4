use std::time::Duration;

use proptest::prelude::*;

use super::*;
use crate::record::event::{Event, What};
use crate::record::scene::{asked, at, person, review, two_of_ops};
use crate::record::state::State;
use crate::review::quorum::Vote;

const CHANNELS: [&str; 4] = ["slack", "teams", "web", "mail"];

fn seconds(count: u64) -> Duration {
    Duration::from_secs(count)
}

/// In slack; after 20 seconds in teams; in web, then by mail, if it cannot be shown.
fn staged() -> Obligation {
    let staged = two_of_ops().in_channel("slack").channel_after(seconds(20), "teams");
    staged.channel_if_undelivered("web").channel_if_undelivered("mail")
}

fn take(reach: &mut Reach, one: &Obligation, now: Timestamp) -> Option<Nudge> {
    let obligations = Obligations::new([one.clone()]);
    let (_, nudge) = reach.next(&obligations, at(1)).filter(|(due, _)| *due <= now)?;
    reach.nudge(nudge.clone(), now);
    Some(nudge)
}

fn fallback(channel: &str) -> Nudge {
    Nudge::Fallback { channel: channel.to_owned(), obligation: "two".parse().unwrap() }
}

#[test]
fn another_channel_comes_once_all_have_failed_and_the_next_one_once_that_has_too() {
    let (one, mut reach) = (staged(), Reach::default());
    assert_eq!(take(&mut reach, &one, at(2)), None, "nothing has failed");
    reach.fail("slack", at(2));
    reach.fail("slack", at(9));
    assert_eq!(reach.next(&Obligations::new([one.clone()]), at(1)), Some((at(2), fallback("web"))));
    assert_eq!(take(&mut reach, &one, at(2)), Some(fallback("web")));
    assert!(reach.belongs(&one, "web") && !reach.belongs(&one, "mail"));
    assert_eq!(take(&mut reach, &one, at(3)), None);
    reach.fail("web", at(4));
    assert_eq!(take(&mut reach, &one, at(4)), Some(fallback("mail")));
    assert_eq!(take(&mut reach, &one, at(20)), None);
    let teams = Nudge::Channel { after_ms: 20_000, channel: "teams".to_owned() };
    assert_eq!(take(&mut reach, &one, at(21)), Some(teams));
    assert_eq!(reach.to_come(&one).count(), 0);
    assert_eq!(reach.opened().iter().map(|one| one.at).collect::<Vec<_>>(), [at(2), at(4)]);
}

#[test]
fn nothing_comes_in_place_of_a_channel_that_shows_the_card() {
    for shown in ["slack", "teams"] {
        let (one, mut reach) = (staged(), Reach::default());
        let teams = take(&mut reach, &one, at(21));
        assert!(matches!(teams, Some(Nudge::Channel { .. })), "{teams:?}");
        for channel in CHANNELS {
            reach.fail(channel, at(21));
        }
        reach.show(shown);
        assert_eq!(take(&mut reach, &one, at(50)), None, "{shown}");
    }
    let (one, mut reach) = (staged(), Reach::default());
    reach.fail("slack", at(2));
    reach.show("mail");
    assert_eq!(take(&mut reach, &one, at(3)), Some(fallback("web")), "it is none of its own yet");
}

#[test]
fn each_obligation_has_its_own_channels() {
    let named = |name: &str, channel: &str| {
        let one = Obligation::new(name).unwrap().seats("ops", 1).unwrap();
        one.in_channel(channel).channel_if_undelivered("web")
    };
    let both = Obligations::new([named("one", "slack"), named("other", "teams")]);
    let mut reach = Reach::default();
    reach.show("teams");
    reach.fail("slack", at(2));
    let (_, nudge) = reach.next(&both, at(1)).unwrap();
    let one = "one".parse().unwrap();
    assert_eq!(nudge, Nudge::Fallback { channel: "web".to_owned(), obligation: one });
    reach.nudge(nudge, at(2));
    assert_eq!(reach.next(&both, at(1)), None);
    for (name, is_so) in [("one", true), ("other", false)] {
        let found = both.iter().find(|one| one.name.as_str() == name).unwrap();
        assert_eq!(reach.belongs(found, "web"), is_so, "{name}");
    }
}

#[test]
fn what_nobody_has_heard_of_is_asked_for_while_it_matters() {
    let (one, mut reach) = (staged(), Reach::default());
    let all = Obligations::new([one.clone()]);
    let unheard = |reach: &Reach| reach.unheard_of(&all).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(unheard(&reach), ["slack"]);
    let mut shown = reach.clone();
    shown.show("slack");
    assert_eq!(unheard(&shown), Vec::<String>::new(), "it is before people");
    reach.fail("slack", at(2));
    assert_eq!(unheard(&reach), Vec::<String>::new());
    take(&mut reach, &one, at(2)).unwrap();
    assert_eq!(unheard(&reach), ["web"]);
    let plain =
        Obligations::new([two_of_ops().in_channel("slack").channel_after(seconds(1), "teams")]);
    assert_eq!(Reach::default().unheard_of(&plain).count(), 0, "nothing depends on it");
}

#[test]
fn the_state_opens_a_channel_when_its_events_say_so_and_not_before() {
    let one = staged();
    let take = |state: State, second, what| {
        let event = Event::new(at(second), state.id(), what);
        state.apply(&event)
    };
    let undelivered =
        |channel: &str| What::Undelivered { channel: channel.to_owned(), error: "503".to_owned() };
    let nudged = |channel| What::Nudged { nudge: fallback(channel) };
    let state = asked(review(one));
    assert!(take(state.clone(), 2, nudged("web")).is_err(), "nothing has failed");
    let state = take(state, 2, undelivered("slack")).unwrap();
    assert!(take(state.clone(), 3, nudged("mail")).is_err(), "it is not its turn");
    let admits = |state: &State, second| {
        let (person, question) = (person("p"), state.question().unwrap());
        let vote = Vote {
            choice: crate::Choice::Approve,
            person: &person,
            delegator: None,
            assurance: crate::Assurance::ChannelAttested,
            channel: "web",
            at: at(second),
        };
        question.admits(&vote).is_ok()
    };
    assert!(!admits(&state, 3));
    let state = take(state, 3, nudged("web")).unwrap();
    assert!(admits(&state, 3) && !admits(&state, 2));
    assert!(take(state, 4, nudged("web")).is_err(), "once");
}

#[test]
fn what_was_written_before_there_were_added_channels_reads_and_writes_as_it_did() {
    let stored = r#"{"at":1,"request":null,"v":1,"what":{"nudged":{"nudge":{"escalation":{"after_ms":5,"group":"g"}}}}}"#;
    let event = Event::parse(stored.as_bytes()).unwrap();
    assert_eq!(event.to_bytes().unwrap(), stored.as_bytes());
    let new = [fallback("web"), Nudge::Channel { after_ms: 5, channel: "web".to_owned() }];
    for nudge in new {
        let event = Event::new(at(1), None, What::Nudged { nudge });
        assert_eq!(Event::parse(&event.to_bytes().unwrap()).unwrap(), event);
    }
}

/// One thing that happens: a second passes, or a channel shows the card, or fails to.
fn happening() -> impl Strategy<Value = (u8, usize)> {
    (0_u8..3, 0_usize..4)
}

/// An obligation, with the number of the channel that it begins with, and those that come.
fn obligation() -> impl Strategy<Value = (usize, Vec<(Option<u64>, usize)>)> {
    (0_usize..4, prop::collection::vec((prop::option::of(1_u64..8), 0_usize..4), 0..4))
}

/// Whether after each step that was taken the channels are those that the words of the guide give.
fn is_right(
    next: impl Fn(&Reach, &Obligations) -> Option<(Timestamp, Nudge)>,
    shape: &(usize, Vec<(Option<u64>, usize)>),
    all: &[(u8, usize)],
) -> bool {
    let mut one = two_of_ops().in_channel(CHANNELS[shape.0]);
    for (after, channel) in &shape.1 {
        one = match after {
            Some(after) => one.channel_after(seconds(*after), CHANNELS[*channel]),
            None => one.channel_if_undelivered(CHANNELS[*channel]),
        };
    }
    let (obligations, mut reach, mut now) = (Obligations::new([one.clone()]), Reach::default(), 1);
    let (mut shown, mut failed) = (BTreeSet::new(), BTreeSet::new());
    let mut there = BTreeSet::from([shape.0]);
    let mut taken = BTreeSet::new();
    for (kind, channel) in all {
        match kind {
            0 => now += 1,
            1 => {
                reach.show(CHANNELS[*channel]);
                shown.insert(*channel);
            }
            _ => {
                reach.fail(CHANNELS[*channel], at(now));
                failed.insert(*channel);
            }
        }
        while let Some((_, nudge)) = next(&reach, &obligations).filter(|(due, _)| *due <= at(now)) {
            reach.nudge(nudge, at(now));
        }
        loop {
            let before = there.clone();
            for (after, channel) in &shape.1 {
                let is_due = match after {
                    Some(after) => i64::try_from(*after).unwrap() < now,
                    None => there.is_subset(&failed) && there.is_disjoint(&shown),
                };
                // One step at a time: what is added may show the card.
                if is_due && taken.insert((after, channel)) && there.insert(*channel) {
                    break;
                }
            }
            if there == before {
                break;
            }
        }
        let belongs = (0..4).filter(|n| reach.belongs(&one, CHANNELS[*n]));
        if belongs.collect::<BTreeSet<_>>() != there {
            return false;
        }
    }
    true
}

type Next = fn(&Reach, &Obligations) -> Option<(Timestamp, Nudge)>;

fn holds(next: Next, cases: u32) -> bool {
    use proptest::test_runner::{RngAlgorithm, TestRng, TestRunner};
    let config = ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() };
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let all = prop::collection::vec(happening(), 0..30);
    let ran = TestRunner::new_with_rng(config, rng).run(&(obligation(), all), |(shape, all)| {
        prop_assert!(is_right(next, &shape, &all));
        Ok(())
    });
    ran.is_ok()
}

#[test]
fn channels_are_added_as_the_guide_says_whatever_happens() {
    assert!(holds(|reach, all| reach.next(all, at(1)), 5_000));
}

#[test]
fn channels_that_are_added_too_soon_too_late_or_for_no_reason_are_found_out() {
    let planted: [Next; 4] = [
        |reach, all| Reach { shown: BTreeSet::new(), ..reach.clone() }.next(all, at(1)),
        |reach, all| Reach { failed: BTreeMap::new(), ..reach.clone() }.next(all, at(1)),
        |reach, all| {
            let any = reach.failed.values().next();
            let failed = any.map(|at| CHANNELS.map(|channel| (channel.to_owned(), *at)));
            let failed = failed.into_iter().flatten().collect();
            Reach { failed, ..reach.clone() }.next(all, at(1))
        },
        |reach, all| reach.next(all, at(2)),
    ];
    for (number, next) in planted.into_iter().enumerate() {
        assert!(!holds(next, 5_000), "planted mistake {number} was not found");
    }
}
