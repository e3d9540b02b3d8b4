//! Clicks, and how they reach the app.

use serde_json::json;

use crate::harness_tests::{ack, call, frame, post_card, socket};
use crate::{FakeSlack, office};

#[tokio::test]
async fn a_click_reaches_the_app_through_its_socket_as_the_message_stands() {
    let slack = FakeSlack::start().await;
    let ts = post_card(&slack).await;
    let mut socket = socket(&slack).await;
    let click = slack.click(office::DEPLOYS, &ts, "approve", office::ADA);
    let (answer, ()) = tokio::join!(click.send(), async {
        let envelope = frame(&mut socket).await;
        let payload = &envelope["payload"];
        assert_eq!(payload["type"], "block_actions");
        assert_eq!(payload["user"]["id"], office::ADA);
        assert_eq!(payload["container"]["message_ts"], ts);
        assert_eq!(payload["actions"][0]["value"], "v1");
        assert_eq!(payload["actions"][0]["block_id"], payload["message"]["blocks"][1]["block_id"]);
        ack(&mut socket, &envelope).await;
    });
    assert!(answer.is_acked);
    assert_eq!(answer.connections, [1]);
}

#[tokio::test]
async fn a_trigger_opens_one_modal() {
    let slack = FakeSlack::start().await;
    let ts = post_card(&slack).await;
    let mut socket = socket(&slack).await;
    let click = slack.click(office::DEPLOYS, &ts, "approve", office::ADA);
    let trigger = click.payload()["trigger_id"].clone();
    let view = json!({"type": "modal", "title": {"type": "plain_text", "text": "Why?"}, "blocks": [{"type": "divider"}]});
    let open =
        async || call(&slack, "views.open", json!({"trigger_id": trigger, "view": view})).await;
    assert_eq!(open().await["error"], "invalid_trigger_id", "nobody clicked yet");
    tokio::join!(click.send(), async {
        let envelope = frame(&mut socket).await;
        ack(&mut socket, &envelope).await;
    });
    assert_eq!(open().await["ok"], true);
    assert_eq!(open().await["error"], "exchanged_trigger_id");
    assert_eq!(slack.views().len(), 1);
}
