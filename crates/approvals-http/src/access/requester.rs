//! The program of an agent, known by its token.

use std::sync::Arc;

use approvals_core::{Digest, PrincipalId, Risk};
use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use super::presented::{bearer, no_such_token};
use super::roll::RequesterEntry;
use super::secret::RequesterToken;
use crate::problem::{self, Problem};
use crate::shared::Shared;

const REALM: &str = "requester";

/// Whose calls these are. Only a good token makes one.
#[derive(Clone, Debug)]
pub(crate) struct Requester {
    entry: Arc<RequesterEntry>,
    token: Digest,
}

impl Requester {
    /// On whose behalf it is, as the log will say.
    pub(crate) fn principal(&self) -> &approvals_core::Requester {
        &self.entry.requester
    }

    /// The token, by its digest.
    pub(crate) fn token(&self) -> Digest {
        self.token
    }

    /// The risk that each action of theirs has at least, whatever they say.
    pub(crate) fn least_risk(&self) -> Risk {
        self.entry.risk
    }

    pub(crate) fn covers(&self, action: &str) -> bool {
        self.entry.scopes.iter().any(|scope| scope.covers(action))
    }

    /// Whether it may submit this.
    pub(crate) fn may_submit(&self, action: &str) -> Result<(), Problem> {
        if self.covers(action) {
            return Ok(());
        }
        Err(Problem::new(
            problem::OUT_OF_SCOPE,
            format_args!(
                "the token `{}` is not for the action `{action}`; ask for one that is",
                self.entry.name
            ),
        ))
    }

    /// Whether it may know of a request for this action that these made.
    pub(crate) fn may_see<'a>(
        &self,
        action: &str,
        everybody: impl IntoIterator<Item = &'a PrincipalId>,
    ) -> bool {
        let own = self.principal().everybody().map(approvals_core::Principal::id);
        own.eq(everybody) && self.covers(action)
    }

    /// Whether the token is still good.
    pub(crate) fn is_good(&self, shared: &Shared) -> bool {
        let found = shared.access.tokens.requester(&self.token, shared.clock.now());
        found.is_some_and(|entry| entry == self.entry)
    }
}

impl FromRequestParts<Arc<Shared>> for Requester {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, shared: &Arc<Shared>) -> Result<Self, Problem> {
        let Some(text) = bearer(&parts.headers, REALM)? else {
            return Err(Problem::unauthenticated(
                REALM,
                "send `Authorization: Bearer` and the token of the agent, which begins with `apr_req_`",
            ));
        };
        let (tokens, now) = (&shared.access.tokens, shared.clock.now());
        let found = RequesterToken::parse(text).ok().and_then(|token| {
            let hash = token.hash();
            Some(Self { entry: tokens.requester(&hash, now)?, token: hash })
        });
        found.ok_or_else(|| no_such_token(tokens, now, text, REALM))
    }
}
