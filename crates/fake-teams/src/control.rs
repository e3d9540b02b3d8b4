//! What a test does, for tests in other languages: `POST /control/…` with JSON, answered with JSON.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::fake::FakeTeams;
use crate::fault::Fault;
use crate::interaction::{Answer, Interaction, Shown};
use crate::shared::Shared;
use crate::world::Message;

/// One order.
pub(crate) async fn order(
    State(shared): State<Arc<Shared>>,
    Path(what): Path<String>,
    body: Bytes,
) -> (StatusCode, String) {
    let args: Value = serde_json::from_slice(&body).unwrap_or_default();
    match obey(&FakeTeams::of(shared), &what, &args).await {
        Ok(answer) => (StatusCode::OK, answer.to_string()),
        Err(why) => (StatusCode::BAD_REQUEST, why),
    }
}

async fn obey(teams: &FakeTeams, what: &str, args: &Value) -> Result<Value, String> {
    let text = |name: &str| args[name].as_str().unwrap_or("");
    let is_known = teams.edit(|world| world.find_conversation(text("conversation")).is_some());
    if args.get("conversation").is_some() && !is_known {
        return Err("there is no such conversation".to_owned());
    }
    let is_told = ["click", "say", "install", "uninstall"].contains(&what);
    if is_told && teams.edit(|world| world.bot_endpoint.is_none()) {
        return Err("nobody has said where the bot is: `endpoint`".to_owned());
    }
    if args.get("user").is_some() && teams.edit(|world| world.find_person(text("user")).is_none()) {
        return Err("there is no such person".to_owned());
    }
    match what {
        "endpoint" => {
            let url = args["url"].as_str().map(str::to_owned);
            teams.edit(|world| world.bot_endpoint = url);
            Ok(json!({}))
        }
        "click" => {
            let click = teams.try_click(
                text("conversation"),
                text("message"),
                text("verb"),
                text("user"),
            )?;
            Ok(told(&forged(click, args).send().await))
        }
        "say" => {
            let said = teams.say(text("conversation"), text("user"), text("text"));
            Ok(told(&said.send().await))
        }
        "install" => Ok(teams.install(text("conversation")).await.iter().map(told).collect()),
        "uninstall" => Ok(teams.uninstall(text("conversation")).await.iter().map(told).collect()),
        "fault" => {
            teams.fault(text("name"), fault(args)?);
            Ok(json!({}))
        }
        "heal" => {
            teams.heal(text("name"));
            Ok(json!({}))
        }
        "rotate_keys" => {
            teams.edit(crate::World::rotate_keys);
            Ok(json!({}))
        }
        "revoke_tokens" => {
            teams.edit(crate::World::revoke_tokens);
            Ok(json!({}))
        }
        "messages" => Ok(teams.messages(text("conversation")).iter().map(shown).collect()),
        "calls" => Ok(teams
            .calls()
            .iter()
            .map(|call| json!({"name": call.name, "path": call.path, "args": call.args}))
            .collect()),
        _ => Err(format!("there is no order `{what}`")),
    }
}

/// The click with what was filled in, and with other fields in its token's header, its claims and its activity; `null`
/// takes a field away.
fn forged(mut click: Interaction, args: &Value) -> Interaction {
    let fields = |what: &str| args[what].as_object().into_iter().flatten();
    click = click.with_inputs(&args["inputs"]);
    for (name, value) in fields("header") {
        click = click.header(|header| set(header, name, value));
    }
    for (name, value) in fields("claims") {
        click = click.claims(|claims| set(claims, name, value));
    }
    for (name, value) in fields("activity") {
        click = click.activity(|activity| set(activity, name, value));
    }
    let click = match args["token"].as_str() {
        Some("unsigned") => click.unsigned(),
        Some("hs256_of_public_key") => click.with_hs256_of_public_key(),
        Some("none") => click.without_token(),
        _signed => click,
    };
    if args["as_submit"] == true { click.as_submit() } else { click }
}

fn set(object: &mut Value, name: &str, value: &Value) {
    if value.is_null() {
        drop(object.as_object_mut().and_then(|fields| fields.remove(name)));
    } else {
        object[name] = value.clone();
    }
}

fn fault(args: &Value) -> Result<Fault, String> {
    let text = |name: &str| args[name].as_str();
    let millis = || Duration::from_millis(args["millis"].as_u64().unwrap_or(0));
    let status = || args["status"].as_u64().and_then(|n| u16::try_from(n).ok()).unwrap_or(500);
    let fault = match text("fault").unwrap_or("") {
        "too_many_requests" => Fault::too_many_requests(text("retry_after")),
        "error" => Fault::error(status(), text("error").unwrap_or("ServiceError")),
        "status" => Fault::status(status()),
        "redirect" => Fault::redirect(text("to").unwrap_or("/")),
        "dropped" => Fault::dropped(),
        "hang" => Fault::hang(),
        "slow" => Fault::slow(millis()),
        "malformed" => Fault::malformed(),
        other => return Err(format!("there is no fault `{other}`")),
    };
    Ok(if args["with_effect"] == true { fault.with_effect() } else { fault })
}

fn told(answer: &Answer) -> Value {
    let shown = match &answer.shown {
        Shown::Unchanged => json!({}),
        Shown::Card(card) => json!({"card": card}),
        Shown::Text(text) => json!({"text": text}),
        Shown::Error(error) => json!({"error": error}),
    };
    let millis = u64::try_from(answer.took.as_millis()).unwrap_or(u64::MAX);
    json!({"status": answer.status, "body": answer.body, "shown": shown, "millis": millis})
}

fn shown(message: &Message) -> Value {
    json!({
        "id": message.id, "conversation": message.conversation, "reply_to": message.reply_to, "from": message.from,
        "activity": message.activity, "card": message.card(), "edits": message.edits.len(),
    })
}
