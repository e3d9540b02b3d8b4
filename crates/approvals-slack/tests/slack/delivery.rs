//! Posts and changes that go wrong: cases 20 to 26 of the failure cases.

use std::time::Duration;

use approvals_core::{Cause, Denied, Obligation, Outcome, Phase, PostStage, State, What};
use fake_slack::{FakeSlack, Fault, Token};

use crate::office::*;

/// Breaks a set-up.
type Break<'a> = &'a dyn Fn(&FakeSlack);

const SECOND: Duration = Duration::from_secs(1);

/// Ada approves what the last card asks, it runs, and that card says so.
async fn goes_on(office: &Office, running: tokio::task::JoinHandle<Result<(), Denied>>) {
    let card = office.card().await;
    office.until(is_shown).await;
    assert!(office.click(&card, APPROVE, ADA).send().await.is_acked);
    assert_eq!(running.await.unwrap(), Ok(()));
    office.host.ran.assert_ran_once();
    office.until_shows(&card, "was carried out").await;
    let with_buttons = |slack: &FakeSlack| {
        slack.messages(DEPLOYS).iter().all(|one| button(one, REJECT).is_none()).then_some(())
    };
    office.slack.until("no message has buttons any more", with_buttons).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_post_that_slack_puts_off_is_made_when_its_time_has_come() {
    let office = Office::open(Plan::of(1, "ops")).await;
    for _ in 0..2 {
        office.slack.fault("chat.postMessage", Fault::too_many_requests(Some("1")));
    }
    let running = office.run();
    let state = office.until(|state| !state.posts().is_empty()).await;
    assert_eq!(*state.phase(), Phase::Pending);
    tokio::time::sleep(3 * SECOND).await;
    let calls = office.slack.calls_of("chat.postMessage").len();
    assert!(calls <= 3, "there is no haste: {calls}");
    goes_on(&office, running).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "half a minute of waiting: `cargo xtask nightly clicks`"]
async fn nightly_a_post_that_is_put_off_without_a_word_of_how_long_is_made_half_a_minute_later() {
    let office = Office::open(Plan::of(1, "ops")).await;
    office.slack.fault("chat.postMessage", Fault::error("rate_limited"));
    let running = office.run();
    pause(28).await;
    assert_eq!(office.slack.calls_of("chat.postMessage").len(), 1, "there is no haste");
    goes_on(&office, running).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_post_that_is_put_off_without_a_word_of_how_long_is_not_repeated_in_haste() {
    for after in [None, Some("soon"), Some("60")] {
        let office = Office::open(Plan::of(1, "ops")).await;
        office.slack.fault_always("chat.postMessage", Fault::too_many_requests(after));
        office.run();
        let noted = |state: &State| {
            state.posts().first().is_some_and(|post| matches!(post.stage(), PostStage::Lost { .. }))
        };
        office.until(noted).await;
        tokio::time::sleep(2 * SECOND).await;
        assert_eq!(office.slack.calls_of("chat.postMessage").len(), 1, "{after:?}");
        let trail = office.trail().await;
        let (id, state) = office.only().await;
        let undelivered = |what: &What| matches!(what, What::Undelivered { .. });
        assert_eq!(trail.events(id).iter().filter(|event| undelivered(&event.what)).count(), 1);
        assert_eq!(*state.phase(), Phase::Pending);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_post_that_did_not_arrive_is_made_again() {
    for fault in
        [Fault::dropped(), Fault::status(502), Fault::malformed(), Fault::error("internal_error")]
    {
        let office = Office::open(Plan::of(1, "ops")).await;
        office.slack.fault("chat.postMessage", fault);
        let running = office.run();
        goes_on(&office, running).await;
        let top = office.slack.messages(DEPLOYS).into_iter().filter(|one| one.thread_ts.is_none());
        assert_eq!(top.count(), 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_post_that_arrived_although_nobody_heard_leaves_one_message_that_can_decide_nothing() {
    for fault in [Fault::dropped().with_effect(), Fault::status(500).with_effect()] {
        let office = Office::open(Plan::of(1, "ops")).await;
        office.slack.fault("chat.postMessage", fault);
        let running = office.run();
        goes_on(&office, running).await;
        let top = office.slack.messages(DEPLOYS).into_iter().filter(|one| one.thread_ts.is_none());
        let top: Vec<_> = top.collect();
        assert_eq!(top.len(), 2, "the card, and what was left behind");
        let left = &top[0];
        assert!(left.edits.is_empty(), "it never had buttons");
        assert!(text_of(left).contains("nothing to decide in this message"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slack_that_fails_all_the_time_gets_no_second_post_and_the_request_expires() {
    let short = Obligation::new("short").unwrap().seats("ops", 1).unwrap();
    let obligation = short.approve_within(Duration::from_secs(8));
    let office = Office::open(Plan { obligation, ..Plan::of(1, "ops") }).await;
    for method in ["chat.postMessage", "auth.test"] {
        office.slack.fault_always(method, Fault::status(503));
    }
    assert_eq!(office.run().await.unwrap(), Err(Denied::Expired));
    assert_eq!(office.slack.calls_of("chat.postMessage").len(), 1);
    office.host.ran.assert_never_ran();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_that_goes_wrong_for_now_is_made_again() {
    for fault in [
        Fault::status(503),
        Fault::dropped(),
        Fault::dropped().with_effect(),
        Fault::too_many_requests(Some("1")),
    ] {
        let office = Office::open(Plan::of(1, "ops")).await;
        office.slack.fault("chat.update", fault);
        let running = office.run();
        goes_on(&office, running).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_card_that_was_deleted_or_whose_channel_was_closed_takes_no_decision_back() {
    for code in ["message_not_found", "is_archived", "channel_not_found"] {
        let office = Office::open(Plan::of(1, "ops")).await;
        let running = office.run();
        let card = office.card().await;
        office.until(is_shown).await;
        office.slack.fault_always("chat.update", Fault::error(code));
        assert!(office.click(&card, APPROVE, ADA).send().await.is_acked);
        assert_eq!(running.await.unwrap(), Ok(()));
        let is_lost = |state: &State| matches!(state.posts()[0].stage(), PostStage::Lost { error } if error.contains(code));
        office.until(is_lost).await;
        office.host.ran.assert_ran_once();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_card_that_was_deleted_while_it_waited_is_posted_again_by_the_next_vote() {
    let office = Office::open(Plan::of(2, "ops")).await;
    let running = office.run();
    let card = office.card().await;
    office.until(is_shown).await;
    let click = office.click(&card, APPROVE, ADA);
    office.slack.edit(|world| world.message(DEPLOYS, &card.ts).is_deleted = true);
    assert!(click.send().await.is_acked);
    let again = office.card().await;
    assert_ne!(again.ts, card.ts);
    office.until_shows(&again, "u:ada").await;
    assert!(office.click(&again, APPROVE, BOB).send().await.is_acked);
    assert_eq!(running.await.unwrap(), Ok(()));
}

#[tokio::test(flavor = "multi_thread")]
async fn where_a_card_can_be_changed_no_more_its_thread_says_what_became_of_it() {
    for code in ["edit_window_closed", "cant_update_message", "block_mismatch"] {
        let office = Office::open(Plan::of(1, "ops")).await;
        let running = office.run();
        let card = office.card().await;
        office.until(is_shown).await;
        office.slack.fault_always("chat.update", Fault::error(code));
        assert!(office.click(&card, REJECT, ADA).send().await.is_acked);
        assert!(matches!(running.await.unwrap(), Err(Denied::Rejected { .. })));
        let reply = |slack: &FakeSlack| slack.replies(DEPLOYS, &card.ts).pop();
        let reply = office.slack.until("the thread is told", reply).await;
        assert!(text_of(&reply).contains("u:ada"), "{}", text_of(&reply));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_work_keeps_the_gate_from_being_built_and_says_what_to_do() {
    let other_app = r#"{"ok": true, "bot": {"id": "B0FAKE", "app_id": "A0OTHER"}}"#;
    let revoked = |slack: &FakeSlack| slack.edit(|world| world.app.bot_token_is = Token::Revoked);
    let without = |slack: &FakeSlack, scope| {
        assert!(slack.edit(|world| world.app.scopes.remove(scope)));
    };
    let cases: [(Break<'_>, &str); 4] = [
        (&revoked, "install the app again"),
        (&|slack| without(slack, "users:read"), "users:read"),
        (&|slack| without(slack, "chat:write"), "chat:write"),
        (&|slack| slack.fault("bots.info", Fault::body(other_app)), "A0OTHER"),
    ];
    for (break_it, says) in cases {
        let (slack, office) = (FakeSlack::start().await, Office::open(Plan::of(1, "ops")).await);
        break_it(&slack);
        let error = try_start(&slack, &office.log, Plan::of(1, "ops")).await.unwrap_err();
        let first = Some(&error as &dyn std::error::Error);
        let said: Vec<String> =
            std::iter::successors(first, |one| one.source()).map(ToString::to_string).collect();
        assert!(said.iter().any(|cause| cause.contains(says)), "{said:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn where_the_bot_is_not_in_the_channel_the_caller_is_told_at_once_that_nobody_sees_it() {
    for (code, advice) in [
        ("not_in_channel", "invite the bot: `/invite @approvals`"),
        ("channel_not_found", "look whether the channel's id is right, and invite the bot"),
        ("token_revoked", "install the app again"),
    ] {
        let office = Office::open(Plan::of(1, "ops")).await;
        office.slack.fault_always("chat.postMessage", Fault::error(code));
        let at_once = tokio::time::timeout(3 * SECOND, office.run()).await;
        assert_eq!(at_once.unwrap().unwrap(), Err(Denied::Undeliverable));
        let (id, state) = office.only().await;
        assert_eq!(state.outcome(), Some(&Outcome::Closed(Cause::Undeliverable)));
        let trail = office.trail().await;
        let says = |what: &What| matches!(what, What::Undelivered { error, .. } if error.contains(code) && error.contains(advice));
        assert!(trail.events(id).iter().any(|event| says(&event.what)), "{code}: {advice}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_card_that_does_not_fit_can_be_rejected_here_and_not_approved() {
    let office = Office::open(Plan {
        config: |config| config.read_at("https://approvals.example.org/requests/"),
        ..Plan::of(1, "ops")
    })
    .await;
    let long = format!(r#"{{"script": "{}"}}"#, "drop table orders; ".repeat(5_000));
    let action = approvals_core::DynamicAction::from_json("db.run", long.as_bytes()).unwrap();
    let running = office.host.run(action);
    let card = office.card().await;
    assert_eq!(button(&card, APPROVE), None);
    let (id, _) = office.only().await;
    let text = text_of(&card);
    assert!(text.contains(&format!("https://approvals.example.org/requests/{id}")), "{text}");
    assert!(office.click(&card, REJECT, ADA).send().await.is_acked);
    assert!(matches!(running.await.unwrap(), Err(Denied::Rejected { .. })));
}
