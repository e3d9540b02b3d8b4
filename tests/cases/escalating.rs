//! Requests that come to other channels: after a while, or because they cannot be shown where they belong.

use std::sync::Arc;

use approvals::*;

use crate::world::*;

/// The same with a ledger of its own, once somebody has asked.
async fn asked(one: &Obligation, channels: &[&Screen]) -> (World, RequestId) {
    let world = process(memory().await, one, channels).await;
    let id = world.submit(deploy()).await;
    tokio::time::sleep(SECOND).await;
    (world, id)
}

async fn approve(
    world: &World,
    id: RequestId,
    channel: &str,
    name: &str,
) -> Result<Phase, Refusal> {
    let (card, _) = world.gate.desk().state_of(id).await.unwrap().unwrap();
    world.vote(&identity(channel, name), Ballot::approve(&card).unwrap()).await
}

/// The events that are about channels, in short, once the whole log has been checked.
#[expect(clippy::wildcard_enum_match_arm, reason = "all others are about something else")]
async fn story(world: &World, id: RequestId) -> Vec<String> {
    let trail = world.trail().await;
    let line = |event: &Event| match &event.what {
        What::Presented { channel, .. } => Some(format!("shown in {channel}")),
        What::Undelivered { channel, error } => Some(format!("not in {channel}: {error}")),
        What::Nudged { nudge: Nudge::Fallback { channel, .. } } => Some(format!("so {channel}")),
        What::Nudged { nudge: Nudge::Channel { channel, .. } } => Some(format!("also {channel}")),
        What::Closed { cause } => Some(cause.to_string()),
        _other => None,
    };
    trail.events(id).iter().filter_map(line).collect()
}

const NOT_404: &str = "not in chat: the channel could not show the card: 404";
const NOT_503: &str = "not in chat: the channel could not show the card: 503";

fn in_chat(count: u32) -> Obligation {
    ask(count, "ops").in_channel("chat")
}

#[tokio::test(start_paused = true)]
async fn what_one_channel_cannot_show_is_shown_and_decided_in_another_and_runs() {
    let (chat, web) = (Screen::broken("chat"), Screen::new("web"));
    let (world, id) = asked(&in_chat(1).channel_if_undelivered("web"), &[&chat, &web]).await;
    assert_eq!(story(&world, id).await, [NOT_404, "so web", "shown in web"]);
    assert_eq!(approve(&world, id, "web", "ann").await, Ok(Phase::Granted));
    assert_eq!(world.pick_up(deploy()).await, Ok(()));
    assert_eq!(world.ran.count(), 1);
    tokio::time::sleep(SECOND * 10).await;
    let told = web.told();
    assert!(matches!(told.last(), Some(Phase::Ended(Outcome::Executed(_)))), "{told:?}");
    world.trail().await;
}

#[tokio::test(start_paused = true)]
async fn while_a_channel_keeps_trying_another_shows_it_and_when_it_is_back_both_do() {
    let (chat, web) = (Screen::away("chat", 0..3), Screen::new("web"));
    let (world, id) = asked(&in_chat(2).channel_if_undelivered("web"), &[&chat, &web]).await;
    assert_eq!((chat.shown(), web.shown()), (0, 1));
    assert_eq!(approve(&world, id, "web", "ann").await, Ok(Phase::Pending), "one of two");
    tokio::time::sleep(SECOND * 100).await;
    assert_eq!((chat.shown(), web.shown()), (1, 1));
    assert_eq!(
        story(&world, id).await,
        [NOT_503, "so web", "shown in web", "shown in chat"],
        "each once"
    );
    assert_eq!(approve(&world, id, "chat", "bob").await, Ok(Phase::Granted));
}

