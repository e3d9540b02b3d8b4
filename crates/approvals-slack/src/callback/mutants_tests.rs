//! Genuine calls, and what becomes of them when anything in them is changed.
//!
//! A changed call does not verify. One that comes without a signature, and is still understood, says exactly what stands
//! in it, by the word of a reader that shares nothing with ours but the grammar of JSON.

#![expect(clippy::arithmetic_side_effects, reason = "a test that overflows fails")]

use std::fmt::Debug;

use any_card::Dice;

use super::changed_tests::{bent, twisted};
use super::genuine_tests::{genuine, spelt};
use super::reader_tests::lie;
use super::*;
use crate::verify::{self, tests::sign};
use approvals_core::Timestamp;

#[test]
fn ten_thousand_genuine_calls_are_all_understood_by_both_ways_in() {
    let mut dice = Dice::new(1);
    let mut kinds = [0, 0];
    for n in 0..10_000 {
        let (payload, meant) = genuine(&mut dice);
        kinds[usize::from(matches!(meant, Callback::Press(_)))] += 1;
        let json = spelt(&mut dice, &payload);
        assert_eq!(from_json(&json).as_ref(), Ok(&meant), "{}", String::from_utf8_lossy(&json));
        let body = form::tests::encoded(&json);
        let time = (1_700_000_000 + n).to_string();
        let body = format!("payload={body}").into_bytes();
        let signature = sign(&time, &body);
        assert_eq!(arrives(&time, time.as_bytes(), signature.as_bytes(), &body), Some(meant));
    }
    assert!(kinds[0] > 2000 && kinds[1] > 6000, "{kinds:?}");
}

/// What the HTTP endpoint makes of a call.
fn arrives(now: &str, time: &[u8], signature: &[u8], body: &[u8]) -> Option<Callback> {
    let now = Timestamp::from_millis(now.parse::<i64>().unwrap() * 1000);
    verify::verify(&verify::tests::secret(), now, [time], [signature], body).ok()?;
    from_form(body).ok()
}

/// Reads so many changed payloads, and returns how many were still understood, and what was read that they do not say.
fn lies<E: Debug>(
    mutants: usize,
    read: impl Fn(&[u8]) -> Result<Callback, E>,
) -> (usize, Vec<(&'static str, String)>) {
    let mut dice = Dice::new(2);
    let (mut understood, mut lies) = (0, Vec::new());
    let (mut payload, _) = genuine(&mut dice);
    for n in 0..mutants {
        let other = payload.clone();
        if n % 8 == 0 {
            payload = genuine(&mut dice).0;
        }
        let json = match dice.below(3) {
            0 => bent(&mut dice, payload.to_string().as_bytes()),
            _ => twisted(&mut dice, &payload, &other),
        };
        let Ok(callback) = read(&json) else { continue };
        understood += usize::from(callback != Callback::Other);
        lies.extend(
            lie(&json, &callback).map(|what| (what, String::from_utf8_lossy(&json).into_owned())),
        );
    }
    (understood, lies)
}

#[test]
fn what_is_understood_is_what_is_said() {
    let (understood, lies) = lies(20_000, from_json);
    assert!(understood > 2_000, "{understood}");
    assert_eq!(lies, []);
}

#[test]
#[ignore = "more than a minute: `cargo xtask nightly clicks`"]
fn nightly_a_million_changed_payloads_say_what_is_understood() {
    let (understood, lies) = lies(1_000_000, from_json);
    assert!(understood > 100_000, "{understood}");
    assert_eq!(lies, []);
}

/// The suite above, on readers that leave something out, must fail.
#[test]
fn a_reader_that_is_content_with_less_would_be_found() {
    let takes_what_is_there_twice =
        |json: &[u8]| from_value(&serde_json::from_slice(json).unwrap_or_default());
    let (_, lies_found) = lies(10_000, takes_what_is_there_twice);
    assert!(lies_found.iter().any(|(what, _)| *what == "once"));

    let believes_the_container = |json: &[u8]| {
        let mut payload = canonical::parse(json, MAX_BYTES)?;
        if let Some(all) = payload.as_object_mut() {
            all.remove("channel");
            all.remove("message");
        }
        from_value(&payload)
    };
    let (_, lies_found) = lies(10_000, believes_the_container);
    assert!(lies_found.iter().any(|(what, _)| *what == "message" || *what == "channel"));
}

/// Sends so many changed calls, each within seconds of the genuine one, and returns those that were let in.
fn let_in(
    mutants: usize,
    arrives: impl Fn(&str, &[u8], &[u8], &[u8]) -> Option<Callback>,
) -> Vec<String> {
    let mut dice = Dice::new(3);
    let mut let_in = Vec::new();
    let (mut payload, _) = genuine(&mut dice);
    let mut last = (
        b"1700000000".to_vec(),
        sign("1700000000", b"payload={}").into_bytes(),
        b"payload={}".to_vec(),
    );
    for n in 0..mutants / 500 {
        let other = payload.clone();
        payload = genuine(&mut dice).0;
        let json = payload.to_string().into_bytes();
        let body = format!("payload={}", form::tests::encoded(&json)).into_bytes();
        let now = (1_700_000_000 + n).to_string();
        let call = (now.clone().into_bytes(), sign(&now, &body).into_bytes(), body);
        for _ in 0..500 {
            let mut mutant = call.clone();
            match dice.below(64) {
                0 => mutant.0 = bent(&mut dice, &mutant.0),
                1 => mutant.1 = bent(&mut dice, &mutant.1),
                2 => mutant.0 = last.0.clone(),
                3 => mutant.1 = last.1.clone(),
                4 => mutant.2 = last.2.clone(),
                5 => {
                    let json = twisted(&mut dice, &payload, &other);
                    mutant.2 = format!("payload={}", form::tests::encoded(&json)).into_bytes();
                }
                _ => mutant.2 = bent(&mut dice, &mutant.2),
            }
            if mutant != call && arrives(&now, &mutant.0, &mutant.1, &mutant.2).is_some() {
                let_in.push(String::from_utf8_lossy(&mutant.2).into_owned());
            }
        }
        last = call;
    }
    let_in
}

#[test]
fn a_million_changed_calls_are_all_turned_away() {
    assert_eq!(let_in(1_000_000, arrives), [""; 0]);
}

/// The suite above, on a door that does not look at the time that was signed, must fail.
#[test]
fn a_door_that_is_open_a_little_would_be_found() {
    let signs_the_body_alone = |now: &str, _time: &[u8], signature: &[u8], body: &[u8]| {
        let signed = (0..2).any(|ago| {
            let time = (now.parse::<i64>().unwrap() - ago).to_string();
            sign(&time, body).as_bytes() == signature
        });
        from_form(body).ok().filter(|_| signed)
    };
    assert!(!let_in(1_000, signs_the_body_alone).is_empty());
}
