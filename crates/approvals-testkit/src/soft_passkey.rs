//! A passkey in software.

use std::fmt;
use std::sync::Mutex;

use approvals_core::{Challenge, PasskeyError, PasskeyPublic, Proof, ReviewerKey};
use ring::digest::{SHA256, digest};
use ring::rand::{SecureRandom as _, SystemRandom};
use ring::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _};
use serde_json::{Value, json};

/// A passkey in software, for tests of what reviewers sign with keys of their own: it signs whatever it is given, as an
/// authenticator with its user in front of it would.
///
/// ```
/// # use approvals_core as approvals;
/// use approvals::PasskeyError;
/// use approvals_testkit::SoftPasskey;
///
/// let passkey = SoftPasskey::new("approvals.example.com");
/// assert_eq!(passkey.key().verify(&passkey.sign_bytes(&[7; 32])), Ok(()));
///
/// let absent = passkey.sign_unverified(&[7; 32]);
/// assert_eq!(passkey.key().verify(&absent), Err(PasskeyError::Unverified));
/// ```
pub struct SoftPasskey {
    site: String,
    origin: String,
    /// What it has counted to; most of them count nothing.
    counter: u32,
    user: Mutex<Option<String>>,
    pair: EcdsaKeyPair,
    key: ReviewerKey,
}

impl fmt::Debug for SoftPasskey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SoftPasskey").field("key", &self.key).finish_non_exhaustive()
    }
}

/// The flags of an assertion: the user was there, and was verified.
const VERIFIED: u8 = 0b101;
const PRESENT: u8 = 0b001;
/// A key stands beside.
const ATTESTED: u8 = 0b100_0000;

impl SoftPasskey {
    /// A fresh one for a site.
    ///
    /// # Panics
    ///
    /// If there is no randomness, or no host has that name.
    #[must_use]
    #[expect(clippy::expect_used, reason = "for tests")]
    pub fn new(site: &str) -> Self {
        let random = SystemRandom::new();
        let algorithm = &ECDSA_P256_SHA256_ASN1_SIGNING;
        let document = EcdsaKeyPair::generate_pkcs8(algorithm, &random).expect("randomness");
        let pair = EcdsaKeyPair::from_pkcs8(algorithm, document.as_ref(), &random);
        let pair = pair.expect("just generated");
        let mut credential = [0; 16];
        random.fill(&mut credential).expect("randomness");
        let point = pair.public_key().as_ref().split_first_chunk::<33>();
        let (head, y) = point.expect("65 bytes");
        let (_uncompressed, x) = head.split_first().expect("33 bytes");
        let key = ReviewerKey::es256(site, &credential, x, y).expect("the name of a host");
        let (site, origin) = (site.to_owned(), format!("https://{site}"));
        Self { site, origin, counter: 0, user: Mutex::default(), pair, key }
    }

    /// The same in a browser that has this page open.
    #[must_use]
    pub fn on(self, origin: &str) -> Self {
        Self { origin: origin.to_owned(), ..self }
    }

    /// The same, as one that counts what it signs, and has counted to this.
    pub fn count_to(&mut self, counter: u32) {
        self.counter = counter;
    }

    /// What `navigator.credentials.create` answers, as pages send it on: `options` is what the server has asked for.
    ///
    /// # Panics
    ///
    /// If they ask for no passkey.
    #[must_use]
    #[expect(clippy::expect_used, reason = "for tests")]
    pub fn create(&self, options: &Value) -> Value {
        let asked = |place| options.pointer(place).and_then(Value::as_str).expect("is asked for");
        *self.user.lock().expect("is not poisoned") = Some(asked("/publicKey/user/id").to_owned());
        let client = self.client_data("webauthn.create", asked("/publicKey/challenge"));
        let credential = self.key.credential();
        json!({
            "id": credential,
            "rawId": credential,
            "type": "public-key",
            "extensions": {},
            "response": {
                "attestationObject": base64url(&self.attestation()),
                "clientDataJSON": base64url(client.as_bytes()),
            },
        })
    }

