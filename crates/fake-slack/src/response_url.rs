//! `response_url`: a click can be answered a few times, without a token.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde_json::Value;

use crate::api;
use crate::blocks;
use crate::shared::Shared;
use crate::world::{Edit, Ephemeral, Message, ResponseUrl, World};

/// One use of it: `ok`, or a status that says why not.
pub(crate) async fn respond(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    body: Bytes,
) -> (StatusCode, &'static str) {
    let answer = serde_json::from_slice(&body).ok().filter(Value::is_object);
    let done = answer.ok_or((StatusCode::BAD_REQUEST, "invalid_payload")).and_then(|answer| {
        shared.world(|world| {
            let place = take(world, &id).ok_or((StatusCode::NOT_FOUND, "used_url"))?;
            use_once(world, &place, &answer).map_err(|code| (StatusCode::BAD_REQUEST, code))
        })
    });
    shared.has_changed();
    done.map_or_else(|refusal| refusal, |()| (StatusCode::OK, "ok"))
}

fn take(world: &mut World, id: &str) -> Option<ResponseUrl> {
    let (uses, life) = (world.settings.response_url_uses, world.settings.response_url_life);
    let url = world.response_urls.get_mut(id)?;
    if url.uses >= uses || url.sent.elapsed() > life {
        return None;
    }
    url.uses += 1;
    Some(url.clone())
}

fn use_once(world: &mut World, place: &ResponseUrl, answer: &Value) -> Result<(), &'static str> {
    let blocks = answer["blocks"].as_array().cloned().unwrap_or_default();
    blocks::check_message(&blocks).map_err(|_errors| "invalid_blocks")?;
    let blocks = api::named(world, blocks);
    let text = answer["text"].as_str().unwrap_or("").to_owned();
    let (channel, ts) = (place.channel.clone(), world.next_timestamp());
    if answer["delete_original"] == true {
        world.message(&channel, &place.message).is_deleted = true;
    } else if answer["replace_original"] == true {
        let message = world.message(&channel, &place.message);
        message.edits.push(Edit { text: message.text.clone(), blocks: message.blocks.clone() });
        (message.text, message.blocks, message.edited_at) = (text, blocks, Some(ts));
    } else if answer["response_type"] == "in_channel" {
        let (user, bot_id) = (world.app.bot_user.clone(), Some(world.app.bot_id.clone()));
        let thread_ts = answer["thread_ts"].as_str().map(str::to_owned);
        let (metadata, edits, edited_at, is_deleted) = (None, Vec::new(), None, false);
        world.messages.push(Message {
            channel,
            ts,
            thread_ts,
            user,
            bot_id,
            text,
            blocks,
            metadata,
            edits,
            edited_at,
            is_deleted,
        });
    } else {
        let thread_ts = answer["thread_ts"].as_str().map(str::to_owned);
        world.ephemerals.push(Ephemeral {
            channel,
            user: place.user.clone(),
            ts,
            thread_ts,
            text,
            blocks,
        });
    }
    Ok(())
}
