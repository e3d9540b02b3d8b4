//! What the tests share: published vectors, a naive tree to compare with, and a small signed log.

use std::path::Path;

use approvals_log::{Checkpoint, Hash, PublicKey, SignedNote, Vkey, leaf_hash};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signer as _, SigningKey};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

/// A vector file from `tests/vectors`.
pub(crate) fn vectors(name: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors").join(name);
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

pub(crate) fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

pub(crate) fn list(value: &Value) -> &[Value] {
    value.as_array().unwrap()
}

pub(crate) fn number(value: &Value) -> u64 {
    value.as_u64().unwrap()
}

pub(crate) fn hex(value: &Value) -> Vec<u8> {
    let (pairs, odd) = text(value).as_bytes().as_chunks::<2>();
    assert!(odd.is_empty());
    let byte = |pair: &[u8; 2]| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
    pairs.iter().map(byte).collect()
}

pub(crate) fn hex_hashes(value: &Value) -> Vec<Hash> {
    list(value).iter().map(|item| hex(item).try_into().unwrap()).collect()
}

pub(crate) fn base64_hashes(value: &Value) -> Vec<Hash> {
    let hash = |item| STANDARD.decode(text(item)).unwrap().try_into().unwrap();
    list(value).iter().map(hash).collect()
}

/// The Merkle tree hash, transcribed from RFC 6962, section 2.1, as slow as it is plain.
pub(crate) fn naive_root(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => Sha256::digest([]).into(),
        [leaf] => *leaf,
        _ => {
            let (left, right) = leaves.split_at(leaves.len().next_power_of_two() / 2);
            let children = [naive_root(left), naive_root(right)].concat();
            Sha256::digest([&[1], &children[..]].concat()).into()
        }
    }
}

/// The leaf hashes of the entries `0`, `1`, `2`, …
pub(crate) fn leaves(count: usize) -> Vec<Hash> {
    (0..count).map(|i| leaf_hash(i.to_string().as_bytes())).collect()
}

/// A log's key and its name.
pub(crate) struct Log {
    secret: SigningKey,
    pub(crate) vkey: Vkey,
}

impl Log {
    pub(crate) fn new(origin: &str, seed: u8) -> Self {
        let secret = SigningKey::from_bytes(&[seed; 32]);
        let key = PublicKey::from_bytes(secret.verifying_key().as_bytes()).unwrap();
        Self { secret, vkey: Vkey::new(origin, key).unwrap() }
    }

    pub(crate) fn sign(&self, text: &str) -> SignedNote {
        let signature = self.secret.sign(text.as_bytes()).to_bytes();
        SignedNote::assemble(text.to_owned(), &self.vkey, signature).unwrap()
    }

    /// The signed head of a log with these entries.
    pub(crate) fn note(&self, entries: &[Vec<u8>]) -> SignedNote {
        let hashes: Vec<Hash> = entries.iter().map(|entry| leaf_hash(entry)).collect();
        let size = u64::try_from(entries.len()).unwrap();
        self.sign(&Checkpoint::new(self.vkey.name(), size, naive_root(&hashes)).unwrap().to_text())
    }

    /// The same, as a reader has it.
    pub(crate) fn head(&self, entries: &[Vec<u8>]) -> Checkpoint {
        Checkpoint::open(&self.note(entries), &self.vkey).unwrap()
    }
}

pub(crate) fn vkey(value: &Value) -> Vkey {
    let parsed: Vkey = text(value).parse().unwrap();
    assert_eq!(parsed.to_string(), text(value));
    parsed
}

pub(crate) fn note(value: &Value) -> SignedNote {
    let parsed = SignedNote::parse(text(value)).unwrap();
    assert_eq!(parsed.to_string(), text(value));
    parsed
}

/// The text that Go's package signs in its documentation, and its two signature lines.
pub(crate) fn go_example() -> (String, [String; 2], [Vkey; 2]) {
    let example = &vectors("c2sp_signed_note.json")["go_note_example"];
    let lines = [0, 1].map(|i| text(&example["sig_lines"][i]).to_owned());
    (text(&example["text"]).to_owned(), lines, [0, 1].map(|i| vkey(&example["vkeys"][i])))
}
