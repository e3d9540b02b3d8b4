//! `views.open`.

use serde_json::{Value, json};

use super::{Args, Failure, Reply, chat};
use crate::blocks;
use crate::shared::Shared;
use crate::world::{Fate, View, World};

/// What a modal may be, as JSON.
const VIEW: usize = 250_000;

pub(super) fn open(_: &Shared, world: &mut World, args: &Args) -> Result<Reply, Failure> {
    let Some(Ok(mut view @ Value::Object(_))) = args.nested("view") else {
        return Err(Failure::new("invalid_arguments"));
    };
    if view.to_string().len() > VIEW {
        return Err(Failure::new("view_too_large"));
    }
    blocks::check_modal(&view)
        .map_err(|errors| Failure::new("invalid_arguments").because(&errors))?;
    let is_taken = |other: &View| other.view["external_id"] == view["external_id"];
    let has_own = view["external_id"].as_str().is_some_and(|id| !id.is_empty());
    if has_own && world.views.iter().any(is_taken) {
        return Err(Failure::new("duplicate_external_id"));
    }
    let trigger = args.need("trigger_id", "invalid_trigger_id")?;
    let life = world.settings.trigger_life;
    let trigger = world.triggers.get_mut(&trigger);
    let user = match trigger.map(|trigger| trigger.exchange(life)) {
        Some(Fate::OpensFor(user)) => user,
        Some(Fate::Refused(code)) => return Err(Failure::new(code)),
        None => return Err(Failure::new("invalid_trigger_id")),
    };
    let id = format!("V{:06X}", world.next());
    let blocks = view["blocks"].as_array().cloned().unwrap_or_default();
    view["blocks"] = Value::Array(chat::named(world, blocks));
    let more = json!({
        "id": id, "team_id": world.workspaces.first().map(|team| &team.id), "app_id": world.app.id,
        "bot_id": world.app.bot_id, "hash": format!("{}.fake", world.next()), "state": {"values": {}},
        "root_view_id": id, "previous_view_id": null, "app_installed_team_id": world.workspaces.first().map(|team| &team.id),
    });
    for (name, value) in more.as_object().into_iter().flatten() {
        view[name] = value.clone();
    }
    for (name, otherwise) in [("callback_id", ""), ("private_metadata", ""), ("external_id", "")] {
        if view.get(name).is_none() {
            view[name] = json!(otherwise);
        }
    }
    world.views.push(View { id, user, view: view.clone(), is_open: true });
    Ok(Reply::new(json!({"view": view})))
}
