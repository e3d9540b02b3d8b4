//! Socket Mode: tickets, redelivery, and every way to lose a connection.

use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::time::timeout;
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::{Error, Message};

use crate::harness_tests::{Socket, ack, call, error, frame, post_card, socket};
use crate::{FakeSlack, Interaction, World, office};

/// How long an envelope may stay without an answer.
fn patience(slack: &FakeSlack, millis: u64) {
    slack.edit(|world| world.settings.ack_within = Duration::from_millis(millis));
}

async fn url(slack: &FakeSlack) -> String {
    call(slack, "apps.connections.open", json!({})).await["url"].as_str().unwrap().to_owned()
}

async fn refusal(url: &str) -> u16 {
    match connect_async(url).await {
        Err(Error::Http(response)) => response.status().as_u16(),
        other => panic!("{other:?}"),
    }
}

async fn click(slack: &FakeSlack) -> Interaction {
    let ts = post_card(slack).await;
    slack.click(office::DEPLOYS, &ts, "approve", office::ADA)
}

/// Reads until the socket ends.
async fn end(socket: &mut Socket) -> Vec<Message> {
    let mut frames = Vec::new();
    while let Some(Ok(frame)) = timeout(Duration::from_secs(20), socket.next()).await.unwrap() {
        frames.push(frame);
    }
    frames
}

#[tokio::test]
async fn a_ticket_is_good_for_one_connection_and_for_a_while() {
    let slack = FakeSlack::start().await;
    let ticket = url(&slack).await;
    let (_open, _) = connect_async(&ticket).await.unwrap();
    assert_eq!(refusal(&ticket).await, 401);
    assert_eq!(refusal(&format!("ws://{}/socket?ticket=guessed", slack.address())).await, 401);
    slack.edit(|world| world.settings.ticket_life = Duration::ZERO);
    assert_eq!(refusal(&url(&slack).await).await, 401);
}

#[tokio::test]
async fn an_upgrade_can_be_refused() {
    let slack = FakeSlack::start().await;
    slack.edit(|world| world.settings.refuse_upgrade = Some(503));
    assert_eq!(refusal(&url(&slack).await).await, 503);
}

#[tokio::test]
async fn hello_says_where_one_is() {
    let slack = FakeSlack::start().await;
    let (mut socket, _) = connect_async(&url(&slack).await).await.unwrap();
    let hello = frame(&mut socket).await;
    assert_eq!(
        (&hello["type"], &hello["connection_info"]["app_id"]),
        (&json!("hello"), &json!(office::APP))
    );
    assert_eq!(hello["num_connections"], 1);
    assert_eq!(hello["debug_info"]["approximate_connection_time"], 18060);
}

#[tokio::test]
async fn a_socket_can_stay_without_a_greeting() {
    let slack = FakeSlack::start().await;
    slack.edit(|world| world.settings.says_hello = false);
    let (mut socket, _) = connect_async(&url(&slack).await).await.unwrap();
    slack.until_connected(1).await;
    slack.send_text(1, "{}");
    assert_eq!(frame(&mut socket).await, json!({}));
}

#[tokio::test]
async fn what_is_not_acknowledged_comes_again_on_another_connection() {
    let slack = FakeSlack::start().await;
    let (mut first, mut second) = (socket(&slack).await, socket(&slack).await);
    let sent = click(&slack).await.over(1).send();
    patience(&slack, 300);
    let (answer, ()) = tokio::join!(sent, async {
        let lost = frame(&mut first).await;
        patience(&slack, 30_000);
        assert_eq!(lost.get("retry_attempt"), None);
        let again = frame(&mut second).await;
        assert_eq!(
            (&again["retry_attempt"], &again["retry_reason"]),
            (&json!(1), &json!("timeout"))
        );
        assert_eq!(
            (&again["envelope_id"], &again["payload"]),
            (&lost["envelope_id"], &lost["payload"])
        );
        ack(&mut second, &again).await;
    });
    assert!(answer.is_acked);
    assert_eq!(answer.connections, [1, 2]);
    assert_eq!(slack.acks()[0].connection, 2);
}

#[tokio::test]
async fn slack_gives_up_after_a_while() {
    let slack = FakeSlack::start().await;
    let _silent = socket(&slack).await;
    patience(&slack, 100);
    let answer = click(&slack).await.send().await;
    assert!(!answer.is_acked);
    assert_eq!(answer.connections, [1, 1, 1]);
}

#[tokio::test]
async fn a_click_waits_for_whoever_comes_back() {
    let slack = FakeSlack::start().await;
    let sent = click(&slack).await.send();
    let (answer, ()) = tokio::join!(sent, async {
        let mut late = socket(&slack).await;
        let envelope = frame(&mut late).await;
        ack(&mut late, &envelope).await;
    });
    assert!(answer.is_acked);
}

