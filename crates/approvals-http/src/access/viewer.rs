//! A person who looks at pages, known by the cookie of their session.

use std::sync::Arc;

use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::Method;
use axum::http::header::ORIGIN;
use axum::http::request::Parts;
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::de::DeserializeOwned;

use super::origin::{is_foreign, is_from};
use super::presented::cookie;
use super::reviewer::Reviewer;
use super::sessions::Session;
use crate::body::fields;
use crate::pages::frame;
use crate::problem::{self, Problem};
use crate::shared::Shared;

const REALM: &str = "reviewer";

/// Somebody who has signed in, on a page of ours.
#[derive(Clone, Debug)]
pub(crate) struct Viewer {
    pub(crate) reviewer: Reviewer,
    session: Session,
}

/// A form that somebody who has signed in has sent from a page of ours.
#[derive(Debug)]
pub(crate) struct Sent<T>(pub(crate) Viewer, pub(crate) T);

impl Viewer {
    /// What forms carry, so that no other site can send them.
    pub(crate) fn csrf(&self) -> &str {
        self.session.csrf()
    }

    async fn of(parts: &Parts, shared: &Shared) -> Result<Option<Self>, Problem> {
        let Some(secret) = cookie(&parts.headers, REALM)? else { return Ok(None) };
        let Some(door) = &shared.door else { return Ok(None) };
        let Some(session) = door.browsers.of(secret, shared.clock.now()) else { return Ok(None) };
        let reviewer = Reviewer::known(shared, session.identity().clone()).await?;
        Ok(Some(Self { reviewer, session }))
    }
}

impl FromRequestParts<Arc<Shared>> for Viewer {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, shared: &Arc<Shared>) -> Result<Self, Response> {
        let addresses = &shared.access.addresses;
        if is_foreign(addresses, &parts.headers) {
            return Err(frame::failed(shared, &elsewhere()));
        }
        match Self::of(parts, shared).await {
            Ok(Some(viewer)) => Ok(viewer),
            // Whoever is not known is shown the door, and nothing else.
            Ok(None) => Err(Redirect::to("/login").into_response()),
            Err(problem) => Err(frame::failed(shared, &problem)),
        }
    }
}

impl<T: DeserializeOwned> FromRequest<Arc<Shared>> for Sent<T> {
    type Rejection = Response;

    async fn from_request(request: Request, shared: &Arc<Shared>) -> Result<Self, Response> {
        let failed = |problem: Problem| frame::failed(shared, &problem);
        let (mut parts, body) = request.into_parts();
        let is_ours = parts.method == Method::POST
            && is_from(&shared.access.addresses, &parts.headers)
            && parts.headers.contains_key(ORIGIN);
        if !is_ours {
            return Err(failed(elsewhere()));
        }
        let viewer = Viewer::from_request_parts(&mut parts, shared).await?;
        let (csrf, sent) = fields(shared, &parts.headers, body).await.map_err(failed)?;
        if !viewer.session.has_csrf(csrf.as_bytes()) {
            let detail = "the form is not of this session; load the page again";
            return Err(failed(Problem::new(problem::ORIGIN, detail)));
        }
        Ok(Self(viewer, sent))
    }
}

fn elsewhere() -> Problem {
    Problem::new(problem::ORIGIN, "this came from another page than this server's")
}
