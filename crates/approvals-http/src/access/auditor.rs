//! A program that reads the log, known by its token.

use std::sync::Arc;

use approvals_core::Digest;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use super::presented::{bearer, no_such_token};
use super::secret::AuditorToken;
use crate::problem::Problem;
use crate::shared::Shared;

const REALM: &str = "auditor";

/// Who reads the log. Only a good token makes one.
#[derive(Clone, Debug)]
pub(crate) struct Auditor {
    token: Digest,
}

impl Auditor {
    /// The token, by its digest.
    pub(crate) fn token(&self) -> Digest {
        self.token
    }

    /// Whether the token is still good.
    pub(crate) fn is_good(&self, shared: &Shared) -> bool {
        shared.access.tokens.auditor(&self.token, shared.clock.now()).is_some()
    }
}

impl FromRequestParts<Arc<Shared>> for Auditor {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, shared: &Arc<Shared>) -> Result<Self, Problem> {
        let Some(text) = bearer(&parts.headers, REALM)? else {
            return Err(Problem::unauthenticated(
                REALM,
                "send `Authorization: Bearer` and an auditor's token, which begins with `apr_aud_`",
            ));
        };
        let (tokens, now) = (&shared.access.tokens, shared.clock.now());
        let found = AuditorToken::parse(text).ok().map(|token| token.hash());
        let found = found.filter(|hash| tokens.auditor(hash, now).is_some());
        found.map(|token| Self { token }).ok_or_else(|| no_such_token(tokens, now, text, REALM))
    }
}
