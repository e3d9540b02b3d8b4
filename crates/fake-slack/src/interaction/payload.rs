//! What Slack tells an app that people did.

use serde_json::{Value, json};

use crate::clock;
use crate::world::{Trigger, View, World};

/// `block_actions`, with its trigger and where it can be answered.
pub(super) fn click(
    world: &mut World,
    address: &str,
    channel: &str,
    ts: &str,
    action_id: &str,
    user: &str,
) -> Result<(Value, String, String), String> {
    let place = world.find_channel(channel).ok_or("there is no such channel")?;
    let place =
        json!({"id": place.id, "name": if place.is_im { "directmessage" } else { &place.name }});
    let found = world.find_message(channel, ts).ok_or("there is no such message")?;
    let (block, element) =
        find(&found.blocks, action_id).ok_or("the message has no such button")?;
    let mut action = element.clone();
    let extra = json!({"block_id": block, "action_ts": clock::timestamp(clock::now())});
    // The question before it is no part of what was done.
    action.as_object_mut().ok_or("an element is an object")?.remove("confirm");
    merge(&mut action, &extra);
    let message = found.to_json(&world.app.id, &team(world));
    let container =
        json!({"type": "message", "message_ts": ts, "channel_id": channel, "is_ephemeral": false});
    let mut payload = head(world, "block_actions", user)?;
    let (trigger, response) = (trigger(world, user), format!("{:08x}", world.next()));
    merge(
        &mut payload,
        &json!({
            "container": container, "channel": place, "message": message, "actions": [action],
            "state": {"values": {}}, "trigger_id": trigger, "response_url": format!("http://{address}/response/{response}"),
        }),
    );
    Ok((payload, trigger, response))
}

pub(super) fn submit(world: &mut World, view_id: &str, values: &Value) -> (Value, String) {
    let mut shown = open(world, view_id).clone();
    shown.is_open = false;
    shown.view["state"] = json!({"values": values});
    *open(world, view_id) = shown.clone();
    let trigger = trigger(world, &shown.user);
    let mut payload =
        head(world, "view_submission", &shown.user).expect("who has a modal is there");
    merge(&mut payload, &json!({"view": shown.view, "trigger_id": trigger, "response_urls": []}));
    (payload, trigger)
}

pub(super) fn close(world: &mut World, view_id: &str) -> Value {
    let shown = open(world, view_id);
    shown.is_open = false;
    let (user, view) = (shown.user.clone(), shown.view.clone());
    let mut payload = head(world, "view_closed", &user).expect("who has a modal is there");
    merge(&mut payload, &json!({"view": view, "is_cleared": false}));
    payload
}

fn open<'a>(world: &'a mut World, view_id: &str) -> &'a mut View {
    let found = world.views.iter_mut().find(|view| view.id == view_id);
    found.unwrap_or_else(|| panic!("there is no modal `{view_id}`"))
}

/// What all payloads have.
fn head(world: &World, kind: &str, user: &str) -> Result<Value, String> {
    let who = world.find_user(user).ok_or("there is no such user")?;
    let home = world.workspaces.first().ok_or("there is no workspace")?;
    let enterprise = world.enterprise.as_ref().map(|id| json!({"id": id, "name": "fake"}));
    // Of an app that is installed for the whole organization, there is no workspace to speak of.
    let mut team = json!({"id": home.id, "domain": home.domain});
    if let Some(id) = &world.enterprise {
        team["enterprise_id"] = json!(id);
        team["enterprise_name"] = json!("fake");
    }
    Ok(json!({
        "type": kind, "api_app_id": world.app.id, "token": "deprecated-and-worth-nothing",
        "user": {"id": who.id, "username": who.name, "name": who.name, "team_id": who.team_id},
        "team": if world.app.is_org_wide { Value::Null } else { team },
        "enterprise": enterprise, "is_enterprise_install": world.app.is_org_wide,
    }))
}

fn team(world: &World) -> String {
    world.workspaces.first().map(|team| team.id.clone()).unwrap_or_default()
}

/// A trigger that is not sent yet.
fn trigger(world: &mut World, user: &str) -> String {
    let id = format!("{}.{}.fa4e{:028x}", world.next(), world.next(), world.next());
    world
        .triggers
        .insert(id.clone(), Trigger { user: user.to_owned(), sent: None, is_used: false });
    id
}

/// The block's id and the element with this action.
fn find<'a>(blocks: &'a [Value], action_id: &str) -> Option<(&'a str, &'a Value)> {
    blocks.iter().find_map(|block| {
        let inside =
            block["elements"].as_array().into_iter().flatten().chain(block.get("accessory"));
        let found = inside.into_iter().find(|element| element["action_id"] == action_id)?;
        Some((block["block_id"].as_str()?, found))
    })
}

fn merge(into: &mut Value, from: &Value) {
    for (name, value) in from.as_object().into_iter().flatten() {
        into[name] = value.clone();
    }
}
