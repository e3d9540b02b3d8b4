//! What calls mean that fail.

use std::time::Duration;

use approvals_chat::{Passing, insist};
use fake_slack::{Fault, Token, office};
use serde_json::json;

use super::harness_tests::{Traces, blocks, deploys, no_canary, post, posted, slack, web, whole};
use super::*;
use crate::id::{ChannelId, MessageTs};

/// F4, 22.
#[tokio::test]
async fn too_early_a_call_has_not_happened_and_slack_is_left_alone_for_as_long_as_it_says() {
    let slack = slack().await;
    for (retry_after, seconds) in [(Some("1"), 1), (Some("60"), 60), (None, 30), (Some("soon"), 30)]
    {
        let (web, before) = (web(&slack).patient(Duration::ZERO), slack.calls().len());
        slack.fault("chat.postMessage", Fault::too_many_requests(retry_after));
        let error = post(&web).await.unwrap_err();
        let expected = Duration::from_secs(seconds);
        assert!(matches!(error, WebError::Later { after, .. } if after == expected), "{error:?}");
        // A clone knows, too; the channel does not matter, another method does.
        let other = office::VAULT.parse().unwrap();
        let error = web.clone().post(&other, "text", &blocks("text"), None).await.unwrap_err();
        assert!(matches!(error, WebError::Later { after, .. } if after <= expected), "{error:?}");
        assert_eq!(slack.calls().len(), before + 1, "Slack was not asked again");
        web.auth_test().await.unwrap();
    }
    assert_eq!(posted(&slack), 0);
    let web = web(&slack).patient(Duration::ZERO);
    slack.fault("chat.postMessage", Fault::error("rate_limited"));
    let error = post(&web).await.unwrap_err();
    assert!(
        matches!(error, WebError::Later { after, .. } if after == Duration::from_secs(30)),
        "{error:?}"
    );
}

/// F4, 22.
#[tokio::test]
async fn who_insists_asks_again_when_slack_wants_it_and_not_before() {
    let slack = slack().await;
    let web = web(&slack);
    slack.fault("users.info", Fault::too_many_requests(Some("1")));
    let ada = office::ADA.parse().unwrap();
    insist(Duration::from_secs(30), || web.member(&ada)).await.unwrap();
    let calls = slack.calls_of("users.info");
    assert_eq!(calls.len(), 2);
    assert!(calls[1].at.duration_since(calls[0].at) >= Duration::from_secs(1));
    slack.fault_always("users.info", Fault::too_many_requests(Some("60")));
    let error = insist(Duration::from_secs(3), || web.member(&ada)).await.unwrap_err();
    assert!(matches!(error, WebError::Later { .. }), "{error:?}");
    assert_eq!(
        slack.calls_of("users.info").len(),
        3,
        "a wait that is longer than the patience is not begun"
    );
}

