use proptest::prelude::*;

use super::*;

const MINUTE: i64 = 60_000;

fn at(minutes: i64) -> Timestamp {
    Timestamp::from_millis(minutes * MINUTE)
}

fn minutes(count: u64) -> Duration {
    Duration::from_secs(60 * count)
}

fn person(id: &str, groups: &[&str]) -> Principal {
    Principal::human(id).unwrap().member_of(groups.iter().copied()).unwrap()
}

fn agent() -> Requester {
    Requester::new(Principal::agent("agent:a").unwrap()).on_behalf_of(person("u:owner", &["dba"]))
}

fn yes(person: &Principal) -> Vote<'_> {
    Vote {
        choice: Choice::Approve,
        person,
        delegator: None,
        assurance: Assurance::ChannelAttested,
        channel: "chat",
        at: at(1),
    }
}

fn no(person: &Principal) -> Vote<'_> {
    Vote { choice: Choice::Reject, ..yes(person) }
}

fn one_dba() -> Obligation {
    Obligation::new("one-dba").unwrap().seats("dba", 1).unwrap()
}

/// Whether these votes agree about a request that was asked at 0.
fn agreed(obligations: impl IntoIterator<Item = Obligation>, votes: &[Vote<'_>]) -> bool {
    let (obligations, requester) = (Obligations::new(obligations), agent());
    let question =
        Question { obligations: &obligations, requester: &requester, asked_at: at(0), opened: &[] };
    question.is_agreed(votes, at(2))
}

/// What the door says to this vote about a request that was asked at 0.
fn admitted(obligation: Obligation, vote: &Vote<'_>) -> Result<(), Ineligible> {
    let (obligations, requester) = (Obligations::new([obligation]), agent());
    Question { obligations: &obligations, requester: &requester, asked_at: at(0), opened: &[] }
        .admits(vote)
}

#[test]
fn one_person_in_two_groups_fills_one_seat() {
    let both = || [one_dba().seats("owner", 1).unwrap()];
    let (a, b) = (person("a", &["dba", "owner"]), person("b", &["dba"]));
    assert!(!agreed(both(), &[yes(&a)]));
    assert!(!agreed(both(), &[yes(&a), yes(&a)]));
    assert!(agreed(both(), &[yes(&a), yes(&b)]), "a greedy choice would strand `b`");
    assert!(!agreed(both(), &[yes(&b), yes(&person("c", &["dba"]))]));
}

#[test]
fn two_accounts_of_one_person_fill_one_seat() {
    let two = || [Obligation::new("two").unwrap().seats("dba", 2).unwrap()];
    let a = person("a", &["dba"]);
    let also_a = person("a-admin", &["dba"]).also_known_as(["a"]).unwrap();
    let third = person("a-root", &["dba"]).also_known_as(["a-admin"]).unwrap();
    assert!(!agreed(two(), &[yes(&a), yes(&also_a)]));
    assert!(!agreed(two(), &[yes(&also_a), yes(&a)]));
    assert!(!agreed(two(), &[yes(&also_a), yes(&third)]));
    assert!(agreed(two(), &[yes(&a), yes(&person("b", &["dba"]))]));
}

#[test]
fn obligations_that_share_their_approvers_may_share_them_and_others_never() {
    let shared = |name: &str| Obligation {
        shared: true,
        ..Obligation::new(name).unwrap().seats("dba", 1).unwrap()
    };
    let alone = |name: &str| Obligation::new(name).unwrap().seats("dba", 1).unwrap();
    let a = person("a", &["dba"]);
    assert!(agreed([shared("x"), shared("y")], &[yes(&a)]));
    assert!(!agreed([alone("x"), alone("y")], &[yes(&a)]));
    assert!(agreed([alone("x"), alone("y")], &[yes(&a), yes(&person("b", &["dba"]))]));
}

#[test]
fn an_empty_reviewer_set_is_nobody() {
    let someone = person("a", &["dba"]);
    assert!(!agreed([], &[yes(&someone)]));
    assert!(!agreed([Obligation::new("none").unwrap()], &[yes(&someone)]));
}

#[test]
fn machines_reject_and_never_approve() {
    for bot in [Principal::agent("bot"), Principal::service("ci")] {
        let bot = bot.unwrap().member_of(["dba"]).unwrap();
        assert_eq!(admitted(one_dba(), &yes(&bot)), Err(Ineligible::NotHuman));
        assert!(!agreed([one_dba()], &[yes(&bot)]));
        assert_eq!(admitted(one_dba(), &no(&bot)), Ok(()));
    }
}

#[test]
fn nobody_who_asks_decides_under_whatever_name() {
    let dba = |id: &str| person(id, &["dba"]);
    let cases = [
        (dba("agent:a"), Ineligible::Requester),
        (dba("u:other").also_known_as(["agent:a"]).unwrap(), Ineligible::Requester),
        (dba("u:owner"), Ineligible::Owner),
        (dba("u:admin").also_known_as(["u:owner"]).unwrap(), Ineligible::Owner),
    ];
    for (person, why) in cases {
        assert_eq!(admitted(one_dba(), &yes(&person)), Err(why), "{person:?}");
        assert_eq!(admitted(one_dba(), &no(&person)), Err(why), "{person:?}");
        let friend = dba("u:friend");
        for lent in [
            Vote { delegator: Some(&person), ..yes(&friend) },
            Vote { delegator: Some(&friend), ..yes(&person) },
        ] {
            assert_eq!(admitted(one_dba(), &lent), Err(why), "a vote that was lent");
        }
    }
    let owner = dba("u:owner");
    assert_eq!(admitted(one_dba().owner_may_approve(), &yes(&owner)), Ok(()));
}

#[test]
fn a_vote_in_anothers_place_is_one_vote_of_both() {
    let two = || [Obligation::new("two").unwrap().seats("dba", 2).unwrap()];
    let (lender, friend) = (person("a", &["dba"]), person("b", &[]));
    let lent = Vote { delegator: Some(&lender), ..yes(&friend) };
    assert!(agreed([one_dba()], &[lent]));
    assert!(!agreed(two(), &[lent, yes(&lender)]));
    assert!(!agreed(two(), &[yes(&lender), lent]));
    assert!(agreed(two(), &[lent, yes(&person("c", &["dba"]))]));
    assert_eq!(admitted(one_dba(), &yes(&friend)), Err(Ineligible::NotAsked), "in its own name");
}

#[test]
fn an_approval_lives_for_a_while() {
    let one = || [one_dba().vote_lives(minutes(10))];
    let (obligations, requester) = (Obligations::new(one()), agent());
    let question =
        Question { obligations: &obligations, requester: &requester, asked_at: at(0), opened: &[] };
    let a = person("a", &["dba"]);
    let last = Timestamp::from_millis(11 * MINUTE - 1);
    assert!(question.is_agreed(&[yes(&a)], last));
    assert!(!question.is_agreed(&[yes(&a)], at(11)));
}

#[test]
fn an_escalation_adds_people_when_it_is_due_and_changes_no_count() {
    let two = Obligation::new("two").unwrap().seats("dba", 2).unwrap();
    let two = two.escalate(minutes(15), "leads").unwrap();
    let lead = person("lead", &["leads"]);
    let vote = |millis| Vote { at: Timestamp::from_millis(millis), ..yes(&lead) };
    assert_eq!(admitted(two.clone(), &vote(15 * MINUTE - 1)), Err(Ineligible::NotAsked));
    assert_eq!(admitted(two.clone(), &vote(15 * MINUTE)), Ok(()));
    assert!(!agreed([two.clone()], &[vote(15 * MINUTE)]), "one is not two");
    assert!(agreed([two], &[vote(15 * MINUTE), yes(&person("a", &["dba"]))]));
}

#[test]
fn who_came_after_the_question_waits_before_approving_it() {
    let one = || Obligation { cool_off: minutes(60), ..one_dba() };
    let since = |minute| Principal::human("new").unwrap().member_since("dba", at(minute)).unwrap();
    let vote = |person, minute| Vote { at: at(minute), ..yes(person) };
    let (before, after) = (since(-1), since(1));
    assert_eq!(admitted(one(), &vote(&before, 2)), Ok(()));
    assert_eq!(admitted(one(), &vote(&after, 2)), Err(Ineligible::CoolingOff));
    assert_eq!(admitted(one(), &vote(&after, 60)), Err(Ineligible::CoolingOff));
    assert_eq!(admitted(one(), &vote(&after, 61)), Ok(()));
    assert_eq!(admitted(one(), &Vote { at: at(2), ..no(&after) }), Ok(()), "saying no is safe");
}

#[test]
fn a_rule_can_ask_for_a_channel_and_for_the_reviewers_own_key() {
    let channels = ["inbox".to_owned()].into();
    let in_inbox = Obligation { channels, ..one_dba() };
    let a = person("a", &["dba"]);
    assert_eq!(admitted(in_inbox.clone(), &yes(&a)), Err(Ineligible::Channel));
    assert_eq!(admitted(in_inbox, &Vote { channel: "inbox", ..yes(&a) }), Ok(()));
    let keyed = Obligation { assurance: Assurance::ReviewerKey, ..one_dba() };
    assert_eq!(admitted(keyed.clone(), &yes(&a)), Err(Ineligible::Assurance));
    let signed = Vote { assurance: Assurance::ReviewerKey, ..yes(&a) };
    assert_eq!(admitted(keyed, &signed), Ok(()));
}

#[test]
fn an_added_channel_counts_from_its_time_on_and_changes_no_count() {
    let two = Obligation::new("two").unwrap().seats("dba", 2).unwrap();
    let two = two.in_channel("chat").channel_after(minutes(10), "teams");
    let (a, b) = (person("a", &["dba"]), person("b", &["dba"]));
    let vote = |person, millis| Vote {
        at: Timestamp::from_millis(millis),
        channel: "teams",
        ..yes(person)
    };
    let early = vote(&b, 10 * MINUTE - 1);
    assert_eq!(admitted(two.clone(), &early), Err(Ineligible::Channel));
    assert_eq!(admitted(two.clone(), &vote(&b, 10 * MINUTE)), Ok(()));
    assert!(!agreed([two.clone()], &[yes(&a), early]), "not even once it is due");
    assert!(!agreed([two.clone()], &[vote(&b, 10 * MINUTE)]), "one is not two");
    assert!(agreed([two.clone()], &[yes(&a), vote(&b, 10 * MINUTE)]));
    let bot = Principal::service("ci").unwrap().member_of(["dba"]).unwrap();
    assert_eq!(admitted(two.clone(), &vote(&bot, 10 * MINUTE)), Err(Ineligible::NotHuman));
    let elsewhere = Vote { channel: "web", ..vote(&b, 10 * MINUTE) };
    assert_eq!(admitted(two, &elsewhere), Err(Ineligible::Channel));
}

#[test]
fn a_channel_for_what_cannot_be_shown_counts_from_when_it_was_opened_to_that_obligation() {
    let one = |name: &str| Obligation { name: name.parse().unwrap(), ..one_dba() };
    let one = |name| one(name).in_channel("chat").channel_if_undelivered("teams");
    let (a, requester) = (person("a", &["dba"]), agent());
    let admits = |opened: &[(&str, &str)], vote: Vote<'_>| {
        let (obligations, at) = (Obligations::new([one("one")]), at(5));
        let opened: Vec<_> = opened
            .iter()
            .map(|(of, channel)| Opened {
                obligation: of.parse().unwrap(),
                channel: (*channel).to_owned(),
                at,
            })
            .collect();
        let question = Question {
            obligations: &obligations,
            requester: &requester,
            asked_at: at,
            opened: &opened,
        };
        question.admits(&vote)
    };
    let vote = Vote { channel: "teams", at: at(5), ..yes(&a) };
    assert_eq!(admits(&[], vote), Err(Ineligible::Channel));
    assert_eq!(admits(&[("one", "teams")], vote), Ok(()));
    assert_eq!(admits(&[("one", "teams")], Vote { at: at(4), ..vote }), Err(Ineligible::Channel));
    assert_eq!(admits(&[("two", "teams")], vote), Err(Ineligible::Channel), "of another one");
    assert_eq!(
        admits(&[("one", "web")], Vote { channel: "web", ..vote }),
        Err(Ineligible::Channel)
    );
}

