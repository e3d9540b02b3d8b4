//! What Teams tells a bot that people did.

use serde_json::{Value, json};

use crate::clock;
use crate::world::{Kind, World, split, thread};

/// What all activities have. The id of the conversation may be that of a thread.
pub(super) fn head(
    world: &mut World,
    service_url: &str,
    conversation: &str,
    user: &str,
) -> Result<Value, String> {
    let id = world.next_guid();
    let now = clock::now();
    let place = world.find_conversation(conversation).ok_or("there is no such conversation")?;
    let person = world.find_person(user).ok_or("there is no such person")?;
    let mut told = json!({"tenant": {"id": world.tenant}});
    if place.kind == Kind::Channel {
        told["channel"] = json!({"id": place.id});
        told["team"] = json!({
            "id": world.team.id, "aadGroupId": world.team.group, "name": world.team.name,
        });
    }
    Ok(json!({
        "id": format!("f:{id}"), "timestamp": clock::timestamp(now),
        "localTimestamp": format!("{}+00:00", clock::local(now)), "localTimezone": "UTC",
        "serviceUrl": service_url, "channelId": "msteams", "from": person.to_account(),
        "conversation": place.to_json(conversation, &world.tenant),
        "recipient": {"id": world.bot.account(), "name": world.bot.name}, "locale": "en-GB",
        "entities": [{
            "type": "clientInfo", "locale": "en-GB", "country": "GB", "platform": "Web", "timezone": "UTC",
        }],
        "channelData": told,
    }))
}

/// `adaptiveCard/action`, for an action of the card that a person sees.
pub(super) fn invoke(
    world: &mut World,
    service_url: &str,
    message: (&str, &str),
    user: &str,
    pick: impl Fn(&Value) -> Option<&Value>,
) -> Result<(Value, Value), String> {
    let (conversation, id) = message;
    let found = world.find_message(conversation, id).ok_or("there is no such message")?;
    let user_id = world.find_person(user).ok_or("there is no such person")?.id.clone();
    let card = found.card_for(&user_id).ok_or("the message has no card")?;
    let action = pick(card).ok_or("the card has no such action")?.clone();
    let place = found.conversation.clone();
    let mut activity = head(world, service_url, &place, user)?;
    let mut told = json!({"type": action["type"], "data": {}});
    for name in ["id", "title", "verb", "data"] {
        if let Some(value) = action.get(name) {
            told[name] = value.clone();
        }
    }
    activity["type"] = json!("invoke");
    activity["name"] = json!("adaptiveCard/action");
    activity["replyToId"] = json!(id);
    activity["value"] = json!({"action": told, "trigger": "manual"});
    activity["channelData"]["source"] = json!({"name": "message"});
    Ok((activity, action))
}

/// The button that has this verb: anywhere in the card but in what it is refreshed with, and in what stands in for a
/// button on old clients.
pub(super) fn button<'a>(card: &'a Value, verb: &str) -> Option<&'a Value> {
    match card {
        Value::Object(fields) => {
            if card["type"] == "Action.Execute" && card["verb"] == verb {
                return Some(card);
            }
            let inside =
                fields.iter().filter(|(name, _)| *name != "refresh" && *name != "fallback");
            inside.map(|(_, field)| field).find_map(|field| button(field, verb))
        }
        Value::Array(items) => items.iter().find_map(|item| button(item, verb)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
    }
}

/// A person writes something, which Teams tells a bot of outside of its own conversations only where it is named.
pub(super) fn say(
    world: &mut World,
    service_url: &str,
    conversation: &str,
    user: &str,
    text: &str,
) -> Result<Value, String> {
    let mut activity = head(world, service_url, conversation, user)?;
    let kind = world.conversation(conversation).kind;
    activity["type"] = json!("message");
    activity["textFormat"] = json!("plain");
    activity["text"] = json!(text);
    if kind != Kind::Personal {
        let name = format!("<at>{}</at>", world.bot.name);
        activity["text"] = json!(format!("{name} {text}"));
        let mention = json!({"type": "mention", "mentioned": activity["recipient"], "text": name});
        activity["entities"].as_array_mut().ok_or("entities are a list")?.push(mention);
    }
    let from = world.person(user).id.clone();
    let id = world.write(conversation, None, &from, &activity);
    activity["id"] = json!(id);
    if kind == Kind::Channel && split(conversation).1.is_none() {
        activity["conversation"]["id"] = json!(thread(conversation, &id));
    }
    world.message(conversation, &id).activity = activity.clone();
    Ok(activity)
}

/// `installationUpdate`: the app of the bot comes, or goes.
pub(super) fn installation(
    world: &mut World,
    service_url: &str,
    conversation: &str,
    action: &str,
) -> Result<Value, String> {
    let mut activity = moved(world, service_url, conversation)?;
    activity["type"] = json!("installationUpdate");
    activity["action"] = json!(action);
    Ok(activity)
}

/// `conversationUpdate`: the bot comes, or goes.
pub(super) fn membership(
    world: &mut World,
    service_url: &str,
    conversation: &str,
    is_added: bool,
) -> Result<Value, String> {
    let mut activity = moved(world, service_url, conversation)?;
    let (members, event) = if is_added {
        ("membersAdded", "teamMemberAdded")
    } else {
        ("membersRemoved", "teamMemberRemoved")
    };
    activity["type"] = json!("conversationUpdate");
    activity[members] = json!([{"id": world.bot.account()}]);
    match world.conversation(conversation).kind {
        Kind::Channel => activity["channelData"]["eventType"] = json!(event),
        Kind::GroupChat => {}
        Kind::Personal => {
            // There, the person comes with the bot.
            let person = activity["from"].clone();
            activity[members].as_array_mut().ok_or("members are a list")?.push(person);
        }
    }
    Ok(activity)
}

/// What both have: who did it is the first member.
fn moved(world: &mut World, service_url: &str, conversation: &str) -> Result<Value, String> {
    let place = world.find_conversation(conversation).ok_or("there is no such conversation")?;
    let (id, is_channel) = (place.id.clone(), place.kind == Kind::Channel);
    let who = place.members.first().ok_or("there is nobody in the conversation")?.clone();
    let mut activity = head(world, service_url, &id, &who)?;
    if is_channel {
        activity["channelData"]["settings"] = json!({"selectedChannel": {"id": id}});
    }
    // Of who installs something, no name is told.
    activity["from"].as_object_mut().ok_or("who did it is an object")?.remove("name");
    Ok(activity)
}
