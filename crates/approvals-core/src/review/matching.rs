//! A bipartite matching: whether every seat can be filled, each by another one.

/// Whether each of `seats` can be given to a different one of `people`, so that each `fits` theirs.
///
/// A greedy choice will not do: who fits two seats may be needed for the second.
pub(crate) fn can_fill<S, P>(seats: &[S], people: &[P], fits: impl Fn(&S, &P) -> bool) -> bool {
    if seats.len() > people.len() {
        return false;
    }
    let mut seat_of = vec![None; people.len()];
    (0..seats.len()).all(|seat| {
        let mut asked = vec![false; people.len()];
        find(seat, seats, people, &fits, &mut seat_of, &mut asked)
    })
}

/// Finds someone for `seat`, moving others to other seats where that helps (an augmenting path).
fn find<S, P>(
    seat: usize,
    seats: &[S],
    people: &[P],
    fits: &impl Fn(&S, &P) -> bool,
    seat_of: &mut [Option<usize>],
    asked: &mut [bool],
) -> bool {
    let Some(wanted) = seats.get(seat) else { return false };
    for (n, person) in people.iter().enumerate() {
        let Some(asked_already) = asked.get_mut(n) else { return false };
        if *asked_already || !fits(wanted, person) {
            continue;
        }
        *asked_already = true;
        let free = match seat_of.get(n).copied().flatten() {
            None => true,
            Some(other) => find(other, seats, people, fits, seat_of, asked),
        };
        if free && let Some(place) = seat_of.get_mut(n) {
            *place = Some(seat);
            return true;
        }
    }
    false
}

#[cfg(test)]
#[expect(clippy::arithmetic_side_effects, reason = "a test that overflows fails")]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Every assignment of people to seats, tried one by one.
    fn by_brute_force(seats: &[usize], people: &[Vec<usize>]) -> bool {
        let Some((seat, rest)) = seats.split_first() else { return true };
        (0..people.len()).any(|n| {
            let others = [&people[..n], people.get(n + 1..).unwrap_or_default()].concat();
            people[n].contains(seat) && by_brute_force(rest, &others)
        })
    }

    /// What a first attempt would do.
    fn greedy(seats: &[usize], people: &[Vec<usize>]) -> bool {
        let mut left = people.to_vec();
        seats.iter().all(|seat| {
            let found = left.iter().position(|person| person.contains(seat));
            found.map(|n| left.remove(n)).is_some()
        })
    }

    proptest! {
        #[test]
        fn the_matching_finds_an_assignment_whenever_there_is_one(
            seats in prop::collection::vec(0_usize..4, 0..6),
            people in prop::collection::vec(prop::collection::vec(0_usize..4, 0..4), 0..6),
        ) {
            let found = can_fill(&seats, &people, |seat, person| person.contains(seat));
            prop_assert_eq!(found, by_brute_force(&seats, &people));
        }
    }

    #[test]
    fn a_greedy_choice_strands_somebody() {
        let (seats, people) = ([0, 1], [vec![0, 1], vec![0]]);
        assert!(
            !greedy(&seats, &people)
                && can_fill(&seats, &people, |seat, person| person.contains(seat))
        );
    }
}