#[test]
fn who_rejects_takes_their_approval_back_and_enough_rejections_end_it() {
    let (obligations, requester) = (Obligations::new([one_dba().veto(2)]), agent());
    let question =
        Question { obligations: &obligations, requester: &requester, asked_at: at(0), opened: &[] };
    let (a, b) = (person("a", &["dba"]), person("b", &["dba"]));
    assert!(!question.is_agreed(&[yes(&a), no(&a)], at(2)));
    assert!(question.is_agreed(&[yes(&b), no(&a)], at(2)), "one of two vetoes");
    assert!(!question.is_vetoed(&[no(&a), no(&a)]), "one person, one veto");
    assert!(question.is_vetoed(&[no(&a), no(&b)]));
    assert!(!question.is_vetoed(&[no(&a), no(&person("c", &[]))]), "who is not asked has no veto");
}

#[test]
fn what_nobody_could_satisfy_is_said_with_what_is_missing() {
    let chat = [("chat", Assurance::ChannelAttested)];
    let shortfall = |obligation: Obligation, members: &[Principal]| {
        let (obligations, requester) = (Obligations::new([obligation]), agent());
        Question { obligations: &obligations, requester: &requester, asked_at: at(0), opened: &[] }
            .shortfall(members, &chat)
    };
    let two = || Obligation::new("two").unwrap().seats("dba", 2).unwrap();
    let (a, owner) = (person("a", &["dba"]), person("u:owner", &["dba"]));
    let says = "`two` needs 2 of the group `dba`, and 1 could approve";
    assert_eq!(shortfall(two(), &[a.clone(), owner]).as_deref(), Some(says), "the owner is none");
    assert_eq!(shortfall(two(), &[a.clone(), person("b", &["dba"])]), None);
    let late = two().escalate(minutes(15), "leads").unwrap();
    assert_eq!(shortfall(late, &[a.clone(), person("l", &["leads"])]), None, "in a while");
    let both = one_dba().seats("owner", 1).unwrap();
    let says = "there are too few different people for all its seats";
    let both_in_one = [person("c", &["dba", "owner"])];
    assert_eq!(shortfall(both, &both_in_one).as_deref(), Some(says));
}

