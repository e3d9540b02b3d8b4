//! Who is in a conversation.

use serde_json::{Value, json};

use super::place;
use super::reply::Reply;
use crate::form;
use crate::world::{Person, World};

/// One member, by the bot's id, the directory's id, or the name to log in with.
pub(super) fn one(world: &World, conversation: &str, member: &str) -> Result<Reply, Reply> {
    let place = place::known(world, conversation)?;
    let is_named = |person: &&Person| person.user_principal_name.as_deref() == Some(member);
    let found = world.people.iter().find(|person| person.is(member) || is_named(person));
    let found = found.filter(|person| place.has(&person.id));
    let why = "Member not found in the conversation.";
    let missing = || Reply::error(404, "MemberNotFoundInConversation", why);
    Ok(Reply::new(200, shown(world, found.ok_or_else(missing)?)))
}

/// A page of them. What a token means is for the service to know: here, how many were told already.
pub(super) fn page(world: &World, conversation: &str, query: &str) -> Result<Reply, Reply> {
    let place = place::known(world, conversation)?;
    let query = form::decode(query).unwrap_or_default();
    let number = |name: &str| {
        let text = query.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
        let syntax = |_| Reply::error(400, "BadSyntax", &format!("`{name}` is wrong."));
        text.map(|text| text.parse::<usize>().map_err(syntax)).transpose()
    };
    let size = number("pageSize")?.map_or(world.settings.page_size, |size| size.clamp(50, 500));
    let start = number("continuationToken")?.unwrap_or(0);
    let rest = place.members.iter().skip(start).take(size);
    let members = rest.filter_map(|id| world.find_person(id)).map(|person| shown(world, person));
    let mut page = json!({"members": members.collect::<Vec<Value>>()});
    if start + size < place.members.len() {
        page["continuationToken"] = json!((start + size).to_string());
    }
    Ok(Reply::new(200, page))
}

fn shown(world: &World, person: &Person) -> Value {
    person.to_member(world.settings.member_id)
}
