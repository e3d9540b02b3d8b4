//! What comes through sockets.

use std::sync::Arc;
use std::time::Duration;

use fake_slack::{FakeSlack, Fault, office};
use serde_json::json;
use tokio::sync::Notify;
use tokio::time::sleep;

use super::desk_tests::*;
use super::harness_tests::{Traces, app_web, no_canary, slack};
use super::*;
use crate::callback::MAX_BYTES;

#[tokio::test]
async fn a_click_comes_through_either_of_two_sockets_once_and_is_acknowledged() {
    let slack = slack().await;
    let desk = Desk::default();
    let sockets = desk.open(&slack, habits());
    let open = slack.until_connected(2).await;
    for (number, connection) in [(1, open[0].id), (2, open[1].id)] {
        let answer = click_over(&slack, connection, number).await;
        assert!(answer.is_acked && answer.body.is_empty(), "{answer:?}");
        assert_eq!((answer.connections, desk.times(number)), (vec![connection], 1));
    }
    until_healthy(&sockets, 2).await;
}

#[tokio::test]
async fn dropping_the_handle_closes_the_sockets_and_leaves_no_task() {
    let slack = slack().await;
    let tasks = || tokio::runtime::Handle::current().metrics().num_alive_tasks();
    let before = tasks();
    let sockets = Desk::default().open(&slack, habits());
    slack.until_connected(2).await;
    assert!(tasks() > before);
    drop(sockets);
    slack.until_connected(0).await;
    // The tasks of the other side end by themselves, too.
    slack.until("all tasks have ended", |_| (tasks() <= before).then_some(())).await;
}

/// F4, 31.
#[tokio::test]
async fn a_click_that_takes_long_is_acknowledged_in_time_and_handled_once() {
    let slack = slack().await;
    for (ack_within, is_acked) in [(Duration::from_millis(200), true), (LONG, false)] {
        hasty(&slack);
        slack.edit(|world| world.settings.attempts = 1);
        let (desk, done) = (Desk::default(), Arc::new(Notify::new()));
        let (held, given, ended) = (Arc::new(Notify::new()), desk.clone(), done.clone());
        let opens = held.clone();
        let habits = Habits { ack_within, ..habits() };
        let handler = move |payload| {
            given.note(payload);
            let (held, ended) = (opens.clone(), ended.clone());
            async move {
                held.notified().await;
                ended.notify_one();
                Reply::Leave
            }
        };
        let sockets = Sockets::open(app_web(&slack), office::APP.parse().unwrap(), habits, handler);
        slack.until_connected(2).await;
        // Planted: with a handler that is waited for, the second turn is not acknowledged.
        assert_eq!(click(&slack, 1).await.is_acked, is_acked);
        assert_eq!(desk.times(1), 1);
        held.notify_one();
        done.notified().await;
        drop(sockets);
        slack.until_connected(0).await;
    }
}

/// F4, 32.
#[tokio::test]
async fn a_click_whose_acknowledgement_is_lost_comes_again_on_another_socket() {
    let slack = Arc::new(slack().await);
    hasty(&slack);
    let (desk, world) = (Desk::default(), slack.clone());
    let given = desk.clone();
    let handler = move |payload| {
        let count = given.note(payload);
        let world = world.clone();
        async move {
            if count == 1 {
                let first = world.connections()[0].id;
                world.drop_socket(first);
                let is_gone =
                    |slack: &FakeSlack| slack.connections().iter().all(|one| one.id != first);
                world.until("the socket is gone", |slack| is_gone(slack).then_some(())).await;
            }
            Reply::Ack
        }
    };
    let _sockets = Sockets::open(app_web(&slack), office::APP.parse().unwrap(), habits(), handler);
    let first = slack.until_connected(2).await[0].id;
    let answer = click_over(&slack, first, 1).await;
    assert!(answer.is_acked && answer.connections.len() == 2, "{answer:?}");
    let given = desk.given();
    assert_eq!(given.len(), 2);
    assert_eq!(given[0], given[1], "so that who handles it can tell");
    slack.until_connected(2).await;
}

#[tokio::test]
async fn a_click_that_is_left_or_panics_comes_again() {
    let slack = slack().await;
    hasty(&slack);
    let desk = Desk::default();
    let given = desk.clone();
    let handler = move |payload| {
        let count = given.note(payload);
        async move {
            assert_ne!(count, 1, "planted");
            if count == 2 { Reply::Leave } else { Reply::Ack }
        }
    };
    let _sockets = Sockets::open(app_web(&slack), office::APP.parse().unwrap(), habits(), handler);
    slack.until_connected(2).await;
    let answer = click(&slack, 1).await;
    assert!(answer.is_acked, "{answer:?}");
    assert_eq!((answer.connections.len(), desk.times(1)), (3, 3));
}

