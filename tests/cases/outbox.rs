//! What a channel keeps of its messages and of the buttons under them, in the ledger.

use std::sync::Arc;
use std::time::Duration;

use approvals::*;
use tokio::task::JoinSet;

use crate::once::Yielding;
use crate::world::*;

const PLACE: &str = "A1/T1/C1";

/// A request whose card is in one message of the channel `chat`.
struct Shown {
    world: World,
    card: Card,
    outbox: Outbox,
    buttons: Buttons,
}

impl Shown {
    async fn new(message: &str) -> Self {
        let world = World::new(asks([ask(1, "ops")])).await;
        world.submit(deploy()).await;
        let (card, outbox) = (world.card(), world.gate.desk().outbox("chat"));
        assert_eq!(outbox.begin(card.id(), PLACE).await.unwrap(), Turn::Post);
        let buttons = outbox.sent(&card, PLACE, message).await.unwrap();
        outbox.shown(card.id(), PLACE).await.unwrap();
        Self { world, card, outbox, buttons }
    }

    async fn press(&self, id: &str, who: &str) -> Result<Taken, PressError> {
        let value = self.buttons.approve();
        self.outbox.press(&pressed(id, who, &value)).await
    }
}

fn pressed<'a>(id: &str, who: &str, value: &'a str) -> Pressed<'a> {
    Pressed {
        choice: Choice::Approve,
        id: Digest::of("press", id.as_bytes()),
        identity: identity("chat", who),
        message: "1.1",
        place: PLACE,
        reason: None,
        value,
    }
}

#[tokio::test(start_paused = true)]
async fn a_press_is_in_the_ledger_until_it_is_decided() {
    let shown = Shown::new("1.1").await;
    let Taken::Now(press, ballot) = shown.press("a", "ann").await.unwrap() else {
        panic!("it is the first")
    };
    // Whoever took it is gone; another process finds it.
    let open = shown.outbox.open_presses(shown.card.id()).await.unwrap();
    assert_eq!(open, [(*press, ballot.clone())]);
    assert_eq!(shown.world.vote(&identity("chat", "ann"), ballot).await, Ok(Phase::Granted));
    assert_eq!(shown.outbox.open_presses(shown.card.id()).await.unwrap(), []);
    let state = shown.world.state(shown.card.id()).await;
    assert_eq!(state.decisions()[0].message.as_deref(), Some("A1/T1/C1/1.1"));
}

#[tokio::test(start_paused = true)]
async fn a_press_that_is_told_again_is_no_second_one() {
    let shown = Shown::new("1.1").await;
    let Taken::Now(press, _) = shown.press("a", "ann").await.unwrap() else { panic!() };
    let Taken::Now(again, _) = shown.press("a", "ann").await.unwrap() else { panic!() };
    assert_eq!(again.id, press.id, "nothing has come of it yet");
    shown.outbox.dismiss(shown.card.id(), press.id, "not one of ops").await.unwrap();
    assert!(matches!(shown.press("a", "ann").await, Ok(Taken::Before)));
    assert!(matches!(shown.press("b", "ann").await, Ok(Taken::Now(..))));
}

#[tokio::test(start_paused = true)]
async fn of_one_account_the_last_press_is_open_and_the_same_one_counts_once() {
    let shown = Shown::new("1.1").await;
    let Taken::Now(yes, approval) = shown.press("a", "ann").await.unwrap() else { panic!() };
    let Taken::Now(again, _) = shown.press("b", "ann").await.unwrap() else { panic!() };
    assert_eq!(again.id, yes.id, "it is open already");
    let reject = shown.buttons.reject();
    let no = Pressed { choice: Choice::Reject, ..pressed("c", "ann", &reject) };
    let Taken::Now(no, _) = shown.outbox.press(&no).await.unwrap() else { panic!() };
    let Taken::Now(still, _) = shown.press("e", "ann").await.unwrap() else { panic!() };
    assert_eq!(still.id, no.id, "no approval takes a rejection back");
    assert!(matches!(shown.press("d", "bob").await, Ok(Taken::Now(..))));
    let open = shown.outbox.open_presses(shown.card.id()).await.unwrap();
    assert_eq!(
        open.iter().map(|(press, _)| press.choice).collect::<Vec<_>>(),
        [Choice::Reject, Choice::Approve]
    );
    let decided = shown.world.vote(&identity("chat", "ann"), approval).await;
    assert_eq!(decided, Err(Refusal::Twice), "whoever was about to decide it comes too late");
    let dismiss = |press| shown.outbox.dismiss(shown.card.id(), press, "not one of ops");
    assert!(!dismiss(yes.id).await.unwrap(), "the other button has taken its place");
    assert!(dismiss(no.id).await.unwrap());
    assert!(!dismiss(no.id).await.unwrap(), "it is no news any more");
}

