//! F4, 40: the table of tokens, and what is nearly one of them.

use approvals_core::Timestamp;
use ring::hmac;
use ring::signature::RSA_PKCS1_SHA256;
use serde_json::{Value, json};

use super::*;
use crate::keys::{KeysError, MAX_BYTES};
use crate::signed_tests::*;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_millis(seconds.saturating_mul(1000))
}

fn verified_at(token: &str, seconds: i64) -> Result<Proof, VerifyError> {
    let value = format!("Bearer {token}");
    verify(&keys(), &bot(), at(seconds), None, [value.as_bytes()])
}

fn verified(token: &str) -> Result<Proof, VerifyError> {
    verified_at(token, NOW)
}

fn claiming(field: &str, value: Value) -> Result<Proof, VerifyError> {
    verified(&signed(&Signer::Teams, &header(), &with(claims(), field, value)))
}

fn headed(field: &str, value: Value) -> Result<Proof, VerifyError> {
    verified(&signed(&Signer::Teams, &with(header(), field, value), &claims()))
}

#[test]
fn a_genuine_token_says_where_to_answer_and_which_key_has_signed() {
    let proof = verified(&genuine()).unwrap();
    assert_eq!(
        (proof.service.as_str(), proof.key.as_str()),
        (SERVICE.trim_end_matches('/'), "teams")
    );
}

#[test]
fn a_token_is_for_this_bot_and_from_this_issuer() {
    for aud in [
        json!(null),
        json!("api://botid-11111111-2222-3333-4444-555555555555"),
        json!("99999999-2222-3333-4444-555555555555"),
        json!([bot().as_str()]),
        json!({}),
        json!(""),
    ] {
        assert_eq!(claiming("aud", aud.clone()), Err(VerifyError::Audience), "{aud}");
    }
    for iss in [
        json!(null),
        json!("https://api.botframework.com/"),
        json!("https://sts.windows.net/x/"),
        json!(["https://api.botframework.com"]),
    ] {
        assert_eq!(claiming("iss", iss.clone()), Err(VerifyError::Issuer), "{iss}");
    }
}

#[test]
fn a_token_is_signed_by_a_key_that_signs_for_teams() {
    assert_eq!(
        verified(&signed(&Signer::Forger, &header(), &claims())),
        Err(VerifyError::Signature)
    );
    assert_eq!(headed("kid", json!("nobody")), Err(VerifyError::UnknownKey));
    let webchat = with(header(), "kid", json!("webchat"));
    assert_eq!(
        verified(&signed(&Signer::Webchat, &webchat, &claims())),
        Err(VerifyError::NotEndorsed)
    );
    for kid in [json!(null), json!(7), json!(""), json!("k".repeat(300))] {
        assert_eq!(headed("kid", kid), Err(VerifyError::Malformed));
    }
}

#[test]
fn a_token_is_signed_in_one_way() {
    for alg in ["none", "None", "HS256", "RS384", "PS256", "rs256", ""] {
        assert_eq!(headed("alg", json!(alg)), Err(VerifyError::Algorithm), "{alg}");
    }
    assert_eq!(headed("alg", json!(null)), Err(VerifyError::Algorithm));
    let (none, hs) = (with(header(), "alg", json!("none")), with(header(), "alg", json!("HS256")));
    let unsigned = format!("{}.{}.", encoded(none.to_string()), encoded(claims().to_string()));
    assert_eq!(verified(&unsigned), Err(VerifyError::Algorithm));
    let signed = format!("{}.{}", encoded(hs.to_string()), encoded(claims().to_string()));
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &public_key()), signed.as_bytes());
    assert_eq!(verified(&format!("{signed}.{}", encoded(tag))), Err(VerifyError::Algorithm));
    assert_eq!(verified(&token_of_384(&header(), &claims())), Err(VerifyError::Signature));
}

