//! `chat.postMessage`, `chat.update`, `chat.postEphemeral`.

use serde_json::{Value, json};

use super::{Args, Failure, Reply};
use crate::blocks;
use crate::shared::Shared;
use crate::world::{Channel, Edit, Ephemeral, Message, World};

/// What Slack cuts a message's text off at.
const TEXT: usize = 40_000;

/// What it may be in an update.
const UPDATED_TEXT: usize = 4_000;

pub(super) fn post(_: &Shared, world: &mut World, args: &Args) -> Result<Reply, Failure> {
    let target = args.need("channel", "channel_not_found")?;
    let (text, blocks) = content(world, args)?;
    if text.is_none() && blocks.as_ref().is_none_or(Vec::is_empty) {
        return Err(Failure::new("no_text"));
    }
    let channel = writable(world, &target)?.id.clone();
    let thread_ts = args.text("thread_ts");
    if thread_ts.as_ref().is_some_and(|ts| world.find_message(&channel, ts).is_none()) {
        return Err(Failure::new("thread_not_found"));
    }
    let metadata = args.nested("metadata").transpose();
    let message = Message {
        ts: world.next_timestamp(),
        thread_ts,
        user: world.app.bot_user.clone(),
        bot_id: Some(world.app.bot_id.clone()),
        text: text.unwrap_or_default().chars().take(TEXT).collect(),
        blocks: named(world, blocks.unwrap_or_default()),
        metadata: metadata.map_err(|_no_json| Failure::new("invalid_metadata_format"))?,
        edits: Vec::new(),
        edited_at: None,
        is_deleted: false,
        channel,
    };
    let told = told(world, &message);
    let reply = json!({"channel": message.channel, "ts": message.ts, "message": told});
    world.messages.push(message);
    Ok(Reply::new(reply))
}

pub(super) fn update(_: &Shared, world: &mut World, args: &Args) -> Result<Reply, Failure> {
    // Other than a post, an update needs the channel's id.
    let channel = args.need("channel", "channel_not_found")?;
    let ts = args.need("ts", "message_not_found")?;
    let (text, blocks) = content(world, args)?;
    if text.is_none() && blocks.is_none() {
        return Err(Failure::new("no_text"));
    }
    if text.as_ref().is_some_and(|text| blocks::length(text) > UPDATED_TEXT) {
        return Err(Failure::new("msg_too_long"));
    }
    let place = known(world, &channel)?;
    let (is_archived, is_closed) = (place.is_archived, place.edits_are_closed);
    let old = world.find_message(&channel, &ts).ok_or_else(|| Failure::new("message_not_found"))?;
    let has_rich_text = |blocks: &[Value]| blocks.iter().any(|block| block["type"] == "rich_text");
    let refusal = if old.bot_id.as_ref() != Some(&world.app.bot_id) {
        Some("cant_update_message")
    } else if is_archived {
        Some("is_inactive")
    } else if is_closed {
        Some("edit_window_closed")
    } else if has_rich_text(&old.blocks) && blocks.as_ref().is_some_and(|new| !has_rich_text(new)) {
        Some("block_mismatch")
    } else {
        None
    };
    if let Some(code) = refusal {
        return Err(Failure::new(code));
    }
    let blocks = blocks.map(|blocks| named(world, blocks));
    let now = world.next_timestamp();
    let message = world.message(&channel, &ts);
    message.edits.push(Edit { text: message.text.clone(), blocks: message.blocks.clone() });
    message.edited_at = Some(now);
    if let Some(text) = text {
        message.text = text;
    }
    if let Some(blocks) = blocks {
        message.blocks = blocks;
    }
    let message = message.clone();
    Ok(Reply::new(
        json!({"channel": channel, "ts": ts, "text": message.text, "message": told(world, &message)}),
    ))
}

pub(super) fn ephemeral(_: &Shared, world: &mut World, args: &Args) -> Result<Reply, Failure> {
    let target = args.need("channel", "channel_not_found")?;
    let user = args.need("user", "user_not_in_channel")?;
    let (text, blocks) = content(world, args)?;
    if text.is_none() && blocks.as_ref().is_none_or(Vec::is_empty) {
        return Err(Failure::new("no_text"));
    }
    let place = writable(world, &target)?;
    if !place.has(&user) {
        return Err(Failure::new("user_not_in_channel"));
    }
    let channel = place.id.clone();
    let ts = world.next_timestamp();
    let blocks = named(world, blocks.unwrap_or_default());
    let (thread_ts, text) = (args.text("thread_ts"), text.unwrap_or_default());
    let reply = json!({"message_ts": ts});
    world.ephemerals.push(Ephemeral { channel, user, ts, thread_ts, text, blocks });
    Ok(Reply::new(reply))
}

/// Text and blocks of a call, looked through.
fn content(world: &World, args: &Args) -> Result<(Option<String>, Option<Vec<Value>>), Failure> {
    let blocks = match args.nested("blocks") {
        None => None,
        Some(Ok(Value::Array(blocks))) => {
            blocks::check_message(&blocks)
                .map_err(|errors| Failure::new("invalid_blocks").because(&errors))?;
            if blocks::length(&Value::from(blocks.clone()).to_string())
                > world.settings.blocks_length
            {
                return Err(Failure::new("msg_blocks_too_long"));
            }
            Some(blocks)
        }
        Some(_) => return Err(Failure::new("invalid_blocks_format")),
    };
    Ok((args.text("text"), blocks))
}

/// A channel that the bot can know of.
fn known<'a>(world: &'a World, id: &str) -> Result<&'a Channel, Failure> {
    let bot = &world.app.bot_user;
    let found = world.find_channel(id).filter(|channel| !channel.is_private || channel.has(bot));
    found.ok_or_else(|| Failure::new("channel_not_found"))
}

/// A channel that the bot can write to; with a person, the conversation with them.
fn writable<'a>(world: &'a mut World, target: &str) -> Result<&'a Channel, Failure> {
    let is_person = target.starts_with(['U', 'W']);
    let id = if is_person { world.direct(target).unwrap_or_default() } else { target.to_owned() };
    let channel = known(world, &id)?;
    if channel.is_archived {
        return Err(Failure::new("is_archived"));
    }
    if !channel.has(&world.app.bot_user) {
        return Err(Failure::new("not_in_channel"));
    }
    Ok(channel)
}

/// Blocks as Slack keeps them: each has an id.
pub(crate) fn named(world: &mut World, mut blocks: Vec<Value>) -> Vec<Value> {
    for block in &mut blocks {
        if block.get("block_id").is_none() {
            block["block_id"] = json!(format!("b{:04x}", world.next()));
        }
    }
    blocks
}

fn told(world: &World, message: &Message) -> Value {
    let team = world.workspaces.first().map_or("", |team| &team.id);
    message.to_json(&world.app.id, team)
}