#[tokio::test(start_paused = true)]
async fn a_channel_that_comes_later_shows_it_then_and_counts_from_then_on() {
    let (chat, web) = (Screen::new("chat"), Screen::new("web"));
    let (world, id) = asked(&in_chat(2).channel_after(MINUTE * 10, "web"), &[&chat, &web]).await;
    tokio::time::sleep(MINUTE * 9).await;
    let refused = approve(&world, id, "web", "ann").await;
    assert_eq!(refused, Err(Refusal::Ineligible(Ineligible::Channel)));
    assert_eq!(web.shown(), 0);
    tokio::time::sleep(MINUTE).await;
    assert_eq!((chat.shown(), web.shown()), (1, 1));
    let added = Nudge::Channel { after_ms: 600_000, channel: "web".to_owned() };
    assert_eq!((chat.nudges(), web.nudges()), (vec![added], vec![]), "who shows it is told");
    assert_eq!(approve(&world, id, "web", "ann").await, Ok(Phase::Pending), "it stays two");
    assert_eq!(approve(&world, id, "web", "ann").await, Err(Refusal::Twice));
    assert_eq!(approve(&world, id, "web", "bob").await, Ok(Phase::Granted));
    assert_eq!(story(&world, id).await, ["shown in chat", "also web", "shown in web"]);
}

#[tokio::test(start_paused = true)]
async fn where_a_channel_shows_it_no_other_is_asked_in_its_place_and_none_counts() {
    let (chat, web) = (Screen::new("chat"), Screen::new("web"));
    let (world, id) = asked(&in_chat(1).channel_if_undelivered("web"), &[&chat, &web]).await;
    tokio::time::sleep(MINUTE * 20).await;
    assert_eq!((chat.shown(), web.shown()), (1, 0));
    let refused = approve(&world, id, "web", "ann").await;
    assert_eq!(refused, Err(Refusal::Ineligible(Ineligible::Channel)));
    assert_eq!(story(&world, id).await, ["shown in chat"]);
}

#[tokio::test(start_paused = true)]
async fn each_channel_has_its_turn_and_only_if_none_can_show_it_the_request_ends() {
    let one = in_chat(1).channel_if_undelivered("web").channel_if_undelivered("tty");
    let (chat, web, tty) = (Screen::broken("chat"), Screen::broken("web"), Screen::new("tty"));
    let (world, id) = asked(&one, &[&chat, &web, &tty]).await;
    let not_web = NOT_404.replace("chat", "web");
    assert_eq!(story(&world, id).await, [NOT_404, "so web", &not_web, "so tty", "shown in tty"]);
    assert_eq!(approve(&world, id, "tty", "ann").await, Ok(Phase::Granted));

    let tty = Screen::broken("tty");
    let (world, id) = asked(&one, &[&chat, &web, &tty]).await;
    let not_tty = NOT_404.replace("chat", "tty");
    let end = "no channel could put it before anybody";
    assert_eq!(story(&world, id).await, [NOT_404, "so web", &not_web, "so tty", &not_tty, end]);
    world.ran.assert_never_ran();
}

#[tokio::test(start_paused = true)]
async fn channels_that_this_gate_does_not_have_show_nothing_and_that_is_said() {
    let web = Screen::new("web");
    let (world, id) = asked(&in_chat(1).channel_if_undelivered("web"), &[&web]).await;
    let absent = "not in chat: it is no channel here";
    assert_eq!(story(&world, id).await, [absent, "so web", "shown in web"]);

    let chat = Screen::broken("chat");
    let (world, id) = asked(&in_chat(1).channel_if_undelivered("web"), &[&chat]).await;
    let end = "no channel could put it before anybody";
    assert_eq!(story(&world, id).await, [NOT_404, end], "nothing is waited for");
}

#[tokio::test(start_paused = true)]
async fn a_request_that_nobody_sees_yet_waits_for_the_channel_that_comes_later() {
    let (chat, web) = (Screen::broken("chat"), Screen::new("web"));
    let (world, id) = asked(&in_chat(1).channel_after(MINUTE * 10, "web"), &[&chat, &web]).await;
    tokio::time::sleep(MINUTE * 9).await;
    assert_eq!(*world.state(id).await.phase(), Phase::Pending);
    tokio::time::sleep(MINUTE).await;
    assert_eq!(story(&world, id).await, [NOT_404, "also web", "shown in web"]);
    assert_eq!(approve(&world, id, "web", "ann").await, Ok(Phase::Granted));
}

