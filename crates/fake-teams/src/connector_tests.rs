//! The connector: what the bot writes, and what it is refused.

use std::time::Duration;

use serde_json::{Value, json};

use crate::harness_tests::{
    activities, card, connect, encode, error, header, json_of, login, post_card, with_token,
};
use crate::{FakeTeams, office};

fn text(text: &str) -> Value {
    json!({"type": "message", "text": text})
}

async fn post(teams: &FakeTeams, conversation: &str, activity: &Value) -> String {
    let answer = connect(teams, ("POST", &activities(conversation)), activity).await.unwrap();
    assert_eq!(answer.status, 201, "{}", json_of(&answer));
    json_of(&answer)["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_thread_begins_in_a_channel_and_its_id_names_its_first_message() {
    let teams = FakeTeams::start().await;
    let (thread, id) = post_card(&teams).await;
    assert_eq!(thread, format!("{};messageid={id}", office::DEPLOYS));
    let message = teams.message(&thread, &id).unwrap();
    assert_eq!((&message.conversation, message.from.as_str()), (&thread, &*teams.bot().account()));
    assert_eq!(message.card().unwrap()["type"], "AdaptiveCard");
    assert_eq!(message.activity["summary"], "Deploy?");
    assert_eq!(teams.calls_of("create").len(), 1);
}

#[tokio::test]
async fn what_is_posted_into_a_thread_stands_in_it_and_what_is_posted_into_a_channel_begins_one() {
    let teams = FakeTeams::start().await;
    let (thread, id) = post_card(&teams).await;
    let second = post(&teams, &thread, &text("in it")).await;
    let third = post(&teams, office::DEPLOYS, &text("beside it")).await;
    assert_eq!(teams.messages(&thread).len(), 2);
    assert_eq!(teams.messages(office::DEPLOYS).len(), 3);
    assert!(teams.message(&thread, &second).is_some() && teams.message(&thread, &third).is_none());
    let path = format!("{}/{id}", activities(office::DEPLOYS));
    let answer = connect(&teams, ("POST", &path), &text("answer")).await.unwrap();
    assert_eq!(answer.status, 201);
    let replies = teams.replies(office::DEPLOYS, &id);
    assert_eq!((replies.len(), &replies[0].conversation), (1, &thread));
    assert_eq!(teams.calls_of("reply").len(), 1);
    let ids: Vec<u64> =
        teams.messages(office::DEPLOYS).iter().map(|it| it.id.parse().unwrap()).collect();
    assert!(ids.is_sorted(), "ids are times: {ids:?}");
}

#[tokio::test]
async fn the_conversation_with_a_person_is_always_the_same_one() {
    let teams = FakeTeams::start().await;
    let wanted = |who: &str| {
        json!({
            "isGroup": false, "bot": {"id": teams.bot().account()}, "members": [{"id": who}],
            "tenantId": office::TENANT, "channelData": {"tenant": {"id": office::TENANT}},
        })
    };
    let begin = async |who: &str| {
        let answer = connect(&teams, ("POST", ""), &wanted(who)).await.unwrap();
        assert_eq!(answer.status, 201);
        json_of(&answer)["id"].as_str().unwrap().to_owned()
    };
    let ada = begin(office::ADA).await;
    assert!(ada.starts_with("a:"), "{ada}");
    assert_eq!(begin(office::ADA_OBJECT).await, ada);
    assert_ne!(begin(office::BOB).await, ada);
    let id = post(&teams, &ada, &text("Hello")).await;
    assert_eq!(teams.message(&ada, &id).unwrap().conversation, ada);
}

#[tokio::test]
async fn a_conversation_that_cannot_be_is_not_begun() {
    let teams = FakeTeams::start().await;
    let with = |who: &str| json!({"members": [{"id": who}], "tenantId": office::TENANT});
    let in_channel = |id: &str| json!({"isGroup": true, "channelData": {"channel": {"id": id}}, "activity": text("x")});
    for (wanted, status, code) in [
        (with("ada@office.example"), 400, "MemberNotFoundInConversation"),
        (with(office::GUEST), 403, "ForbiddenOperationException"),
        (json!({"members": [{"id": office::ADA}]}), 400, "BadSyntax"),
        (json!({"members": [], "tenantId": office::TENANT}), 400, "BadSyntax"),
        (json!({"isGroup": true, "members": [{"id": office::ADA}]}), 400, "BadSyntax"),
        (Value::Null, 400, "BadSyntax"),
        (in_channel("19:nowhere@thread.tacv2"), 404, "ConversationNotFound"),
        (in_channel(office::LEADS), 404, "ConversationNotFound"),
        (in_channel(office::RANDOM), 403, "BotNotInConversationRoster"),
    ] {
        assert_eq!(error(&teams, ("POST", ""), &wanted).await, (status, code.to_owned()));
    }
}

#[tokio::test]
async fn an_update_replaces_the_activity_and_keeps_the_old_one() {
    let teams = FakeTeams::start().await;
    let (thread, id) = post_card(&teams).await;
    // Both the thread and its channel are taken for where a message is.
    for (place, said) in [(thread.as_str(), "Approved"), (office::DEPLOYS, "Done")] {
        let path = format!("{}/{id}", activities(place));
        let answer = connect(&teams, ("PUT", &path), &card(said)).await.unwrap();
        assert_eq!((answer.status, json_of(&answer)), (200, json!({"id": id})));
    }
    let message = teams.message(&thread, &id).unwrap();
    assert_eq!((message.edits.len(), &message.activity["summary"]), (2, &json!("Done")));
    assert_eq!(message.edits[0]["summary"], "Deploy?");
    assert_eq!(teams.calls_of("update").len(), 2);
}

#[tokio::test]
async fn what_is_not_there_is_not_found() {
    let teams = FakeTeams::start().await;
    let (thread, id) = post_card(&teams).await;
    let nowhere = activities("19:nowhere@thread.tacv2");
    let no_thread = activities(&format!("{};messageid=1", office::DEPLOYS));
    let other = activities(office::LEADS);
    let (gone, missing) = ("ConversationNotFound", "ActivityNotFoundInConversation");
    for (method, path, code) in [
        ("POST", nowhere.clone(), gone),
        ("PUT", format!("{nowhere}/{id}"), gone),
        ("POST", no_thread.clone(), missing),
        ("PUT", format!("{no_thread}/{id}"), missing),
        ("PUT", format!("{}/1", activities(&thread)), missing),
        ("POST", format!("{}/1", activities(&thread)), missing),
        ("PUT", format!("{other}/{id}"), missing),
    ] {
        assert_eq!(
            error(&teams, (method, &path), &text("x")).await,
            (404, code.to_owned()),
            "{path}"
        );
    }
    teams.edit(|world| world.conversation(office::DEPLOYS).is_gone = true);
    let path = activities(&thread);
    assert_eq!(error(&teams, ("POST", &path), &text("x")).await, (404, gone.to_owned()));
}

#[tokio::test]
async fn a_bot_that_is_not_installed_or_is_blocked_writes_nothing() {
    let teams = FakeTeams::start().await;
    let (thread, id) = post_card(&teams).await;
    let update = format!("{}/{id}", activities(&thread));
    let post = activities(&thread);
    teams.edit(|world| world.conversation(office::DEPLOYS).is_blocked = true);
    for call in [("POST", post.as_str()), ("PUT", update.as_str())] {
        let refused = error(&teams, call, &card("x")).await;
        assert_eq!(refused, (403, "MessageWritesBlocked".to_owned()));
    }
    teams.edit(|world| world.conversation(office::DEPLOYS).is_installed = false);
    let members = format!("/{}/pagedmembers", encode(office::DEPLOYS));
    for call in [("POST", post.as_str()), ("PUT", update.as_str()), ("GET", members.as_str())] {
        let refused = error(&teams, call, &card("x")).await;
        assert_eq!(refused, (403, "BotNotInConversationRoster".to_owned()));
    }
    assert!(teams.message(&thread, &id).unwrap().edits.is_empty());
    assert_eq!(teams.messages(office::DEPLOYS).len(), 1);
}

#[tokio::test]
async fn an_activity_that_says_nothing_is_refused() {
    let teams = FakeTeams::start().await;
    let bad = json!({"contentType": "application/vnd.microsoft.card.adaptive", "content": {}});
    for activity in [
        json!({"type": "message"}),
        json!({"text": "no type"}),
        json!({"type": "message", "attachments": [bad]}),
        json!([]),
    ] {
        let refused = error(&teams, ("POST", &activities(office::LEADS)), &activity).await;
        assert_eq!(refused, (400, "BadSyntax".to_owned()));
    }
    post(&teams, office::LEADS, &json!({"type": "typing"})).await;
    assert!(teams.messages(office::LEADS).is_empty());
}

#[tokio::test]
async fn an_activity_is_measured_in_utf_16() {
    let teams = FakeTeams::start().await;
    post(&teams, office::LEADS, &text(&"x".repeat(51_000))).await;
    // Each of these is three bytes in UTF-8, and two as it is counted.
    post(&teams, office::LEADS, &text(&"\u{20ac}".repeat(51_000))).await;
    let path = activities(office::LEADS);
    let refused = error(&teams, ("POST", &path), &text(&"x".repeat(52_000))).await;
    assert_eq!(refused, (413, "MessageSizeTooBig".to_owned()));
    let created = json!({
        "isGroup": true, "channelData": {"channel": {"id": office::DEPLOYS}}, "activity": text(&"x".repeat(52_000)),
    });
    assert_eq!(error(&teams, ("POST", ""), &created).await.0, 413);
}

#[tokio::test]
async fn a_text_with_a_card_becomes_two_messages_and_no_id() {
    let teams = FakeTeams::start().await;
    let mut both = card("Deploy?");
    both["text"] = json!("Please look");
    let path = activities(office::LEADS);
    let answer = connect(&teams, ("POST", &path), &both).await.unwrap();
    assert_eq!((answer.status, json_of(&answer)), (201, json!({})));
    let messages = teams.messages(office::LEADS);
    assert_eq!((messages.len(), messages[0].card()), (2, None));
    assert_eq!((&messages[1].activity["text"], messages[1].card().is_some()), (&json!(""), true));
    teams.edit(|world| world.settings.splits_messages = false);
    let id = post(&teams, office::LEADS, &both).await;
    assert_eq!(teams.message(office::LEADS, &id).unwrap().activity, both);
}

#[tokio::test]
async fn seven_messages_a_second_where_that_is_switched_on() {
    let teams = FakeTeams::start().await;
    teams.edit(|world| world.settings.posts_per_second = Some(7));
    let token = login(&teams).await;
    let path = activities(office::LEADS);
    let write = async || with_token(&teams, &token, ("POST", &path), &text("x")).await.unwrap();
    for _ in 0..7 {
        assert_eq!(write().await.status, 201);
    }
    let refused = write().await;
    assert_eq!((refused.status, header(&refused, "retry-after")), (429, Some("1")));
    assert_eq!(json_of(&refused)["error"]["code"], "Throttled");
    post_card(&teams).await;
    tokio::time::sleep(Duration::from_millis(1050)).await;
    assert_eq!(write().await.status, 201);
}
