use proptest::prelude::*;

use super::*;
use crate::action::document::Document;
use crate::action::principal::{Principal, Requester};

fn moment(n: i64) -> Timestamp {
    Timestamp::from_millis(n)
}

fn stated(schedule: &OnCall, now: i64) -> BTreeSet<String> {
    let document = br#"{"action":"a","arguments":{},"log":"example.org/t","on_behalf_of":[],"redacted":{},"requester":"agent:a","risk":"high","unbound":[]}"#;
    let document = Document::parse(document).unwrap();
    let agent = Requester::new(Principal::agent("agent:a").unwrap());
    let facts = Facts::new(&document, &agent, moment(now));
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let mut stated = runtime.block_on(schedule.facts(&facts)).unwrap();
    let Some(Fact::Set(people)) = stated.remove(&"oncall.sre".parse().unwrap()) else {
        panic!("the fact is a set")
    };
    assert!(stated.is_empty());
    people
}

#[test]
fn nobody_on_call_is_an_empty_set_and_no_error() {
    let schedule = OnCall::new("oncall.sre").unwrap();
    assert!(stated(&schedule, 0).is_empty());
    let schedule = schedule.shift(moment(0), moment(10), []).unwrap();
    assert!(stated(&schedule, 5).is_empty());
}

#[test]
fn a_shift_that_makes_no_sense_is_refused() {
    let shift = |from, until, people: &'static str| {
        OnCall::new("oncall.sre").unwrap().shift(moment(from), moment(until), [people]).map(drop)
    };
    assert_eq!(shift(1, 1, "u:mira"), Err(ShiftError::Backward));
    assert_eq!(shift(2, 1, "u:mira"), Err(ShiftError::Backward));
    assert!(matches!(shift(1, 2, "mira sommer"), Err(ShiftError::Name(_))));
    assert!(matches!(OnCall::new("On Call"), Err(ShiftError::Name(_))));
}

proptest! {
    #[test]
    fn exactly_those_are_on_call_who_have_a_shift_now(
        shifts in prop::collection::vec((-20..20_i64, 1..20_i64, prop::collection::btree_set(0..4_u8, 0..3)), 0..6),
    ) {
        let names = ["u:a", "u:b", "u:c", "u:d"];
        let mut schedule = OnCall::new("oncall.sre").unwrap();
        for (from, length, people) in &shifts {
            let people = people.iter().map(|n| names[usize::from(*n)]);
            schedule = schedule.shift(moment(*from), moment(from + length), people).unwrap();
        }
        for now in -22..42 {
            for (n, name) in (0_u8..).zip(names) {
                let expected = shifts.iter().any(|(from, length, people)| {
                    people.contains(&n) && (*from..from + length).contains(&now)
                });
                prop_assert_eq!(stated(&schedule, now).contains(name), expected, "{} at {}", name, now);
            }
        }
        // One millisecond more would be seen: shifts side by side do not overlap.
        let next = OnCall::new("oncall.sre").unwrap().shift(moment(0), moment(5), ["u:a"]).unwrap();
        prop_assert!(stated(&next, 4).contains("u:a") && stated(&next, 5).is_empty());
    }
}
