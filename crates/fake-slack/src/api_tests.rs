//! The Web API: who may call, and what it says when it does not do it.

use std::time::Duration;

use fake_wire::http;
use serde_json::{Value, json};

use crate::harness_tests::{call, card, error, post_card, raw};
use crate::{FakeSlack, Token, form, office};

const POST: &str = "chat.postMessage";
const UPDATE: &str = "chat.update";

fn to(channel: &str) -> Value {
    json!({"channel": channel, "text": "Deploy?"})
}

#[tokio::test]
async fn a_call_is_json_a_form_or_a_query() {
    let slack = FakeSlack::start().await;
    let bearer = ("Authorization".to_owned(), format!("Bearer {}", slack.app().bot_token));
    let kind = |kind: &str| ("Content-Type".to_owned(), kind.to_owned());
    let form_kind = kind("application/x-www-form-urlencoded");
    let blocks = form::encode("blocks", &card().to_string());
    let token = form::encode("token", &slack.app().bot_token);
    for (headers, body) in [
        (
            vec![bearer.clone(), form_kind.clone()],
            format!("channel=C0DEPLOYS&text=a+b%26c&{blocks}"),
        ),
        (vec![form_kind], format!("channel=C0DEPLOYS&text=a+b%26c&{blocks}&{token}")),
        (
            vec![bearer.clone(), kind("application/json; charset=utf-8")],
            json!({"channel": "C0DEPLOYS", "text": "a b&c", "blocks": card()}).to_string(),
        ),
    ] {
        let url = format!("{}{POST}", slack.api_url());
        let answer =
            http::post(&url, &headers, body.as_bytes(), Duration::from_secs(20)).await.unwrap();
        let answer: Value = serde_json::from_slice(&answer.body).unwrap();
        assert_eq!(answer["ok"], true, "{answer}");
        let posted = slack.messages(office::DEPLOYS).pop().unwrap();
        assert_eq!((posted.text.as_str(), posted.blocks.len()), ("a b&c", 2));
    }
    let calls = slack.calls_of(POST);
    assert!(
        calls.iter().all(|call| call.args == calls[0].args),
        "all are logged alike, without a token"
    );
    for (headers, body, code) in [
        (vec![bearer.clone(), kind("application/json")], "[]", "json_not_object"),
        (vec![bearer.clone(), kind("application/json")], "{", "invalid_json"),
        (vec![bearer.clone(), kind("text/xml")], "<a/>", "invalid_post_type"),
        (vec![bearer], "a", "missing_post_type"),
    ] {
        let url = format!("{}{POST}?channel=C0DEPLOYS", slack.api_url());
        let answer =
            http::post(&url, &headers, body.as_bytes(), Duration::from_secs(20)).await.unwrap();
        assert!(String::from_utf8_lossy(&answer.body).contains(code), "{code}");
    }
}

#[tokio::test]
async fn what_a_token_is_worth_can_change_in_the_middle_of_it_all() {
    let slack = FakeSlack::start().await;
    let scopes = raw(&slack, "auth.test", &json!({})).await.unwrap().headers;
    assert!(
        scopes.iter().any(|(name, value)| name == "x-oauth-scopes" && value.contains("chat:write"))
    );
    for (worth, code) in [
        (Token::Revoked, "token_revoked"),
        (Token::Inactive, "account_inactive"),
        (Token::Unknown, "invalid_auth"),
    ] {
        slack.edit(|world| world.app.bot_token_is = worth);
        assert_eq!(error(&slack, "auth.test", json!({})).await, code);
    }
    slack.edit(|world| world.app.bot_token_is = Token::Valid);
    slack.edit(|world| world.app.scopes.remove("chat:write"));
    let answer = call(&slack, POST, to(office::DEPLOYS)).await;
    assert_eq!(
        (&answer["error"], &answer["needed"]),
        (&json!("missing_scope"), &json!("chat:write"))
    );
    assert!(answer["provided"].as_str().unwrap().contains("users:read"));
    assert_eq!(error(&slack, "no.such.method", json!({})).await, "unknown_method");
}