#[test]
fn what_no_channel_offers_is_said_to_be_for_want_of_a_channel_and_not_of_people() {
    let (requester, a) = (agent(), person("a", &["dba"]));
    let shortfall = |obligation: &Obligation, channels: &[(&str, Assurance)]| {
        let obligations = Obligations::new([obligation.clone()]);
        Question { obligations: &obligations, requester: &requester, asked_at: at(0), opened: &[] }
            .shortfall(std::slice::from_ref(&a), channels)
            .map(|why| why.split_once(": ").map_or(why.clone(), |(_, why)| why.to_owned()))
    };
    let (chat, inbox) = (("chat", Assurance::ChannelAttested), ("inbox", Assurance::ReviewerKey));
    let in_inbox = || Obligation { channels: ["inbox".to_owned()].into(), ..one_dba() };
    let keyed = |from: Obligation| Obligation { assurance: Assurance::ReviewerKey, ..from };
    let in_chat = Obligation { channels: ["chat".to_owned()].into(), ..one_dba() };
    let no_keys = Some("it takes reviewers' own keys, which no channel for it has");
    for (obligation, channels, why) in [
        (one_dba(), &[][..], Some("there is no channel to approve in")),
        (one_dba(), &[chat], None),
        (in_inbox(), &[chat], Some("it is approved in `inbox` only, which is no channel here")),
        (in_inbox(), &[chat, inbox], None),
        (keyed(one_dba()), &[chat], no_keys),
        (keyed(one_dba()), &[chat, inbox], None),
        (keyed(in_chat), &[chat, inbox], no_keys),
        (in_inbox().channel_after(minutes(5), "chat"), &[chat], None),
        (in_inbox().channel_if_undelivered("chat"), &[chat], None),
        (
            in_inbox().channel_if_undelivered("mail"),
            &[chat],
            Some("it is approved in `inbox` or `mail` only, which is no channel here"),
        ),
    ] {
        assert_eq!(shortfall(&obligation, channels).as_deref(), why, "{obligation:?}");
    }
    let two = Obligation::new("two").unwrap().seats("dba", 2).unwrap();
    let why = "`two` needs 2 of the group `dba`, and 1 could approve";
    let (obligations, channels) = (Obligations::new([two]), [chat]);
    let question =
        Question { obligations: &obligations, requester: &requester, asked_at: at(0), opened: &[] };
    let found = question.shortfall(std::slice::from_ref(&a), &channels);
    assert_eq!(found.as_deref(), Some(why), "where a channel is, people are what is missing");
}