/// F4, 23.
#[tokio::test]
async fn a_post_whose_fate_is_unknown_is_said_to_be_so_and_never_made_twice() {
    let (later, long) = (Duration::from_secs(20), 2 * 1024 * 1024);
    for fault in [
        Fault::status(500),
        Fault::status(502),
        Fault::status(503),
        Fault::status(404),
        Fault::dropped(),
        Fault::hang(),
        Fault::slow(later),
        Fault::malformed(),
        Fault::huge(long),
        Fault::body("<html>"),
        Fault::body(r#"{"ok":true}"#),
        Fault::body(r#"{"ok":false}"#),
        Fault::body(r#"{"ok":true,"error":"no"}"#),
        Fault::body(r#"{"ok":"true","ts":"1.1","channel":"C1"}"#),
        Fault::body(r#"{"ok":true,"ts":"never","channel":"C1"}"#),
        Fault::error("fatal_error"),
        Fault::error("internal_error"),
        Fault::error("service_unavailable"),
        Fault::error("request_timeout"),
    ] {
        for (fault, count) in [(fault.clone(), 0), (fault.with_effect(), 1)] {
            let slack = slack().await;
            let web = web(&slack).within(Duration::from_secs(2));
            slack.fault("chat.postMessage", fault.clone());
            let error = post(&web).await.unwrap_err();
            assert!(matches!(error, WebError::Unsure { .. }), "{fault:?}: {error:?}");
            no_canary(&whole(&error));
            assert_eq!((posted(&slack), slack.calls().len()), (count, 1), "{fault:?}");
        }
    }
}

/// F4, 23.
#[tokio::test]
async fn an_update_is_repeated_until_it_is_known_and_the_message_is_right() {
    let slack = slack().await;
    let web = web(&slack);
    let message = post(&web).await.unwrap();
    slack.fault("chat.update", Fault::status(502));
    slack.fault("chat.update", Fault::dropped().with_effect());
    slack.fault("chat.update", Fault::error("internal_error"));
    let (card, deadline) = (blocks("approved"), Duration::from_secs(60));
    insist(deadline, || web.update(&message.channel, &message.ts, "approved", &card))
        .await
        .unwrap();
    let shown = slack.messages(office::DEPLOYS);
    assert_eq!((shown.len(), shown[0].text.as_str()), (1, "approved"));
    assert_eq!(slack.calls_of("chat.update").len(), 4);
}

/// F4, 24: as far as it is about calls.
#[tokio::test]
async fn a_slack_that_is_down_is_asked_a_few_times_and_the_answer_is_that_it_is_down() {
    let slack = slack().await;
    let web = web(&slack);
    let ada = office::ADA.parse().unwrap();
    slack.fault_always("*", Fault::status(503));
    let error = insist(Duration::from_secs(2), || web.member(&ada)).await.unwrap_err();
    assert!(matches!(error, WebError::Unsure { why: Unsure::Status(503), .. }), "{error:?}");
    let asked = slack.calls().len();
    assert!((2..=5).contains(&asked), "asked {asked} times in two seconds");
    drop(slack);
    // Nothing listens there any more; a connection that was kept may have to find that out.
    let error = insist(Duration::from_secs(2), || web.member(&ada)).await.unwrap_err();
    assert!(matches!(error, WebError::Unsent { .. }), "{error:?}");
    let error = post(&web).await.unwrap_err();
    assert!(matches!(error, WebError::Unsent { .. }), "{error:?}");
}

/// F4, 25.
#[tokio::test]
async fn a_token_that_is_worth_nothing_is_said_at_once_with_what_to_do() {
    let slack = slack().await;
    let web = web(&slack);
    let ada = office::ADA.parse().unwrap();
    web.member(&ada).await.unwrap();
    for (worth, code) in [
        (Token::Revoked, "token_revoked"),
        (Token::Inactive, "account_inactive"),
        (Token::Unknown, "invalid_auth"),
    ] {
        slack.edit(|world| world.app.bot_token_is = worth);
        let before = slack.calls().len();
        let error = insist(Duration::from_secs(30), || web.member(&ada)).await.unwrap_err();
        assert!(matches!(error, WebError::Fatal { .. }), "{error:?}");
        assert_eq!((error.code(), error.method()), (Some(code), "users.info"));
        assert!(error.to_string().contains("install the app again"), "{error}");
        assert_eq!(slack.calls().len(), before + 1, "asking again would help nobody");
    }
    slack.edit(|world| {
        world.app.bot_token_is = Token::Valid;
        world.app.scopes.remove("users:read");
    });
    let error = web.member(&ada).await.unwrap_err();
    let said = "Slack refuses users.info with `missing_scope`; add the scope `users:read` to the app \
                (OAuth & Permissions), and install it again";
    assert_eq!(error.to_string(), said);
    for code in ["token_expired", "not_authed", "not_allowed_token_type", "team_access_not_granted"]
    {
        slack.fault("users.info", Fault::error(code));
        assert!(matches!(web.member(&ada).await, Err(WebError::Fatal { .. })), "{code}");
    }
}

#[tokio::test]
async fn what_slack_refuses_has_not_happened_and_the_error_says_what_to_do() {
    let slack = slack().await;
    let web = web(&slack);
    let random = office::RANDOM.parse().unwrap();
    let error = web.post(&random, "text", &blocks("text"), None).await.unwrap_err();
    assert!(
        matches!(error, WebError::Refused { .. }) && error.passes_after().is_none(),
        "{error:?}"
    );
    assert!(error.to_string().contains("invite the bot: `/invite @approvals`"), "{error}");
    let nowhere: ChannelId = "C0NOWHERE".parse().unwrap();
    let error = web.post(&nowhere, "text", &blocks("text"), None).await.unwrap_err();
    assert_eq!(error.code(), Some("channel_not_found"));

    let message = post(&web).await.unwrap();
    let plain = json!([{"type": "divider"}]);
    let error = web.update(&deploys(), &message.ts, "text", &plain).await.unwrap_err();
    assert_eq!(error.code(), Some("block_mismatch"));
    slack.edit(|world| world.channel(office::DEPLOYS).edits_are_closed = true);
    let error = web.update(&deploys(), &message.ts, "text", &blocks("b")).await.unwrap_err();
    assert_eq!(error.code(), Some("edit_window_closed"));
    let none: MessageTs = "1.000001".parse().unwrap();
    let error = web.update(&deploys(), &none, "text", &blocks("b")).await.unwrap_err();
    assert_eq!(error.code(), Some("message_not_found"));
    let view = json!({"type": "modal", "title": {"type": "plain_text", "text": "t"}, "blocks": []});
    let error = web.open_view("1.2.3", &view).await.unwrap_err();
    assert!(matches!(error, WebError::Refused { .. }), "{error:?}");
    // A word that Slack may have by tomorrow.
    slack.fault("chat.update", Fault::error("brand_new_reason"));
    let error = web.update(&deploys(), &none, "text", &blocks("b")).await.unwrap_err();
    assert!(matches!(error, WebError::Refused { .. }), "{error:?}");
    // What is no word is not repeated.
    slack.fault("chat.update", Fault::error("<!channel> \u{202e}"));
    let error = web.update(&deploys(), &none, "text", &blocks("b")).await.unwrap_err();
    assert_eq!(error.code(), Some("unknown"));
}

/// F4, 50.
#[tokio::test]
async fn no_error_and_no_trace_has_a_token_in_it() {
    let traces = Traces::default();
    let _here = traces.listen();
    let slack = slack().await;
    let web = web(&slack).within(Duration::from_secs(1)).patient(Duration::ZERO);
    let app = web.with_app(slack.app().app_token.parse().unwrap());
    let ada = office::ADA.parse().unwrap();
    for fault in [
        Fault::status(500),
        Fault::dropped(),
        Fault::hang(),
        Fault::malformed(),
        Fault::error("xoxb-1-CANARY xapp-1-CANARY"),
        Fault::error("xoxb-1-CANARY"),
        Fault::error("invalid_auth"),
        Fault::body(r#"{"ok":false,"error":"missing_scope","needed":"xapp-1-CANARY"}"#),
        Fault::body(r#"{"ok":"xoxb-1-CANARY"}"#),
        Fault::body(r#"{"ok":true,"url":["xapp-1-CANARY"],"user":"xoxb-1-CANARY"}"#),
        Fault::body("xoxb-1-CANARY"),
        Fault::too_many_requests(Some("xoxb-1-CANARY")),
    ] {
        slack.fault("users.info", fault.clone());
        slack.fault("apps.connections.open", fault);
        no_canary(&whole(&web.member(&ada).await.unwrap_err()));
        no_canary(&whole(&app.open_connection().await.unwrap_err()));
    }
    no_canary(&format!("{web:?} {app:?}"));
    drop(slack);
    no_canary(&whole(&web.auth_test().await.unwrap_err()));
    no_canary(&traces.text());
    // Planted: the listener would have heard it.
    tracing::warn!(token = "xoxb-1-CANARY", "planted");
    assert!(traces.text().contains("CANARY"));
}
