//! A passkey in software.

use std::fmt;

use approvals_core::{Challenge, PasskeyError, Proof, ReviewerKey};
use ring::digest::{SHA256, digest};
use ring::rand::{SecureRandom as _, SystemRandom};
use ring::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _};

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
        Self { site: site.to_owned(), pair, key }
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

    #[expect(clippy::expect_used, reason = "for tests")]
    fn assert(&self, nonce: &str, flags: u8) -> Result<Proof, PasskeyError> {
        let client = format!(
            r#"{{"type":"webauthn.get","challenge":"{nonce}","origin":"https://{}","crossOrigin":false}}"#,
            self.site
        );
        let hash = |bytes: &[u8]| digest(&SHA256, bytes);
        let site = hash(self.site.as_bytes());
        let data = [site.as_ref(), &[flags], &[0, 0, 0, 1]].concat();
        let message = [data.as_slice(), hash(client.as_bytes()).as_ref()].concat();
        let signature = self.pair.sign(&SystemRandom::new(), &message).expect("randomness");
        let credential = self.key.credential_bytes();
        Proof::new(credential, client.as_bytes(), &data, signature.as_ref())
    }
}

fn base64url(bytes: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes)
}
