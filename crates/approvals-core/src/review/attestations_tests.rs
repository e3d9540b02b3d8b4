use std::collections::HashMap;

use proptest::prelude::*;

use super::*;
use crate::action::document::Document;
use crate::action::principal::{Principal, Requester};
use crate::policy::fact::Fact;
use crate::record::signer::{LocalSigner, Signer as _};
use crate::review::jws;

fn key(seed: u8) -> LocalSigner {
    LocalSigner::from_seed(&[seed; 32]).unwrap()
}

fn moment(seconds: i64) -> Timestamp {
    Timestamp::from_millis(seconds * 1000)
}

fn statement(subject: &str, value: bool, iat: i64, exp: i64) -> Attestation {
    let claim = "model.eval_passed".parse().unwrap();
    Attestation::new("ci", subject, claim, value, moment(iat), moment(exp))
}

fn signed(attestation: &Attestation, key: &LocalSigner) -> String {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(attestation.sign(key)).unwrap()
}

/// Trusts key 1 as `ci` and key 2 as `audit`.
fn evaluations() -> Attestations {
    let subject = |call: &Facts<'_>| Some(format!("model:{}", call.argument("model")?.as_str()?));
    let empty = Attestations::new("model.eval_passed", subject).unwrap();
    empty.trust("ci", key(1).public_key()).trust("audit", key(2).public_key())
}

fn stated(attestations: &Attestations, arguments: &str, now: i64) -> FactSet {
    let document = format!(
        r#"{{"action":"model.deploy","arguments":{arguments},"log":"example.org/t","on_behalf_of":[],"redacted":{{}},"requester":"agent:a","risk":"high","unbound":[]}}"#
    );
    let document = Document::parse(document.as_bytes()).unwrap();
    let agent = Requester::new(Principal::agent("agent:a").unwrap());
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(attestations.facts(&Facts::new(&document, &agent, moment(now)))).unwrap()
}

