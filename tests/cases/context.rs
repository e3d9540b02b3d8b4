//! Whose call it is, wherever it is made.

use approvals::*;

use crate::world::*;

const TRACE: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

/// `agent:sub`, which serves `owner`.
fn sub_agent_of(owner: &str) -> Requester {
    Requester::new(Principal::agent("agent:sub").unwrap())
        .on_behalf_of(Principal::human(owner).unwrap())
}

async fn asking() -> World {
    World::new(asks([ask(1, "ops")])).await
}

fn names(card: &Card) -> Vec<String> {
    card.request().requester.everybody().map(|one| one.id().to_string()).collect()
}

#[tokio::test(start_paused = true)]
async fn what_is_spawned_in_a_scope_and_not_inherited_is_denied_also_where_the_gate_has_a_requester()
 {
    let world = asking().await;
    assert!(!world.start(deploy()).await.is_finished(), "outside, before there are scopes");
    let (cards, inner) = (world.wall.cards.lock().unwrap().len(), world.clone());
    let spawned = world.gate.scope(sub_agent_of("u:ann"), async {
        tokio::spawn(async move { inner.run(deploy()).await }).await.unwrap()
    });
    let denied = spawned.await.unwrap_err();
    assert_eq!(denied, Denied::NoRequester);
    assert!(denied.to_string().contains("wrap the future in `approvals::inherit`"), "{denied}");
    assert_eq!(world.run(deploy()).await, Err(Denied::NoRequester), "nor later");
    assert_eq!(world.wall.cards.lock().unwrap().len(), cards);
    assert_eq!(world.ran.count(), 0);
}

#[tokio::test(start_paused = true)]
async fn what_is_inherited_is_in_the_scope_in_any_task() {
    let world = asking().await;
    let inner = world.clone();
    let version = move |number: u8| {
        let (world, bytes) = (inner.clone(), format!("{{\"version\": {number}}}"));
        let deploy = DynamicAction::from_json("app.deploy", bytes.as_bytes()).unwrap();
        async move { world.run(deploy).await }
    };
    let all = world.gate.scope(sub_agent_of("u:ann"), async move {
        let one = tokio::spawn(inherit(version(1)));
        let mut set = tokio::task::JoinSet::new();
        set.spawn(inherit(version(2)));
        let handle = tokio::runtime::Handle::current();
        let blocking = inherit(version(3));
        let thread = tokio::task::spawn_blocking(move || handle.block_on(blocking));
        // In this task nothing needs a helper.
        let fourth = version(4);
        let here = async {
            tokio::select! { done = fourth => done }
        };
        let last = version(5);
        let nested = tokio::spawn(inherit(async move { tokio::spawn(inherit(last)).await }));
        let (one, set, thread, here, nested) =
            tokio::join!(one, set.join_all(), thread, here, nested);
        [one.unwrap(), set[0].clone(), thread.unwrap(), here, nested.unwrap().unwrap()]
    });
    let all = tokio::spawn(all);
    while world.wall.cards.lock().unwrap().len() < 5 {
        tokio::task::yield_now().await;
    }
    let cards = world.wall.cards.lock().unwrap().clone();
    for card in &cards {
        assert_eq!(names(card), ["agent:sub", "u:ann"]);
        world.vote(&identity("chat", "bob"), Ballot::approve(card).unwrap()).await.unwrap();
    }
    assert_eq!(all.await.unwrap(), [Ok(()), Ok(()), Ok(()), Ok(()), Ok(())]);
    assert_eq!(world.ran.count(), 5);
}

#[tokio::test(start_paused = true)]
async fn a_sub_agent_cannot_shed_whom_its_parent_serves() {
    let world = asking().await;
    let inner = world.clone();
    let call = world.gate.scope(sub_agent_of("u:ann"), async move {
        let (gate, agent) = (inner.gate.clone(), Principal::agent("agent:tool").unwrap());
        gate.scope(Requester::new(agent), async move { inner.run(deploy()).await }).await
    });
    let call = tokio::spawn(call);
    settle().await;
    assert_eq!(names(&world.card()), ["agent:tool", "agent:sub", "u:ann"]);
    assert!(matches!(world.approve("ann").await, Err(Refusal::Ineligible(_))));
    assert_eq!(world.ran.count(), 0);
    world.approve("bob").await.unwrap();
    assert_eq!(call.await.unwrap(), Ok(()));
}

