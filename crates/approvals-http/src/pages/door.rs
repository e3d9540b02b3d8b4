//! Coming in and going out: signing in with a passkey, enrolling one by an invitation, and signing out.

use std::sync::Arc;

use approvals_core::{Invitation, Timestamp};
use axum::Json as Answer;
use axum::extract::State;
use axum::http::header::SET_COOKIE;
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;
use serde_json::{Value, json};

use super::frame::{page, shown};
use crate::access::door::{Door, door};
use crate::access::origin::is_from;
use crate::access::sessions::SESSION_COOKIE;
use crate::access::viewer::Sent;
use crate::body::{Json, SMALL};
use crate::inbox::{EnrolPage, LoginPage, Shell, SignedOutPage};
use crate::passkeys::CeremonyError;
use crate::problem::{self, Problem};
use crate::shared::Shared;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Nothing {}

/// What a browser answers.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Answered {
    challenge: String,
    proof: Value,
}

/// An invitation, as its link has it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Invited {
    invitation: String,
}

/// The key that was made by an invitation.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Made {
    invitation: String,
    challenge: String,
    proof: Value,
}

impl From<CeremonyError> for Problem {
    fn from(error: CeremonyError) -> Self {
        if let CeremonyError::Unverified(cause) = &error {
            tracing::info!(error = cause as &dyn std::error::Error, "a passkey was not verified");
        }
        Self::new(problem::NOT_SIGNED, error)
    }
}

/// `GET /login`
pub(super) async fn login(State(shared): State<Arc<Shared>>) -> Response {
    let shell = Shell::signed_out(shared.gate.origin());
    shown(&shared, page(&LoginPage { shell }))
}

/// `GET /enrol`
pub(super) async fn enrol(State(shared): State<Arc<Shared>>) -> Response {
    let shell = Shell::signed_out(shared.gate.origin());
    shown(&shared, page(&EnrolPage { shell }))
}

/// `POST /login/start`
pub(super) async fn begin_login(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    Json(_nothing): Json<Nothing, SMALL>,
) -> Result<Answer<Value>, Problem> {
    let door = door_from(&shared, &headers)?;
    let (asked, state) = door.passkeys.sign_in()?;
    door.signing_in.begin(challenge_in(&asked)?, state, shared.clock.now());
    Ok(Answer(asked))
}

/// `POST /login/finish`
pub(super) async fn finish_login(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    Json(answered): Json<Answered, SMALL>,
) -> Result<Response, Problem> {
    let (door, now) = (door_from(&shared, &headers)?, shared.clock.now());
    let state = door.signing_in.take(&answered.challenge, now).ok_or_else(too_late)?;
    let control = shared.gate.desk().control().await?;
    let known = control.reviewer_keys().map(|(account, key, _)| (account, key));
    let identity = door.passkeys.signed_in(&answered.proof, state, known)?;
    // Whom the directory does not know any more has no session either.
    shared.gate.desk().reviewer(&identity).await?;
    begin_session(door, identity, now)
}

/// `POST /enrol/start`
pub(super) async fn begin_enrolment(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    Json(invited): Json<Invited, SMALL>,
) -> Result<Answer<Value>, Problem> {
    let (door, desk) = (door_from(&shared, &headers)?, shared.gate.desk());
    let invitation = parse(&invited.invitation)?;
    let account = desk.invited(&invitation).await?.ok_or_else(not_invited)?;
    let (asked, state) = door.passkeys.enrol(&account, &desk.keys_of(&account).await?)?;
    let begun = (state, invitation.digest());
    door.enrolling.begin(challenge_in(&asked)?, begun, shared.clock.now());
    Ok(Answer(asked))
}

/// `POST /enrol/finish`
pub(super) async fn finish_enrolment(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    Json(made): Json<Made, SMALL>,
) -> Result<Response, Problem> {
    let (door, now) = (door_from(&shared, &headers)?, shared.clock.now());
    let invitation = parse(&made.invitation)?;
    let begun = door.enrolling.take(&made.challenge, now);
    let begun = begun.filter(|(_, invited)| *invited == invitation.digest());
    let (state, _) = begun.ok_or_else(too_late)?;
    let key = door.passkeys.enrolled(&made.proof, &state)?;
    let account = shared.gate.desk().enrol(&invitation, key).await?;
    begin_session(door, account, now)
}

/// `POST /logout`
pub(super) async fn logout(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    Sent(_viewer, _nothing): Sent<Nothing>,
) -> Response {
    let secret = crate::access::presented::cookie(&headers, "reviewer").ok().flatten();
    if let (Ok(door), Some(secret)) = (door(&shared), secret) {
        door.browsers.end(secret);
    }
    let shell = Shell::signed_out(shared.gate.origin());
    let mut response = shown(&shared, page(&SignedOutPage { shell }));
    let gone = format!("{SESSION_COOKIE}=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0");
    if let Ok(gone) = HeaderValue::from_str(&gone) {
        response.headers_mut().insert(SET_COOKIE, gone);
    }
    response
}

/// Whoever is not known yet has no token of a session: that the call comes from a page of ours is all there is to ask.
fn door_from<'a>(shared: &'a Shared, headers: &HeaderMap) -> Result<&'a Door, Problem> {
    if is_from(&shared.access.addresses, headers) {
        door(shared)
    } else {
        Err(Problem::new(problem::ORIGIN, "this comes from another page than this server's"))
    }
}

fn begin_session(
    door: &Door,
    identity: approvals_core::ChannelIdentity,
    now: Timestamp,
) -> Result<Response, Problem> {
    let secret = door.browsers.begin(identity, now);
    let secret = secret.map_err(|error| Problem::new(problem::UNAVAILABLE, error))?;
    let cookie = format!("{SESSION_COOKIE}={}; Path=/; Secure; HttpOnly; SameSite=Lax", *secret);
    let mut response = Answer(json!({})).into_response();
    let mut cookie = HeaderValue::from_str(&cookie)
        .map_err(|_none| Problem::new(problem::INTERNAL, "there is no session to begin"))?;
    cookie.set_sensitive(true);
    response.headers_mut().insert(SET_COOKIE, cookie);
    Ok(response)
}

fn challenge_in(asked: &Value) -> Result<&str, Problem> {
    let challenge = asked.pointer("/publicKey/challenge").and_then(Value::as_str);
    challenge.ok_or_else(|| Problem::new(problem::INTERNAL, "there is nothing to sign"))
}

fn parse(invitation: &str) -> Result<Invitation, Problem> {
    invitation.parse().map_err(|error| Problem::new(problem::NOT_INVITED, error))
}

fn not_invited() -> Problem {
    Problem::from(approvals_core::Refusal::NotInvited)
}

fn too_late() -> Problem {
    Problem::new(problem::NOT_SIGNED, "this was not asked for, or is too late; begin again")
}
