use proptest::collection::vec;
use proptest::prelude::*;

use super::*;
use crate::action::principal::Principal;

const TRACE: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

#[test]
fn a_trace_is_what_the_header_may_be() {
    let traced = |text: &str| {
        let agent = Requester::new(Principal::agent("agent:a").unwrap());
        Context::new(agent).trace(text).is_ok()
    };
    // The examples of the recommendation, and a later version, which may say more.
    assert!(traced(TRACE));
    assert!(traced("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00"));
    assert!(traced("cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-what-comes"));
    for wrong in [
        "",
        "00",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01 ",
        "cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01.more",
        "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
        "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
        "00-4bf92f3577b34da6a3ce929d0e0e473-600f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e473é-0f067aa0ba902b7-01",
    ] {
        assert!(!traced(wrong), "{wrong}");
    }
    let long = "x".repeat(1000);
    assert!(!traced(&format!("cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-{long}")));
}

#[test]
fn what_a_call_is_part_of_is_bounded() {
    let context = || Context::new(Requester::new(Principal::agent("agent:a").unwrap()));
    assert!(context().intent("é".repeat(2048)).is_ok());
    let error = context().intent("é".repeat(2049)).unwrap_err().to_string();
    assert!(error.ends_with("is not an intent: expected at most 4096 bytes"), "{error}");
    assert!(context().session("run/17").is_ok());
    assert!(context().session("run 17").is_err());
    assert!(context().session("").is_err());
}

/// Somebody of whom the id and one other are known, out of few, so that many are the same.
fn somebody() -> impl Strategy<Value = Principal> {
    let ids = ["a", "b", "c", "d", "e"];
    (0..5_usize, proptest::option::of(0..5_usize), any::<bool>()).prop_map(
        move |(id, also, is_human)| {
            let id = ids[id];
            let one = if is_human { Principal::human(id) } else { Principal::agent(id) };
            one.unwrap().also_known_as(also.map(|also| ids[also])).unwrap()
        },
    )
}

fn requester() -> impl Strategy<Value = Requester> {
    (somebody(), vec(somebody(), 0..4)).prop_map(|(agent, owners)| {
        owners.into_iter().fold(Requester::new(agent), Requester::on_behalf_of)
    })
}

proptest! {
    #[test]
    fn whoever_acts_within_a_scope_acts_for_everybody_there_too(
        parent in requester(),
        child in requester(),
    ) {
        let within = child.clone().within(&parent);
        prop_assert_eq!(within.principal().id(), child.principal().id());
        // Nobody is shed, and nobody's other accounts are.
        for one in parent.everybody().chain(child.everybody()) {
            for id in one.ids() {
                prop_assert!(within.everybody().any(|all| all.ids().any(|known| known == id)), "{id}");
            }
        }
        for one in parent.everybody() {
            let same = within.everybody().find(|all| all.id() == one.id()).unwrap();
            prop_assert!(one.ids().all(|id| same.ids().any(|known| known == id)));
            // Nor is it less than it was.
            prop_assert!(one.groups().is_subset(same.groups()));
            let kinds = parent.everybody().filter(|all| all.id() == one.id()).map(Principal::kind);
            prop_assert_eq!(Some(same.kind()), kinds.last());
        }
        // What it says of itself stands first, and nobody who is added stood there before.
        let said: Vec<_> = child.everybody().map(Principal::id).collect();
        let all: Vec<_> = within.everybody().map(Principal::id).collect();
        prop_assert!(all.starts_with(&said));
        for (at, one) in all.iter().enumerate().skip(said.len()) {
            prop_assert!(all.iter().take(at).all(|before| before != one));
        }
        // To say it again changes nothing.
        prop_assert_eq!(within.clone().within(&parent), within);
    }
}

#[test]
fn a_scope_within_a_scope_is_part_of_the_same_unless_it_says_otherwise() {
    let agent = |id: &str| Context::new(Requester::new(Principal::agent(id).unwrap()));
    let outer = agent("a").session("s").unwrap().intent("i").unwrap().trace(TRACE).unwrap();
    let inner = agent("b").within(&outer);
    assert_eq!(inner.notes(), outer.notes());
    let own = agent("b").session("t").unwrap().intent("j").unwrap();
    let inner = own.within(&outer);
    assert_eq!(inner.notes().session.as_ref().unwrap().as_str(), "t");
    assert_eq!(inner.notes().intent.as_deref(), Some("j"));
    assert_eq!(inner.notes().trace, outer.notes().trace);
}
