//! Clicks, and what people see after them.

use std::time::Duration;

use serde_json::{Value, json};

use crate::harness_tests::{Bot, activities, card, connect, post_card};
use crate::{FakeTeams, Interaction, Shown, office};

async fn click(teams: &FakeTeams) -> Interaction {
    let (thread, id) = post_card(teams).await;
    teams.click(&thread, &id, "approve", office::ADA)
}

fn adaptive(card: &Value) -> Value {
    json!({"statusCode": 200, "type": "application/vnd.microsoft.card.adaptive", "value": card})
}

#[tokio::test]
async fn a_click_is_an_invoke_as_teams_makes_it() {
    let teams = FakeTeams::start().await;
    let bot = Bot::start(&teams).await;
    let (thread, id) = post_card(&teams).await;
    let answer = teams.click(office::DEPLOYS, &id, "approve", office::ADA).send().await;
    assert_eq!(answer.status, Some(200));
    let heard = bot.last().1;
    for (pointer, value) in [
        ("/type", json!("invoke")),
        ("/name", json!("adaptiveCard/action")),
        ("/value/action/type", json!("Action.Execute")),
        ("/value/action/id", json!("a1")),
        ("/value/action/verb", json!("approve")),
        ("/value/action/data", json!({"click": "one"})),
        ("/value/trigger", json!("manual")),
        ("/from", json!({"id": office::ADA, "aadObjectId": office::ADA_OBJECT, "name": "Ada"})),
        ("/conversation/id", json!(thread)),
        ("/conversation/tenantId", json!(office::TENANT)),
        ("/conversation/conversationType", json!("channel")),
        ("/conversation/isGroup", json!(true)),
        ("/recipient/id", json!(format!("28:{}", office::BOT))),
        ("/channelId", json!("msteams")),
        ("/serviceUrl", json!(teams.service_url())),
        ("/replyToId", json!(id)),
        ("/channelData/tenant/id", json!(office::TENANT)),
        ("/channelData/channel/id", json!(office::DEPLOYS)),
        ("/channelData/team/id", json!(office::TEAM)),
        ("/entities/0/type", json!("clientInfo")),
        ("/locale", json!("en-GB")),
    ] {
        assert_eq!(heard.pointer(pointer), Some(&value), "{pointer}");
    }
    assert!(heard["id"].as_str().unwrap().starts_with("f:"));
    assert!(heard["timestamp"].as_str().unwrap().ends_with('Z'));
    assert!(heard["localTimestamp"].as_str().unwrap().ends_with("+00:00"));
    assert!(heard.pointer("/value/action/fallback").is_none());
}

#[tokio::test]
async fn a_click_in_a_chat_has_no_channel_and_one_of_a_nameless_person_no_directory_id() {
    let teams = FakeTeams::start().await;
    let path = activities(office::LEADS);
    connect(&teams, ("POST", &path), &card("Deploy?")).await.unwrap();
    let id = teams.messages(office::LEADS)[0].id.clone();
    let click = |who: &str| teams.click(office::LEADS, &id, "approve", who).as_json().clone();
    let heard = click(office::ANONYMOUS);
    assert_eq!(heard["conversation"]["conversationType"], "groupChat");
    assert!(heard["channelData"].get("channel").is_none());
    assert!(heard["from"].get("aadObjectId").is_none());
    assert_eq!(click(office::STRANGER)["channelData"]["tenant"]["id"], office::TENANT);
    // Those who have left can have clicked before.
    assert_eq!(click(office::GONE)["from"]["aadObjectId"], office::GONE_OBJECT);
    let personal = teams.edit(|world| world.personal(office::ADA));
    let path = activities(&personal);
    connect(&teams, ("POST", &path), &card("Deploy?")).await.unwrap();
    let id = teams.messages(&personal)[0].id.clone();
    let heard = teams.click(&personal, &id, "approve", office::ADA).as_json().clone();
    assert_eq!(heard["conversation"]["conversationType"], "personal");
    assert!(heard["conversation"].get("isGroup").is_none());
}

#[tokio::test]
async fn nobody_clicks_what_is_not_there() {
    let teams = FakeTeams::start().await;
    let (thread, id) = post_card(&teams).await;
    let why = |id: &str, verb: &str, who: &str| {
        teams.try_click(&thread, id, verb, who).expect_err("it is not there")
    };
    assert_eq!(why("1", "approve", office::ADA), "there is no such message");
    assert_eq!(why(&id, "refuse", office::ADA), "the card has no such action");
    assert_eq!(why(&id, "look", office::ADA), "the card has no such action");
    assert_eq!(why(&id, "approve", "29:nobody"), "there is no such person");
}

#[tokio::test]
async fn a_card_is_refreshed_by_itself() {
    let teams = FakeTeams::start().await;
    let (thread, id) = post_card(&teams).await;
    let refresh = teams.refresh(&thread, &id, office::ADA).as_json()["value"].clone();
    assert_eq!(
        (&refresh["trigger"], &refresh["action"]["verb"]),
        (&json!("automatic"), &json!("look"))
    );
    let click = click(&teams).await;
    assert_eq!(click.clone().automatic().as_json()["value"]["trigger"], "automatic");
    assert!(click.without_trigger().as_json()["value"].get("trigger").is_none());
}

