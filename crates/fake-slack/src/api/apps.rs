//! `apps.connections.open` and `api.test`.

use serde_json::json;

use super::{Args, Failure, Reply};
use crate::shared::Shared;
use crate::world::World;

/// Says again what it was told; `error` fails.
pub(super) fn test(_: &Shared, _: &mut World, args: &Args) -> Result<Reply, Failure> {
    match args.text("error") {
        Some(error) => Err(Failure::new(&error).with("args", args.logged())),
        None => Ok(Reply::new(json!({"args": args.logged()}))),
    }
}

/// The address of a socket, for one connection.
pub(super) fn open(shared: &Shared, world: &mut World, _: &Args) -> Result<Reply, Failure> {
    if !world.app.socket_mode {
        // What Slack says of an app without Socket Mode is not in its reference.
        return Err(Failure::new("forbidden_team"));
    }
    let number = world.next();
    let ticket = format!("{number:08x}-f54b-41c8-b8a0-4a0a3c7ce2e5");
    shared.sockets(|sockets| sockets.issue(&ticket));
    let url = format!("ws://{}/socket?ticket={ticket}&app_id={}", shared.address, world.app.id);
    Ok(Reply::new(json!({"url": url})))
}