#[tokio::test(start_paused = true)]
async fn two_processes_add_a_channel_once_and_each_shows_it_in_its_own() {
    let one = in_chat(1).channel_after(MINUTE * 10, "web");
    let first = [Screen::new("chat"), Screen::new("web")];
    let second = [Screen::new("chat"), Screen::new("web")];
    let (world, id) = asked(&one, &first.each_ref()).await;
    let other = process(Arc::clone(&world.ledger), &one, &second.each_ref()).await;
    other.gate.recover().await.unwrap();
    tokio::time::sleep(MINUTE * 11).await;
    assert_eq!(world.state(id).await.nudges().len(), 1);
    assert_eq!(first[0].nudges().len() + second[0].nudges().len(), 1);
    assert_eq!((first[1].shown(), second[1].shown()), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn a_process_that_is_started_later_shows_it_in_the_added_channels_too() {
    let one = in_chat(1).channel_if_undelivered("web").channel_after(MINUTE * 10, "tty");
    let (world, id) = asked(&one, &[&Screen::broken("chat"), &Screen::new("web")]).await;
    let (chat, web, tty) = (Screen::broken("chat"), Screen::new("web"), Screen::new("tty"));
    let after = process(Arc::clone(&world.ledger), &one, &[&chat, &web, &tty]).await;
    after.gate.recover().await.unwrap();
    settle().await;
    assert_eq!((web.shown(), tty.shown()), (1, 0));
    tokio::time::sleep(MINUTE * 10).await;
    assert_eq!(tty.shown(), 1);
    let late = process(Arc::clone(&world.ledger), &one, &[&chat, &web, &tty]).await;
    late.gate.recover().await.unwrap();
    settle().await;
    assert_eq!((web.shown(), tty.shown()), (2, 2));
    assert_eq!(approve(&late, id, "tty", "ann").await, Ok(Phase::Granted));
    assert_eq!(late.pick_up(deploy()).await, Ok(()));
    late.trail().await;
}

#[tokio::test(start_paused = true)]
async fn a_channel_is_added_to_the_obligation_that_needs_it_and_to_no_other() {
    let (chat, web) = (Screen::broken("chat"), Screen::new("web"));
    let one = in_chat(1).channel_if_undelivered("web");
    let other = Obligation::new("other").unwrap().seats("ops", 1).unwrap();
    let other = other.in_channel("inbox").channel_if_undelivered("web");
    let world = process(memory().await, &one, &[&chat, &web, &Screen::new("inbox")]).await;
    let gate = bare(Arc::clone(&world.ledger)).directory(world.people.clone());
    let gate = gate.policy(asks([one, other])).clock(Arc::clone(&world.clock));
    let gate = gate.approver(chat).approver(web).approver(Screen::new("inbox"));
    let world = World { gate: gate.build().await.unwrap(), ..world };
    let id = world.submit(deploy()).await;
    tokio::time::sleep(SECOND).await;
    assert_eq!(approve(&world, id, "web", "ann").await, Ok(Phase::Pending));
    assert_eq!(approve(&world, id, "web", "bob").await, Ok(Phase::Pending), "not for the other");
    world.people.human("cyd", &["ops"]);
    assert_eq!(approve(&world, id, "inbox", "cyd").await, Ok(Phase::Granted));
    world.trail().await;
}

#[tokio::test(start_paused = true)]
async fn the_card_says_where_else_it_is_shown_and_one_without_such_steps_says_nothing_of_it() {
    let one = in_chat(2).channel_after(MINUTE * 10, "teams").channel_if_undelivered("tty");
    let chat = Screen::new("chat");
    let (world, id) = asked(&one, &[&chat]).await;
    let (card, _) = world.gate.desk().state_of(id).await.unwrap().unwrap();
    let text = card.to_string();
    let lines = "   approved in    \"chat\"\n                  after 10m also in \"teams\" (2-ops)\n                  \
                 if it cannot be shown: in \"tty\" (2-ops)\n";
    assert!(text.contains(lines), "{text}");
    let (world, id) = asked(&in_chat(2), &[&chat]).await;
    let (plain, _) = world.gate.desk().state_of(id).await.unwrap().unwrap();
    let lines = |text: &str| text.lines().count();
    assert_eq!(lines(&text), lines(&plain.to_string()) + 2, "nothing else is new");
}
