//! The two keys that are there: see `keys/README.md`.

use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::rand::SystemRandom;
use ring::rsa::{KeyPair, PublicKeyComponents};
use ring::signature::RsaEncoding;

/// A pair of a private and a public key. [`SigningKey`](crate::SigningKey) has an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pair {
    /// What a world begins with.
    First,
    /// Another one.
    Second,
}

static FIRST: LazyLock<KeyPair> = LazyLock::new(|| read(include_bytes!("../../keys/first.der")));
static SECOND: LazyLock<KeyPair> = LazyLock::new(|| read(include_bytes!("../../keys/second.der")));

/// What stands before a public key of 2048 bits in a `SubjectPublicKeyInfo`: that it is RSA, and how long it is.
const SPKI: [u8; 24] = [
    0x30, 0x82, 0x01, 0x22, 0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01,
    0x01, 0x05, 0x00, 0x03, 0x82, 0x01, 0x0f, 0x00,
];

fn read(der: &[u8]) -> KeyPair {
    KeyPair::from_pkcs8(der).expect("the keys of the folder are keys")
}

impl Pair {
    fn key(self) -> &'static KeyPair {
        match self {
            Self::First => &FIRST,
            Self::Second => &SECOND,
        }
    }

    pub(crate) fn sign(self, encoding: &'static dyn RsaEncoding, text: &[u8]) -> Vec<u8> {
        let mut signature = vec![0; self.key().public().modulus_len()];
        let signed = self.key().sign(encoding, &SystemRandom::new(), text, &mut signature);
        signed.expect("the signature has room");
        signature
    }

    /// Modulus and exponent.
    pub(crate) fn components(self) -> (Vec<u8>, Vec<u8>) {
        let public = PublicKeyComponents::<Vec<u8>>::from(self.key().public());
        (public.n, public.e)
    }

    /// The public key as a text, which whoever forges a signature can have.
    pub(crate) fn public_pem(self) -> String {
        let der = [SPKI.as_slice(), self.key().public().as_ref()].concat();
        let text = STANDARD.encode(der);
        let lines = text.as_bytes().chunks(64).map(String::from_utf8_lossy);
        let lines = lines.collect::<Vec<_>>().join("\n");
        format!("-----BEGIN PUBLIC KEY-----\n{lines}\n-----END PUBLIC KEY-----\n")
    }
}
