//! A bot as plain as can be, for the tests of this crate.

use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::{FakeTeams, office};
use fake_wire::http::{self, Response};

pub(crate) fn encode(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}

/// Calls an address, and hands the whole answer back.
pub(crate) async fn raw(
    method: &str,
    url: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> io::Result<Response> {
    let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    let headers: Vec<(String, String)> = headers.iter().map(owned).collect();
    let request = http::Request { method, url, headers: &headers, body: body.as_bytes() };
    http::call(request, Duration::from_secs(20)).await
}

pub(crate) async fn get(url: &str) -> Value {
    let response = raw("GET", url, &[], "").await.unwrap();
    assert_eq!(response.status, 200);
    json_of(&response)
}

pub(crate) fn json_of(response: &Response) -> Value {
    serde_json::from_slice(&response.body).unwrap()
}

pub(crate) fn header<'a>(response: &'a Response, name: &str) -> Option<&'a str> {
    let found = response.headers.iter().find(|(own, _)| own == name);
    found.map(|(_, value)| value.as_str())
}

/// Asks for a token, with some fields other than they should be; without one, where it is empty.
pub(crate) async fn ask(teams: &FakeTeams, changed: &[(&str, &str)]) -> Response {
    let bot = teams.bot();
    let right = [
        ("grant_type", "client_credentials"),
        ("client_id", &bot.id),
        ("client_secret", &bot.secret),
        ("scope", "https://api.botframework.com/.default"),
    ];
    let value = |name: &str, right: &str| {
        let changed = changed.iter().find(|(changed, _)| *changed == name);
        changed.map_or(right.to_owned(), |(_, value)| (*value).to_owned())
    };
    let fields =
        right.iter().map(|(name, right)| format!("{name}={}", encode(&value(name, right))));
    let body = fields.collect::<Vec<_>>().join("&");
    let kind = [("Content-Type", "application/x-www-form-urlencoded")];
    raw("POST", &teams.token_url(), &kind, &body).await.unwrap()
}

pub(crate) async fn login(teams: &FakeTeams) -> String {
    let answer = ask(teams, &[]).await;
    assert_eq!(answer.status, 200);
    json_of(&answer)["access_token"].as_str().unwrap().to_owned()
}

/// Calls the connector with this token, and hands the whole answer back.
pub(crate) async fn with_token(
    teams: &FakeTeams,
    token: &str,
    (method, path): (&str, &str),
    body: &Value,
) -> io::Result<Response> {
    let url = format!("{}v3/conversations{path}", teams.service_url());
    let bearer = format!("Bearer {token}");
    let headers = [("Authorization", bearer.as_str()), ("Content-Type", "application/json")];
    let body = if body.is_null() { String::new() } else { body.to_string() };
    raw(method, &url, &headers, &body).await
}

/// Logs in and calls the connector.
pub(crate) async fn connect(
    teams: &FakeTeams,
    call: (&str, &str),
    body: &Value,
) -> io::Result<Response> {
    with_token(teams, &login(teams).await, call, body).await
}

/// Where a conversation's activities are.
pub(crate) fn activities(conversation: &str) -> String {
    format!("/{}/activities", encode(conversation))
}

/// The status and the code of a call that has to fail.
pub(crate) async fn error(teams: &FakeTeams, call: (&str, &str), body: &Value) -> (u16, String) {
    let answer = connect(teams, call, body).await.unwrap();
    let code = json_of(&answer)["error"]["code"].as_str().unwrap_or("").to_owned();
    (answer.status, code)
}

/// An activity with a card.
pub(crate) fn card(text: &str) -> Value {
    let approve = json!({
        "type": "Action.Execute", "id": "a1", "title": "Approve", "verb": "approve", "data": {"click": "one"},
        "fallback": {"type": "Action.Submit", "title": "Approve", "data": {"click": "old"}},
    });
    let content = json!({
        "type": "AdaptiveCard", "version": "1.5",
        "refresh": {"action": {"type": "Action.Execute", "verb": "look", "data": {}}, "userIds": [office::ADA]},
        "body": [
            {"type": "RichTextBlock", "inlines": [{"type": "TextRun", "text": text}]},
            {"type": "ActionSet", "actions": [approve]},
        ],
    });
    let attachment =
        json!({"contentType": "application/vnd.microsoft.card.adaptive", "content": content});
    json!({"type": "message", "summary": text, "attachments": [attachment]})
}

/// Posts a card into the channel: the id of its thread, and its own.
pub(crate) async fn post_card(teams: &FakeTeams) -> (String, String) {
    let wanted = json!({
        "isGroup": true, "channelData": {"channel": {"id": office::DEPLOYS}}, "activity": card("Deploy?"),
    });
    let answer = connect(teams, ("POST", ""), &wanted).await.unwrap();
    assert_eq!(answer.status, 201);
    let answer = json_of(&answer);
    let text = |name: &str| answer[name].as_str().unwrap().to_owned();
    (text("id"), text("activityId"))
}

/// What a bot heard, and what it says.
#[derive(Clone, Debug)]
pub(crate) struct Bot {
    pub(crate) heard: Arc<Mutex<Vec<(HeaderMap, Bytes)>>>,
    pub(crate) says: Arc<Mutex<(u16, Value)>>,
}

impl Bot {
    /// Starts where the world then says that the bot is.
    pub(crate) async fn start(teams: &FakeTeams) -> Self {
        let (heard, says) = (Arc::default(), Arc::new(Mutex::new((200, json!({})))));
        let bot = Self { heard, says };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/api/messages", listener.local_addr().unwrap());
        teams.edit(|world| world.bot_endpoint = Some(url));
        let router = Router::new().route("/api/messages", post(hear)).with_state(bot.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        bot
    }

    pub(crate) fn will_say(&self, status: u16, body: Value) {
        *self.says.lock().unwrap() = (status, body);
    }

    pub(crate) fn last(&self) -> (HeaderMap, Value) {
        let (headers, body) = self.heard.lock().unwrap().last().cloned().unwrap();
        (headers, serde_json::from_slice(&body).unwrap_or_default())
    }

    /// The token that came last.
    pub(crate) fn token(&self) -> String {
        let header = self.last().0["authorization"].to_str().unwrap().to_owned();
        header.strip_prefix("Bearer ").unwrap().to_owned()
    }
}

async fn hear(State(bot): State<Bot>, headers: HeaderMap, body: Bytes) -> (StatusCode, String) {
    bot.heard.lock().unwrap().push((headers, body));
    let (status, said) = bot.says.lock().unwrap().clone();
    (StatusCode::from_u16(status).unwrap(), said.to_string())
}
