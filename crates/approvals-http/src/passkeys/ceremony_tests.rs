use approvals_testkit::SoftPasskey;

use super::*;

const ORIGIN: &str = "https://approvals.example.com";

fn passkeys() -> Passkeys {
    Passkeys::new(&Url::parse(ORIGIN).unwrap()).unwrap()
}

fn soft() -> SoftPasskey {
    SoftPasskey::new("approvals.example.com")
}

fn account(name: &str) -> ChannelIdentity {
    ChannelIdentity::new("web", name).unwrap()
}

fn enrol(passkeys: &Passkeys, name: &str) -> (SoftPasskey, ReviewerKey) {
    let soft = soft();
    let (asked, state) = passkeys.enrol(&account(name), &[]).unwrap();
    let key = passkeys.enrolled(&soft.create(&asked), &state).unwrap();
    (soft, key)
}

#[test]
fn what_is_enrolled_is_the_key_that_the_authenticator_has_made() {
    let passkeys = passkeys();
    let (soft, key) = enrol(&passkeys, "mira");
    assert_eq!(key, soft.key());
}

#[test]
fn only_kinds_that_every_gate_verifies_are_asked_for_with_their_user_verified() {
    let (asked, _state) = passkeys().enrol(&account("mira"), &[soft().key()]).unwrap();
    let asked = &asked["publicKey"];
    let kinds: Vec<_> = asked["pubKeyCredParams"]
        .as_array()
        .unwrap()
        .iter()
        .map(|kind| kind["alg"].as_i64().unwrap())
        .collect();
    assert_eq!(kinds, [-7, -257]);
    assert_eq!(asked["authenticatorSelection"]["userVerification"], "required");
    assert_eq!(asked["authenticatorSelection"]["residentKey"], "required");
    assert_eq!(asked["excludeCredentials"].as_array().unwrap().len(), 1);
    let (asked, _state) = passkeys().sign_in().unwrap();
    assert_eq!(asked["publicKey"]["userVerification"], "required");
    assert!(asked.get("mediation").is_none());
}

#[test]
fn whoever_signs_in_is_the_account_whose_key_it_is() {
    let passkeys = passkeys();
    let (mira, tom) = (enrol(&passkeys, "mira"), enrol(&passkeys, "tom"));
    let accounts = [(account("mira"), mira.1), (account("tom"), tom.1)];
    let known = || accounts.iter().map(|(account, key)| (account, key));
    let (asked, state) = passkeys.sign_in().unwrap();
    assert_eq!(passkeys.signed_in(&tom.0.get(&asked), state, known()).unwrap(), account("tom"));

    let (asked, state) = passkeys.sign_in().unwrap();
    let nobody = passkeys.signed_in(&tom.0.get(&asked), state, known().take(1));
    assert!(matches!(nobody, Err(CeremonyError::Unknown)), "{nobody:?}");

    // Tom's key, which says that it is Mira's.
    let (asked, state) = passkeys.sign_in().unwrap();
    let mut answer = tom.0.get(&asked);
    answer["response"]["userHandle"] = mira.0.get(&asked)["response"]["userHandle"].clone();
    assert!(passkeys.signed_in(&answer, state, known()).is_err());
}

#[test]
fn what_is_signed_stands_for_the_challenge_that_was_asked_for() {
    let passkeys = passkeys();
    let (soft, key) = enrol(&passkeys, "mira");
    let keys = [key.clone()];
    let (asked, challenge, state) = passkeys.sign(&keys).unwrap();
    let proof = passkeys.signed(&soft.get(&asked), &state, &keys).unwrap();
    assert_eq!(proof.challenge().unwrap(), challenge);
    assert_eq!(key.verify(&proof), Ok(()), "and core verifies it as well");

    let (_other, _challenge, other) = passkeys.sign(&keys).unwrap();
    assert!(passkeys.signed(&soft.get(&asked), &other, &keys).is_err(), "another challenge");
    let stranger = self::soft();
    let (asked, _challenge, state) = passkeys.sign(&keys).unwrap();
    assert!(passkeys.signed(&stranger.get(&asked), &state, &keys).is_err(), "another key");
    let elsewhere = soft.on("https://evil.example");
    assert!(passkeys.signed(&elsewhere.get(&asked), &state, &keys).is_err(), "another page");
}

#[test]
fn t44_an_authenticator_that_counts_less_than_it_did_may_be_a_copy() {
    let passkeys = passkeys();
    let (mut soft, key) = enrol(&passkeys, "mira");
    let keys = [key];
    for (counter, is_fine) in [(5, true), (6, true), (6, false), (2, false), (7, true)] {
        soft.count_to(counter);
        let (asked, _challenge, state) = passkeys.sign(&keys).unwrap();
        let signed = passkeys.signed(&soft.get(&asked), &state, &keys);
        assert_eq!(signed.is_ok(), is_fine, "{counter}: {signed:?}");
        assert!(is_fine || matches!(signed, Err(CeremonyError::Copied)), "{signed:?}");
    }
}

#[test]
fn what_is_no_answer_of_a_passkey_is_refused() {
    let passkeys = passkeys();
    let (soft, key) = enrol(&passkeys, "mira");
    let keys = [key];
    let (asked, _challenge, state) = passkeys.sign(&keys).unwrap();
    let right = soft.get(&asked);
    for place in [
        "/response/signature",
        "/response/clientDataJSON",
        "/response/authenticatorData",
        "/rawId",
        "/type",
    ] {
        for wrong in [json!(""), json!("AAAA"), json!(7), json!(null), json!("x".repeat(100_000))] {
            let mut answer = right.clone();
            *answer.pointer_mut(place).unwrap() = wrong.clone();
            // What browsers call it is looked at nowhere.
            let is_told = place == "/type" && wrong.is_string();
            assert_eq!(passkeys.signed(&answer, &state, &keys).is_ok(), is_told, "{place} {wrong}");
        }
    }
    for wrong in [json!({}), json!([]), json!(null), json!("")] {
        assert!(passkeys.signed(&wrong, &state, &keys).is_err());
        let (_asked, state) = passkeys.enrol(&account("mira"), &[]).unwrap();
        assert!(passkeys.enrolled(&wrong, &state).is_err());
    }
}

#[test]
fn passkeys_take_a_name_and_tls_or_this_machine() {
    for fit in [
        "https://approvals.example.com",
        "https://approvals.example.com:8443",
        "http://localhost:8080",
    ] {
        assert!(Passkeys::new(&Url::parse(fit).unwrap()).is_ok(), "{fit}");
    }
    for unfit in [
        "http://approvals.example.com",
        "https://10.0.0.1",
        "http://127.0.0.1:8080",
        "https://[::1]",
        "ftp://localhost",
    ] {
        assert!(Passkeys::new(&Url::parse(unfit).unwrap()).is_err(), "{unfit}");
    }
}