#[tokio::test(start_paused = true)]
async fn a_press_after_the_end_is_late_and_one_account_fills_no_log() {
    let shown = Shown::new("1.1").await;
    for n in 0..20 {
        let taken = shown.press(&n.to_string(), "mob").await.unwrap();
        let Taken::Now(press, _) = taken else { panic!("{taken:?}") };
        shown.outbox.dismiss(shown.card.id(), press.id, "not one of ops").await.unwrap();
    }
    assert!(matches!(shown.press("20", "mob").await, Err(PressError::TooMany)));
    assert!(matches!(shown.press("21", "ann").await, Ok(Taken::Now(..))));
    shown.world.approve("bob").await.unwrap();
    shown.world.pick_up(deploy()).await.unwrap();
    let Taken::Late(ballot) = shown.press("22", "ann").await.unwrap() else { panic!("it has run") };
    let late = shown.world.vote(&identity("chat", "ann"), ballot).await;
    assert_eq!(late, Err(Refusal::Over));
    assert_eq!(shown.world.state(shown.card.id()).await.late().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_button_counts_under_its_own_message_for_what_it_says_and_nowhere_else() {
    let (shown, other) = (Shown::new("1.1").await, Shown::new("1.1").await);
    let (approve, reject) = (shown.buttons.approve(), shown.buttons.reject());
    let right = pressed("a", "ann", &approve);
    let other_request = other.buttons.approve();
    let mut cut = approve.chars();
    cut.next_back();
    for wrong in [
        Pressed { choice: Choice::Reject, ..right.clone() },
        Pressed { value: &reject, ..right.clone() },
        Pressed { value: &other_request, ..right.clone() },
        Pressed { message: "1.2", ..right.clone() },
        Pressed { place: "A1/T1/C2", ..right.clone() },
        Pressed { place: "A2/T1/C1", ..right.clone() },
        Pressed { identity: identity("web", "ann"), ..right.clone() },
        Pressed { value: cut.as_str(), ..right.clone() },
        Pressed { value: "", ..right.clone() },
    ] {
        let taken = shown.outbox.press(&wrong).await;
        assert!(matches!(taken, Err(PressError::Forged)), "{wrong:?}");
    }
    assert!(matches!(shown.outbox.press(&right).await, Ok(Taken::Now(..))));
}

#[tokio::test(start_paused = true)]
async fn the_buttons_that_a_message_had_before_still_count_under_it_and_so_do_its_new_ones() {
    let shown = Shown::new("1.1").await;
    let renewed = shown.outbox.sent(&shown.card, PLACE, "1.1").await.unwrap();
    let value = renewed.approve();
    assert_ne!(*value, *shown.buttons.approve());
    assert!(matches!(shown.outbox.press(&pressed("a", "ann", &value)).await, Ok(Taken::Now(..))));
    assert!(matches!(shown.press("b", "bob").await, Ok(Taken::Now(..))));
}

#[tokio::test(start_paused = true)]
async fn every_channel_is_told_of_a_vote_that_is_not_enough() {
    let world = World::new(asks([ask(2, "ops")])).await;
    world.submit(deploy()).await;
    world.approve("ann").await.unwrap();
    settle().await;
    assert_eq!(*world.wall.updates.lock().unwrap(), [Phase::Pending]);
    world.approve("bob").await.unwrap();
    settle().await;
    assert_eq!(*world.wall.updates.lock().unwrap(), [Phase::Pending, Phase::Granted]);
}

#[tokio::test(start_paused = true)]
async fn of_several_processes_one_posts() {
    let (ledger, people) = (memory().await, People::default());
    people.human("ann", &["ops"]);
    // All have seen that nobody posts it when the first of them writes down that it does.
    let process = || {
        World::on(Arc::clone(&ledger), people.clone(), |gate| {
            gate.policy(asks([ask(1, "ops")])).ledger(Yielding(Arc::clone(&ledger)))
        })
    };
    let (world, other) = (process().await, process().await);
    let id = world.submit(deploy()).await;
    let mut asking = JoinSet::new();
    for gate in [&world.gate, &other.gate].into_iter().cycle().take(8) {
        let outbox = gate.desk().outbox("chat");
        asking.spawn(async move { outbox.begin(id, PLACE).await.unwrap() });
    }
    let turns = asking.join_all().await;
    let outbox = world.gate.desk().outbox("chat");
    let posts = turns.iter().filter(|turn| **turn == Turn::Post).count();
    assert_eq!(posts, 1, "{turns:?}");
    assert!(turns.iter().all(|turn| matches!(turn, Turn::Post | Turn::Wait(_))), "{turns:?}");
    // The one that was to post is gone; after a while another one does, once.
    tokio::time::sleep(MINUTE).await;
    assert_eq!(outbox.begin(id, PLACE).await.unwrap(), Turn::Post);
    outbox.unsure(id, PLACE, "no answer").await.unwrap();
    assert_eq!(outbox.begin(id, PLACE).await.unwrap(), Turn::Spent);
    // What certainly is not there is posted again.
    let elsewhere = "A1/T1/C2";
    assert_eq!(outbox.begin(id, elsewhere).await.unwrap(), Turn::Post);
    outbox.lost(id, elsewhere, "the channel is archived").await.unwrap();
    assert_eq!(outbox.begin(id, elsewhere).await.unwrap(), Turn::Post);
    world.trail().await;
}

#[tokio::test(start_paused = true)]
async fn nothing_is_posted_of_what_is_over_and_what_was_posted_can_be_closed_then() {
    let shown = Shown::new("1.1").await;
    let (id, outbox) = (shown.card.id(), &shown.outbox);
    assert!(outbox.closed(id, PLACE).await.is_err(), "it still waits");
    shown.world.reject("ann").await.unwrap();
    assert_eq!(outbox.begin(id, "A1/T1/C2").await.unwrap(), Turn::Over);
    outbox.closed(id, PLACE).await.unwrap();
    outbox.closed(id, PLACE).await.unwrap();
    let state = shown.world.state(id).await;
    assert_eq!(*state.posts()[0].stage(), PostStage::Closed);
}

#[tokio::test(start_paused = true)]
async fn whoever_rejected_without_a_word_may_say_why_once() {
    let shown = Shown::new("1.1").await;
    let (id, desk) = (shown.card.id(), shown.world.gate.desk());
    let explain = |who, why| {
        let (desk, who) = (desk.clone(), identity("chat", who));
        async move { desk.explain(&who, id, why).await }
    };
    assert!(explain("ann", "not yet").await.is_err(), "nobody has rejected it");
    let mut no = Ballot::reject(&shown.card, "").unwrap();
    no.reason = None;
    shown.world.vote(&identity("chat", "ann"), no).await.unwrap();
    assert!(explain("bob", "it was not me").await.is_err());
    explain("ann", "version 7 loses orders").await.unwrap();
    assert!(explain("ann", "or something else").await.is_err());
    let state = shown.world.state(id).await;
    assert_eq!(state.explanation(&state.decisions()[0]), Some("version 7 loses orders"));
    let again = shown.world.pick_up(deploy()).await.unwrap_err();
    let Denied::Rejected { reason, .. } = again else { panic!("{again:?}") };
    assert_eq!(reason.as_deref(), Some("version 7 loses orders"));
}

async fn with_only(channel: &Screen) -> World {
    process(memory().await, &ask(1, "ops"), &[channel]).await
}

#[tokio::test(start_paused = true)]
async fn a_channel_that_is_away_for_a_while_is_tried_again_and_the_request_waits() {
    let world = with_only(&Screen::away("chat", 0..3)).await;
    let id = world.submit(deploy()).await;
    tokio::time::sleep(Duration::from_secs(85)).await;
    assert_eq!(*world.state(id).await.phase(), Phase::Pending);
    tokio::time::sleep(Duration::from_secs(10)).await;
    let trail = world.trail().await;
    let notes: Vec<_> = trail.events(id).iter().map(|event| &event.what).collect();
    assert!(
        matches!(notes.as_slice(), [_, What::Undelivered { .. }, What::Presented { .. }]),
        "once that it could not, once that it could: {notes:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_channel_that_is_away_all_the_time_lets_the_request_expire() {
    let world = with_only(&Screen::away("chat", 0..usize::MAX)).await;
    let running = world.start(deploy()).await;
    assert_eq!(running.await.unwrap(), Err(Denied::Expired));
    world.ran.assert_never_ran();
}

#[tokio::test(start_paused = true)]
async fn a_channel_that_could_not_be_told_of_the_end_is_told_later() {
    let channel = Screen::away("chat", 1..3);
    let world = with_only(&channel).await;
    let id = world.submit(deploy()).await;
    let (card, _) = world.gate.desk().state_of(id).await.unwrap().unwrap();
    world.vote(&identity("chat", "ann"), Ballot::reject(&card, "no").unwrap()).await.unwrap();
    tokio::time::sleep(2 * MINUTE).await;
    let told = channel.told();
    assert!(matches!(told.as_slice(), [Phase::Ended(Outcome::Closed(Cause::Rejected { .. }))]));
}

#[tokio::test(start_paused = true)]
async fn what_ended_while_nobody_looked_is_told_when_a_process_starts() {
    let shown = Shown::new("1.1").await;
    let id = shown.card.id();
    shown.world.wall.updates.lock().unwrap().clear();
    // Another process decides and ends; the one that had shown the card is gone.
    let other = World::on(Arc::clone(&shown.world.ledger), shown.world.people.clone(), |gate| {
        gate.policy(asks([ask(1, "ops")]))
    })
    .await;
    let no = Ballot::reject(&shown.card, "no").unwrap();
    other.vote(&identity("chat", "ann"), no).await.unwrap();
    other.gate.recover().await.unwrap();
    settle().await;
    let told = other.wall.updates.lock().unwrap().clone();
    assert!(matches!(told.as_slice(), [Phase::Ended(Outcome::Closed(Cause::Rejected { .. }))]));
    shown.outbox.closed(id, PLACE).await.unwrap();
    other.wall.updates.lock().unwrap().clear();
    other.gate.recover().await.unwrap();
    settle().await;
    assert!(other.wall.updates.lock().unwrap().is_empty(), "there is nothing left to tell");
}

#[tokio::test(start_paused = true)]
async fn where_a_place_is_one_process_hears_and_all_know() {
    let (ledger, people) = (memory().await, People::default());
    let process = || {
        World::on(Arc::clone(&ledger), people.clone(), |gate| {
            gate.policy(asks([ask(1, "ops")])).ledger(Arc::clone(&ledger))
        })
    };
    let (one, other) = (process().await, process().await);
    let (hears, posts) = (one.gate.desk().outbox("teams"), other.gate.desk().outbox("teams"));
    assert_eq!(posts.route(PLACE).await.unwrap(), None);
    for _told_again in 0..3 {
        hears.set_route(PLACE, Some("https://emea.example")).await.unwrap();
    }
    assert_eq!(posts.route(PLACE).await.unwrap().as_deref(), Some("https://emea.example"));
    assert_eq!(other.gate.desk().outbox("slack").route(PLACE).await.unwrap(), None);
    let before = ledger.history(None).await.unwrap().len();
    hears.set_route(PLACE, None).await.unwrap();
    assert_eq!(posts.route(PLACE).await.unwrap(), None);
    assert_eq!(ledger.history(None).await.unwrap().len(), before + 1, "news alone are kept");
    assert!(hears.set_route("a b", Some("https://emea.example")).await.is_err());
    let trail = one.trail().await;
    assert_eq!(trail.control().route("teams", PLACE), None, "and the log verifies");
}

#[tokio::test(start_paused = true)]
async fn a_reason_that_is_given_with_a_press_is_kept_with_it_and_signed_with_the_decision() {
    let shown = Shown::new("1.1").await;
    let value = shown.buttons.reject();
    let no = Pressed { choice: Choice::Reject, ..pressed("a", "ann", &value) };
    assert_eq!(no.request(), Some(shown.card.id()));
    let long = "x".repeat(4097);
    let refused = shown.outbox.press(&Pressed { reason: Some(&long), ..no.clone() }).await;
    assert!(matches!(refused, Err(PressError::LongReason)), "{refused:?}");
    shown.outbox.press(&Pressed { reason: Some("not today"), ..no }).await.unwrap();
    // Whoever took it is gone; another process decides it.
    let open = shown.outbox.open_presses(shown.card.id()).await.unwrap();
    let (_press, ballot) = open.first().unwrap().clone();
    shown.world.vote(&identity("chat", "ann"), ballot).await.unwrap();
    let state = shown.world.state(shown.card.id()).await;
    assert_eq!(state.decisions()[0].reason.as_deref(), Some("not today"));
}
