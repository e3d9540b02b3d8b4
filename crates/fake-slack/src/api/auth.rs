//! Who calls, and whether they may.

use serde_json::json;

use super::{Args, Failure, Reply};
use crate::shared::Shared;
use crate::world::{App, Token, World};

/// What a method needs to be called.
#[derive(Clone, Copy, Debug)]
pub(super) enum Needs {
    Nothing,
    /// The bot token with any one of these scopes; with none where there are none.
    Bot(&'static [&'static str]),
    /// The app-level token with `connections:write`.
    AppToken,
}

pub(super) fn check(app: &App, needs: Needs, args: &Args) -> Result<(), Failure> {
    let wanted = match needs {
        Needs::Nothing => return Ok(()),
        Needs::Bot(any_of) => (&app.bot_token, app.bot_token_is, &app.scopes, any_of),
        Needs::AppToken => {
            (&app.app_token, app.app_token_is, &app.app_scopes, ["connections:write"].as_slice())
        }
    };
    let (token, worth, granted, any_of) = wanted;
    let given = args.token.as_ref().ok_or_else(|| Failure::new("not_authed"))?;
    if matches!(needs, Needs::AppToken) && !args.is_token_in_header {
        return Err(Failure::new("not_authed"));
    }
    if given != token {
        let is_other_kind = given == &app.bot_token || given == &app.app_token;
        return Err(Failure::new(if is_other_kind {
            "not_allowed_token_type"
        } else {
            "invalid_auth"
        }));
    }
    match worth {
        Token::Valid => {}
        Token::Revoked => return Err(Failure::new("token_revoked")),
        Token::Inactive => return Err(Failure::new("account_inactive")),
        Token::Unknown => return Err(Failure::new("invalid_auth")),
    }
    if any_of.is_empty() || any_of.iter().any(|scope| granted.contains(*scope)) {
        return Ok(());
    }
    let provided = granted.iter().map(String::as_str).collect::<Vec<_>>().join(",");
    Err(Failure::new("missing_scope").with("needed", any_of.join(",")).with("provided", provided))
}

/// `auth.test`. Of an app that is installed for the whole organization, `team_id` is that of the organization.
pub(super) fn test(_: &Shared, world: &mut World, _: &Args) -> Result<Reply, Failure> {
    let app = &world.app;
    let team = world.workspaces.first().ok_or_else(|| Failure::new("team_not_found"))?;
    let home = match &world.enterprise {
        Some(enterprise) if app.is_org_wide => enterprise,
        Some(_) | None => &team.id,
    };
    let user = world.find_user(&app.bot_user).map_or("", |user| user.name.as_str());
    let mut body = json!({
        "url": format!("https://{}.slack.com/", team.domain), "team": team.domain, "user": user, "team_id": home,
        "user_id": app.bot_user, "bot_id": app.bot_id, "is_enterprise_install": app.is_org_wide,
    });
    if let Some(enterprise) = &world.enterprise {
        body["enterprise_id"] = json!(enterprise);
    }
    Ok(Reply::new(body))
}