#[tokio::test]
async fn an_app_of_the_whole_organization_is_at_home_there() {
    let slack = FakeSlack::start().await;
    let here = call(&slack, "auth.test", json!({})).await;
    assert_eq!(
        (&here["team_id"], &here["is_enterprise_install"]),
        (&json!(office::TEAM), &json!(false))
    );
    slack.edit(|world| {
        world.enterprise = Some("E0GRID".to_owned());
        world.app.is_org_wide = true;
    });
    let there = call(&slack, "auth.test", json!({})).await;
    assert_eq!((&there["team_id"], &there["enterprise_id"]), (&json!("E0GRID"), &json!("E0GRID")));
    let ts = post_card(&slack).await;
    let click = slack.click(office::DEPLOYS, &ts, "approve", office::ADA);
    assert_eq!(click.payload()["team"], Value::Null);
    assert_eq!(click.payload()["enterprise"]["id"], "E0GRID");
}

#[tokio::test]
async fn a_post_needs_a_channel_that_the_bot_can_write_to() {
    let slack = FakeSlack::start().await;
    assert_eq!(error(&slack, POST, to("C0NOWHERE")).await, "channel_not_found");
    assert_eq!(error(&slack, POST, to(office::RANDOM)).await, "not_in_channel");
    assert_eq!(error(&slack, POST, json!({"channel": office::DEPLOYS})).await, "no_text");
    slack.edit(|world| world.channel(office::VAULT).members.retain(|user| user != office::BOT));
    assert_eq!(error(&slack, POST, to(office::VAULT)).await, "channel_not_found", "it is private");
    slack.edit(|world| world.channel(office::DEPLOYS).is_archived = true);
    assert_eq!(error(&slack, POST, to(office::DEPLOYS)).await, "is_archived");
    let direct = call(&slack, POST, to(office::ADA)).await;
    assert_eq!(direct["channel"], "D0ADA");
    assert_eq!(slack.messages("D0ADA").len(), 1);
}

#[tokio::test]
async fn blocks_are_refused_with_the_place_that_is_wrong() {
    let slack = FakeSlack::start().await;
    let post = async |blocks: Value| {
        call(&slack, POST, json!({"channel": office::DEPLOYS, "text": "x", "blocks": blocks})).await
    };
    let answer =
        post(json!([{"type": "section", "text": {"type": "mrkdwn", "text": "x".repeat(3001)}}]))
            .await;
    assert_eq!(answer["error"], "invalid_blocks");
    assert_eq!(
        answer["errors"][0],
        "must be less than 3001 characters [json-pointer:/blocks/0/text/text]"
    );
    assert_eq!(post(json!({"type": "divider"})).await["error"], "invalid_blocks_format");
    assert_eq!(post(json!("not json")).await["error"], "invalid_blocks_format");
    let long = |count: usize| {
        Value::from(vec![
            json!({"type": "section", "text": {"type": "mrkdwn", "text": "x".repeat(3000)}});
            count
        ])
    };
    assert_eq!(post(long(4)).await["ok"], true);
    assert_eq!(post(long(5)).await["error"], "msg_blocks_too_long");
}

#[tokio::test]
async fn an_update_keeps_blocks_that_it_does_not_name() {
    let slack = FakeSlack::start().await;
    let ts = post_card(&slack).await;
    let update = async |more: Value| {
        let mut args = json!({"channel": office::DEPLOYS, "ts": ts});
        args.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        call(&slack, UPDATE, args).await
    };
    assert_eq!(update(json!({"text": "Done"})).await["ok"], true);
    let message = slack.message(office::DEPLOYS, &ts).unwrap();
    assert_eq!((message.text.as_str(), message.blocks.len(), message.edits.len()), ("Done", 2, 1));
    assert_eq!(update(json!({"blocks": [{"type": "divider"}]})).await["error"], "block_mismatch");
    assert_eq!(update(json!({"text": "x".repeat(4001)})).await["error"], "msg_too_long");
    assert_eq!(update(json!({"text": "x".repeat(4000)})).await["ok"], true);
    assert_eq!(update(json!({})).await["error"], "no_text");
    slack.edit(|world| world.channel(office::DEPLOYS).edits_are_closed = true);
    assert_eq!(update(json!({"text": "Late"})).await["error"], "edit_window_closed");
    slack.edit(|world| world.message(office::DEPLOYS, &ts).bot_id = Some("B0OTHER".to_owned()));
    assert_eq!(update(json!({"text": "Mine"})).await["error"], "cant_update_message");
    slack.edit(|world| world.message(office::DEPLOYS, &ts).is_deleted = true);
    assert_eq!(update(json!({"text": "Gone"})).await["error"], "message_not_found");
}

