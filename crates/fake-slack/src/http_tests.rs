//! Clicks that go over HTTP, and the answers that they allow.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use fake_wire::http;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::harness_tests::{post_card, raw};
use crate::{FakeSlack, Interaction, form, office, signature};

type Heard = Arc<Mutex<Vec<(HeaderMap, Bytes)>>>;

/// An app that takes everything that is signed with the right secret.
async fn app(slack: &FakeSlack) -> Heard {
    let heard = Heard::default();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/slack/events", listener.local_addr().unwrap());
    slack.edit(|world| world.app.interactivity_url = Some(url));
    let router = Router::new().route("/slack/events", post(hear)).with_state(Arc::clone(&heard));
    tokio::spawn(async move { axum::serve(listener, router).await });
    heard
}

async fn hear(
    State(heard): State<Heard>,
    headers: HeaderMap,
    body: Bytes,
) -> (StatusCode, &'static str) {
    let header = |name| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or("");
    let secret = crate::World::office().app.signing_secret;
    let is_ours = header("x-slack-signature")
        == signature(&secret, header("x-slack-request-timestamp"), &body);
    heard.lock().unwrap().push((headers, body));
    if is_ours { (StatusCode::OK, "") } else { (StatusCode::UNAUTHORIZED, "who are you?") }
}

async fn click(slack: &FakeSlack) -> Interaction {
    let ts = post_card(slack).await;
    slack.click(office::DEPLOYS, &ts, "approve", office::ADA)
}

#[tokio::test]
async fn a_click_over_http_is_a_signed_form() {
    let slack = FakeSlack::start().await;
    let heard = app(&slack).await;
    let answer = click(&slack).await.send().await;
    assert!(answer.is_acked && answer.status == Some(200), "{answer:?}");
    let body = heard.lock().unwrap()[0].1.clone();
    let pairs = form::decode(std::str::from_utf8(&body).unwrap()).unwrap();
    assert_eq!((pairs.len(), pairs[0].0.as_str()), (1, "payload"));
    assert_eq!(serde_json::from_str::<Value>(&pairs[0].1).unwrap(), answer.payload);
    let again = slack.resend(&answer.request.unwrap()).await;
    assert!(again.is_acked);
    let heard = heard.lock().unwrap();
    assert_eq!(heard[0].1, heard[1].1);
    assert_eq!(heard[0].0["x-slack-signature"], heard[1].0["x-slack-signature"]);
}

#[tokio::test]
async fn a_click_can_be_forged_in_every_part() {
    let slack = FakeSlack::start().await;
    let heard = app(&slack).await;
    let last = || heard.lock().unwrap().last().cloned().unwrap();
    let forged = click(&slack).await.signed_with("another").send().await;
    assert_eq!((forged.status, forged.body.as_str()), (Some(401), "who are you?"));
    let tampered = click(&slack).await.tampered(|body| body.push(b'!')).send().await;
    assert_eq!(tampered.status, Some(401));
    let signed = click(&slack).await.with_signature("v0=00").send().await;
    assert_eq!(signed.status, Some(401));
    let other =
        click(&slack).await.edit(|payload| payload["api_app_id"] = "A0OTHER".into()).send().await;
    assert!(other.is_acked, "it is signed as it was sent");
    click(&slack).await.at("never").with_body(&[255]).send().await;
    assert_eq!(
        (&last().0["x-slack-request-timestamp"], last().1.as_ref()),
        (&"never".parse().unwrap(), &[255_u8][..])
    );
    assert!(click(&slack).await.at_offset(-301).send().await.is_acked, "the time is signed, too");
    click(&slack)
        .await
        .without_header("x-slack-signature")
        .with_header("X-Two", "1")
        .with_header("X-Two", "2")
        .send()
        .await;
    assert_eq!(
        (last().0.get("x-slack-signature"), last().0.get_all("x-two").iter().count()),
        (None, 2)
    );
}

