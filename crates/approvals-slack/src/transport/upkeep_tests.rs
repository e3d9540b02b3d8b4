//! How sockets are kept.

use std::time::Duration;

use fake_slack::Fault;
use serde_json::json;
use tokio::time::sleep;

use super::desk_tests::*;
use super::harness_tests::{Traces, slack};
use super::*;

/// F4, 33.
#[tokio::test]
async fn a_socket_that_is_about_to_be_closed_is_read_while_the_next_one_opens() {
    let slack = slack().await;
    let desk = Desk::default();
    let _sockets = desk.open(&slack, habits());
    let old = slack.until_connected(2).await[0].id;
    slack.disconnect(old, "warning");
    let open = slack.until_connected(3).await;
    assert!(open.iter().any(|one| one.id == old), "the old one is there still");
    let answer = click_over(&slack, old, 1).await;
    assert_eq!((answer.is_acked, answer.connections), (true, vec![old]));
    slack.close_socket(old);
    let open = slack.until_connected(2).await;
    assert!(open.iter().all(|one| one.id != old));
    assert!(click(&slack, 2).await.is_acked);
}

#[tokio::test]
async fn an_old_socket_that_slack_does_not_close_is_closed_after_a_while() {
    let slack = slack().await;
    let habits = Habits { overlap: Duration::from_millis(300), ..habits() };
    let _sockets = Desk::default().open(&slack, habits);
    let old = slack.until_connected(2).await[0].id;
    slack.disconnect(old, "warning");
    slack.until_connected(3).await;
    let open = slack.until_connected(2).await;
    assert!(open.iter().all(|one| one.id != old));
}

/// F4, 33.
#[tokio::test]
async fn no_click_is_lost_while_slack_replaces_all_sockets() {
    let slack = slack().await;
    let desk = Desk::default();
    let _sockets = desk.open(&slack, habits());
    slack.until_connected(2).await;
    let clicks = async {
        for number in 0..40 {
            assert!(click(&slack, number).await.is_acked, "click {number}");
            sleep(Duration::from_millis(50)).await;
        }
    };
    let refreshes = async {
        for reason in ["refresh_requested", "a_reason_of_tomorrow", "refresh_requested"] {
            for open in slack.connections() {
                slack.disconnect(open.id, reason);
            }
            sleep(Duration::from_millis(600)).await;
        }
    };
    tokio::join!(clicks, refreshes);
    for number in 0..40 {
        assert!(desk.times(number) >= 1, "click {number}");
    }
}

/// F4, 33.
#[tokio::test]
async fn socket_mode_switched_off_is_an_alarm_and_no_storm_of_calls() {
    let traces = Traces::default();
    let _here = traces.listen();
    let slack = slack().await;
    let slow = Habits { longest_wait: LONG, ..habits() };
    let sockets = Desk::default().open(&slack, slow);
    let one = slack.until_connected(2).await[0].id;
    slack.disconnect(one, "link_disabled");
    assert_eq!(until_alarm(&sockets).await, Alarm::LinkDisabled);
    assert!(traces.text().contains("switch it on"), "{}", traces.text());
    slack.until_connected(0).await;
    let before = opens(&slack);
    sleep(Duration::from_secs(1)).await;
    assert_eq!(opens(&slack), before, "it would change nothing");
}

/// F4, 33.
#[tokio::test]
async fn socket_mode_switched_on_again_ends_the_alarm() {
    let slack = slack().await;
    let desk = Desk::default();
    let sockets = desk.open(&slack, habits());
    let one = slack.until_connected(2).await[0].id;
    slack.disconnect(one, "link_disabled");
    until_alarm(&sockets).await;
    slack.edit(|world| world.app.socket_mode = true);
    until_healthy(&sockets, 2).await;
    assert!(click(&slack, 1).await.is_acked);
}

/// F4, 33.
#[tokio::test]
async fn where_there_are_too_many_sockets_one_is_kept_and_the_other_waits_its_turn() {
    let slack = slack().await;
    slack.edit(|world| world.settings.connections = 1);
    let desk = Desk::default();
    let slow = Habits { longest_wait: LONG, ..habits() };
    let sockets = desk.open(&slack, slow);
    slack.until_connected(1).await;
    slack.until("the other one has tried", |slack| (opens(slack) == 2).then_some(())).await;
    sleep(Duration::from_secs(1)).await;
    assert!(opens(&slack) <= 3, "{} calls", opens(&slack));
    assert_eq!(sockets.health().borrow().connected, 1);
    assert!(click(&slack, 1).await.is_acked);
}

