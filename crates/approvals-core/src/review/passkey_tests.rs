use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64URL;
use serde::Deserialize;
use serde_json::{Value, json};

use super::*;

/// Made by another implementation: keys of each kind, and what they sign.
#[derive(Deserialize)]
struct Vectors {
    challenge: Bytes,
    vectors: Vec<Vector>,
}

#[derive(Deserialize)]
struct Vector {
    name: String,
    key: Value,
    proof: Value,
}

fn vectors() -> Vectors {
    serde_json::from_str(include_str!("passkey_vectors.json")).unwrap()
}

fn key(value: &Value) -> ReviewerKey {
    serde_json::from_value(value.clone()).unwrap()
}

fn proof(value: &Value) -> Proof {
    serde_json::from_value(value.clone()).unwrap()
}

/// The same with one part replaced by other bytes.
fn with(proof: &Value, part: &str, bytes: &[u8]) -> Value {
    let mut changed = proof.clone();
    changed[part] = json!(BASE64URL.encode(bytes));
    changed
}

fn bytes(value: &Value, part: &str) -> Vec<u8> {
    BASE64URL.decode(value[part].as_str().unwrap()).unwrap()
}

#[test]
fn what_another_implementation_signs_verifies_for_every_kind_of_key() {
    let all = vectors();
    assert_eq!(all.vectors.len(), 3);
    for one in &all.vectors {
        let (key, proof) = (key(&one.key), proof(&one.proof));
        assert_eq!(key.verify(&proof), Ok(()), "{}", one.name);
        assert_eq!(proof.challenge().unwrap(), all.challenge.as_slice());
        assert_eq!(serde_json::to_value(&key).unwrap(), one.key, "written as it was read");
    }
}

#[test]
fn no_changed_bit_of_anything_signed_verifies() {
    for one in &vectors().vectors {
        let key = key(&one.key);
        for part in ["authenticator_data", "client_data", "signature", "credential"] {
            let whole = bytes(&one.proof, part);
            for at in 0..whole.len() * 8 {
                let mut changed = whole.clone();
                changed[at / 8] ^= 1 << (at % 8);
                let proof = proof(&with(&one.proof, part, &changed));
                assert!(key.verify(&proof).is_err(), "{} {part} bit {at}", one.name);
            }
        }
    }
}

#[test]
fn a_key_verifies_nothing_that_another_has_signed() {
    let all = vectors().vectors;
    for one in &all {
        for other in all.iter().filter(|other| other.name != one.name) {
            let mut theirs = other.proof.clone();
            assert_eq!(key(&one.key).verify(&proof(&theirs)), Err(PasskeyError::Credential));
            theirs["credential"] = one.proof["credential"].clone();
            assert_eq!(key(&one.key).verify(&proof(&theirs)), Err(PasskeyError::Signature));
        }
    }
}

/// What the parts before the signature are refused for; whether the signature would hold is not looked at then.
#[test]
fn a_signature_counts_on_its_own_site_only_and_only_with_its_user_verified() {
    let one = &vectors().vectors[0];
    let key = key(&one.key);
    let client = |origin: &str, kind: &str, framed: bool| {
        let challenge = BASE64URL.encode([1; 32]);
        json!({"type": kind, "challenge": challenge, "origin": origin, "crossOrigin": framed})
            .to_string()
    };
    let says =
        |client: String| key.verify(&proof(&with(&one.proof, "client_data", client.as_bytes())));
    let here = "https://approvals.example.com";
    for same in [here, "https://approvals.example.com:8443", "https://eu.approvals.example.com"] {
        assert_eq!(
            says(client(same, "webauthn.get", false)),
            Err(PasskeyError::Signature),
            "{same}"
        );
    }
    for other in [
        "http://approvals.example.com",
        "https://example.com",
        "https://evilapprovals.example.com",
        "https://approvals.example.com.evil.example",
        "https://evil.example/approvals.example.com",
        "https://evil.example?approvals.example.com",
        "https://approvals.example.com@evil.example",
        "android:apk-key-hash:x",
        "",
    ] {
        assert_eq!(
            says(client(other, "webauthn.get", false)),
            Err(PasskeyError::OtherSite),
            "{other}"
        );
    }
    assert_eq!(says(client(here, "webauthn.create", false)), Err(PasskeyError::OtherSite));
    assert_eq!(
        says(client(here, "webauthn.get", true)),
        Err(PasskeyError::OtherSite),
        "in a frame"
    );
    let twice = r#"{"type":"webauthn.get","challenge":"AAAA","challenge":"AAAA","origin":"x"}"#;
    assert_eq!(says(twice.to_owned()), Err(PasskeyError::Malformed));

    let authenticator = bytes(&one.proof, "authenticator_data");
    let says = |data: &[u8]| key.verify(&proof(&with(&one.proof, "authenticator_data", data)));
    for flags in [0, 0b001, 0b100, 0b010] {
        let mut data = authenticator.clone();
        data[32] = flags;
        assert_eq!(says(&data), Err(PasskeyError::Unverified), "{flags:b}");
    }
    let mut copied = authenticator.clone();
    copied[32] |= BACKUP_ELIGIBLE;
    assert_eq!(says(&copied), Err(PasskeyError::Changed));
    assert_eq!(says(&authenticator[..36]), Err(PasskeyError::Malformed));
    assert_eq!(says(&[]), Err(PasskeyError::Malformed));
    let elsewhere = [&[9; 32], &authenticator[32..]].concat();
    assert_eq!(says(&elsewhere), Err(PasskeyError::OtherSite));
}

#[test]
fn what_is_no_key_is_refused_when_it_is_read() {
    let good = &vectors().vectors;
    let bad = [
        (&good[0], "/key/x", json!("AAAA")),
        (&good[0], "/key/crv", json!("P-384")),
        (&good[0], "/key/kty", json!("oct")),
        (&good[0], "/credential", json!("")),
        (&good[0], "/credential", json!("b25l=")),
        (&good[0], "/site", json!("")),
        (&good[0], "/site", json!("Approvals.example.com")),
        (&good[0], "/site", json!("approvals.example.com/x")),
        (&good[0], "/site", json!(".com")),
        (&good[1], "/key/x", json!(BASE64URL.encode([0; 32]))),
        (&good[2], "/key/n", json!(BASE64URL.encode([255; 128]))),
    ];
    for (one, place, value) in bad {
        let mut key = one.key.clone();
        *key.pointer_mut(place).unwrap() = value.clone();
        assert!(serde_json::from_value::<ReviewerKey>(key).is_err(), "{place} {value}");
    }
    let mut more = good[0].key.clone();
    more["key"]["d"] = json!("secret");
    assert!(serde_json::from_value::<ReviewerKey>(more).is_err(), "a private key");
}
