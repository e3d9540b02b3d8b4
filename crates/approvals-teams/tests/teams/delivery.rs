//! Posts and changes that go wrong: cases 20, 22 to 26 and 46 of the failure cases.

use std::time::Duration;

use approvals_core::{
    Cause, Denied, DynamicAction, Obligation, Outcome, Phase, PostStage, State, What,
};
use fake_teams::{FakeTeams, Fault, Message, World};
use futures_util::future::join_all;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::office::*;

/// Breaks a Teams.
type Break = fn(&mut World);

const SECOND: Duration = Duration::from_secs(1);

/// What was posted, without what was said in threads.
fn posted(teams: &FakeTeams) -> Vec<Message> {
    let mut posted = teams.messages(DEPLOYS);
    posted.retain(|message| message.conversation.ends_with(&format!(";messageid={}", message.id)));
    posted
}

/// Ada approves what the last card asks, it runs, and that card says so.
async fn goes_on(office: &Office, running: JoinHandle<Result<(), Denied>>) {
    let card = office.card().await;
    office.until(is_shown).await;
    assert_eq!(office.click(&card, APPROVE, ADA).send().await.status, Some(200));
    assert_eq!(running.await.unwrap(), Ok(()));
    office.host.ran.assert_ran_once();
    office.until_shows(&card, "was carried out").await;
    let without_buttons =
        |teams: &FakeTeams| (!posted(teams).iter().any(has_buttons)).then_some(());
    office.teams.until("no message has buttons any more", without_buttons).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_post_that_teams_puts_off_is_made_when_its_time_has_come() {
    for fault in [Fault::too_many_requests(Some("1")), Fault::error(412, "PreconditionFailed")] {
        let office = Office::open(Plan::of(1, "ops")).await;
        for _ in 0..2 {
            office.teams.fault("post", fault.clone());
        }
        let running = office.run();
        let state = office.until(|state| !state.posts().is_empty()).await;
        assert_eq!(*state.phase(), Phase::Pending);
        goes_on(&office, running).await;
        let calls = office.teams.calls_of("post");
        assert!(calls.windows(2).take(2).all(|two| two[1].at - two[0].at >= SECOND), "no haste");
        assert_eq!(posted(&office.teams).len(), 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_post_that_teams_puts_off_without_a_word_of_how_long_is_not_repeated_in_haste() {
    for after in [None, Some("soon"), Some("60"), Some("-1")] {
        let office = Office::open(Plan::of(1, "ops")).await;
        office.teams.fault_always("post", Fault::too_many_requests(after));
        office.run();
        let noted = |state: &State| {
            state.posts().first().is_some_and(|post| matches!(post.stage(), PostStage::Lost { .. }))
        };
        office.until(noted).await;
        pause(1).await;
        assert_eq!(office.teams.calls_of("post").len(), 1, "{after:?}");
        assert_eq!(*office.only().await.1.phase(), Phase::Pending);
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "half a minute of waiting: `cargo xtask nightly clicks`"]
async fn nightly_a_post_that_teams_puts_off_without_a_word_is_made_half_a_minute_later() {
    let office = Office::open(Plan::of(1, "ops")).await;
    office.teams.fault("post", Fault::too_many_requests(None));
    let running = office.run();
    pause(28).await;
    assert_eq!(office.teams.calls_of("post").len(), 1, "there is no haste");
    goes_on(&office, running).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_post_that_did_not_arrive_in_teams_is_made_again() {
    let faults = [
        Fault::dropped(),
        Fault::status(500),
        Fault::status(502),
        Fault::status(504),
        Fault::malformed(),
        Fault::body("{}"),
    ];
    join_all(faults.map(async |fault| {
        let office = Office::open(Plan::of(1, "ops")).await;
        office.teams.fault("post", fault);
        let running = office.run();
        goes_on(&office, running).await;
        assert_eq!(posted(&office.teams).len(), 1);
    }))
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_post_in_teams_of_which_nobody_heard_leaves_one_message_that_can_decide_nothing() {
    let faults = [
        Fault::dropped().with_effect(),
        Fault::status(500).with_effect(),
        Fault::status(504).with_effect(),
        Fault::malformed().with_effect(),
    ];
    join_all(faults.map(async |fault| {
        let office = Office::open(Plan::of(1, "ops")).await;
        office.teams.fault("post", fault);
        let running = office.run();
        goes_on(&office, running).await;
        let posted = posted(&office.teams);
        assert_eq!(posted.len(), 2, "the card, and what was left behind");
        assert!(posted[0].edits.is_empty(), "it never had buttons");
        let text = text_of(&posted[0]);
        assert!(text.contains("nothing to decide in this message"), "{text}");
    }))
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_teams_that_fails_all_the_time_gets_no_second_post_and_the_request_expires() {
    let short = Obligation::new("short").unwrap().seats("ops", 1).unwrap();
    let obligation = short.approve_within(Duration::from_secs(6));
    let office = Office::open(Plan { obligation, ..Plan::of(1, "ops") }).await;
    office.teams.fault_always("*", Fault::status(503));
    assert_eq!(office.run().await.unwrap(), Err(Denied::Expired));
    assert_eq!(office.teams.calls_of("post").len(), 1);
    office.host.ran.assert_never_ran();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_that_goes_wrong_in_teams_for_now_is_made_again() {
    for fault in [
        Fault::status(503),
        Fault::status(502).with_effect(),
        Fault::dropped(),
        Fault::dropped().with_effect(),
        Fault::too_many_requests(Some("1")),
        Fault::error(412, "PreconditionFailed"),
    ] {
        let office = Office::open(Plan::of(1, "ops")).await;
        office.teams.fault("update", fault);
        let running = office.run();
        goes_on(&office, running).await;
        assert_eq!(posted(&office.teams).len(), 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_card_in_teams_that_is_gone_or_out_of_reach_takes_no_decision_back() {
    for (status, code) in [
        (403, "MessageWritesBlocked"),
        (403, "BotNotInConversationRoster"),
        (404, "ConversationNotFound"),
        (404, "ActivityNotFoundInConversation"),
    ] {
        let office = Office::open(Plan::of(1, "ops")).await;
        let running = office.run();
        let card = office.card().await;
        office.until(is_shown).await;
        office.teams.fault_always("update", Fault::error(status, code));
        let answer = office.click(&card, APPROVE, ADA).send().await;
        assert_eq!(answer.status, Some(200));
        assert_eq!(running.await.unwrap(), Ok(()));
        let is_lost = |state: &State| matches!(state.posts()[0].stage(), PostStage::Lost { error } if error.contains(code));
        office.until(is_lost).await;
        office.host.ran.assert_ran_once();
        assert_eq!(posted(&office.teams).len(), 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_card_that_was_deleted_in_teams_while_it_waited_is_posted_again_by_the_next_vote() {
    let office = Office::open(Plan::of(2, "ops")).await;
    let running = office.run();
    let card = office.card().await;
    office.log.settled().await;
    let click = office.click(&card, APPROVE, ADA);
    office.teams.edit(|world| world.messages.clear());
    assert_eq!(click.send().await.status, Some(200));
    let again = office.card().await;
    assert_ne!(again.id, card.id);
    office.until_shows(&again, "u:ada").await;
    assert_eq!(office.click(&again, APPROVE, BOB).send().await.status, Some(200));
    assert_eq!(running.await.unwrap(), Ok(()));
}

#[tokio::test(flavor = "multi_thread")]
async fn where_a_card_in_teams_can_be_changed_no_more_its_thread_says_what_became_of_it() {
    for (status, code) in [(400, "BadSyntax"), (413, "MessageSizeTooBig")] {
        let office = Office::open(Plan::of(1, "ops")).await;
        let running = office.run();
        let card = office.card().await;
        office.until(is_shown).await;
        office.teams.fault_always("update", Fault::error(status, code));
        assert_eq!(office.click(&card, REJECT, ADA).send().await.status, Some(200));
        assert!(matches!(running.await.unwrap(), Err(Denied::Rejected { .. })));
        let reply = |teams: &FakeTeams| said_under(teams, &card).pop();
        let reply = office.teams.until("the thread is told", reply).await;
        assert!(text_of(&reply).contains("u:ada"), "{}", text_of(&reply));
        office.until(|state| *state.posts()[0].stage() == PostStage::Closed).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn where_teams_takes_no_post_the_caller_is_told_at_once_and_somebody_what_to_do() {
    let cases: [(Break, &str, &str); 4] = [
        (
            |world| world.conversation(DEPLOYS).is_blocked = true,
            "MessageWritesBlocked",
            "somebody has blocked the bot there",
        ),
        (
            |world| world.conversation(DEPLOYS).is_installed = false,
            "BotNotInConversationRoster",
            "add the app to that team or chat",
        ),
        (
            |world| world.conversation(DEPLOYS).is_gone = true,
            "ConversationNotFound",
            "look whether the conversation's id is right",
        ),
        (
            |world| world.settings.activity_bytes = 100,
            "MessageSizeTooBig",
            "it is larger than Teams takes",
        ),
    ];
    for (break_it, code, advice) in cases {
        let office = Office::open(Plan::of(1, "ops")).await;
        office.teams.edit(break_it);
        let at_once = timeout(5 * SECOND, office.run()).await;
        assert_eq!(at_once.unwrap().unwrap(), Err(Denied::Undeliverable));
        let (id, state) = office.only().await;
        assert_eq!(state.outcome(), Some(&Outcome::Closed(Cause::Undeliverable)));
        assert_eq!(office.teams.calls_of("post").len(), 1);
        let trail = office.trail().await;
        let says = |what: &What| matches!(what, What::Undelivered { error, .. } if error.contains(code) && error.contains(advice));
        assert!(trail.events(id).iter().any(|event| says(&event.what)), "{code}: {advice}");
        office.host.ran.assert_never_ran();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_card_that_does_not_fit_into_teams_can_be_rejected_there_and_not_approved() {
    let config = |config: approvals_teams::TeamsConfig| {
        config.read_at("https://approvals.example.org/requests/")
    };
    let office = Office::open(Plan { config, ..Plan::of(1, "ops") }).await;
    let long = format!(r#"{{"script": "{}"}}"#, "drop table orders; ".repeat(5_000));
    let action = DynamicAction::from_json("db.run", long.as_bytes()).unwrap();
    let running = office.host.run(action);
    let card = office.card().await;
    assert_eq!(button(card.card().unwrap(), APPROVE), None);
    let (id, _) = office.only().await;
    let text = text_of(&card);
    assert!(text.contains(&format!("https://approvals.example.org/requests/{id}")), "{text}");
    assert_eq!(office.click(&card, REJECT, ADA).send().await.status, Some(200));
    assert!(matches!(running.await.unwrap(), Err(Denied::Rejected { .. })));
}