    /// What `navigator.credentials.get` answers, as pages send it on: `options` is what the server has asked for.
    ///
    /// # Panics
    ///
    /// If they ask for no signature.
    #[must_use]
    #[expect(clippy::expect_used, reason = "for tests")]
    pub fn get(&self, options: &Value) -> Value {
        let challenge = options.pointer("/publicKey/challenge").and_then(Value::as_str);
        let (client, data, signature) = self.signed(challenge.expect("is asked for"), VERIFIED);
        let credential = self.key.credential();
        json!({
            "id": credential,
            "rawId": credential,
            "type": "public-key",
            "extensions": {},
            "response": {
                "authenticatorData": base64url(&data),
                "clientDataJSON": base64url(client.as_bytes()),
                "signature": base64url(&signature),
                "userHandle": *self.user.lock().expect("is not poisoned"),
            },
        })
    }

    /// An attestation object that attests nothing (Web Authentication, section 8.7), in CBOR.
    #[expect(clippy::expect_used, reason = "for tests")]
    fn attestation(&self) -> Vec<u8> {
        let PasskeyPublic::Es256 { x, y } = self.key.public() else { return Vec::new() };
        let cose = [
            &[0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20][..],
            x,
            &[0x22, 0x58, 0x20],
            y,
        ];
        let credential = self.key.credential_bytes();
        let length = u16::try_from(credential.len()).expect("is short").to_be_bytes();
        let known = self.authenticator_data(VERIFIED | ATTESTED);
        let data = [&known, &[0; 16][..], &length, credential, &cose.concat()];
        let data = data.concat();
        let length = u8::try_from(data.len()).expect("is short");
        let head: &[u8] = b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x58";
        [head, &[length], &data].concat()
    }

    fn authenticator_data(&self, flags: u8) -> Vec<u8> {
        let site = digest(&SHA256, self.site.as_bytes());
        [site.as_ref(), &[flags], &self.counter.to_be_bytes()].concat()
    }

    fn client_data(&self, kind: &str, challenge: &str) -> String {
        json!({"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": false})
            .to_string()
    }

    /// Its public half.
    #[must_use]
    pub fn key(&self) -> ReviewerKey {
        self.key.clone()
    }

    /// What it signs when it is shown this challenge.
    ///
    /// # Panics
    ///
    /// If there is no randomness.
    #[must_use]
    #[expect(clippy::expect_used, reason = "for tests")]
    pub fn sign(&self, challenge: &Challenge) -> Proof {
        let nonce = challenge.nonce();
        self.assert(&nonce, VERIFIED).expect("short enough")
    }

    /// What it signs over these bytes.
    ///
    /// # Panics
    ///
    /// If there is no randomness, or more than a thousand bytes.
    #[must_use]
    #[expect(clippy::expect_used, reason = "for tests")]
    pub fn sign_bytes(&self, nonce: &[u8]) -> Proof {
        self.assert(&base64url(nonce), VERIFIED).expect("short enough")
    }

    /// The same from an authenticator that has not made sure who is there.
    ///
    /// # Panics
    ///
    /// If there is no randomness, or more than a thousand bytes.
    #[must_use]
    #[expect(clippy::expect_used, reason = "for tests")]
    pub fn sign_unverified(&self, nonce: &[u8]) -> Proof {
        self.assert(&base64url(nonce), PRESENT).expect("short enough")
    }

    fn assert(&self, nonce: &str, flags: u8) -> Result<Proof, PasskeyError> {
        let (client, data, signature) = self.signed(nonce, flags);
        Proof::new(self.key.credential_bytes(), client.as_bytes(), &data, &signature)
    }

    /// What the browser says, what the authenticator says, and its signature over both.
    #[expect(clippy::expect_used, reason = "for tests")]
    fn signed(&self, nonce: &str, flags: u8) -> (String, Vec<u8>, Vec<u8>) {
        let client = self.client_data("webauthn.get", nonce);
        let data = self.authenticator_data(flags);
        let hash = digest(&SHA256, client.as_bytes());
        let message = [data.as_slice(), hash.as_ref()].concat();
        let signature = self.pair.sign(&SystemRandom::new(), &message).expect("randomness");
        (client, data, signature.as_ref().to_vec())
    }
}

fn base64url(bytes: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes)
}