#[tokio::test]
async fn a_person_alone_is_shown_something_where_they_are() {
    let slack = FakeSlack::start().await;
    let tell = |user: &str| json!({"channel": office::VAULT, "user": user, "text": "Not you"});
    assert_eq!(call(&slack, "chat.postEphemeral", tell(office::ADA)).await["ok"], true);
    assert_eq!(
        error(&slack, "chat.postEphemeral", tell(office::CAROL)).await,
        "user_not_in_channel"
    );
    assert_eq!(slack.ephemerals(office::ADA)[0].text, "Not you");
    assert!(slack.messages(office::VAULT).is_empty());
}

#[tokio::test]
async fn people_and_groups_are_as_they_are_now() {
    let slack = FakeSlack::start().await;
    let user =
        async |id: &str| call(&slack, "users.info", json!({"user": id})).await["user"].clone();
    assert_eq!(user(office::ADA).await["is_restricted"], false);
    assert_eq!(user(office::VISITOR).await["is_ultra_restricted"], true);
    assert_eq!(user(office::ROBOT).await["is_bot"], true);
    assert_eq!(user(office::STRANGER).await["is_stranger"], true);
    let gone = user(office::GONE).await;
    assert!(
        gone["deleted"] == true && gone.get("is_bot").is_none(),
        "Slack tells little of who left"
    );
    assert_eq!(error(&slack, "users.info", json!({"user": "U0NOBODY"})).await, "user_not_found");
    let leads =
        async || call(&slack, "usergroups.users.list", json!({"usergroup": office::LEADS})).await;
    assert_eq!(leads().await["users"], json!([office::ADA, office::BOB]));
    slack.edit(|world| world.group(office::LEADS).users.retain(|user| user != office::ADA));
    assert_eq!(leads().await["users"], json!([office::BOB]));
    slack.edit(|world| world.group(office::LEADS).is_disabled = true);
    assert_eq!(leads().await["error"], "no_such_subteam");
    slack.edit(|world| world.settings.has_user_groups = false);
    assert_eq!(leads().await["error"], "plan_upgrade_required");
}

#[tokio::test]
async fn an_app_of_the_whole_organization_says_whose_user_groups_it_means() {
    let slack = FakeSlack::start().await;
    slack.edit(|world| {
        world.enterprise = Some("E0GRID".to_owned());
        world.app.is_org_wide = true;
    });
    let of = |team: &str| json!({"usergroup": office::LEADS, "team_id": team});
    for method in ["usergroups.list", "usergroups.users.list"] {
        assert_eq!(error(&slack, method, of("")).await, "missing_argument");
        assert_eq!(call(&slack, method, of(office::TEAM)).await["ok"], true);
    }
    assert_eq!(error(&slack, "usergroups.users.list", of("T0OTHER")).await, "no_such_subteam");
    let elsewhere = call(&slack, "usergroups.list", of("T0OTHER")).await;
    assert_eq!(elsewhere["usergroups"], json!([]));
}

#[tokio::test]
async fn members_come_page_by_page_and_replies_with_their_message() {
    let slack = FakeSlack::start().await;
    let members = async |cursor: &Value| {
        call(
            &slack,
            "conversations.members",
            json!({"channel": office::DEPLOYS, "limit": 4, "cursor": cursor}),
        )
        .await
    };
    let (mut all, mut cursor) = (Vec::new(), Value::Null);
    while cursor != "" {
        let page = members(&cursor).await;
        all.extend(page["members"].as_array().unwrap().clone());
        cursor = page["response_metadata"]["next_cursor"].clone();
    }
    assert_eq!(all.len(), 9);
    let info = call(&slack, "conversations.info", json!({"channel": office::RANDOM})).await;
    assert_eq!(info["channel"]["is_member"], false);
    let ts = post_card(&slack).await;
    call(&slack, POST, json!({"channel": office::DEPLOYS, "text": "Why?", "thread_ts": ts})).await;
    let thread =
        call(&slack, "conversations.replies", json!({"channel": office::DEPLOYS, "ts": ts})).await;
    assert_eq!(thread["messages"].as_array().unwrap().len(), 2);
    assert_eq!(slack.replies(office::DEPLOYS, &ts).len(), 1);
}