#[test]
fn a_token_is_valid_for_its_time_and_five_minutes_around_it() {
    let (from, until, token) = (NOW - 60, NOW + 3600, genuine());
    for seconds in [from - 300, from, NOW, until, until + 300] {
        assert!(verified_at(&token, seconds).is_ok(), "{seconds}");
    }
    for seconds in [from - 301, until + 301, 0, i64::MAX / 1000] {
        assert_eq!(verified_at(&token, seconds), Err(VerifyError::Time), "{seconds}");
    }
    for exp in [
        json!(null),
        json!("1893459600"),
        json!(1_893_459_600.5),
        json!(-1),
        json!(i64::MAX),
        json!(u64::MAX),
        json!(true),
    ] {
        assert_eq!(claiming("exp", exp.clone()), Err(VerifyError::Time), "{exp}");
    }
    for nbf in [json!("1893455940"), json!(NOW + 301), json!([])] {
        assert_eq!(claiming("nbf", nbf.clone()), Err(VerifyError::Time), "{nbf}");
    }
    assert!(claiming("nbf", json!(null)).is_ok(), "RFC 7519 leaves it open");
}

#[test]
fn a_token_names_the_service_by_its_own_name_for_that() {
    let without = with(claims(), "serviceurl", json!(null));
    let camel = with(without.clone(), "serviceUrl", json!(SERVICE));
    for claims in [without, camel] {
        let verified = verified(&signed(&Signer::Teams, &header(), &claims));
        assert_eq!(verified, Err(VerifyError::Place(PlaceError::Unreadable)));
    }
    for other in ["https://evil.example/", "http://smba.trafficmanager.net/emea/"] {
        assert_eq!(
            claiming("serviceurl", json!(other)),
            Err(VerifyError::Place(PlaceError::Foreign))
        );
    }
}

#[test]
fn a_header_that_brings_a_key_or_makes_demands_is_refused() {
    for field in REFUSED {
        assert_eq!(
            headed(field, json!("https://evil.example/keys")),
            Err(VerifyError::Malformed),
            "{field}"
        );
    }
    assert_eq!(headed("typ", json!("dpop+jwt")), Err(VerifyError::Malformed));
    assert!(headed("typ", json!(null)).is_ok() && headed("typ", json!("jwt")).is_ok());
}