#[tokio::test]
async fn inputs_are_told_with_the_data_of_the_action() {
    let teams = FakeTeams::start().await;
    let click = click(&teams).await.with_inputs(&json!({"reason": "too late"}));
    let data = &click.as_json()["value"]["action"]["data"];
    assert_eq!(data, &json!({"click": "one", "reason": "too late"}));
}

#[tokio::test]
async fn an_old_client_submits_a_message() {
    let teams = FakeTeams::start().await;
    let bot = Bot::start(&teams).await;
    let answer = click(&teams).await.as_submit().send().await;
    let heard = bot.last().1;
    assert_eq!((&heard["type"], &heard["value"]), (&json!("message"), &json!({"click": "old"})));
    assert!(heard.get("name").is_none() && heard.get("text").is_none());
    assert!(heard["replyToId"].is_string());
    assert_eq!((answer.response, answer.shown), (None, Shown::Unchanged));
}

#[tokio::test]
async fn the_card_of_an_answer_is_for_whoever_clicked_until_the_message_is_edited() {
    let teams = FakeTeams::start().await;
    let bot = Bot::start(&teams).await;
    let (thread, id) = post_card(&teams).await;
    let new = json!({"type": "AdaptiveCard", "version": "1.5", "body": []});
    bot.will_say(200, adaptive(&new));
    let answer = teams.click(&thread, &id, "approve", office::ADA).send().await;
    assert_eq!(answer.shown, Shown::Card(new.clone()));
    assert_eq!(answer.response.unwrap().status_code, 200);
    let message = teams.message(&thread, &id).unwrap();
    assert_eq!((message.answered.len(), message.answered[0].user.as_str()), (1, office::ADA));
    assert_eq!(message.card_for(office::ADA), Some(&new));
    assert_eq!(message.card_for(office::BOB), message.card());
    assert!(teams.try_click(&thread, &id, "approve", office::ADA).is_err(), "she has no button");
    assert!(teams.try_click(&thread, &id, "approve", office::BOB).is_ok());
    let path = format!("{}/{id}", activities(&thread));
    connect(&teams, ("PUT", &path), &card("Again?")).await.unwrap();
    let message = teams.message(&thread, &id).unwrap();
    assert_eq!(message.card_for(office::ADA), message.card());
}

#[tokio::test]
async fn people_see_what_the_bot_says_or_that_something_is_wrong() {
    let teams = FakeTeams::start().await;
    let bot = Bot::start(&teams).await;
    let wrong = || Shown::Error("Something went wrong".to_owned());
    let new = json!({"type": "AdaptiveCard", "body": []});
    let of_type = |status: u64, kind: &str, value: Value| json!({"statusCode": status, "type": format!("application/vnd.microsoft.{kind}"), "value": value});
    for (status, said, shown) in [
        (200, of_type(200, "activity.message", json!("Done")), Shown::Text("Done".to_owned())),
        (
            200,
            of_type(403, "error", json!({"message": "Not you"})),
            Shown::Error("Not you".to_owned()),
        ),
        (
            200,
            json!({"type": "application/vnd.microsoft.card.adaptive", "value": new}),
            Shown::Card(new.clone()),
        ),
        (200, of_type(200, "adaptive.card", new.clone()), Shown::Unchanged),
        (200, of_type(500, "adaptive.card", new.clone()), wrong()),
        (200, json!({}), wrong()),
        (500, adaptive(&new), wrong()),
        (202, adaptive(&new), wrong()),
    ] {
        bot.will_say(status, said.clone());
        assert_eq!(click(&teams).await.send().await.shown, shown, "{said}");
    }
}

#[tokio::test]
async fn a_late_answer_and_none_are_errors_to_whoever_clicked() {
    let teams = FakeTeams::start().await;
    let bot = Bot::start(&teams).await;
    bot.will_say(200, adaptive(&json!({"type": "AdaptiveCard"})));
    teams.edit(|world| world.settings.answer_within = Duration::ZERO);
    let answer = click(&teams).await.send().await;
    assert_eq!(answer.shown, Shown::Error("Unable to reach app".to_owned()));
    assert!(answer.response.is_some() && answer.took > Duration::ZERO, "what it was, is told");
    teams.edit(|world| world.bot_endpoint = Some("http://127.0.0.1:1/".to_owned()));
    let answer = click(&teams).await.send().await;
    assert_eq!((answer.status, answer.response), (None, None));
}

#[tokio::test]
async fn a_click_that_was_prepared_is_sent_as_often_as_one_likes() {
    let teams = FakeTeams::start().await;
    let bot = Bot::start(&teams).await;
    let click = click(&teams).await.prepare();
    for _ in 0..3 {
        assert_eq!(click.send().await.status, Some(200));
    }
    let heard = bot.heard.lock().unwrap();
    assert!(heard.iter().all(|one| one.1 == heard[0].1));
    assert!(heard.iter().all(|one| one.0["authorization"] == heard[0].0["authorization"]));
    assert_eq!(heard.len(), 3);
}
