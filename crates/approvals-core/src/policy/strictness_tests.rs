use std::time::Duration;

use proptest::prelude::*;

use super::*;
use crate::action::clock::Timestamp;
use crate::action::principal::{Principal, Requester};
use crate::policy::assurance::Assurance;
use crate::review::decision::Choice;
use crate::review::quorum::{Question, Vote};

const GROUPS: [&str; 3] = ["a", "b", "c"];

fn obligation() -> impl Strategy<Value = Obligation> {
    let seats = prop::collection::vec((0_usize..3, 1_u32..3), 1..3);
    let escalate = prop::collection::vec((0_u64..4, 0_usize..3), 0..2);
    let flags = (any::<bool>(), any::<bool>(), any::<bool>(), 0_u64..4, 1_u32..3);
    (0_usize..2, seats, escalate, flags).prop_map(
        |(name, seats, escalate, (owner, shared, keyed, cool_off, veto))| {
            let mut one = Obligation::new(["one", "two"][name]).unwrap().veto(veto);
            for (group, count) in seats {
                one = one.seats(GROUPS[group], count).unwrap();
            }
            for (after, group) in escalate {
                one = one.escalate(Duration::from_secs(after), GROUPS[group]).unwrap();
            }
            one.owner_may_approve = owner;
            one.shared = shared;
            one.cool_off = Duration::from_secs(cool_off);
            if keyed {
                one.assurance = Assurance::ReviewerKey;
                one.channels.insert("slack".to_owned());
            }
            one
        },
    )
}

fn obligations() -> impl Strategy<Value = Obligations> {
    prop::collection::vec(obligation(), 1..3).prop_map(Obligations::new)
}

/// A vote: by whom, in which groups, since when, when, and how.
type Cast = (usize, u8, u64, u64, bool);

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
        .map(|(person, (_, _, _, at, keyed))| Vote {
            choice: Choice::Approve,
            person,
            delegator: None,
            assurance: if *keyed { Assurance::ReviewerKey } else { Assurance::ChannelAttested },
            channel: if *keyed { "slack" } else { "mail" },
            at: Timestamp::from_millis(1000).after(Duration::from_secs(*at)),
        })
        .collect();
    let admitted: Vec<Vote<'_>> =
        cast.into_iter().filter(|vote| question.admits(vote).is_ok()).collect();
    question.is_agreed(&admitted, Timestamp::from_millis(6000))
}

fn votes() -> impl Strategy<Value = Vec<Cast>> {
    prop::collection::vec((0_usize..5, 0_u8..8, 0_u64..4, 0_u64..5, any::<bool>()), 0..7)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn who_satisfies_what_is_as_strict_satisfies_the_other_too(
        now in obligations(), was in obligations(), votes in votes(), keep in any::<bool>(),
    ) {
        // Two that have nothing to do with each other are rarely comparable: half of them share what they ask.
        let now = if keep { Obligations::new(was.iter().chain(now.iter()).cloned()) } else { now };
        if now.are_as_strict_as(&was) && agreed(&now, &votes) {
            prop_assert!(agreed(&was, &votes), "{now:?}\n{was:?}");
        }
    }

    #[test]
    fn what_asks_the_same_or_more_is_as_strict(was in obligations(), more in obligation()) {
        prop_assert!(was.are_as_strict_as(&was));
        let now = Obligations::new(was.iter().cloned().chain([more]));
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
