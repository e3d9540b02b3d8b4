//! Keys and signatures: RFC 8032, edge cases, and spellings that must be refused.

use approvals_log::{BadSignature, KeyError, NoteError, PublicKey, Vkey};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signature, Verifier as _, VerifyingKey};
use proptest::prelude::*;

use crate::support::{hex, list, text, vectors};

#[test]
fn rfc_8032_signatures_verify_and_changed_ones_do_not() {
    let vectors = vectors("ed25519.json");
    let cases = list(&vectors["rfc8032"]);
    assert_eq!(cases.len(), 3);
    for case in cases {
        let key = PublicKey::from_bytes(&hex(&case["public"])).unwrap();
        assert_eq!(
            (key.to_string(), format!("{key:?}")),
            (text(&case["public"]).into(), key.to_string())
        );
        let (message, signature) = (hex(&case["message"]), hex(&case["signature"]));
        assert_eq!(key.verify(&message, &signature), Ok(()));
        assert_eq!(key.verify(&[&message[..], b"."].concat(), &signature), Err(BadSignature));
        assert_eq!(key.verify(&message, &signature[..63]), Err(BadSignature));
        assert_eq!(key.verify(&message, &[&signature[..], &[0]].concat()), Err(BadSignature));
        for bit in 0..512 {
            let mut changed = signature.clone();
            changed[bit / 8] ^= 1_u8 << (bit % 8);
            assert_eq!(key.verify(&message, &changed), Err(BadSignature));
        }
    }
}

#[test]
fn edge_case_keys_and_signatures_are_judged_strictly() {
    let vectors = vectors("ed25519.json");
    let cases = list(&vectors["edge_cases"]);
    assert_eq!(cases.len(), 10);
    for case in cases {
        let key = PublicKey::from_bytes(&hex(&case["pub_key"]));
        let Ok(key) = key else {
            assert_eq!((key, case["is_weak_key"].as_bool()), (Err(KeyError::Weak), Some(true)));
            continue;
        };
        let verdict = key.verify(&hex(&case["message"]), &hex(&case["signature"]));
        assert_eq!(Some(verdict.is_ok()), case["dalek_3_0_0_verify_strict"].as_bool());
    }
}

#[test]
fn keys_of_another_length_off_the_curve_or_not_canonical_are_refused() {
    for length in (0..100).filter(|length| *length != 32) {
        assert_eq!(PublicKey::from_bytes(&vec![9; length]), Err(KeyError::Length { got: length }));
    }
    assert_eq!(PublicKey::from_bytes(&[2; 32]), Err(KeyError::NotAPoint));
    // The field has 2^255 - 19 elements: 19 numbers of 255 bits are a second spelling of a smaller one.
    let mut spelled_twice = 0;
    for (number, sign) in (0xed..=0xff).flat_map(|number| [(number, 0x7f), (number, 0xff)]) {
        let mut bytes = [0xff; 32];
        (bytes[0], bytes[31]) = (number, sign);
        let refused = PublicKey::from_bytes(&bytes).unwrap_err();
        spelled_twice += usize::from(refused == KeyError::NotCanonical);
    }
    assert!(spelled_twice > 0);
}

#[test]
fn the_forgery_under_a_weak_key_is_refused() {
    let forgery = &vectors("c2sp_signed_note.json")["weak_key_forgery"];
    let refused = text(&forgery["vkey"]).parse::<Vkey>();
    assert_eq!(refused, Err(NoteError::Key(KeyError::Weak)));
    // It is a forgery indeed: verification that is not strict takes the signature for any text.
    let encoded = text(&forgery["vkey"]).rsplit('+').next().unwrap();
    let key: [u8; 32] = STANDARD.decode(encoded).unwrap()[1..].try_into().unwrap();
    let signature = Signature::from_slice(&hex(&forgery["signature_hex"])).unwrap();
    let lax = VerifyingKey::from_bytes(&key).unwrap();
    assert!(lax.verify(b"any text\n", &signature).is_ok());
}

#[test]
fn verifier_keys_have_one_spelling() {
    let good = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
    let refusal = |bad: &str| bad.parse::<Vkey>().unwrap_err();
    good.parse::<Vkey>().unwrap();
    assert_eq!(refusal(&good.replace("530d", "530D")), NoteError::KeyId);
    assert_eq!(refusal(&good.replace("530d", "530e")), NoteError::KeyId);
    assert_eq!(refusal(&good.replace("foo", "fop")), NoteError::KeyId);
    assert_eq!(refusal(&good.replace("+Ae", "+Be")), NoteError::KeyType { found: 5 });
    assert_eq!(refusal(&good.replace("foo", "f oo")), NoteError::Name);
    assert_eq!(refusal(&good.replace("example.com/foo", "")), NoteError::Name);
    assert_eq!(refusal(&format!("{good}\n")), NoteError::Vkey);
    assert_eq!(refusal("example.com/foo+530d903a"), NoteError::Vkey);
    assert_eq!(refusal("example.com/foo+530d903a+"), NoteError::Vkey);
    assert_eq!(
        refusal("example.com/foo+530d903a+AQ=="),
        NoteError::Key(KeyError::Length { got: 0 })
    );
    let key = *good.parse::<Vkey>().unwrap().key();
    for name in ["", "a b", "a+b", "a\nb", "a\u{7f}", "a\u{2003}b", &"x".repeat(256)] {
        assert_eq!(Vkey::new(name, key), Err(NoteError::Name), "{name:?}");
    }
}

proptest! {
    #[test]
    fn a_verifier_key_is_written_as_it_was_read_or_refused(
        name in "[a-z/.+ ]{0,9}", id in any::<Option<u32>>(), bytes in prop::collection::vec(any::<u8>(), 31..35), any in any::<String>(),
    ) {
        for line in [format!("{name}+{:08x}+{}", id.unwrap_or(0), STANDARD.encode(bytes)), any] {
            if let Ok(vkey) = line.parse::<Vkey>() {
                prop_assert_eq!(vkey.to_string(), line);
            }
        }
    }
}
