//! `users.info`, `bots.info`, `usergroups.list`, `usergroups.users.list`.

use serde_json::json;

use super::{Args, Failure, Reply};
use crate::shared::Shared;
use crate::world::{Group, World};

pub(super) fn user(_: &Shared, world: &mut World, args: &Args) -> Result<Reply, Failure> {
    let id = args.need("user", "user_not_found")?;
    let user = world.find_user(&id).ok_or_else(|| Failure::new("user_not_found"))?;
    if !user.is_visible {
        return Err(Failure::new("user_not_visible"));
    }
    Ok(Reply::new(json!({"user": user.to_json()})))
}

pub(super) fn bot(_: &Shared, world: &mut World, args: &Args) -> Result<Reply, Failure> {
    let app = &world.app;
    if args.text("bot").is_some_and(|bot| bot != app.bot_id) {
        return Err(Failure::new("bot_not_found"));
    }
    let name = world.find_user(&app.bot_user).map_or("", |user| user.name.as_str());
    let bot = json!({"id": app.bot_id, "app_id": app.id, "user_id": app.bot_user, "name": name, "deleted": false});
    Ok(Reply::new(json!({"bot": bot})))
}

pub(super) fn groups(_: &Shared, world: &mut World, args: &Args) -> Result<Reply, Failure> {
    let groups = visible(world, args)?.map(|group| {
        let mut shown = group.to_json();
        if args.is_on("include_users") {
            shown["users"] = json!(group.users);
        }
        shown
    });
    Ok(Reply::new(json!({"usergroups": groups.collect::<Vec<_>>()})))
}

pub(super) fn group_users(_: &Shared, world: &mut World, args: &Args) -> Result<Reply, Failure> {
    let mut groups = visible(world, args)?;
    let id = args.need("usergroup", "no_such_subteam")?;
    let found = groups.find(|group| group.id == id);
    let group = found.ok_or_else(|| Failure::new("no_such_subteam"))?;
    Ok(Reply::new(json!({"users": group.users})))
}

/// The groups of the workspace that is meant. A token of a whole organization has to say which; others are not asked.
fn visible<'a>(world: &'a World, args: &Args) -> Result<impl Iterator<Item = &'a Group>, Failure> {
    if !world.settings.has_user_groups {
        return Err(Failure::new("plan_upgrade_required"));
    }
    let is_org_wide = world.app.is_org_wide;
    let team = is_org_wide.then(|| args.need("team_id", "missing_argument")).transpose()?;
    let with_disabled = args.is_on("include_disabled");
    let groups = world.groups.iter().filter(move |group| with_disabled || !group.is_disabled);
    Ok(groups.filter(move |group| team.as_ref().is_none_or(|team| group.team_id == *team)))
}
