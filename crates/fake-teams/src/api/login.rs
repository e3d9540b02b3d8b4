//! Login: `oauth2/v2.0/token` with `client_credentials`, and what its tokens are worth.

use serde_json::{Value, json};
use tokio::time::Instant;

use super::reply::Reply;
use crate::clock;
use crate::world::{AccessToken, World};

/// What a bot asks for.
const SCOPE: &str = "https://api.botframework.com/.default";

/// The tenant of bots that belong to none.
const ANY_TENANT: &str = "botframework.com";

pub(super) fn token(world: &mut World, tenant: &str, args: &Value) -> Result<Reply, Reply> {
    let text = |name: &str| args[name].as_str().filter(|text| !text.is_empty());
    let Some(grant) = text("grant_type") else {
        let why = "The request body must contain the following parameter: 'grant_type'.";
        return Err(refusal(world, 400, "invalid_request", 900_144, why));
    };
    if grant != "client_credentials" {
        let why = "The app requested an unsupported grant type.";
        return Err(refusal(world, 400, "unsupported_grant_type", 70003, why));
    }
    if tenant != world.tenant && tenant != ANY_TENANT {
        let why = format!("Tenant '{tenant}' not found.");
        return Err(refusal(world, 400, "invalid_request", 90002, &why));
    }
    if text("client_id") != Some(&world.bot.id) {
        let why = format!("Application with identifier '{}' was not found.", args["client_id"]);
        return Err(refusal(world, 400, "unauthorized_client", 700_016, &why));
    }
    let Some(secret) = text("client_secret") else {
        let why = "'client_assertion', 'client_secret' or 'request' is required for the 'client_credentials' grant type.";
        return Err(refusal(world, 401, "invalid_client", 7_000_216, why));
    };
    if secret != world.bot.secret {
        let why = "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID.";
        return Err(refusal(world, 401, "invalid_client", 7_000_215, why));
    }
    if text("scope") != Some(SCOPE) {
        let why = "The provided value for the scope is not valid.";
        return Err(refusal(world, 400, "invalid_scope", 1_002_012, why));
    }
    let text = format!("fake-access-token-{}", world.next_guid());
    let life = world.settings.token_life;
    world.tokens.push(AccessToken {
        text: text.clone(),
        given: Instant::now(),
        life,
        is_revoked: false,
    });
    Ok(Reply::new(
        200,
        json!({
            "token_type": "Bearer", "expires_in": life.as_secs(), "ext_expires_in": life.as_secs(),
            "access_token": text,
        }),
    ))
}

/// Whether a call of the connector has a token that is good.
pub(super) fn check(world: &World, token: Option<&str>) -> Result<(), Reply> {
    let is_good = |given: &AccessToken| token == Some(&given.text) && given.is_good();
    if world.tokens.iter().any(is_good) {
        return Ok(());
    }
    let why = "Authorization has been denied for this request.";
    Err(Reply::new(401, json!({"message": why}))
        .with_header("www-authenticate", "Bearer".to_owned()))
}

/// The error of the login.
fn refusal(world: &mut World, status: u16, error: &str, code: u32, why: &str) -> Reply {
    let (trace, correlation) = (world.next_guid(), world.next_guid());
    let at = clock::spaced(clock::now());
    let description = format!(
        "AADSTS{code}: {why} Trace ID: {trace} Correlation ID: {correlation} Timestamp: {at}"
    );
    Reply::new(
        status,
        json!({
            "error": error, "error_description": description, "error_codes": [code], "timestamp": at,
            "trace_id": trace, "correlation_id": correlation,
            "error_uri": format!("https://login.microsoftonline.com/error?code={code}"),
        }),
    )
}