#[test]
fn what_stands_twice_is_refused() {
    let twice = r#"{"alg":"RS256","alg":"RS256","kid":"teams"}"#;
    let claims = claims().to_string();
    let token = token_of(&Signer::Teams, &RSA_PKCS1_SHA256, twice.as_bytes(), claims.as_bytes());
    assert_eq!(verified(&token), Err(VerifyError::Malformed));
    let claims = claims.replacen('{', r#"{"aud":"x","#, 1);
    let token = token_of(
        &Signer::Teams,
        &RSA_PKCS1_SHA256,
        header().to_string().as_bytes(),
        claims.as_bytes(),
    );
    assert_eq!(verified(&token), Err(VerifyError::Malformed));
}

#[test]
fn the_header_stands_there_once_and_holds_a_bearer_token() {
    let value = format!("Bearer {}", genuine());
    let verified =
        |values: &[&[u8]]| verify(&keys(), &bot(), at(NOW), None, values.iter().copied());
    assert!(verified(&[value.as_bytes()]).is_ok());
    assert!(verified(&[value.replacen("Bearer", "bearer", 1).as_bytes()]).is_ok());
    assert_eq!(verified(&[]), Err(VerifyError::Header));
    assert_eq!(verified(&[value.as_bytes(), value.as_bytes()]), Err(VerifyError::Header));
    let long = format!("Bearer {}", "a.".repeat(1 << 20));
    for other in [
        b"".as_slice(),
        b"Bearer",
        b"Bearer ",
        b"Bearer a.b",
        b"Bearer ..",
        b"Bearer a.b.c.d",
        b"Basic abc",
        b"\xff\xfe",
        long.as_bytes(),
        &value.as_bytes()[7..],
    ] {
        assert_eq!(verified(&[other]), Err(VerifyError::Malformed), "{}", other.len());
    }
    let padded = format!("{value}=");
    assert_eq!(verified(&[padded.as_bytes()]), Err(VerifyError::Malformed));
}

/// Each letter of a genuine token in turn: another one there, one more, one less, all after it gone.
#[test]
fn no_mutant_of_a_genuine_token_is_taken() {
    let token = genuine();
    let (mut tried, keys) = (0, keys());
    let mut try_out = |mutant: &[u8]| {
        let value = [b"Bearer ", mutant].concat();
        let verified = verify(&keys, &bot(), at(NOW), None, [value.as_slice()]);
        assert!(verified.is_err(), "{}", String::from_utf8_lossy(mutant));
        tried += 1;
    };
    for (place, original) in token.bytes().enumerate() {
        let (before, after) = token.as_bytes().split_at(place);
        for other in b"AQgwZaz059-_.=+/ {\"\n\x00\xff".iter().filter(|other| **other != original) {
            try_out(&[before, &[*other], &after[1..]].concat());
            try_out(&[before, &[*other], after].concat());
        }
        for bit in 0..8 {
            try_out(&[before, &[original ^ (1 << bit)], &after[1..]].concat());
        }
        try_out(&[before, &after[1..]].concat());
        try_out(before);
        for end in place + 2..(place + 130).min(token.len()) {
            try_out(&[before, &token.as_bytes()[end..]].concat());
        }
    }
    assert!(tried >= 100_000, "{tried}");
}

#[test]
fn a_set_of_keys_is_read_for_what_verifies_and_no_more() {
    let read = |set: &Value| KeySet::read(set.to_string().as_bytes());
    let keys = read(&set()).unwrap();
    assert!(keys.find("teams").unwrap().is_endorsed_for("msteams"));
    assert!(!keys.find("webchat").unwrap().is_endorsed_for("msteams"));
    for (field, value) in [
        ("kty", json!("EC")),
        ("use", json!("enc")),
        ("alg", json!("RS384")),
        ("kid", json!(null)),
        ("n", json!("+")),
        ("e", json!(null)),
    ] {
        let mut changed = set();
        let key = with(changed["keys"][0].take(), field, value);
        changed["keys"] = json!([key]);
        assert_eq!(read(&changed).unwrap_err(), KeysError::Empty, "{field}");
    }
    let mut twice = set();
    let again = twice["keys"][0].clone();
    twice["keys"].as_array_mut().unwrap().push(again);
    let keys = read(&twice).unwrap();
    assert!(keys.find("teams").is_none() && keys.find("webchat").is_some(), "which one is meant?");
    let many = json!({"keys": vec![set()["keys"][0].clone(); 201]});
    assert_eq!(read(&many).unwrap_err(), KeysError::TooLarge);
    for other in [json!({}), json!([]), json!({"keys": {}}), json!({"keys": [7]})] {
        assert_eq!(read(&other).unwrap_err(), KeysError::Unreadable, "{other}");
    }
    assert_eq!(KeySet::read(&vec![b' '; MAX_BYTES + 1]).unwrap_err(), KeysError::TooLarge);
}

/// Plants what would let others in: the suite would see it.
#[test]
fn a_check_that_is_content_with_less_would_be_found() {
    let webchat = with(header(), "kid", json!("webchat"));
    let unendorsed = signed(&Signer::Webchat, &webchat, &claims());
    let mut everywhere = set();
    everywhere["keys"][1]["endorsements"] = json!(["msteams"]);
    let lax = KeySet::read(everywhere.to_string().as_bytes()).unwrap();
    let value = format!("Bearer {unendorsed}");
    assert!(verify(&lax, &bot(), at(NOW), None, [value.as_bytes()]).is_ok());
    assert_eq!(verified(&unendorsed), Err(VerifyError::NotEndorsed));
}