/// People with some aliases, groups and delegations; small numbers, so that they meet.
fn crowd() -> impl Strategy<Value = Vec<(usize, Option<usize>, Vec<usize>)>> {
    let groups = prop::collection::vec(0_usize..3, 0..3);
    prop::collection::vec((0_usize..5, prop::option::weighted(0.3, 0_usize..5), groups), 0..6)
}

proptest! {
    /// Against an oracle that joins all ids of one human and tries every assignment.
    #[test]
    fn no_seat_is_filled_twice_by_one_human(
        seats in prop::collection::vec(0_usize..3, 1..4),
        crowd in crowd(),
    ) {
        let mut obligation = Obligation::new("o").unwrap();
        for seat in &seats {
            obligation = obligation.seats(&format!("g{seat}"), 1).unwrap();
        }
        let people: Vec<Principal> = crowd.iter().map(|(id, also, groups)| {
            let groups: Vec<String> = groups.iter().map(|g| format!("g{g}")).collect();
            let groups: Vec<&str> = groups.iter().map(String::as_str).collect();
            let also = also.map(|id| format!("p{id}"));
            person(&format!("p{id}"), &groups).also_known_as(also.as_deref()).unwrap()
        }).collect();
        let votes: Vec<_> = people.iter().map(yes).collect();
        if agreed([obligation], &votes) {
            // As many humans as seats at least, however their accounts are named.
            let mut humans: Vec<std::collections::BTreeSet<_>> = Vec::new();
            for one in &people {
                let mut ids: std::collections::BTreeSet<_> = one.ids().cloned().collect();
                let (same, others): (Vec<_>, Vec<_>) =
                    humans.into_iter().partition(|known| !known.is_disjoint(&ids));
                ids.extend(same.into_iter().flatten());
                humans = others;
                humans.push(ids);
            }
            prop_assert!(humans.len() >= seats.len(), "{humans:?} fill {seats:?}");
        }
    }

    /// More approvals never undo an agreement, in whatever order they come.
    #[test]
    fn an_agreement_grows_with_votes(crowd in crowd(), extra in crowd()) {
        let obligation = || one_dba().seats("g0", 1).unwrap();
        let make = |crowd: &[(usize, Option<usize>, Vec<usize>)]| -> Vec<Principal> {
            crowd.iter().enumerate().map(|(n, (_, _, groups))| {
                let mut groups: Vec<String> = groups.iter().map(|g| format!("g{g}")).collect();
                groups.push("dba".into());
                person(&format!("p{n}"), &groups.iter().map(String::as_str).collect::<Vec<_>>())
            }).collect()
        };
        let (few, more) = (make(&crowd), make(&[crowd.clone(), extra].concat()));
        let before = agreed([obligation()], &few.iter().map(yes).collect::<Vec<_>>());
        let mut after: Vec<_> = more.iter().map(yes).collect();
        after.reverse();
        prop_assert!(!before || agreed([obligation()], &after));
    }
}

#[test]
fn who_joined_after_it_was_asked_cools_off_and_who_joined_with_it_does_not() {
    let cooling = || Obligation { cool_off: minutes(5), ..one_dba() };
    let joined = |moment| {
        let new = Principal::human("new").unwrap().member_since("dba", moment).unwrap();
        admitted(cooling(), &yes(&new))
    };
    assert_eq!(joined(at(0)), Ok(()));
    assert_eq!(joined(Timestamp::from_millis(1)), Err(Ineligible::CoolingOff));
}
