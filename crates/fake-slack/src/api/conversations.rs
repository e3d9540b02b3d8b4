//! `conversations.info`, `conversations.members`, `conversations.replies`.

use serde_json::{Value, json};

use super::{Args, Failure, Reply};
use crate::shared::Shared;
use crate::world::{Channel, World};

/// Any of these lets a bot ask about channels.
pub(super) const READ: &[&str] = &["channels:read", "groups:read", "im:read", "mpim:read"];

/// Any of these lets a bot read what was written.
pub(super) const HISTORY: &[&str] =
    &["channels:history", "groups:history", "im:history", "mpim:history"];

pub(super) fn info(_: &Shared, world: &mut World, args: &Args) -> Result<Reply, Failure> {
    let channel = known(world, args)?;
    Ok(Reply::new(json!({"channel": channel.to_json(&world.app.bot_user)})))
}

pub(super) fn members(_: &Shared, world: &mut World, args: &Args) -> Result<Reply, Failure> {
    let members = &known(world, args)?.members;
    let number = |name: &str| args.text(name).map(|text| text.parse::<usize>());
    let limit =
        number("limit").unwrap_or(Ok(100)).map_err(|_no_number| Failure::new("invalid_limit"))?;
    // A cursor means something to Slack alone: here, how many were told already.
    let start =
        number("cursor").unwrap_or(Ok(0)).map_err(|_no_number| Failure::new("invalid_cursor"))?;
    let end = start.saturating_add(limit.max(1)).min(members.len());
    let page = members.get(start..end).ok_or_else(|| Failure::new("invalid_cursor"))?;
    let next = if end < members.len() { end.to_string() } else { String::new() };
    Ok(Reply::new(json!({"members": page, "response_metadata": {"next_cursor": next}})))
}

pub(super) fn replies(_: &Shared, world: &mut World, args: &Args) -> Result<Reply, Failure> {
    let channel = known(world, args)?;
    if !channel.has(&world.app.bot_user) {
        return Err(Failure::new("not_in_channel"));
    }
    let (id, team) = (&channel.id, &channel.team_id);
    let ts = args.need("ts", "thread_not_found")?;
    world.find_message(id, &ts).ok_or_else(|| Failure::new("thread_not_found"))?;
    let is_in_thread = |parent: Option<&str>, own: &str| own == ts || parent == Some(&ts);
    let all = world.messages.iter().filter(|message| message.channel == *id && !message.is_deleted);
    let thread: Vec<Value> = all
        .filter(|message| is_in_thread(message.thread_ts.as_deref(), &message.ts))
        .map(|message| message.to_json(&world.app.id, team))
        .collect();
    Ok(Reply::new(json!({"messages": thread, "has_more": false})))
}

fn known<'a>(world: &'a World, args: &Args) -> Result<&'a Channel, Failure> {
    let id = args.need("channel", "channel_not_found")?;
    let bot = &world.app.bot_user;
    let found = world.find_channel(&id).filter(|channel| !channel.is_private || channel.has(bot));
    found.ok_or_else(|| Failure::new("channel_not_found"))
}