#[tokio::test]
async fn more_clicks_than_can_be_handled_wait_at_slack() {
    let slack = slack().await;
    hasty(&slack);
    let desk = Desk::default();
    let (given, free) = (desk.clone(), Arc::new(Notify::new()));
    let waits = free.clone();
    let handler = move |payload| {
        let count = given.note(payload);
        let waits = waits.clone();
        async move {
            if count == 1 {
                waits.notified().await;
            }
            Reply::Ack
        }
    };
    let habits = Habits { room: 1, ..habits() };
    let _sockets = Sockets::open(app_web(&slack), office::APP.parse().unwrap(), habits, handler);
    slack.until_connected(2).await;
    let (first, second, ()) = tokio::join!(click(&slack, 1), click(&slack, 2), async {
        sleep(Duration::from_millis(500)).await;
        assert_eq!(desk.given().len(), 1, "there is room for one");
        free.notify_one();
    });
    assert!(first.is_acked && second.is_acked);
    assert_eq!((desk.times(1), desk.times(2)), (1, 1));
}

/// F4, 35.
#[tokio::test]
async fn nothing_that_comes_through_a_socket_ends_the_listening() {
    let slack = slack().await;
    let desk = Desk::default();
    let _sockets = desk.open(&slack, habits());
    slack.until_connected(2).await;
    let long = format!(r#"{{"type":"{}"}}"#, "x".repeat(500_000));
    let texts = [
        "",
        "{",
        "null",
        "[]",
        "\u{0}",
        r#"{"type":7}"#,
        r#"{"type":"disconnect","reason":{}}"#,
        r#"{"type":"interactive","envelope_id":"no-payload"}"#,
        r#"{"type":"interactive","payload":{}}"#,
        r#"{"type":"hello"}"#,
        &long,
    ];
    let needless = r#"{"type":"events_api","envelope_id":"needless","payload":{}}"#;
    let binary = br#"{"type":"interactive","envelope_id":"binary","payload":{}}"#;
    for open in slack.connections() {
        for text in texts {
            slack.send_text(open.id, text);
        }
        slack.send_binary(open.id, binary);
        slack.send_text(open.id, needless);
    }
    slack
        .until("what nobody needs is acknowledged", |slack| {
            (slack.acks().iter().filter(|ack| ack.envelope_id == "needless").count() == 2)
                .then_some(())
        })
        .await;
    assert_eq!(
        (slack.acks().len(), opens(&slack)),
        (2, 2),
        "nothing else was, and no socket was lost"
    );
    assert!(desk.given().is_empty());
    assert!(click(&slack, 1).await.is_acked);
}

/// F4, 35.
#[tokio::test]
async fn a_frame_that_is_too_long_costs_a_socket_and_not_the_listening() {
    let slack = slack().await;
    let desk = Desk::default();
    let sockets = desk.open(&slack, habits());
    let one = slack.until_connected(2).await[0].id;
    let long = "x".repeat(2 * 1024 * 1024);
    slack.send_text(
        one,
        &format!(r#"{{"type":"interactive","envelope_id":"1","payload":"{long}"}}"#),
    );
    slack.until("it is replaced", |slack| (opens(slack) == 3).then_some(())).await;
    until_healthy(&sockets, 2).await;
    assert!(desk.given().is_empty());
    assert!(click(&slack, 1).await.is_acked);
}

/// F4, 50.
#[tokio::test]
async fn no_trace_and_no_alarm_of_a_socket_has_a_secret_in_it() {
    let traces = Traces::default();
    let _here = traces.listen();
    let slack = slack().await;
    slack.edit(|world| world.settings.ticket_life = Duration::ZERO);
    let sockets = Desk::default().open(&slack, habits());
    slack.until("some have failed", |slack| (opens(slack) >= 4).then_some(())).await;
    slack.edit(|world| world.settings.ticket_life = LONG);
    let one = slack.until_connected(2).await[0].id;
    slack.send_text(one, "CANARY");
    slack.send_text(one, r#"{"type":"interactive","envelope_id":"CANARY"}"#);
    slack.disconnect(one, "warning");
    slack.disconnect(one, "link_disabled");
    no_canary(&until_alarm(&sockets).await.to_string());
    slack.fault_always("apps.connections.open", Fault::error("xapp-1-CANARY"));
    sleep(Duration::from_millis(500)).await;
    no_canary(&format!("{sockets:?} {:?}", sockets.health().borrow()));
    no_canary(&traces.text());
    assert!(traces.text().contains("no clicks come"), "something was traced");
}

#[tokio::test]
async fn a_frame_holds_the_largest_payload_and_its_envelope_and_not_much_more() {
    for (bytes, comes) in [(MAX_BYTES, true), (MAX_BYTES + (1 << 16), false)] {
        let slack = slack().await;
        hasty(&slack);
        slack.edit(|world| world.settings.attempts = 1);
        let desk = Desk::default();
        let _sockets = desk.open(&slack, habits());
        slack.until_connected(2).await;
        let around = json!({"x": ""}).to_string().len();
        let payload = json!({"x": "x".repeat(bytes - around)});
        let answer = slack.interaction(payload, None, None).send().await;
        assert_eq!((answer.is_acked, desk.given().len()), (comes, usize::from(comes)), "{bytes}");
    }
}
