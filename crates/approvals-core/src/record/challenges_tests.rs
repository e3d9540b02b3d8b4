use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64URL;

use super::super::scene::{asked, at, decision, just_before, person, review, two_of_ops};
use super::*;
use crate::action::digest::Digest;
use crate::review::decision::Choice;
use crate::review::passkey::Proof;

const NONCE: [u8; 32] = [7; 32];

/// A decision of `q` at second 10, and a proof over `nonce` with it.
fn signed(nonce: &[u8]) -> Decision {
    let state = asked(review(two_of_ops()));
    let client = format!(
        r#"{{"type":"webauthn.get","challenge":"{}","origin":"https://x"}}"#,
        BASE64URL.encode(nonce)
    );
    let proof = Proof::new(b"key", client.as_bytes(), &[0; 37], &[0; 64]).unwrap();
    Decision {
        assurance: Assurance::ReviewerKey,
        proof: Some(Box::new(proof)),
        ..decision(&state, person("q"), Choice::Approve, at(10))
    }
}

fn challenge(of: &Decision) -> Challenge {
    Challenge {
        card: of.card,
        choice: of.choice,
        identity: of.identity.clone(),
        nonce: NONCE.as_slice().into(),
        reason: of.reason.clone(),
        request: of.request,
        request_digest: of.request_digest,
    }
}

fn given() -> Challenges {
    let mut challenges = Challenges::default();
    challenges.give(challenge(&signed(&NONCE)), at(9)).unwrap();
    challenges
}

#[test]
fn a_signature_stands_for_exactly_what_its_challenge_was_given_for() {
    let (given, right) = (given(), signed(&NONCE));
    assert!(given.cover(&right));
    let other = Digest::of("card", b"another");
    let because = Some("because".to_owned());
    let wrong = [
        ("another card", Decision { card: other, ..right.clone() }),
        ("the contrary", Decision { choice: Choice::Reject, ..right.clone() }),
        ("another request", Decision { request: super::super::scene::other_id(), ..right.clone() }),
        ("another digest", Decision { request_digest: other, ..right.clone() }),
        ("another reason", Decision { reason: because, ..right.clone() }),
        (
            "another account",
            Decision { identity: ChannelIdentity::new("chat", "o").unwrap(), ..right.clone() },
        ),
        ("another challenge", signed(&[8; 32])),
        ("no signature", Decision { proof: None, ..right.clone() }),
        (
            "a signature that claims to be none",
            Decision { assurance: Assurance::ChannelAttested, ..right.clone() },
        ),
    ];
    for (what, decision) in wrong {
        assert!(!given.cover(&decision), "{what}");
    }
    let unsigned = Decision { assurance: Assurance::ChannelAttested, proof: None, ..right };
    assert!(Challenges::default().cover(&unsigned), "what the channel says takes no challenge");
}

#[test]
fn a_challenge_is_burnt_by_its_decision_and_is_good_for_five_minutes() {
    let (mut given, right) = (given(), signed(&NONCE));
    let end = at(9).after(GOOD_FOR);
    assert!(given.cover(&Decision { at: just_before(end), ..right.clone() }));
    assert!(!given.cover(&Decision { at: end, ..right.clone() }), "over");
    assert!(!given.cover(&Decision { at: at(8), ..right.clone() }), "before it was given");
    given.burn(&right);
    assert!(!given.cover(&right), "burnt");
    assert!(given.give(challenge(&right), at(11)).is_err(), "not given again");
}

#[test]
fn challenges_are_long_enough_and_not_without_end() {
    let right = challenge(&signed(&NONCE));
    let mut given = Challenges::default();
    for short in [&[][..], &[1; 15], &[1; 65]] {
        let challenge = Challenge { nonce: short.into(), ..right.clone() };
        assert!(given.give(challenge, at(9)).is_err());
    }
    for number in 0..MAX_CHALLENGES {
        let nonce = [u8::try_from(number).unwrap(); 32];
        let challenge = Challenge { nonce: nonce.as_slice().into(), ..right.clone() };
        given.give(challenge, at(9)).unwrap();
    }
    let more = Challenge { nonce: [255; 32].as_slice().into(), ..right.clone() };
    assert!(given.give(more.clone(), at(9)).is_err());
    let another = ChannelIdentity::new("chat", "o").unwrap();
    assert!(given.give(Challenge { identity: another, ..more }, at(9)).is_ok(), "others may");
}
