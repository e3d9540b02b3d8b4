//! Whether Microsoft's service for bots has sent this. Pure: bytes, keys and a clock's value in, yes or a refusal out.
//!
//! A call proves that with a JSON Web Token (RFC 7519, RFC 7515): the rules are those of *Authenticate requests with the Bot
//! Connector API*, each taken as strictly as the stricter of Microsoft's own two libraries takes it. What a token's header
//! says about where keys are is never looked at.

use std::time::Duration;

use approvals_core::{Timestamp, canonical};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};

use crate::id::BotId;
use crate::keys::KeySet;
use crate::place::{PlaceError, ServiceUrl};

/// Who signs.
pub(crate) const ISSUER: &str = "https://api.botframework.com";

/// What a key has to be endorsed for, and from where a call has to come.
pub(crate) const CHANNEL: &str = "msteams";

/// How far the clocks may be apart.
const SKEW: Duration = Duration::from_secs(300);

/// The most bytes of a token. Microsoft's have some 1,100.
const MAX_TOKEN: usize = 16 * 1024;

/// The longest id of a key.
const MAX_KEY_ID: usize = 256;

/// What a header must not name: keys that come with the token, or demands that nobody here knows.
const REFUSED: [&str; 6] = ["crit", "jku", "jwk", "x5c", "x5u", "zip"];

/// What is known of a call that is verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Proof {
    /// Where the sender is to be answered: the only part of what it says that the token covers.
    pub(crate) service: ServiceUrl,
    /// The key that has signed.
    pub(crate) key: String,
}

/// Why a call is not taken as one of Microsoft's. It quotes nothing of the token.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum VerifyError {
    #[error(
        "the header `Authorization` must be there once; check that what stands before this server passes it on"
    )]
    Header,
    #[error("it is no bearer token of Microsoft's")]
    Malformed,
    #[error("it is not signed with RS256")]
    Algorithm,
    #[error("the key that it names is not among Microsoft's")]
    UnknownKey,
    #[error("the key that it names does not sign for Teams")]
    NotEndorsed,
    #[error("the signature is not Microsoft's")]
    Signature,
    #[error("it does not say who has issued it, or somebody else has")]
    Issuer,
    #[error("it is for another bot; check the bot's app id")]
    Audience,
    #[error("it is not valid now; if that is wrong, set this host's clock")]
    Time,
    #[error("{0}")]
    Place(#[from] PlaceError),
}

/// Verifies a call for `bot` at `now`. Of the header `Authorization` all values that were found are to be given.
pub(crate) fn verify<'a>(
    keys: &KeySet,
    bot: &BotId,
    now: Timestamp,
    stand_in: Option<&url::Url>,
    authorization: impl IntoIterator<Item = &'a [u8]>,
) -> Result<Proof, VerifyError> {
    let token = token(authorization)?;
    let (signed, signature) = token.rsplit_once('.').ok_or(VerifyError::Malformed)?;
    let (header, claims) = signed.split_once('.').ok_or(VerifyError::Malformed)?;
    let key_id = key_id(&object(header)?)?;
    let key = keys.find(&key_id).ok_or(VerifyError::UnknownKey)?;
    let signature = decoded(signature)?;
    if !key.has_signed(signed.as_bytes(), &signature) {
        return Err(VerifyError::Signature);
    }
    if !key.is_endorsed_for(CHANNEL) {
        return Err(VerifyError::NotEndorsed);
    }
    let service = service(&object(claims)?, bot, now, stand_in)?;
    Ok(Proof { service, key: key_id })
}

fn token<'a>(authorization: impl IntoIterator<Item = &'a [u8]>) -> Result<&'a str, VerifyError> {
    let mut values = authorization.into_iter();
    let (Some(value), None) = (values.next(), values.next()) else {
        return Err(VerifyError::Header);
    };
    if value.len() > MAX_TOKEN {
        return Err(VerifyError::Malformed);
    }
    let value = std::str::from_utf8(value).map_err(|_binary| VerifyError::Malformed)?;
    let (scheme, token) = value.split_once(' ').ok_or(VerifyError::Malformed)?;
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(VerifyError::Malformed);
    }
    Ok(token)
}

/// The key that a header names, if it asks for nothing else.
fn key_id(header: &Map<String, Value>) -> Result<String, VerifyError> {
    if header.get("alg").and_then(Value::as_str) != Some("RS256") {
        return Err(VerifyError::Algorithm);
    }
    let is_token =
        |kind: &Value| kind.as_str().is_some_and(|kind| kind.eq_ignore_ascii_case("jwt"));
    if !header.get("typ").is_none_or(is_token)
        || REFUSED.iter().any(|name| header.contains_key(*name))
    {
        return Err(VerifyError::Malformed);
    }
    let id = header.get("kid").and_then(Value::as_str).ok_or(VerifyError::Malformed)?;
    if !(1..=MAX_KEY_ID).contains(&id.len()) {
        return Err(VerifyError::Malformed);
    }
    Ok(id.to_owned())
}

fn service(
    claims: &Map<String, Value>,
    bot: &BotId,
    now: Timestamp,
    stand_in: Option<&url::Url>,
) -> Result<ServiceUrl, VerifyError> {
    let text = |name| claims.get(name).and_then(Value::as_str);
    if text("iss") != Some(ISSUER) {
        return Err(VerifyError::Issuer);
    }
    if text("aud") != Some(bot.as_str()) {
        return Err(VerifyError::Audience);
    }
    let now = now.as_millis();
    let skew = i64::try_from(SKEW.as_millis()).unwrap_or(0);
    let until = time(claims.get("exp"))?.ok_or(VerifyError::Time)?;
    let from = time(claims.get("nbf"))?;
    let is_over = now > until.saturating_add(skew);
    let is_early = from.is_some_and(|from| now < from.saturating_sub(skew) || from > until);
    if is_over || is_early {
        return Err(VerifyError::Time);
    }
    let service = text("serviceurl").ok_or(VerifyError::Place(PlaceError::Unreadable))?;
    Ok(ServiceUrl::read(service, stand_in)?)
}

/// A moment in milliseconds. RFC 7519 has it in seconds.
fn time(claim: Option<&Value>) -> Result<Option<i64>, VerifyError> {
    let Some(claim) = claim else { return Ok(None) };
    let seconds = claim.as_i64().filter(|seconds| *seconds >= 0).ok_or(VerifyError::Time)?;
    seconds.checked_mul(1000).map(Some).ok_or(VerifyError::Time)
}

/// The JSON object that a part of a token is, read by a parser that refuses what is there twice.
fn object(part: &str) -> Result<Map<String, Value>, VerifyError> {
    match canonical::parse(&decoded(part)?, MAX_TOKEN) {
        Ok(Value::Object(object)) => Ok(object),
        Ok(_) | Err(_) => Err(VerifyError::Malformed),
    }
}

fn decoded(part: &str) -> Result<Vec<u8>, VerifyError> {
    URL_SAFE_NO_PAD.decode(part).map_err(|_malformed| VerifyError::Malformed)
}

#[cfg(test)]
#[path = "verify_tests.rs"]
mod tests;
