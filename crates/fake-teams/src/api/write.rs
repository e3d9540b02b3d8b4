//! What the bot writes: `POST` and `PUT` of conversations and activities.

use serde_json::{Value, json};

use super::reply::Reply;
use super::{Asked, place};
use crate::world::{Kind, World, split, thread};

/// `v3/conversations`: a thread in a channel, or the conversation with one person.
pub(super) fn create(world: &mut World, asked: &Asked) -> Result<Reply, Reply> {
    check_size(world, asked)?;
    let wanted = &asked.args;
    let channel = &wanted["channelData"]["channel"]["id"];
    if let Some(channel) = channel.as_str() {
        let is_channel =
            world.find_conversation(channel).is_some_and(|it| it.kind == Kind::Channel);
        if !is_channel || split(channel).1.is_some() {
            return Err(Reply::error(404, "ConversationNotFound", "Conversation not found."));
        }
        place::writable(world, channel)?;
        check(&wanted["activity"])?;
        place::count(world, channel)?;
        let id = write(world, channel, None, &wanted["activity"]);
        return Ok(Reply::new(201, json!({"id": thread(channel, &id), "activityId": id})));
    }
    if wanted["isGroup"] == true {
        return Err(syntax("A bot cannot create a group chat."));
    }
    let tenant = wanted["tenantId"].as_str().or(wanted["channelData"]["tenant"]["id"].as_str());
    if tenant != Some(&world.tenant) {
        return Err(syntax("The tenant of the conversation is missing, or is another one."));
    }
    let id = begin(world, &wanted["members"])?;
    if wanted["activity"].is_null() {
        return Ok(Reply::new(201, json!({"id": id})));
    }
    place::writable(world, &id)?;
    check(&wanted["activity"])?;
    let activity = write(world, &id, None, &wanted["activity"]);
    Ok(Reply::new(201, json!({"id": id, "activityId": activity})))
}

/// The conversation with one person, which begins where it has to.
fn begin(world: &mut World, members: &Value) -> Result<String, Reply> {
    let [member] = members.as_array().map(Vec::as_slice).unwrap_or_default() else {
        return Err(syntax("A conversation of a bot has one other member."));
    };
    let found = member["id"].as_str().and_then(|id| world.find_person(id));
    let why = "Member not found in the conversation.";
    let missing = || Reply::error(400, "MemberNotFoundInConversation", why);
    let person = found.ok_or_else(missing)?;
    if !person.has_bot {
        let why = "The bot is not installed in the user's personal scope.";
        return Err(Reply::error(403, "ForbiddenOperationException", why));
    }
    Ok(world.personal(&person.id.clone()))
}

/// `…/activities`, and `…/activities/{to}`.
pub(super) fn post(
    world: &mut World,
    conversation: &str,
    to: Option<&str>,
    asked: &Asked,
) -> Result<Reply, Reply> {
    check_size(world, asked)?;
    place::writable(world, conversation)?;
    if to.is_some_and(|to| world.find_message(conversation, to).is_none()) {
        return Err(place::no_activity());
    }
    check(&asked.args)?;
    place::count(world, conversation)?;
    if asked.args["type"] != "message" {
        return Ok(Reply::new(201, json!({"id": world.next_message_id()})));
    }
    let has_both = has_text(&asked.args) && has_attachments(&asked.args);
    if !(world.settings.splits_messages && has_both) {
        let id = write(world, conversation, to, &asked.args);
        return Ok(Reply::new(201, json!({"id": id})));
    }
    let (mut text, mut attachments) = (asked.args.clone(), asked.args.clone());
    text["attachments"] = json!([]);
    attachments["text"] = json!("");
    write(world, conversation, to, &text);
    write(world, conversation, to, &attachments);
    Ok(Reply::new(201, json!({})))
}

/// `PUT …/activities/{id}`: the activity is another one from now on.
pub(super) fn update(
    world: &mut World,
    conversation: &str,
    id: &str,
    asked: &Asked,
) -> Result<Reply, Reply> {
    check_size(world, asked)?;
    place::writable(world, conversation)?;
    let old = world.find_message(conversation, id).ok_or_else(place::no_activity)?;
    if old.from != world.bot.account() {
        let why = "The bot may not change what others wrote.";
        return Err(Reply::error(403, "NotEnoughPermissions", why));
    }
    check(&asked.args)?;
    place::count(world, conversation)?;
    let message = world.message(conversation, id);
    let old = std::mem::replace(&mut message.activity, asked.args.clone());
    message.edits.push(old);
    Ok(Reply::new(200, json!({"id": id})))
}

/// Puts a message where it belongs, and says its id.
fn write(world: &mut World, place: &str, to: Option<&str>, activity: &Value) -> String {
    let from = world.bot.account();
    world.write(place, to, &from, activity)
}

fn has_text(activity: &Value) -> bool {
    activity["text"].as_str().is_some_and(|text| !text.is_empty())
}

fn has_attachments(activity: &Value) -> bool {
    activity["attachments"].as_array().is_some_and(|attachments| !attachments.is_empty())
}

/// What an activity has to be. What of this the service looks at, and what it says then, is not documented.
fn check(activity: &Value) -> Result<(), Reply> {
    match activity["type"].as_str() {
        Some("message") => {}
        Some("typing") => return Ok(()),
        Some(_) | None => return Err(syntax("The activity has no type that can be sent.")),
    }
    if !has_text(activity) && !has_attachments(activity) {
        return Err(syntax("The activity has no content."));
    }
    for attachment in activity["attachments"].as_array().into_iter().flatten() {
        let is_card = attachment["contentType"] == "application/vnd.microsoft.card.adaptive";
        if is_card && attachment["content"]["type"] != "AdaptiveCard" {
            return Err(syntax("The card is no Adaptive Card."));
        }
    }
    Ok(())
}

fn check_size(world: &World, asked: &Asked) -> Result<(), Reply> {
    let bytes = String::from_utf8_lossy(&asked.body).encode_utf16().count() * 2;
    if bytes > world.settings.activity_bytes {
        return Err(Reply::error(413, "MessageSizeTooBig", "Message size too large."));
    }
    Ok(())
}

fn syntax(why: &str) -> Reply {
    Reply::error(400, "BadSyntax", why)
}
