//! What a test does, for tests in other languages: `POST /control/…` with JSON, answered with JSON.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::fake::FakeSlack;
use crate::fault::Fault;
use crate::interaction::{Answer, Interaction};
use crate::shared::{PATIENCE, Shared};
use crate::world::Message;

/// One order.
pub(crate) async fn order(
    State(shared): State<Arc<Shared>>,
    Path(what): Path<String>,
    body: Bytes,
) -> (StatusCode, String) {
    let args: Value = serde_json::from_slice(&body).unwrap_or_default();
    match obey(&FakeSlack::of(shared), &what, &args).await {
        Ok(answer) => (StatusCode::OK, answer.to_string()),
        Err(why) => (StatusCode::BAD_REQUEST, why),
    }
}

async fn obey(slack: &FakeSlack, what: &str, args: &Value) -> Result<Value, String> {
    let text = |name: &str| args[name].as_str().unwrap_or("");
    match what {
        "click" => {
            let click =
                slack.try_click(text("channel"), text("ts"), text("action_id"), text("user"))?;
            Ok(told(&forged(click, args).send().await))
        }
        "submit_view" => Ok(told(&slack.submit_view(text("view"), &args["values"]).send().await)),
        "fault" => {
            slack.fault(text("method"), fault(args)?);
            Ok(json!({}))
        }
        "heal" => {
            slack.heal(text("method"));
            Ok(json!({}))
        }
        "disconnect" => {
            let id = args["connection"].as_u64().ok_or("`connection` is a number")?;
            slack.disconnect(id, text("reason"));
            Ok(json!({}))
        }
        "drop_socket" => {
            slack.drop_socket(args["connection"].as_u64().ok_or("`connection` is a number")?);
            Ok(json!({}))
        }
        "connections" => {
            let wanted = args["until"].as_u64();
            let shown = slack.shared.until(PATIENCE, |shared| {
                let open: Vec<u64> =
                    shared.sockets(|sockets| sockets.all()).iter().map(|one| one.id).collect();
                wanted.is_none_or(|count| open.len() as u64 == count).then_some(open)
            });
            Ok(json!(shown.await.ok_or("the sockets were never so many")?))
        }
        "interactivity" => {
            let url = args["url"].as_str().map(str::to_owned);
            slack.edit(|world| world.app.interactivity_url = url);
            Ok(json!({}))
        }
        "messages" => Ok(slack.messages(text("channel")).iter().map(shown).collect()),
        "ephemerals" => {
            Ok(slack.ephemerals(text("user")).iter().map(|one| json!(one.text)).collect())
        }
        "views" => Ok(slack.views().iter().map(|view| view.view.clone()).collect()),
        "calls" => Ok(slack
            .calls()
            .iter()
            .map(|call| json!({"method": call.method, "args": call.args}))
            .collect()),
        _ => Err(format!("there is no order `{what}`")),
    }
}

fn forged(mut click: Interaction, args: &Value) -> Interaction {
    if let Some(secret) = args["secret"].as_str() {
        click = click.signed_with(secret);
    }
    if let Some(seconds) = args["offset"].as_i64() {
        click = click.at_offset(seconds);
    }
    click
}

fn fault(args: &Value) -> Result<Fault, String> {
    let text = |name: &str| args[name].as_str();
    let millis = || Duration::from_millis(args["millis"].as_u64().unwrap_or(0));
    let fault = match text("fault").unwrap_or("") {
        "too_many_requests" => Fault::too_many_requests(text("retry_after")),
        "error" => Fault::error(text("error").unwrap_or("fatal_error")),
        "status" => Fault::status(
            args["status"].as_u64().and_then(|n| u16::try_from(n).ok()).unwrap_or(500),
        ),
        "dropped" => Fault::dropped(),
        "hang" => Fault::hang(),
        "slow" => Fault::slow(millis()),
        "malformed" => Fault::malformed(),
        other => return Err(format!("there is no fault `{other}`")),
    };
    Ok(if args["with_effect"] == true { fault.with_effect() } else { fault })
}

fn told(answer: &Answer) -> Value {
    json!({
        "is_acked": answer.is_acked, "status": answer.status, "body": answer.body, "connections": answer.connections,
        "payload": answer.payload,
    })
}

fn shown(message: &Message) -> Value {
    json!({
        "ts": message.ts, "thread_ts": message.thread_ts, "text": message.text, "blocks": message.blocks,
        "edits": message.edits.len(),
    })
}