#[tokio::test]
async fn envelopes_go_round_among_all_connections() {
    let slack = FakeSlack::start().await;
    let mut sockets = [socket(&slack).await, socket(&slack).await, socket(&slack).await];
    for index in [0, 1, 2, 0] {
        let sent = click(&slack).await.send();
        let (answer, ()) = tokio::join!(sent, async {
            let envelope = frame(&mut sockets[index]).await;
            ack(&mut sockets[index], &envelope).await;
        });
        assert_eq!(answer.connections, [u64::try_from(index).unwrap() + 1]);
    }
}

#[tokio::test]
async fn who_is_told_to_refresh_gets_no_more_envelopes_and_is_closed() {
    let slack = FakeSlack::start().await;
    let mut old = socket(&slack).await;
    slack.disconnect(1, "warning");
    assert_eq!(frame(&mut old).await["reason"], "warning");
    let sent = click(&slack).await.send();
    tokio::join!(sent, async {
        let envelope = frame(&mut old).await;
        ack(&mut old, &envelope).await;
    });
    slack.disconnect(1, "refresh_requested");
    let told = frame(&mut old).await;
    assert_eq!(
        (&told["type"], &told["reason"]),
        (&json!("disconnect"), &json!("refresh_requested"))
    );
    assert!(matches!(end(&mut old).await.last(), Some(Message::Close(_))));
    slack.until_connected(0).await;
}

#[tokio::test]
async fn a_link_that_is_disabled_stays_so_until_it_is_enabled() {
    let slack = FakeSlack::start().await;
    let (mut one, mut other) = (socket(&slack).await, socket(&slack).await);
    slack.disconnect(1, "link_disabled");
    for socket in [&mut one, &mut other] {
        assert_eq!(frame(socket).await["reason"], "link_disabled");
        end(socket).await;
    }
    assert_eq!(error(&slack, "apps.connections.open", json!({})).await, "forbidden_team");
    slack.edit(|world| world.app.socket_mode = true);
    socket(&slack).await;
}

#[tokio::test]
async fn there_are_at_most_ten() {
    let slack = FakeSlack::start().await;
    let mut open = Vec::new();
    for _ in 0..10 {
        open.push(socket(&slack).await);
    }
    let (mut eleventh, _) = connect_async(&url(&slack).await).await.unwrap();
    assert_eq!(frame(&mut eleventh).await["reason"], "too_many_websockets");
    end(&mut eleventh).await;
    assert_eq!(slack.connections().len(), 10);
}

#[tokio::test]
async fn a_dropped_socket_ends_without_a_word() {
    let slack = FakeSlack::start().await;
    let mut socket = socket(&slack).await;
    slack.drop_socket(1);
    let close = end(&mut socket).await.into_iter().find(|frame| matches!(frame, Message::Close(_)));
    assert_eq!(close, None);
    slack.until_connected(0).await;
}

#[tokio::test]
async fn a_frozen_socket_stays_and_says_nothing() {
    let mut world = World::office();
    world.settings.ping_every = Duration::from_millis(20);
    let slack = FakeSlack::start_with(world).await;
    let mut socket = socket(&slack).await;
    assert!(matches!(socket.next().await, Some(Ok(Message::Ping(_)))), "before, it pings");
    slack.freeze_socket(1);
    socket.send(Message::Ping("still there?".into())).await.unwrap();
    let pong = async {
        while let Some(Ok(frame)) = socket.next().await {
            assert!(!matches!(frame, Message::Pong(_)));
        }
        panic!("the socket ended");
    };
    assert!(timeout(Duration::from_millis(300), pong).await.is_err());
    assert!(slack.connections()[0].is_frozen);
    slack.drop_socket(1);
    slack.until_connected(0).await;
}

#[tokio::test]
async fn anything_can_be_sent_over_a_socket() {
    let slack = FakeSlack::start().await;
    let mut socket = socket(&slack).await;
    slack.send_text(1, "{\"type\":");
    slack.send_binary(1, &[0, 159, 146, 150]);
    slack
        .send_text(1, &json!({"type": "unheard_of", "padding": "x".repeat(1_000_000)}).to_string());
    assert_eq!(socket.next().await.unwrap().unwrap(), Message::text("{\"type\":"));
    assert_eq!(socket.next().await.unwrap().unwrap(), Message::binary(vec![0, 159, 146, 150]));
    assert_eq!(frame(&mut socket).await["type"], Value::from("unheard_of"));
}