#[tokio::test]
async fn nobody_at_home_is_no_answer() {
    let slack = FakeSlack::start().await;
    slack.edit(|world| world.app.interactivity_url = Some("http://127.0.0.1:1/".to_owned()));
    let answer = click(&slack).await.send().await;
    assert!(!answer.is_acked && answer.status.is_none());
}

#[tokio::test]
async fn a_trigger_is_good_for_a_short_while() {
    let slack = FakeSlack::start().await;
    app(&slack).await;
    slack.edit(|world| world.settings.trigger_life = Duration::ZERO);
    let trigger = click(&slack).await.send().await.payload["trigger_id"].clone();
    tokio::time::sleep(Duration::from_millis(5)).await;
    let view =
        json!({"type": "modal", "title": {"type": "plain_text", "text": "Why?"}, "blocks": []});
    let open = async |view: &Value| {
        let answer =
            raw(&slack, "views.open", &json!({"trigger_id": trigger, "view": view})).await.unwrap();
        serde_json::from_slice::<Value>(&answer.body).unwrap()["error"].clone()
    };
    assert_eq!(open(&view).await, "expired_trigger_id");
    let large = json!({"type": "modal", "title": {}, "blocks": ["x".repeat(250_000)]});
    assert_eq!(open(&large).await, "view_too_large");
    assert_eq!(open(&json!({"type": "home"})).await, "invalid_arguments");
}

#[tokio::test]
async fn a_modal_is_sent_off_with_what_was_filled_in() {
    let slack = FakeSlack::start().await;
    let heard = app(&slack).await;
    let trigger = click(&slack).await.send().await.payload["trigger_id"].clone();
    let input = json!({
        "type": "input", "block_id": "why", "label": {"type": "plain_text", "text": "Why?"},
        "element": {"type": "plain_text_input", "action_id": "reason"},
    });
    let view = json!({
        "type": "modal", "title": {"type": "plain_text", "text": "Reject"}, "submit": {"type": "plain_text", "text": "Send"},
        "private_metadata": "kept", "external_id": "one", "blocks": [input],
    });
    let args = json!({"trigger_id": trigger, "view": view});
    raw(&slack, "views.open", &args).await.unwrap();
    let again = raw(&slack, "views.open", &args).await.unwrap();
    assert!(String::from_utf8_lossy(&again.body).contains("duplicate_external_id"));
    let id = slack.views()[0].id.clone();
    let values = json!({"why": {"reason": {"type": "plain_text_input", "value": "too late"}}});
    let sent = slack.submit_view(&id, &values).send().await;
    assert_eq!(
        (&sent.payload["type"], &sent.payload["view"]["state"]["values"]),
        (&json!("view_submission"), &values)
    );
    assert_eq!(sent.payload["view"]["private_metadata"], "kept");
    let closed = slack.close_view(&id).send().await;
    assert_eq!((&closed.payload["type"], slack.views()[0].is_open), (&json!("view_closed"), false));
    assert_eq!(heard.lock().unwrap().len(), 3);
}

#[tokio::test]
async fn a_click_can_be_answered_five_times() {
    let slack = FakeSlack::start().await;
    app(&slack).await;
    let clicked = click(&slack).await.send().await;
    let url = clicked.payload["response_url"].as_str().unwrap();
    let respond = async |answer: Value| {
        let body = answer.to_string();
        http::post(url, &[], body.as_bytes(), Duration::from_secs(20)).await.unwrap().status
    };
    for text in ["one", "two", "three"] {
        assert_eq!(respond(json!({"text": text})).await, 200);
    }
    assert_eq!(slack.ephemerals(office::ADA).len(), 3);
    let replaced = json!({"replace_original": true, "text": "Done"});
    assert_eq!(respond(replaced).await, 200);
    assert_eq!(slack.messages(office::DEPLOYS)[0].text, "Done");
    assert_eq!(respond(json!({"response_type": "in_channel", "text": "All"})).await, 200);
    assert_eq!(slack.messages(office::DEPLOYS).len(), 2);
    assert_eq!(respond(json!({"text": "six"})).await, 404);
}
