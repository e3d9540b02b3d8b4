//! Which keys activities are signed with, for all to read.

use serde_json::{Value, json};

use super::reply::Reply;
use crate::keys::SigningKey;
use crate::world::World;

pub(super) fn metadata(address: &str) -> Reply {
    Reply::new(
        200,
        json!({
            "issuer": "https://api.botframework.com",
            "authorization_endpoint": "https://invalid.botframework.com",
            "jwks_uri": format!("http://{address}/v1/.well-known/keys"),
            "id_token_signing_alg_values_supported": ["RS256"],
            "token_endpoint_auth_methods_supported": ["private_key_jwt"],
        }),
    )
}

pub(super) fn keys(world: &World) -> Reply {
    let published = world.keys.iter().filter(|key| key.is_published);
    Reply::new(200, json!({"keys": published.map(SigningKey::to_jwk).collect::<Vec<Value>>()}))
}
