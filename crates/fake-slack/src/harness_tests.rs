//! A client as plain as can be, for the tests of this crate.

use std::io;
use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use crate::{FakeSlack, office};
use fake_wire::http::{self, Response};

pub(crate) type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// Calls a method with the bot token, and hands the whole answer back.
pub(crate) async fn raw(slack: &FakeSlack, method: &str, args: &Value) -> io::Result<Response> {
    let token = if method == "apps.connections.open" {
        slack.app().app_token
    } else {
        slack.app().bot_token
    };
    let headers = [
        ("Content-Type".to_owned(), "application/json; charset=utf-8".to_owned()),
        ("Authorization".to_owned(), format!("Bearer {token}")),
    ];
    let url = format!("{}{method}", slack.api_url());
    http::post(&url, &headers, args.to_string().as_bytes(), Duration::from_secs(20)).await
}

/// Calls a method with the bot token.
pub(crate) async fn call(slack: &FakeSlack, method: &str, args: Value) -> Value {
    let response = raw(slack, method, &args).await.unwrap();
    assert_eq!(response.status, 200);
    serde_json::from_slice(&response.body).unwrap()
}

/// The error code of a call that has to fail.
pub(crate) async fn error(slack: &FakeSlack, method: &str, args: Value) -> String {
    let answer = call(slack, method, args).await;
    assert_eq!(answer["ok"], false, "{answer}");
    answer["error"].as_str().unwrap().to_owned()
}

/// A message with a button that can be clicked; its `ts`.
pub(crate) async fn post_card(slack: &FakeSlack) -> String {
    let answer = call(
        slack,
        "chat.postMessage",
        json!({"channel": office::DEPLOYS, "text": "Deploy?", "blocks": card()}),
    )
    .await;
    assert_eq!(answer["ok"], true, "{answer}");
    answer["ts"].as_str().unwrap().to_owned()
}

pub(crate) fn card() -> Value {
    json!([
        {"type": "rich_text", "elements": [
            {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": "rm -rf <!channel>"}]},
        ]},
        {"type": "actions", "elements": [{
            "type": "button", "action_id": "approve", "value": "v1", "style": "primary",
            "text": {"type": "plain_text", "text": "Approve"},
        }]},
    ])
}

/// A socket, whose `hello` has been read.
pub(crate) async fn socket(slack: &FakeSlack) -> Socket {
    let answer = call(slack, "apps.connections.open", json!({})).await;
    let (mut socket, _) = connect_async(answer["url"].as_str().unwrap()).await.unwrap();
    assert_eq!(frame(&mut socket).await["type"], "hello");
    socket
}

/// The next text that is JSON; pings are answered on the way.
pub(crate) async fn frame(socket: &mut Socket) -> Value {
    loop {
        match socket.next().await.unwrap().unwrap() {
            Message::Text(text) => return serde_json::from_str(&text).unwrap(),
            Message::Ping(_) | Message::Pong(_) => {}
            other @ (Message::Binary(_) | Message::Close(_) | Message::Frame(_)) => {
                panic!("{other:?}")
            }
        }
    }
}

/// Acknowledges an envelope.
pub(crate) async fn ack(socket: &mut Socket, envelope: &Value) {
    let ack = json!({"envelope_id": envelope["envelope_id"]});
    socket.send(Message::text(ack.to_string())).await.unwrap();
}
