//! The three ceremonies, each a question to the browser and the check of its answer.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Mutex, PoisonError};

use approvals_core::{ChannelIdentity, Digest, PasskeyError, Proof, ReviewerKey};
use serde_json::{Value, json};
use url::Url;
use uuid::Uuid;
use webauthn_rs::prelude::{
    AuthenticationResult, DiscoverableAuthentication, DiscoverableKey, Passkey,
    PasskeyAuthentication, PasskeyRegistration, PublicKeyCredential, RegisterPublicKeyCredential,
    WebauthnError,
};
use webauthn_rs::{Webauthn, WebauthnBuilder};

use super::key::{KINDS, enrolled, stored};

/// The ceremonies of one site.
pub(crate) struct Passkeys {
    site: String,
    webauthn: Webauthn,
    /// How far authenticators that count had counted when they were last seen, by credential.
    counters: Mutex<HashMap<String, u32>>,
}

impl fmt::Debug for Passkeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Passkeys").field("site", &self.site).finish_non_exhaustive()
    }
}

/// A key that is being enrolled.
#[derive(Debug)]
pub(crate) struct Enrolling(PasskeyRegistration);

/// Somebody who is signing in, nobody knows who.
#[derive(Debug)]
pub(crate) struct SigningIn(DiscoverableAuthentication);

/// A decision that is being signed, by the account whose keys were asked for.
#[derive(Debug)]
pub(crate) struct SigningOff(PasskeyAuthentication);

/// Why an address cannot have passkeys.
#[derive(Debug, thiserror::Error)]
#[error(
    "passkeys take an address that people open over TLS and by name, such as `https://approvals.example.com`, or `http://localhost:8080` on their own machine"
)]
pub(crate) struct SiteError;

/// Why an answer was not taken.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CeremonyError {
    /// It was not what a browser sends.
    #[error("this is no answer of a passkey")]
    Malformed,
    /// It does not prove what it should.
    #[error("the passkey could not be verified; try again")]
    Unverified(#[source] WebauthnError),
    /// It is of a kind that not every gate can verify.
    #[error("this kind of passkey cannot be used here; take another authenticator")]
    Kind(#[source] PasskeyError),
    /// It counts less than it did: there may be a copy of it.
    #[error(
        "this passkey may have been copied: it counts less than it did; ask for it to be retired"
    )]
    Copied,
    /// Nobody has enrolled it.
    #[error("nobody has enrolled this passkey here")]
    Unknown,
}

impl From<WebauthnError> for CeremonyError {
    fn from(error: WebauthnError) -> Self {
        if matches!(error, WebauthnError::CredentialPossibleCompromise) {
            Self::Copied
        } else {
            Self::Unverified(error)
        }
    }
}

impl Passkeys {
    /// For the site that people open at `origin`.
    pub(crate) fn new(origin: &Url) -> Result<Self, SiteError> {
        let site = origin.domain().ok_or(SiteError)?.to_owned();
        let is_trusted =
            origin.scheme() == "https" || origin.scheme() == "http" && site == "localhost";
        if !is_trusted {
            return Err(SiteError);
        }
        let builder = WebauthnBuilder::new(&site, origin).map_err(|_unfit| SiteError)?;
        let webauthn = builder.rp_name("approvals").build().map_err(|_unfit| SiteError)?;
        Ok(Self { site, webauthn, counters: Mutex::default() })
    }

    /// What the browser is asked to make a key for `account`, which has these already.
    pub(crate) fn enrol(
        &self,
        account: &ChannelIdentity,
        known: &[ReviewerKey],
    ) -> Result<(Value, Enrolling), CeremonyError> {
        let name = account.subject();
        let known = known.iter().map(|key| key.credential_bytes().to_vec()).collect();
        let (asked, state) =
            self.webauthn.start_passkey_registration(handle(account), name, name, Some(known))?;
        let mut asked = options(asked)?;
        // Keys that the browser finds by itself, so that nobody types who they are; and kinds that every gate verifies.
        if let Some(selection) = asked.pointer_mut("/publicKey/authenticatorSelection") {
            merge(selection, json!({ "residentKey": "required", "requireResidentKey": true }));
        }
        if let Some(Value::Array(kinds)) = asked.pointer_mut("/publicKey/pubKeyCredParams") {
            let number = |kind: &Value| kind.get("alg").and_then(Value::as_i64);
            kinds.retain(|kind| number(kind).is_some_and(|number| KINDS.contains(&number)));
        }
        Ok((asked, Enrolling(state)))
    }

