//! A person who decides, known by their session.

use std::sync::Arc;

use approvals_core::{ChannelIdentity, Principal};
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method};

use super::origin::{is_foreign, is_from};
use super::presented::{bearer, cookie, no_such_token};
use super::secret::{AuditorToken, RequesterToken};
use super::sessions::{Session, SessionError};
use crate::problem::{self, Problem};
use crate::shared::Shared;

const REALM: &str = "reviewer";

/// The header in which pages send back what other sites do not know.
const CSRF: &str = "x-csrf-token";

/// Who decides. Only a verified session of somebody whom the directory knows makes one.
#[derive(Clone, Debug)]
pub(crate) struct Reviewer {
    identity: ChannelIdentity,
    person: Principal,
}

impl Reviewer {
    /// Who it is, as the channel knows them.
    pub(crate) fn identity(&self) -> &ChannelIdentity {
        &self.identity
    }

    /// Who it is, as the directory knows them.
    pub(crate) fn person(&self) -> &Principal {
        &self.person
    }
}

impl Reviewer {
    /// Whoever the directory says stands behind this identity, which somebody has proven to be theirs.
    pub(super) async fn known(shared: &Shared, identity: ChannelIdentity) -> Result<Self, Problem> {
        let person = shared.gate.desk().reviewer(&identity).await?;
        Ok(Self { identity, person })
    }
}

impl FromRequestParts<Arc<Shared>> for Reviewer {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, shared: &Arc<Shared>) -> Result<Self, Problem> {
        let session = match (bearer(&parts.headers, REALM)?, cookie(&parts.headers, REALM)?) {
            (Some(token), None) => of_bearer(shared, token).await?,
            (None, Some(secret)) => {
                let found = match &shared.door {
                    Some(door) => door.browsers.of(secret, shared.clock.now()),
                    None => shared.access.sessions.of_cookie(secret).await.map_err(away)?,
                };
                let session = found.ok_or_else(|| {
                    Problem::unauthenticated(REALM, "this session is over; log in again")
                })?;
                comes_from_our_pages(shared, &session, &parts.method, &parts.headers)?;
                session
            }
            (None, None) => {
                return Err(Problem::unauthenticated(REALM, "log in first"));
            }
            (Some(_), Some(_)) => {
                return Err(Problem::unauthenticated(
                    REALM,
                    "there are a token and a session; send one of them",
                ));
            }
        };
        Self::known(shared, session.identity().clone()).await
    }
}

async fn of_bearer(shared: &Shared, token: &str) -> Result<Session, Problem> {
    // A token of a program, however misspelt, never reaches those who know people.
    let is_a_programs = [RequesterToken::PREFIX, AuditorToken::PREFIX];
    if !is_a_programs.iter().any(|prefix| token.starts_with(prefix))
        && let Some(session) = shared.access.sessions.of_bearer(token).await.map_err(away)?
    {
        return Ok(session);
    }
    Err(no_such_token(&shared.access.tokens, shared.clock.now(), token, REALM))
}

fn comes_from_our_pages(
    shared: &Shared,
    session: &Session,
    method: &Method,
    headers: &HeaderMap,
) -> Result<(), Problem> {
    let refuse = |detail| Err(Problem::new(problem::ORIGIN, detail));
    let addresses = &shared.access.addresses;
    if *method == Method::GET || *method == Method::HEAD {
        if is_foreign(addresses, headers) {
            return refuse("the header `Origin` names another page than this server's");
        }
        return Ok(());
    }
    if !is_from(addresses, headers) {
        return refuse("the header `Origin` is missing or names another page than this server's");
    }
    let mut sent = headers.get_all(CSRF).iter();
    match (sent.next(), sent.next()) {
        (Some(token), None) if session.has_csrf(token.as_bytes()) => Ok(()),
        _other => {
            refuse("the header `X-CSRF-Token` is not that of this session; load the page again")
        }
    }
}

fn away(error: SessionError) -> Problem {
    tracing::warn!(error = ?error, "sessions cannot be looked up");
    Problem::new(problem::UNAVAILABLE, error).after(std::time::Duration::from_secs(2))
}