#[tokio::test(start_paused = true)]
async fn a_scope_that_is_spawned_is_within_the_one_where_it_was_made() {
    let world = asking().await;
    let inner = world.clone();
    world
        .gate
        .scope(sub_agent_of("u:ann"), async move {
            let (gate, agent) = (inner.gate.clone(), Principal::agent("agent:tool").unwrap());
            let made = gate.scope(Requester::new(agent), async move { inner.run(deploy()).await });
            drop(tokio::spawn(made));
        })
        .await;
    settle().await;
    assert_eq!(names(&world.card()), ["agent:tool", "agent:sub", "u:ann"]);
}

#[tokio::test(start_paused = true)]
async fn another_gate_that_is_called_in_a_scope_knows_who_calls() {
    let (world, other) = (asking().await, asking().await);
    let inner = other.clone();
    let call = world.gate.scope(sub_agent_of("u:ann"), async move { inner.run(deploy()).await });
    let call = tokio::spawn(call);
    settle().await;
    assert_eq!(names(&other.card()), ["agent:a", "u:boss", "agent:sub", "u:ann"]);
    assert!(matches!(other.approve("ann").await, Err(Refusal::Ineligible(_))));
    other.approve("bob").await.unwrap();
    assert_eq!(call.await.unwrap(), Ok(()));
}

#[tokio::test(start_paused = true)]
async fn what_a_call_is_part_of_is_recorded_and_read_and_decides_nothing() {
    let world = asking().await;
    let of = |intent: &str| {
        let context = Context::new(sub_agent_of("u:ann")).session("run-17").unwrap();
        context.intent(intent).unwrap().trace(TRACE).unwrap()
    };
    let keyed = || deploy().key("k").unwrap();
    let hostile = "tidy up\n-- facts\n   needs          nobody\u{202e}";
    world.gate.scope(of(hostile), world.gate.submit(keyed())).await.unwrap();
    settle().await;
    let card = world.card();
    let notes = &card.request().notes;
    assert_eq!(notes.intent.as_deref(), Some(hostile));
    assert_eq!(notes.trace.as_ref().unwrap().trace_id(), "4bf92f3577b34da6a3ce929d0e0e4736");
    let (facts, claims) = card
        .to_string()
        .split_once("-- the requester says")
        .map(|(a, b)| (a.to_owned(), b.to_owned()))
        .unwrap();
    assert!(!facts.contains("tidy") && !facts.contains("run-17"), "{facts}");
    assert!(claims.contains("intent         \"tidy up\\n-- facts"), "{claims}");
    assert!(claims.contains("session        \"run-17\""), "{claims}");
    // The same call, said to be for something else, is the same call.
    let inner = world.clone();
    let again = world.gate.scope(of("something else"), async move { inner.run(keyed()).await });
    let again = tokio::spawn(again);
    settle().await;
    assert_eq!(world.wall.cards.lock().unwrap().len(), 1, "people are not asked twice");
    world.approve("bob").await.unwrap();
    assert_eq!(again.await.unwrap(), Ok(()));
    let state = world.state(card.id()).await;
    assert_eq!(&state.request().unwrap().notes, notes);
}

#[tokio::test(start_paused = true)]
async fn code_in_a_scope_can_say_what_it_is_about_now() {
    let world = asking().await;
    assert_eq!(Context::current(), None);
    let (inner, outer) =
        (world.clone(), Context::new(sub_agent_of("u:ann")).session("run-17").unwrap());
    let call = world.gate.scope(outer, async move {
        let now = Context::current().unwrap().intent("the second step").unwrap();
        let gate = inner.gate.clone();
        gate.scope(now, async move { inner.run(deploy()).await }).await
    });
    let call = tokio::spawn(call);
    settle().await;
    let request = world.card().request().clone();
    assert_eq!(request.requester, sub_agent_of("u:ann"));
    assert_eq!(request.notes.intent.as_deref(), Some("the second step"));
    assert_eq!(request.notes.session.unwrap().as_str(), "run-17");
    world.reject("bob").await.unwrap();
    assert!(matches!(call.await.unwrap(), Err(Denied::Rejected { .. })));
}
