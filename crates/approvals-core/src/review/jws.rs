//! Signed claims as a compact JWS (RFC 7515) with `alg: EdDSA` (RFC 8037): what grants and attestations are.

use approvals_log::PublicKey;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64URL;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::key::key_id;
use crate::action::canonical;
use crate::action::noncanonical::CanonicalError;
use crate::action::parse::parse;

#[derive(PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    alg: String,
    kid: String,
    typ: String,
}

impl Header {
    fn of(typ: &str, key: &PublicKey) -> Self {
        Self { alg: "EdDSA".into(), kid: key_id(key), typ: typ.to_owned() }
    }
}

/// Why a JWS does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum JwsError {
    /// Not three parts of base64url with the JSON that belongs there.
    Malformed,
    /// Another algorithm, type or key.
    Header,
    /// The signature does not verify.
    Signature,
}

/// What `key` is to sign for `claims`, as a JWS of type `typ`.
pub(crate) fn signing_input<T: Serialize>(
    typ: &str,
    claims: &T,
    key: &PublicKey,
) -> Result<String, CanonicalError> {
    let part = |bytes: Vec<u8>| BASE64URL.encode(bytes);
    let header = part(canonical::to_bytes(&Header::of(typ, key), canonical::MAX_BYTES)?);
    let claims = part(canonical::to_bytes(claims, canonical::MAX_BYTES)?);
    Ok(format!("{header}.{claims}"))
}

/// The compact serialization.
pub(crate) fn assemble(signing_input: &str, signature: [u8; 64]) -> String {
    format!("{signing_input}.{}", BASE64URL.encode(signature))
}

/// The claims, not verified.
pub(crate) fn claims<T: DeserializeOwned>(jws: &str) -> Result<T, JwsError> {
    let (_, claims, _) = parts(jws)?;
    decode(claims)
}

/// The claims, if `key` signed them in a JWS of type `typ`.
pub(crate) fn verify<T: DeserializeOwned>(
    jws: &str,
    typ: &str,
    key: &PublicKey,
) -> Result<T, JwsError> {
    let (header, claims, signature) = parts(jws)?;
    if decode::<Header>(header)? != Header::of(typ, key) {
        return Err(JwsError::Header);
    }
    let signature = BASE64URL.decode(signature).map_err(|_bad| JwsError::Malformed)?;
    let message = format!("{header}.{claims}");
    key.verify(message.as_bytes(), &signature).map_err(|_bad| JwsError::Signature)?;
    decode(claims)
}

fn parts(jws: &str) -> Result<(&str, &str, &str), JwsError> {
    let mut parts = jws.split('.');
    match (parts.next(), parts.next(), parts.next(), parts.next()) {
        (Some(header), Some(claims), Some(signature), None) => Ok((header, claims, signature)),
        _other => Err(JwsError::Malformed),
    }
}

fn decode<T: DeserializeOwned>(part: &str) -> Result<T, JwsError> {
    let bytes = BASE64URL.decode(part).map_err(|_bad| JwsError::Malformed)?;
    let value = parse(&bytes, canonical::MAX_BYTES).map_err(|_bad| JwsError::Malformed)?;
    serde_json::from_value(value).map_err(|_bad| JwsError::Malformed)
}
