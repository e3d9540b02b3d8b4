//! The bot comes and goes, and people talk to it.

use serde_json::{Value, json};

use crate::harness_tests::{Bot, activities, connect, error};
use crate::{FakeTeams, office};

fn heard(bot: &Bot) -> Vec<Value> {
    let heard = bot.heard.lock().unwrap();
    heard.iter().map(|(_, body)| serde_json::from_slice(body).unwrap()).collect()
}

#[tokio::test]
async fn a_bot_that_is_installed_is_told_twice_and_may_write() {
    let teams = FakeTeams::start().await;
    let bot = Bot::start(&teams).await;
    let answers = teams.install(office::RANDOM).await;
    assert!(answers.iter().all(|answer| answer.status == Some(200)));
    let heard = heard(&bot);
    assert_eq!(
        (&heard[0]["type"], &heard[0]["action"]),
        (&json!("installationUpdate"), &json!("add"))
    );
    assert_eq!(heard[1]["type"], "conversationUpdate");
    assert_eq!(heard[1]["membersAdded"][0]["id"], heard[1]["recipient"]["id"]);
    assert_eq!(heard[1]["channelData"]["eventType"], "teamMemberAdded");
    for told in &heard {
        assert_eq!(told["conversation"]["id"], office::RANDOM);
        assert_eq!(told["serviceUrl"], teams.service_url());
        assert_eq!(told["channelData"]["tenant"]["id"], office::TENANT);
        assert_eq!(told["channelData"]["settings"]["selectedChannel"]["id"], office::RANDOM);
        assert_eq!(told["from"]["aadObjectId"], office::ADA_OBJECT);
    }
    let text = json!({"type": "message", "text": "Hello"});
    let path = activities(office::RANDOM);
    assert_eq!(connect(&teams, ("POST", &path), &text).await.unwrap().status, 201);
}

#[tokio::test]
async fn a_bot_that_is_removed_is_told_twice_and_may_write_no_more() {
    let teams = FakeTeams::start().await;
    let bot = Bot::start(&teams).await;
    teams.uninstall(office::LEADS).await;
    let heard = heard(&bot);
    assert_eq!((heard.len(), &heard[0]["action"]), (2, &json!("remove")));
    assert_eq!(heard[1]["membersRemoved"][0]["id"], teams.bot().account());
    assert!(heard[1]["channelData"].get("eventType").is_none(), "chats have no such event");
    let text = json!({"type": "message", "text": "Hello"});
    let refused = error(&teams, ("POST", &activities(office::LEADS)), &text).await;
    assert_eq!(refused, (403, "BotNotInConversationRoster".to_owned()));
}

#[tokio::test]
async fn a_person_installs_the_bot_for_themself() {
    let teams = FakeTeams::start().await;
    let bot = Bot::start(&teams).await;
    let personal = teams.edit(|world| world.personal(office::GUEST));
    teams.install(&personal).await;
    assert!(teams.edit(|world| world.person(office::GUEST).has_bot));
    let added = heard(&bot)[1]["membersAdded"].clone();
    assert_eq!((added.as_array().unwrap().len(), &added[1]["id"]), (2, &json!(office::GUEST)));
    teams.uninstall(&personal).await;
    assert!(!teams.edit(|world| world.person(office::GUEST).has_bot));
}

#[tokio::test]
async fn what_is_told_of_the_bot_can_be_told_by_itself() {
    let teams = FakeTeams::start().await;
    let bot = Bot::start(&teams).await;
    teams.installation_update(office::DEPLOYS, "add-upgrade").send().await;
    teams.conversation_update(office::DEPLOYS, false).send().await;
    let heard = heard(&bot);
    assert_eq!((heard.len(), &heard[0]["action"]), (2, &json!("add-upgrade")));
    assert!(teams.edit(|world| world.conversation(office::DEPLOYS).is_installed));
}

#[tokio::test]
async fn what_a_person_writes_stands_there_and_is_not_the_bots_to_change() {
    let teams = FakeTeams::start().await;
    let bot = Bot::start(&teams).await;
    teams.say(office::DEPLOYS, office::BOB, "status?").send().await;
    let told = bot.last().1;
    assert_eq!(
        (&told["type"], &told["text"]),
        (&json!("message"), &json!("<at>Approvals</at> status?"))
    );
    assert_eq!(told["entities"][1]["mentioned"]["id"], told["recipient"]["id"]);
    let id = told["id"].as_str().unwrap();
    let thread = format!("{};messageid={id}", office::DEPLOYS);
    assert_eq!(told["conversation"]["id"], thread);
    let message = teams.message(&thread, id).unwrap();
    assert_eq!((message.from.as_str(), &message.activity), (office::BOB, &told));
    let path = format!("{}/{id}", activities(&thread));
    let refused = error(&teams, ("PUT", &path), &json!({"type": "message", "text": "x"})).await;
    assert_eq!(refused, (403, "NotEnoughPermissions".to_owned()));
    let personal = teams.edit(|world| world.personal(office::BOB));
    teams.say(&personal, office::BOB, "status?").send().await;
    assert_eq!(bot.last().1["text"], "status?");
}
