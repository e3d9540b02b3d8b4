//! Whether the bot may be where it wants to be, and write there.

use std::time::Duration;

use tokio::time::Instant;

use super::reply::Reply;
use crate::world::{Conversation, World, split};

/// What limits are counted over.
const SECOND: Duration = Duration::from_secs(1);

/// A conversation with the bot in it.
pub(super) fn known<'a>(world: &'a World, id: &str) -> Result<&'a Conversation, Reply> {
    let found = world.find_conversation(id).filter(|conversation| !conversation.is_gone);
    let missing = || Reply::error(404, "ConversationNotFound", "Conversation not found.");
    let conversation = found.ok_or_else(missing)?;
    if !conversation.is_installed {
        let why = "The bot is not part of the conversation roster.";
        return Err(Reply::error(403, "BotNotInConversationRoster", why));
    }
    Ok(conversation)
}

/// A conversation that the bot can write to. Its thread, where the id names one, has to be there.
pub(super) fn writable<'a>(world: &'a World, id: &str) -> Result<&'a Conversation, Reply> {
    let conversation = known(world, id)?;
    if conversation.is_blocked {
        let why = "The bot is not allowed to write messages to this conversation.";
        return Err(Reply::error(403, "MessageWritesBlocked", why));
    }
    if let (_, Some(root)) = split(id) {
        world.find_message(id, root).ok_or_else(no_activity)?;
    }
    Ok(conversation)
}

pub(super) fn no_activity() -> Reply {
    Reply::error(404, "ActivityNotFoundInConversation", "Conversation not found.")
}

/// Counts what is written into a thread, where that is limited.
pub(super) fn count(world: &mut World, thread: &str) -> Result<(), Reply> {
    let Some(limit) = world.settings.posts_per_second else {
        return Ok(());
    };
    let recent = world.writes.entry(thread.to_owned()).or_default();
    recent.retain(|at| at.elapsed() < SECOND);
    if recent.len() >= limit {
        let refusal = Reply::error(429, "Throttled", "Too many requests.");
        return Err(refusal.with_header("retry-after", "1".to_owned()));
    }
    recent.push_back(Instant::now());
    Ok(())
}