    /// The key that the browser has made.
    pub(crate) fn enrolled(
        &self,
        answer: &Value,
        state: &Enrolling,
    ) -> Result<ReviewerKey, CeremonyError> {
        let answer: RegisterPublicKeyCredential = read(answer)?;
        let passkey = self.webauthn.finish_passkey_registration(&answer, &state.0)?;
        enrolled(&self.site, passkey).map_err(CeremonyError::Kind)
    }

    /// What the browser is asked to sign in whoever is there.
    pub(crate) fn sign_in(&self) -> Result<(Value, SigningIn), CeremonyError> {
        let (asked, state) = self.webauthn.start_discoverable_authentication()?;
        let mut asked = options(asked)?;
        // The page asks when somebody presses a button, and not while they type.
        if let Some(asked) = asked.as_object_mut() {
            asked.remove("mediation");
        }
        Ok((asked, SigningIn(state)))
    }

    /// Who has signed in, among those who have enrolled keys.
    pub(crate) fn signed_in<'a>(
        &self,
        answer: &Value,
        state: SigningIn,
        known: impl IntoIterator<Item = (&'a ChannelIdentity, &'a ReviewerKey)>,
    ) -> Result<ChannelIdentity, CeremonyError> {
        let answer: PublicKeyCredential = read(answer)?;
        let (user, credential) = self.webauthn.identify_discoverable_authentication(&answer)?;
        let is_it = |(account, key): &(&ChannelIdentity, &ReviewerKey)| {
            key.credential_bytes() == credential && handle(account) == user
        };
        let (account, key) = known.into_iter().find(is_it).ok_or(CeremonyError::Unknown)?;
        let discoverable = DiscoverableKey::from(self.passkey(key)?);
        let result =
            self.webauthn.finish_discoverable_authentication_v2(&answer, state.0, &discoverable)?;
        self.count(key, &result);
        Ok(account.clone())
    }

    /// What the browser is asked to sign a decision with one of these keys, and the challenge in it.
    pub(crate) fn sign(
        &self,
        keys: &[ReviewerKey],
    ) -> Result<(Value, Vec<u8>, SigningOff), CeremonyError> {
        let keys = keys.iter().map(|key| self.passkey(key)).collect::<Result<Vec<_>, _>>()?;
        let (asked, state) = self.webauthn.start_passkey_authentication(&keys)?;
        let challenge = asked.public_key.challenge.clone();
        Ok((options(asked)?, challenge, SigningOff(state)))
    }

    /// The proof that was signed, with one of the keys that were asked for.
    pub(crate) fn signed(
        &self,
        answer: &Value,
        state: &SigningOff,
        keys: &[ReviewerKey],
    ) -> Result<Proof, CeremonyError> {
        let answer: PublicKeyCredential = read(answer)?;
        let result = self.webauthn.finish_passkey_authentication(&answer, &state.0)?;
        let credential: &[u8] = result.cred_id().as_ref();
        let key = keys.iter().find(|key| key.credential_bytes() == credential);
        self.count(key.ok_or(CeremonyError::Unknown)?, &result);
        let response = &answer.response;
        Proof::new(
            credential,
            &response.client_data_json,
            &response.authenticator_data,
            &response.signature,
        )
        .map_err(|_long| CeremonyError::Malformed)
    }

    fn passkey(&self, key: &ReviewerKey) -> Result<Passkey, CeremonyError> {
        let counters = self.counters.lock().unwrap_or_else(PoisonError::into_inner);
        let counter = counters.get(&key.credential()).copied().unwrap_or_default();
        stored(key, counter).ok_or(CeremonyError::Kind(PasskeyError::Malformed))
    }

    fn count(&self, key: &ReviewerKey, result: &AuthenticationResult) {
        let mut counters = self.counters.lock().unwrap_or_else(PoisonError::into_inner);
        counters.insert(key.credential(), result.counter());
    }
}

/// What authenticators know an account by: a number that says nothing of it.
fn handle(account: &ChannelIdentity) -> Uuid {
    let digest = Digest::of("passkey-user", account.to_string().as_bytes());
    let mut bytes = [0; 16];
    bytes.iter_mut().zip(digest.as_bytes()).for_each(|(byte, known)| *byte = *known);
    Uuid::new_v8(bytes)
}

fn options(asked: impl serde::Serialize) -> Result<Value, CeremonyError> {
    serde_json::to_value(asked).map_err(|_unwritable| CeremonyError::Malformed)
}

fn read<T: serde::de::DeserializeOwned>(answer: &Value) -> Result<T, CeremonyError> {
    serde_json::from_value(answer.clone()).map_err(|_malformed| CeremonyError::Malformed)
}

fn merge(into: &mut Value, more: Value) {
    if let (Value::Object(into), Value::Object(more)) = (into, more) {
        into.extend(more);
    }
}

#[cfg(test)]
#[path = "ceremony_tests.rs"]
mod tests;
