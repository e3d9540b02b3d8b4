//! Each fault does what it says, and no more.

use std::io::ErrorKind;
use std::time::Duration;

use fake_wire::http;
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::harness_tests::{call, error, post_card, raw};
use crate::{FakeSlack, Fault, Gate, office};

const POST: &str = "chat.postMessage";

fn message() -> Value {
    json!({"channel": office::DEPLOYS, "text": "Deploy?"})
}

fn count(slack: &FakeSlack) -> usize {
    slack.messages(office::DEPLOYS).len()
}

#[tokio::test]
async fn too_many_requests_says_when_to_come_back_in_whatever_way_it_was_told() {
    let slack = FakeSlack::start().await;
    for text in [Some("1"), Some("60"), Some("soon"), Some(""), None] {
        slack.fault(POST, Fault::too_many_requests(text));
        let response = raw(&slack, POST, &message()).await.unwrap();
        assert_eq!(response.status, 429);
        let retry_after = response.headers.iter().find(|(name, _)| name == "retry-after");
        assert_eq!(retry_after.map(|(_, value)| value.as_str()), text);
    }
    assert_eq!(count(&slack), 0);
    assert_eq!(call(&slack, POST, message()).await["ok"], true, "each was good for one call");
}

#[tokio::test]
async fn an_error_is_said_with_status_200_and_nothing_happens() {
    let slack = FakeSlack::start().await;
    for code in ["rate_limited", "ratelimited", "fatal_error"] {
        slack.fault(POST, Fault::error(code));
        assert_eq!(error(&slack, POST, message()).await, code);
    }
    assert_eq!(count(&slack), 0);
}

#[tokio::test]
async fn a_status_comes_with_the_effect_or_without() {
    let slack = FakeSlack::start().await;
    for status in [500, 502, 503] {
        slack.fault(POST, Fault::status(status));
        assert_eq!(raw(&slack, POST, &message()).await.unwrap().status, status);
        assert_eq!(count(&slack), 0);
    }
    slack.fault(POST, Fault::status(502).with_effect());
    assert_eq!(raw(&slack, POST, &message()).await.unwrap().status, 502);
    assert_eq!(count(&slack), 1);
}

#[tokio::test]
async fn a_connection_is_reset_before_the_effect_or_after_it() {
    let slack = FakeSlack::start().await;
    let was_reset = async || {
        let kind = raw(&slack, POST, &message()).await.unwrap_err().kind();
        assert!(matches!(kind, ErrorKind::ConnectionReset | ErrorKind::InvalidData), "{kind}");
    };
    slack.fault(POST, Fault::dropped());
    was_reset().await;
    assert_eq!(count(&slack), 0);
    slack.fault(POST, Fault::dropped().with_effect());
    was_reset().await;
    assert_eq!(count(&slack), 1);
    assert_eq!(slack.calls_of(POST).len(), 2, "both came");
}

#[tokio::test]
async fn a_call_hangs_and_others_do_not() {
    let slack = FakeSlack::start().await;
    slack.fault(POST, Fault::hang());
    let message = message();
    let hanging = raw(&slack, POST, &message);
    assert!(tokio::time::timeout(Duration::from_millis(300), hanging).await.is_err());
    assert_eq!(count(&slack), 0);
    post_card(&slack).await;
}

#[tokio::test]
async fn a_slow_call_succeeds_in_the_end() {
    let slack = FakeSlack::start().await;
    let begun = Instant::now();
    slack.fault(POST, Fault::slow(Duration::from_millis(300)));
    post_card(&slack).await;
    assert!(begun.elapsed() >= Duration::from_millis(300));
}

#[tokio::test]
async fn a_held_call_has_its_effect_when_it_says_so() {
    let slack = FakeSlack::start().await;
    let (before, after) = (Gate::new(), Gate::new());
    slack.fault(POST, Fault::held(&before));
    slack.fault(POST, Fault::held(&after).with_effect());
    tokio::join!(call(&slack, POST, message()), async {
        slack.until("the call came", |slack| (slack.calls().len() == 1).then_some(())).await;
        assert_eq!(count(&slack), 0);
        before.open();
    });
    tokio::join!(call(&slack, POST, message()), async {
        slack.until("the message stands", |slack| (count(slack) == 2).then_some(())).await;
        after.open();
    });
}

#[tokio::test]
async fn an_answer_is_no_json_or_too_much_of_it() {
    let slack = FakeSlack::start().await;
    slack.fault(POST, Fault::malformed().with_effect());
    let response = raw(&slack, POST, &message()).await.unwrap();
    assert!(serde_json::from_slice::<Value>(&response.body).is_err());
    assert_eq!(count(&slack), 1);
    slack.fault(POST, Fault::huge(5_000_000));
    let response = raw(&slack, POST, &message()).await.unwrap();
    assert!(response.body.len() > 5_000_000);
    assert!(serde_json::from_slice::<Value>(&response.body).is_ok());
}

#[tokio::test]
async fn queued_faults_come_first_then_lasting_ones_until_it_is_healed() {
    let slack = FakeSlack::start().await;
    slack.fault_always("*", Fault::error("service_unavailable"));
    slack.fault_always(POST, Fault::error("internal_error"));
    slack.fault(POST, Fault::error("fatal_error"));
    slack.fault("auth.test", Fault::error("team_access_not_granted"));
    let codes = ["fatal_error", "internal_error", "internal_error"];
    for code in codes {
        assert_eq!(error(&slack, POST, message()).await, code);
    }
    assert_eq!(error(&slack, "auth.test", json!({})).await, "team_access_not_granted");
    assert_eq!(error(&slack, "auth.test", json!({})).await, "service_unavailable");
    slack.heal(POST);
    assert_eq!(error(&slack, POST, message()).await, "service_unavailable");
    slack.heal("*");
    post_card(&slack).await;
}

#[tokio::test]
async fn slack_comes_back_as_it_was() {
    let slack = FakeSlack::start().await;
    let ts = post_card(&slack).await;
    let (address, world) = (slack.address(), slack.edit(|world| world.clone()));
    let gone = slack.clone();
    drop(slack);
    assert_eq!(
        call(&gone, "auth.test", json!({})).await["ok"],
        true,
        "it lives as long as anybody holds it"
    );
    let (api_url, headers) = (gone.api_url(), []);
    drop(gone);
    let patience = Duration::from_secs(20);
    while http::post(&api_url, &headers, b"", patience).await.is_ok() {}
    let slack = FakeSlack::start_at(&address, world).await;
    assert!(slack.message(office::DEPLOYS, &ts).is_some());
    post_card(&slack).await;
}

#[tokio::test]
async fn what_is_dropped_is_gone_with_all_its_connections() {
    let slack = FakeSlack::start().await;
    slack.fault(POST, Fault::hang());
    let message = message();
    let ended = tokio::join!(raw(&slack, POST, &message), async {
        slack.until("the call came", |slack| (slack.calls().len() == 1).then_some(())).await;
        slack.cut_all();
    });
    assert!(ended.0.is_err());
}
