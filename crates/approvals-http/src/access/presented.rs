//! What a call shows of who sends it. Pure: headers in, at most one credential of each sort out.

use approvals_core::Timestamp;
use axum::http::HeaderMap;
use axum::http::header::{AUTHORIZATION, COOKIE};

use super::secret::{AuditorToken, RequesterToken};
use super::sessions::SESSION_COOKIE;
use super::tokens::Tokens;
use crate::problem::{self, Problem};

/// The most bytes of a credential. Tokens of OpenID Connect have a few thousand.
const MAX: usize = 16 * 1024;

/// What the header `Authorization` carries, if it is there.
pub(super) fn bearer<'a>(
    headers: &'a HeaderMap,
    realm: &'static str,
) -> Result<Option<&'a str>, Problem> {
    let refuse = |detail| Problem::unauthenticated(realm, detail);
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let (value, None) = (values.next(), values.next()) else {
        return Err(refuse("the header `Authorization` stands there twice; send it once"));
    };
    let Some(value) = value else { return Ok(None) };
    let token = value
        .to_str()
        .ok()
        .filter(|text| text.len() <= MAX)
        .and_then(|text| text.split_once(' '))
        .filter(|(scheme, token)| scheme.eq_ignore_ascii_case("bearer") && is_token(token));
    match token {
        Some((_, token)) => Ok(Some(token)),
        None => Err(refuse("the header `Authorization` is not `Bearer`, a space and one token")),
    }
}

/// The characters of RFC 6750.
fn is_token(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~+/=".contains(&b))
}

/// What the cookie of a session carries, if it is there.
pub(crate) fn cookie<'a>(
    headers: &'a HeaderMap,
    realm: &'static str,
) -> Result<Option<&'a str>, Problem> {
    let pairs = headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|text| text.split(';'))
        .filter_map(|pair| pair.trim_matches(' ').split_once('='));
    let mut own = pairs.filter(|(name, _)| *name == SESSION_COOKIE).map(|(_, value)| value);
    match (own.next(), own.next()) {
        (None, _) => Ok(None),
        (Some(value), None) if !value.is_empty() && value.len() <= MAX => Ok(Some(value)),
        (Some(_), _) => Err(Problem::unauthenticated(
            realm,
            "the cookie of the session stands there twice, or is none; log in again",
        )),
    }
}

/// What is answered to a token that is of another kind, or of none: only whoever has a good one of another kind is told so.
pub(super) fn no_such_token(
    tokens: &Tokens,
    now: Timestamp,
    token: &str,
    realm: &'static str,
) -> Problem {
    let is_requester = RequesterToken::parse(token)
        .is_ok_and(|token| tokens.requester(&token.hash(), now).is_some());
    let is_auditor =
        AuditorToken::parse(token).is_ok_and(|token| tokens.auditor(&token.hash(), now).is_some());
    if is_requester || is_auditor {
        other_kind(realm)
    } else {
        Problem::unauthenticated(
            realm,
            "this token is not known, has expired or is taken back; ask for a new one",
        )
    }
}

pub(super) fn other_kind(realm: &'static str) -> Problem {
    Problem::new(
        problem::OTHER_CREDENTIAL,
        format_args!("this is for a {realm}'s credential, and no other stands in for one"),
    )
}
