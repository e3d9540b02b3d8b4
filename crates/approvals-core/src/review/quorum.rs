//! Whether enough different people stand behind a request: a matching of people to seats, not a count.

use std::collections::BTreeMap;

use crate::action::id::Group;
use crate::action::principal::{Principal, Requester};
use crate::policy::obligations::Obligations;

/// Whether `people` can fill every seat, each person at most one.
///
/// Obligations that nobody can satisfy are not satisfied by anybody.
#[must_use]
pub(crate) fn is_satisfied<'a>(
    obligations: &Obligations,
    people: impl IntoIterator<Item = &'a Principal>,
) -> bool {
    let by_id: BTreeMap<_, _> = people.into_iter().map(|person| (person.id(), person)).collect();
    let people: Vec<&Principal> = by_id.into_values().filter(|person| person.is_human()).collect();
    obligations.can_be_satisfied() && Matching::new(&people).seat_all(obligations.seats())
}

/// Why someone may not decide about a request of `requester`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[expect(clippy::exhaustive_enums, reason = "a new reason must not be overlooked")]
pub enum Ineligible {
    /// Machines never decide.
    #[error("only people decide")]
    NotHuman,
    /// Who asks does not decide.
    #[error("the requester never decides about its own request")]
    Requester,
    /// Nor the people it asks for.
    #[error("the request is made on your behalf, and its rule does not let you decide")]
    Owner,
    /// In none of the groups that are asked.
    #[error("you are in none of the groups that may decide this")]
    NotAsked,
}

/// Whether `person` may decide about what `requester` asks.
pub(crate) fn may_decide(
    obligations: &Obligations,
    requester: &Requester,
    person: &Principal,
) -> Result<(), Ineligible> {
    if person.id() == requester.principal().id() {
        return Err(Ineligible::Requester);
    }
    if !person.is_human() {
        return Err(Ineligible::NotHuman);
    }
    let is_owner = requester.chain().iter().any(|owner| owner.id() == person.id());
    if is_owner && !obligations.owner_may_approve() {
        return Err(Ineligible::Owner);
    }
    if obligations.seats().any(|group| person.is_in(group)) {
        Ok(())
    } else {
        Err(Ineligible::NotAsked)
    }
}

/// A bipartite matching, grown seat by seat along augmenting paths.
struct Matching<'a> {
    people: &'a [&'a Principal],
    /// Which seat each person fills.
    seat_of: Vec<Option<usize>>,
}

impl<'a> Matching<'a> {
    fn new(people: &'a [&'a Principal]) -> Self {
        Self { people, seat_of: vec![None; people.len()] }
    }

    fn seat_all<'g>(mut self, seats: impl Iterator<Item = &'g Group>) -> bool {
        let mut taken = Vec::new();
        for group in seats {
            taken.push(group);
            // More seats than people: no need to try.
            if taken.len() > self.people.len() {
                return false;
            }
            let mut asked = vec![false; self.people.len()];
            if !self.fill(taken.len().saturating_sub(1), &taken, &mut asked) {
                return false;
            }
        }
        true
    }

    /// Finds someone for `seat`, moving others to other seats where that helps.
    fn fill(&mut self, seat: usize, seats: &[&Group], asked: &mut [bool]) -> bool {
        let Some(group) = seats.get(seat) else { return false };
        for (n, person) in self.people.iter().enumerate() {
            if !person.is_in(group) || asked.get(n).copied().unwrap_or(true) {
                continue;
            }
            if let Some(flag) = asked.get_mut(n) {
                *flag = true;
            }
            let free = match self.seat_of.get(n).copied().flatten() {
                None => true,
                Some(other) => self.fill(other, seats, asked),
            };
            if free && let Some(place) = self.seat_of.get_mut(n) {
                *place = Some(seat);
                return true;
            }
        }
        false
    }
}

#[cfg(test)]
#[expect(clippy::arithmetic_side_effects, reason = "a test that overflows fails")]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::policy::obligation::Obligation;

    fn person(id: &str, groups: &[&str]) -> Principal {
        Principal::human(id).unwrap().member_of(groups.iter().copied()).unwrap()
    }

    #[test]
    fn one_person_in_two_groups_fills_one_seat() {
        let both =
            Obligation::new("both").unwrap().seats("dba", 1).unwrap().seats("owner", 1).unwrap();
        let both = Obligations::new([both]);
        let (a, b) = (person("a", &["dba", "owner"]), person("b", &["dba"]));
        assert!(!is_satisfied(&both, [&a]));
        assert!(!is_satisfied(&both, [&a, &a]));
        assert!(
            is_satisfied(&both, [&a, &b]),
            "a greedy choice would seat `a` as dba and strand `b`"
        );
        assert!(!is_satisfied(&both, [&b, &person("c", &["dba"])]));
    }

    #[test]
    fn an_empty_reviewer_set_is_nobody() {
        let someone = person("a", &["dba"]);
        assert!(!is_satisfied(&Obligations::default(), [&someone]));
        assert!(!is_satisfied(&Obligations::new([Obligation::new("none").unwrap()]), [&someone]));
    }

    #[test]
    fn machines_fill_no_seat() {
        let one = Obligations::new([Obligation::new("one").unwrap().seats("dba", 1).unwrap()]);
        assert!(!is_satisfied(
            &one,
            [&Principal::agent("bot").unwrap().member_of(["dba"]).unwrap()]
        ));
        assert!(!is_satisfied(
            &one,
            [&Principal::service("ci").unwrap().member_of(["dba"]).unwrap()]
        ));
    }

    /// Every assignment of people to seats, tried one by one.
    fn by_brute_force(seats: &[&Group], people: &[&Principal]) -> bool {
        let Some((seat, rest)) = seats.split_first() else { return true };
        (0..people.len()).any(|n| {
            let others: Vec<_> = people[..n].iter().chain(&people[n + 1..]).copied().collect();
            people[n].is_in(seat) && by_brute_force(rest, &others)
        })
    }

    proptest! {
        #[test]
        fn the_matching_finds_an_assignment_whenever_there_is_one(
            counts in prop::collection::vec(1_u32..3, 1..4),
            members in prop::collection::vec(prop::collection::vec(0_usize..4, 0..4), 0..6),
        ) {
            let mut obligation = Obligation::new("o").unwrap();
            for (n, count) in counts.iter().enumerate() {
                obligation = obligation.seats(&format!("g{n}"), *count).unwrap();
            }
            let obligations = Obligations::new([obligation]);
            let people: Vec<_> = members.iter().enumerate().map(|(n, groups)| {
                let groups: Vec<String> = groups.iter().map(|g| format!("g{g}")).collect();
                Principal::human(&format!("p{n}")).unwrap().member_of(groups.iter().map(String::as_str)).unwrap()
            }).collect();
            let seats: Vec<_> = obligations.seats().collect();
            let expected = by_brute_force(&seats, &people.iter().collect::<Vec<_>>());
            prop_assert_eq!(is_satisfied(&obligations, &people), expected);
        }
    }
}
