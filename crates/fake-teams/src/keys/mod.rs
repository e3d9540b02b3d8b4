//! What the service signs with, and how it is published.

mod pair;
mod token;

use ring::signature::RSA_PKCS1_SHA256;
use serde_json::{Value, json};

pub use pair::Pair;
pub(crate) use token::{Signature, compact};

/// A key that the service signs with.
///
/// ```
/// use fake_teams::{Pair, SigningKey, World};
///
/// let mut world = World::office();
/// world.keys.push(SigningKey::new("for-web-chat", Pair::Second).endorsed(["webchat"]));
/// // Signs under the name of a key that it is not.
/// let forger = SigningKey { pair: Pair::Second, ..world.signing_key() };
/// assert_eq!(forger.kid, world.signs_with);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SigningKey {
    /// Its name.
    pub kid: String,
    /// The key itself.
    pub pair: Pair,
    /// The channels that it may speak for; nothing where it does not say so.
    pub endorsements: Option<Vec<String>>,
    /// Whether it stands in the list that all can read.
    pub is_published: bool,
}

impl SigningKey {
    /// A key that may speak for Teams, as those of the service do.
    #[must_use]
    pub fn new(kid: &str, pair: Pair) -> Self {
        let endorsements = Some(vec!["msteams".to_owned()]);
        Self { kid: kid.to_owned(), pair, endorsements, is_published: true }
    }

    /// May speak for these channels alone.
    #[must_use]
    pub fn endorsed<const N: usize>(mut self, channels: [&str; N]) -> Self {
        self.endorsements = Some(channels.map(str::to_owned).to_vec());
        self
    }

    /// A token with a header and claims that no other way leads to, such as a name that is there twice. It is signed as
    /// `RS256` says, whatever its header says: for [`Interaction::raw_token`](crate::Interaction::raw_token).
    #[must_use]
    pub fn token(&self, header: &str, claims: &str) -> String {
        let signed = Signature::Key(self.pair);
        token::sign(header.as_bytes(), claims.as_bytes(), &RSA_PKCS1_SHA256, &signed)
    }

    pub(crate) fn to_jwk(&self) -> Value {
        let (modulus, exponent) = self.pair.components();
        let mut jwk = json!({
            "kty": "RSA", "use": "sig", "kid": self.kid, "x5t": self.kid, "n": token::base64url(&modulus),
            "e": token::base64url(&exponent),
        });
        if let Some(endorsements) = &self.endorsements {
            jwk["endorsements"] = json!(endorsements);
        }
        jwk
    }
}