#[test]
fn the_call_says_which_thing_and_the_signature_says_what_of_it() {
    let evaluations = evaluations();
    evaluations.add(&signed(&statement("model:fraud", true, 10, 20), &key(1))).unwrap();
    for (arguments, now, expected) in [
        (r#"{"model":"fraud"}"#, 10, true),
        (r#"{"model":"fraud"}"#, 19, true),
        (r#"{"model":"fraud"}"#, 9, false),
        (r#"{"model":"fraud"}"#, 20, false),
        (r#"{"model":"frau"}"#, 10, false),
        (r#"{"model":7}"#, 10, false),
        (r#"{"eval_passed":true}"#, 10, false),
    ] {
        let fact = Fact::Bool(expected);
        let expected = FactSet::from([("model.eval_passed".parse().unwrap(), fact)]);
        assert_eq!(stated(&evaluations, arguments, now), expected, "{arguments} at {now}");
    }
}

#[test]
fn what_nobody_trusted_has_signed_for_this_is_not_taken() {
    let evaluations = evaluations();
    let good = statement("model:fraud", true, 10, 20);
    let refusal = |attestation: &Attestation, by: u8| {
        evaluations.add(&signed(attestation, &key(by))).unwrap_err()
    };
    assert_eq!(refusal(&good, 3), AttestationError::Header, "a stranger's key");
    assert_eq!(refusal(&good, 2), AttestationError::Header, "the key of another issuer");
    let other = Attestation { iss: "nobody".into(), ..good.clone() };
    assert_eq!(refusal(&other, 1), AttestationError::Issuer);
    let other = Attestation { claim: "model.safe".parse().unwrap(), ..good.clone() };
    assert_eq!(refusal(&other, 1), AttestationError::Claim);
    for exp in [10, 9] {
        assert_eq!(refusal(&Attestation { exp, ..good.clone() }, 1), AttestationError::Never);
    }
    let long = Attestation { sub: "m".repeat(9000), ..good.clone() };
    assert_eq!(refusal(&long, 1), AttestationError::Malformed);

    // The same claims under another type are no attestation, such as a grant.
    let public = key(1).public_key();
    for (typ, expected) in [
        ("approval-grant+jwt", Err(AttestationError::Header)),
        ("JWT", Err(AttestationError::Header)),
        ("approval-attestation+jwt", Ok(())),
    ] {
        let input = jws::signing_input(typ, &good, &public).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let signature = runtime.block_on(key(1).sign(input.as_bytes())).unwrap();
        assert_eq!(evaluations.add(&jws::assemble(&input, signature)), expected, "{typ}");
    }
    for text in ["", ".", "..", "a.b.c", "e30.e30.", "e30.e30.e30.e30"] {
        assert_eq!(evaluations.add(text), Err(AttestationError::Malformed), "{text}");
    }
}

#[test]
fn an_issuer_may_have_several_keys() {
    let evaluations = evaluations().trust("ci", key(4).public_key());
    evaluations.add(&signed(&statement("a", true, 10, 20), &key(4))).unwrap();
    evaluations.add(&signed(&statement("b", true, 10, 20), &key(1))).unwrap();
    assert!(evaluations.holds("a", moment(10)) && evaluations.holds("b", moment(10)));
}

#[test]
fn what_was_taken_back_does_not_come_back_even_when_that_has_expired_or_was_forgotten() {
    let passed = statement("model:fraud", true, 10, 1000);
    let failed = statement("model:fraud", false, 11, 20);
    let evaluations = evaluations();
    evaluations.add(&signed(&passed, &key(1))).unwrap();
    evaluations.add(&signed(&failed, &key(1))).unwrap();
    assert_eq!(evaluations.add(&signed(&passed, &key(1))), Err(AttestationError::Older));
    assert!(!evaluations.holds("model:fraud", moment(12)), "taken back");
    assert!(!evaluations.holds("model:fraud", moment(30)), "and expired");

    let mut known = Known::default();
    known.take(failed, 2).unwrap();
    known.take(statement("b", true, 12, 1000), 2).unwrap();
    assert_eq!(known.take(passed.clone(), 2), Err(AttestationError::Older));
    known.take(statement("c", true, 13, 1000), 2).unwrap();
    assert!(!known.0.contains_key("model:fraud"), "no room");
    assert_eq!(known.take(passed, 2), Err(AttestationError::Older));
    assert_eq!(known.0.len(), 2);
}

#[test]
fn no_change_of_a_single_bit_is_taken() {
    for value in [true, false] {
        let text = signed(&statement("model:fraud", value, 10, 20), &key(1));
        let evaluations = evaluations();
        for bit in 0..text.len() * 8 {
            let mut bytes = text.clone().into_bytes();
            bytes[bit / 8] ^= 1 << (bit % 8);
            // What is no text cannot even be handed in.
            if let Ok(changed) = String::from_utf8(bytes) {
                assert!(evaluations.add(&changed).is_err(), "{changed}");
            }
        }
        assert!(evaluations.known.lock().unwrap().0.is_empty());
        assert_eq!(evaluations.add(&text), Ok(()));
    }
}

proptest! {
    /// In whatever order they come, and however often: a `true` needs the newest to say so.
    #[test]
    fn the_newest_counts_whatever_the_order(
        mut all in prop::collection::vec((0..3_u8, any::<bool>(), 0..6_i64, 1..8_i64), 1..12),
        again in prop::collection::vec(any::<prop::sample::Index>(), 0..12),
        now in 0..12_i64,
    ) {
        let repeated: Vec<_> = again.iter().map(|index| *index.get(&all)).collect();
        all.extend(repeated);
        let mut known = Known::default();
        let mut newest: HashMap<String, (i64, bool, i64)> = HashMap::new();
        for (subject, value, iat, lives) in all {
            let new = statement(&subject.to_string(), value, iat, iat + lives);
            let taken = known.take(new, MOST).is_ok();
            let model = (iat, value, iat + lives);
            let beats = |old: &(i64, bool, i64)| {
                old.0 > iat || (old.0 == iat && (!old.1 && value || (old.1 == value && old.2 < model.2)))
            };
            let stays = newest.get(&subject.to_string()).is_some_and(beats);
            prop_assert_eq!(taken, !stays);
            if !stays {
                newest.insert(subject.to_string(), model);
            }
        }
        for (subject, (iat, value, exp)) in newest {
            let holds = known.0[&subject].holds_at(moment(now));
            prop_assert_eq!(holds, value && iat <= now && now < exp);
        }
    }

    #[test]
    fn what_is_remembered_is_bounded_and_never_more_than_what_a_boundless_memory_says(
        all in prop::collection::vec((0..8_u8, any::<bool>(), 0..9_i64), 1..60),
    ) {
        let (mut small, mut boundless) = (Known::default(), Known::default());
        for (subject, value, iat) in all {
            let new = statement(&subject.to_string(), value, iat, 100);
            boundless.take(new.clone(), usize::MAX).ok();
            small.take(new, 3).ok();
            prop_assert!(small.0.len() <= 3);
            for (subject, known) in &small.0 {
                prop_assert!(!known.value || boundless.0[subject].value);
            }
        }
    }
}
