//! The routes that are open to everybody, and say nothing about anybody.

use std::sync::Arc;
use std::time::Duration;

use approvals_core::{Purpose, key_id};
use axum::Json as Answer;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64URL;
use serde::Serialize;
use utoipa::ToSchema;

use crate::problem::{self, Problem};
use crate::shared::Shared;

/// How long the ledger may take to say that it is there.
const SOON: Duration = Duration::from_secs(2);

/// How a server does.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Health {
    /// `ok`.
    status: &'static str,
}

/// Public keys (RFC 7517).
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Keys {
    keys: Vec<Key>,
}

/// A public key.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Key {
    kty: &'static str,
    crv: &'static str,
    alg: &'static str,
    #[serde(rename = "use")]
    used: &'static str,
    kid: String,
    x: String,
    /// What it signs here: `grant` or `recorder` (decisions, on behalf of channels).
    purpose: &'static str,
}

/// Whether the server runs
#[utoipa::path(
    get,
    path = "/healthz",
    tag = "open",
    responses((status = 200, description = "It does.", body = Health)),
)]
pub(crate) async fn healthz() -> Answer<Health> {
    Answer(Health { status: "ok" })
}

/// Whether the server can be used: its ledger answers, and has been read to its end
#[utoipa::path(
    get,
    path = "/readyz",
    tag = "open",
    responses((status = 200, description = "It can.", body = Health)),
)]
pub(crate) async fn readyz(State(shared): State<Arc<Shared>>) -> Result<Answer<Health>, Problem> {
    let not_now = |detail: &str| {
        Err(Problem::new(problem::UNAVAILABLE, detail).after(Duration::from_secs(1)))
    };
    if shared.is_leaving() {
        return Err(
            Problem::new(problem::LEAVING, "this server is stopping; ask another one").retryable()
        );
    }
    let Ok(head) = tokio::time::timeout(SOON, shared.ledger.head()).await else {
        return not_now("the ledger does not answer");
    };
    let size = head?.checkpoint.size();
    if tokio::time::timeout(SOON, shared.follower.reaches(size)).await.is_err() {
        return not_now("the log has not been read to its end");
    }
    // Its words are for the operator: they are traced.
    if shared.follower.view().fault.is_some() {
        return not_now("the log cannot be followed");
    }
    Ok(Answer(Health { status: "ok" }))
}

/// The keys that grants and decisions are signed with
#[utoipa::path(
    get,
    path = "/.well-known/jwks.json",
    tag = "open",
    responses((status = 200, description = "The keys.", body = Keys)),
)]
pub(crate) async fn jwks(State(shared): State<Arc<Shared>>) -> Result<Answer<Keys>, Problem> {
    shared.freshen().await?;
    let view = shared.follower.view();
    let key = |(purpose, jwk): &(Purpose, approvals_core::Jwk)| {
        let key = jwk.key()?;
        Some(Key {
            kty: "OKP",
            crv: "Ed25519",
            alg: "EdDSA",
            used: "sig",
            kid: key_id(&key),
            x: BASE64URL.encode(key.as_bytes()),
            purpose: match purpose {
                Purpose::Grant => "grant",
                Purpose::Recorder => "recorder",
            },
        })
    };
    Ok(Answer(Keys { keys: view.index.keys().iter().filter_map(key).collect() }))
}

/// This document
#[utoipa::path(
    get,
    path = "/openapi.json",
    tag = "open",
    responses((status = 200, description = "An OpenAPI document.", body = Object)),
)]
pub(crate) async fn openapi(State(shared): State<Arc<Shared>>) -> impl IntoResponse {
    let document = shared.document.get().cloned().unwrap_or_default();
    ([(CONTENT_TYPE, "application/json")], document)
}
