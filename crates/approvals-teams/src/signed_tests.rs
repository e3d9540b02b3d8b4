//! Tokens as Microsoft's service makes them, and as it never does.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rand::SystemRandom;
use ring::signature::{KeyPair as _, RSA_PKCS1_SHA256, RSA_PKCS1_SHA384, RsaEncoding, RsaKeyPair};
use serde_json::{Value, json};

use crate::id::BotId;
use crate::keys::KeySet;

/// When most of it happens.
pub(crate) const NOW: i64 = 1_893_456_000;

pub(crate) const SERVICE: &str = "https://smba.trafficmanager.net/emea/";

pub(crate) fn bot() -> BotId {
    "11111111-2222-3333-4444-555555555555".parse().unwrap()
}

/// One that signs for Teams, and one that does not.
pub(crate) enum Signer {
    Teams,
    Webchat,
    /// Known to nobody.
    Forger,
}

fn pair(signer: &Signer) -> RsaKeyPair {
    let der: &[u8] = match signer {
        Signer::Teams | Signer::Webchat => include_bytes!("../keys/one.der"),
        Signer::Forger => include_bytes!("../keys/two.der"),
    };
    RsaKeyPair::from_pkcs8(der).unwrap()
}

pub(crate) fn encoded(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The set with both keys; it is one key by two names.
pub(crate) fn keys() -> KeySet {
    KeySet::read(set().to_string().as_bytes()).unwrap()
}

pub(crate) fn set() -> Value {
    let pair = pair(&Signer::Teams);
    let public = ring::signature::RsaPublicKeyComponents::<Vec<u8>>::from(pair.public_key());
    let key = |kid: &str, channel: &str| {
        json!({
            "kty": "RSA", "use": "sig", "kid": kid, "x5t": kid, "n": encoded(&public.n), "e": encoded(&public.e),
            "endorsements": [channel, "telemetry"],
        })
    };
    json!({"keys": [key("teams", "msteams"), key("webchat", "webchat")]})
}

pub(crate) fn header() -> Value {
    json!({"alg": "RS256", "kid": "teams", "x5t": "teams", "typ": "JWT"})
}

pub(crate) fn claims() -> Value {
    json!({
        "serviceurl": SERVICE, "nbf": NOW - 60, "exp": NOW + 3600, "iss": "https://api.botframework.com",
        "aud": bot().as_str(),
    })
}

/// The same with one field as given; without it, where that is null.
pub(crate) fn with(mut object: Value, field: &str, value: Value) -> Value {
    let fields = object.as_object_mut().unwrap();
    if value.is_null() {
        fields.remove(field);
    } else {
        fields.insert(field.to_owned(), value);
    }
    object
}

pub(crate) fn signed(signer: &Signer, header: &Value, claims: &Value) -> String {
    token_of(
        signer,
        &RSA_PKCS1_SHA256,
        header.to_string().as_bytes(),
        claims.to_string().as_bytes(),
    )
}

pub(crate) fn token_of_384(header: &Value, claims: &Value) -> String {
    let (header, claims) = (header.to_string(), claims.to_string());
    token_of(&Signer::Teams, &RSA_PKCS1_SHA384, header.as_bytes(), claims.as_bytes())
}

pub(crate) fn token_of(
    by: &Signer,
    how: &'static dyn RsaEncoding,
    header: &[u8],
    claims: &[u8],
) -> String {
    let (pair, content) = (pair(by), format!("{}.{}", encoded(header), encoded(claims)));
    let mut signature = vec![0; pair.public().modulus_len()];
    pair.sign(how, &SystemRandom::new(), content.as_bytes(), &mut signature).unwrap();
    format!("{content}.{}", encoded(signature))
}

pub(crate) fn genuine() -> String {
    signed(&Signer::Teams, &header(), &claims())
}

/// The bytes of the public key, which a forger may use as a secret.
pub(crate) fn public_key() -> Vec<u8> {
    pair(&Signer::Teams).public_key().as_ref().to_vec()
}
