//! The pages of the inbox: what they load, what they send, and who may.

pub(crate) mod frame;
mod shell;
mod files;
mod door;
mod list;
mod request;
mod batch;
mod history;
mod account;
mod evidence;
mod decide;

use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post};

use crate::shared::Shared;

/// The routes. All but the door and its files take somebody who has signed in.
pub(crate) fn router() -> Router<Arc<Shared>> {
    Router::new()
        .route("/", get(list::inbox))
        .route("/requests/{id}", get(request::request))
        .route("/requests/{id}/decide", post(decide::decide))
        .route("/requests/{id}/challenge", post(decide::challenge))
        .route("/requests/{id}/decide-with-key", post(decide::decide_with_key))
        .route("/requests/{id}/evidence", get(evidence::evidence))
        .route("/batches/{id}", get(batch::batch))
        .route("/history", get(history::history))
        .route("/account", get(account::account))
        .route("/events", get(crate::reviews::events::watch))
        .route("/login", get(door::login))
        .route("/login/start", post(door::begin_login))
        .route("/login/finish", post(door::finish_login))
        .route("/logout", post(door::logout))
        .route("/enrol", get(door::enrol))
        .route("/enrol/start", post(door::begin_enrolment))
        .route("/enrol/finish", post(door::finish_enrolment))
        .route("/assets/{file}", get(files::file))
}
