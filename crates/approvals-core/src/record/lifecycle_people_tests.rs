//! People, the rules that ask them and the votes that they give, as the model has them; and how votes fill seats.

use std::collections::{BTreeMap, BTreeSet};

use super::model::{AGENT, OWNER};

pub(super) type Millis = i64;

pub(super) const MINUTE: Millis = 60_000;
pub(super) const DAY: Millis = 24 * 60 * MINUTE;

/// One account in the directory, and under which names its person goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Person {
    pub(super) name: &'static str,
    pub(super) others: BTreeSet<&'static str>,
    pub(super) is_human: bool,
    /// Since when, where that is known.
    pub(super) groups: BTreeMap<&'static str, Option<Millis>>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Rule {
    pub(super) name: &'static str,
    pub(super) seats: Vec<(&'static str, usize)>,
    pub(super) veto: usize,
    pub(super) approve_within: Millis,
    pub(super) vote_lives: Millis,
    pub(super) execute_within: Millis,
    pub(super) cool_off: Millis,
    pub(super) owner_may: bool,
    pub(super) shared: bool,
    pub(super) escalate: Option<(Millis, &'static str)>,
    pub(super) remind: Option<Millis>,
    pub(super) place: Place,
}

/// Where a rule is approved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Anywhere,
    Chat,
    /// In chat, and on the web after so long; or, if it is not said, once chat cannot show it.
    ThenWeb(Option<Millis>),
}

impl Rule {
    /// Some that are asked for often, so that standing grants stand in their place.
    pub(super) fn usual(which: usize) -> Self {
        Self {
            name: "usual",
            seats: vec![("a", 1 + which)],
            veto: 1,
            approve_within: 30 * MINUTE,
            vote_lives: 60 * MINUTE,
            execute_within: 15 * MINUTE,
            cool_off: 0,
            owner_may: false,
            shared: false,
            escalate: None,
            remind: None,
            place: Place::Anywhere,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Vote {
    pub(super) voter: Person,
    /// In whose place.
    pub(super) lender: Option<Person>,
    pub(super) approve: bool,
    /// On the web, and not in chat.
    pub(super) web: bool,
    pub(super) at: Millis,
}

impl Person {
    pub(super) fn names(&self) -> BTreeSet<&'static str> {
        self.others.iter().copied().chain([self.name]).collect()
    }

    pub(super) fn goes_by_a_name_of(&self, other: &Self) -> bool {
        !self.names().is_disjoint(&other.names())
    }
}

impl Vote {
    pub(super) fn people(&self) -> Vec<&Person> {
        std::iter::once(&self.voter).chain(&self.lender).collect()
    }

    pub(super) fn shares_a_person_with(&self, other: &Self) -> bool {
        self.people().iter().any(|one| other.people().iter().any(|two| one.goes_by_a_name_of(two)))
    }
}

/// The votes in heaps, each of one person: whatever two votes share a name, however far apart, lie in one heap.
pub(super) fn heaps(votes: &[Vote]) -> Vec<Vec<Vote>> {
    let mut heap: Vec<usize> = (0..votes.len()).collect();
    loop {
        let before = heap.clone();
        for one in 0..votes.len() {
            for two in 0..one {
                if votes[one].shares_a_person_with(&votes[two]) {
                    let least = heap[one].min(heap[two]);
                    (heap[one], heap[two]) = (least, least);
                }
            }
        }
        if heap == before {
            break;
        }
    }
    let numbers: BTreeSet<usize> = heap.iter().copied().collect();
    let votes_in = |number: usize| {
        let own = (0..votes.len()).filter(|n| heap[*n] == number);
        own.map(|n| votes[n].clone()).collect()
    };
    numbers.into_iter().map(votes_in).collect()
}

/// Whether everybody can be sat somewhere, tried one by one.
pub(super) fn can_be_seated(seats: &[BTreeSet<usize>], taken: &BTreeSet<usize>) -> bool {
    let Some((seat, rest)) = seats.split_first() else { return true };
    seat.difference(taken).any(|person| {
        let taken = taken.iter().copied().chain([*person]).collect();
        can_be_seated(rest, &taken)
    })
}

/// Everybody there is: the name, the others that it goes by, and the groups.
pub(super) const ACCOUNTS: [(&str, &[&str], &[&str]); 13] = [
    ("u:ada", &[], &["a"]),
    ("u:bo", &[], &["a", "b"]),
    ("u:cy", &[], &["b"]),
    ("u:ada-admin", &["u:ada"], &["a", "b"]),
    ("u:fay", &[], &["a", "b"]),
    ("u:eve", &[], &["c"]),
    ("u:dan", &[], &[]),
    ("u:link", &["u:bo", "u:cy"], &["b"]),
    (OWNER, &[], &["a", "b"]),
    ("u:owner-admin", &[OWNER], &["a", "c"]),
    ("svc:bot", &[], &["a", "b"]),
    (AGENT, &[], &["a"]),
    ("u:out", &[], &[]),
];

pub(super) fn account(n: usize) -> Person {
    let (name, others, groups) = ACCOUNTS[n];
    Person {
        name,
        others: others.iter().copied().collect(),
        is_human: name.starts_with("u:"),
        groups: groups.iter().map(|group| (*group, None)).collect(),
    }
}
