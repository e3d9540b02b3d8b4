//! What tests in other languages can do.

use serde_json::{Value, json};

use crate::harness_tests::{Bot, ask, json_of, login, post_card, raw};
use crate::{FakeTeams, office};

/// The status and the answer, which is a text where it is a refusal.
async fn order(teams: &FakeTeams, what: &str, args: Value) -> (u16, Value) {
    let url = format!("http://{}/control/{what}", teams.address());
    let answer = raw("POST", &url, &[], &args.to_string()).await.unwrap();
    let text = String::from_utf8(answer.body).unwrap();
    (answer.status, serde_json::from_str(&text).unwrap_or(Value::String(text)))
}

#[tokio::test]
async fn a_click_is_ordered_and_told() {
    let teams = FakeTeams::start().await;
    let bot = Bot::start(&teams).await;
    bot.will_say(200, json!({"statusCode": 200, "type": "application/vnd.microsoft.activity.message", "value": "Done"}));
    let (thread, id) = post_card(&teams).await;
    let mut click =
        json!({"conversation": thread, "message": id, "verb": "approve", "user": office::ADA});
    let (_, told) = order(&teams, "click", click.clone()).await;
    assert_eq!((&told["status"], &told["shown"]), (&json!(200), &json!({"text": "Done"})));
    click["activity"] = json!({"channelId": "webchat"});
    order(&teams, "click", click.clone()).await;
    assert_eq!(bot.last().1["channelId"], "webchat");
    click["as_submit"] = json!(true);
    order(&teams, "click", click).await;
    assert_eq!(bot.last().1["type"], "message");
    let (_, messages) = order(&teams, "messages", json!({"conversation": office::DEPLOYS})).await;
    assert_eq!((&messages[0]["id"], &messages[0]["conversation"]), (&json!(id), &json!(thread)));
    let (_, calls) = order(&teams, "calls", json!({})).await;
    assert_eq!(calls[1]["name"], "create");
}

#[tokio::test]
async fn the_world_changes_by_order() {
    let teams = FakeTeams::start().await;
    let bot = Bot::start(&teams).await;
    let place = json!({"conversation": office::LEADS});
    assert_eq!(order(&teams, "uninstall", place.clone()).await.1.as_array().unwrap().len(), 2);
    assert_eq!(order(&teams, "install", place).await.1.as_array().unwrap().len(), 2);
    let said = json!({"conversation": office::LEADS, "user": office::BOB, "text": "Hello"});
    order(&teams, "say", said).await;
    assert_eq!(bot.heard.lock().unwrap().len(), 5);
    login(&teams).await;
    let kid = teams.edit(|world| world.signs_with.clone());
    order(&teams, "rotate_keys", json!({})).await;
    order(&teams, "revoke_tokens", json!({})).await;
    assert_ne!(teams.edit(|world| world.signs_with.clone()), kid);
    let fault = json!({"name": "token", "fault": "error", "status": 503, "error": "ServiceError"});
    order(&teams, "fault", fault.clone()).await;
    assert_eq!(json_of(&ask(&teams, &[]).await)["error"]["code"], "ServiceError");
    order(&teams, "fault", fault).await;
    order(&teams, "heal", json!({"name": "token"})).await;
    login(&teams).await;
}

#[tokio::test]
async fn an_order_that_makes_no_sense_is_refused() {
    let teams = FakeTeams::start().await;
    for (what, args, why) in [
        ("dance", json!({}), "there is no order `dance`"),
        ("click", json!({}), "nobody has said where the bot is: `endpoint`"),
        ("install", json!({"conversation": "19:nowhere"}), "there is no such conversation"),
        ("fault", json!({"fault": "flood"}), "there is no fault `flood`"),
    ] {
        assert_eq!(order(&teams, what, args).await, (400, json!(why)));
    }
    order(&teams, "endpoint", json!({"url": "http://127.0.0.1:1/"})).await;
    let said = json!({"conversation": office::LEADS, "user": "29:nobody"});
    assert_eq!(order(&teams, "say", said).await, (400, json!("there is no such person")));
    assert_eq!(order(&teams, "click", json!({})).await, (400, json!("there is no such message")));
}
