//! JSON Web Tokens, true ones and false ones.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::hmac;
use ring::signature::{
    RSA_PKCS1_SHA256, RSA_PKCS1_SHA384, RSA_PKCS1_SHA512, RSA_PSS_SHA256, RsaEncoding,
};
use serde_json::Value;

use super::Pair;

/// How a token is signed.
#[derive(Clone, Debug)]
pub(crate) enum Signature {
    /// With a key, in the way that the header names, and as with `RS256` where it names none.
    Key(Pair),
    /// Not at all.
    Missing,
    /// As if the public key were a secret.
    PublicKeyAsSecret(Pair),
}

pub(crate) fn base64url(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Header, claims and signature.
pub(crate) fn compact(header: &Value, claims: &Value, signed: &Signature) -> String {
    let text = |part: &Value| part.to_string().into_bytes();
    sign(&text(header), &text(claims), encoding(header), signed)
}

/// The same of any texts.
pub(super) fn sign(
    header: &[u8],
    claims: &[u8],
    encoding: &'static dyn RsaEncoding,
    signed: &Signature,
) -> String {
    let text = format!("{}.{}", base64url(header), base64url(claims));
    let signature = match signed {
        Signature::Key(pair) => pair.sign(encoding, text.as_bytes()),
        Signature::Missing => Vec::new(),
        Signature::PublicKeyAsSecret(pair) => {
            let secret = hmac::Key::new(hmac::HMAC_SHA256, pair.public_pem().as_bytes());
            hmac::sign(&secret, text.as_bytes()).as_ref().to_vec()
        }
    };
    format!("{text}.{}", base64url(&signature))
}

fn encoding(header: &Value) -> &'static dyn RsaEncoding {
    match header["alg"].as_str() {
        Some("RS384") => &RSA_PKCS1_SHA384,
        Some("RS512") => &RSA_PKCS1_SHA512,
        Some("PS256") => &RSA_PSS_SHA256,
        _ => &RSA_PKCS1_SHA256,
    }
}