/// F4, 33.
#[tokio::test]
async fn sockets_that_vanish_without_a_word_are_replaced() {
    let slack = slack().await;
    let desk = Desk::default();
    let _sockets = desk.open(&slack, habits());
    for open in slack.until_connected(2).await {
        slack.drop_socket(open.id);
        slack
            .until("it is replaced", |slack| {
                let ids: Vec<_> = slack.connections().iter().map(|one| one.id).collect();
                (ids.len() == 2 && !ids.contains(&open.id)).then_some(())
            })
            .await;
    }
    slack.cut_all();
    slack.until("all are replaced", |slack| (opens(slack) >= 6).then_some(())).await;
    slack.until_connected(2).await;
    assert!(click(&slack, 1).await.is_acked);
}

/// F4, 33.
#[tokio::test]
async fn a_half_open_socket_is_noticed_and_replaced() {
    for (missed_pings, is_noticed) in [(2, true), (u32::MAX, false)] {
        let slack = slack().await;
        let habits = Habits { ping_every: Duration::from_millis(300), missed_pings, ..habits() };
        let _sockets = Desk::default().open(&slack, habits);
        for open in slack.until_connected(2).await {
            slack.freeze_socket(open.id);
        }
        sleep(Duration::from_millis(1500)).await;
        // Planted: who waits for ever for an answer notices nothing.
        assert_eq!(opens(&slack) > 2, is_noticed);
        if is_noticed {
            assert!(click(&slack, 1).await.is_acked);
        }
    }
}

/// F4, 34.
#[tokio::test]
async fn an_address_that_has_expired_is_not_tried_again_and_a_new_one_is_asked_for_ever_more_rarely()
 {
    let slack = slack().await;
    slack.edit(|world| world.settings.ticket_life = Duration::ZERO);
    let habits = Habits {
        connections: 1,
        first_wait: Duration::from_millis(200),
        longest_wait: LONG,
        ..habits()
    };
    let sockets = Desk::default().open(&slack, habits);
    sleep(Duration::from_secs(2)).await;
    let tries = opens(&slack);
    assert!((2..=6).contains(&tries), "{tries} tries in two seconds");
    assert_eq!(sockets.health().borrow().connected, 0);
    slack.edit(|world| world.settings.ticket_life = LONG);
    until_healthy(&sockets, 1).await;
}

/// F4, 34.
#[tokio::test]
async fn when_slack_gives_no_address_now_it_is_asked_when_it_wants() {
    let slack = slack().await;
    for _ in 0..2 {
        slack.fault("apps.connections.open", Fault::too_many_requests(Some("1")));
    }
    let habits = Habits { connections: 1, ..habits() };
    let sockets = Desk::default().open(&slack, habits);
    until_healthy(&sockets, 1).await;
    let calls = slack.calls_of("apps.connections.open");
    assert_eq!(calls.len(), 3);
    for two in calls.windows(2) {
        assert!(two[1].at.duration_since(two[0].at) >= Duration::from_secs(1));
    }
}

#[tokio::test]
async fn sockets_of_another_app_are_closed_and_an_alarm() {
    let slack = slack().await;
    slack.edit(|world| world.app.id = "A0OTHER".to_owned());
    let slow = Habits { longest_wait: LONG, ..habits() };
    let desk = Desk::default();
    let sockets = desk.open(&slack, slow);
    let alarm = until_alarm(&sockets).await;
    assert!(alarm.to_string().contains("take both from the same"), "{alarm}");
    slack.until_connected(0).await;
    assert_eq!(sockets.health().borrow().connected, 0);
    assert!(opens(&slack) <= 2 && desk.given().is_empty());
}

/// F4, 25.
#[tokio::test]
async fn an_app_token_that_is_worth_nothing_is_an_alarm_with_what_to_do() {
    let slack = slack().await;
    slack.edit(|world| world.app.app_scopes.clear());
    let slow = Habits { longest_wait: LONG, ..habits() };
    let sockets = Desk::default().open(&slack, slow);
    let alarm = until_alarm(&sockets).await;
    assert!(alarm.to_string().contains("connections:write"), "{alarm}");
    sleep(Duration::from_millis(500)).await;
    assert_eq!(opens(&slack), 2, "asking again would help nobody");
}

#[tokio::test]
async fn a_socket_that_others_could_read_is_not_opened() {
    let slack = slack().await;
    for url in ["ws://example.com/", "http://127.0.0.1/", "ws://127.0.0.1.example.com/", "nonsense"]
    {
        let body = json!({"ok": true, "url": url}).to_string();
        slack.fault_always("apps.connections.open", Fault::body(&body));
        let sockets = Desk::default().open(&slack, habits());
        let alarm = until_alarm(&sockets).await;
        assert!(alarm.to_string().contains("not encrypted"), "{url}: {alarm}");
    }
}
