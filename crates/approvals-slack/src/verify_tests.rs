//! Only what Slack has signed, as it was signed, and only while it is fresh.

use proptest::prelude::*;

use super::*;

/// From Slack's documentation, and the tests of its own library.
const SECRET: &str = "8f742231b10e8888abcd99yyyzzz85a5";
const TIME: &str = "1531420618";
const BODY: &[u8] = b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow\
&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=\
&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN\
&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c";
const SIGNATURE: &str = "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503";

pub(crate) fn secret() -> SigningSecret {
    SECRET.parse().unwrap()
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_millis(seconds.saturating_mul(1000))
}

fn says(now: Timestamp, time: &[u8], signature: &[u8], body: &[u8]) -> Result<(), VerifyError> {
    verify(&secret(), now, [time], [signature], body)
}

/// What Slack sends with `body`, by the word of what stands in for it.
pub(crate) fn sign(time: &str, body: &[u8]) -> String {
    fake_slack::signature(SECRET, time, body)
}

#[test]
fn the_published_call_is_taken_within_five_minutes_of_its_time_and_not_a_moment_later() {
    let says = |millis| {
        let now = Timestamp::from_millis(1_531_420_618_000 + millis);
        says(now, TIME.as_bytes(), SIGNATURE.as_bytes(), BODY)
    };
    for fresh in [0, 1, -1, 300_000, -300_000] {
        assert_eq!(says(fresh), Ok(()), "{fresh}");
    }
    for stale in [300_001, -300_001, 301_000, -301_000, i64::MAX / 2, i64::MIN / 2] {
        assert_eq!(says(stale), Err(VerifyError::Stale), "{stale}");
    }
}

#[test]
fn each_header_stands_there_once() {
    let (time, signature) = (TIME.as_bytes(), SIGNATURE.as_bytes());
    let says = |times: &[&'static str], signatures: &[&'static str]| {
        let times = times.iter().map(|value| value.as_bytes());
        verify(
            &secret(),
            at(1_531_420_618),
            times,
            signatures.iter().map(|value| value.as_bytes()),
            BODY,
        )
    };
    assert_eq!(says(&[TIME], &[SIGNATURE]), Ok(()));
    let missing_time = Err(VerifyError::Header("X-Slack-Request-Timestamp"));
    assert_eq!(says(&[], &[SIGNATURE]), missing_time);
    assert_eq!(says(&[TIME, TIME], &[SIGNATURE]), missing_time);
    let missing_signature = Err(VerifyError::Header("X-Slack-Signature"));
    assert_eq!(says(&[TIME], &[]), missing_signature);
    assert_eq!(says(&[TIME], &[SIGNATURE, SIGNATURE]), missing_signature);
    assert_eq!(says(&[TIME], &["v0=00", SIGNATURE]), missing_signature);
    assert!(self::says(at(1_531_420_618), time, signature, BODY).is_ok());
}

#[test]
fn a_time_is_one_to_twelve_plain_digits() {
    // Each signed as it stands: that it is signed helps nothing.
    let others = [
        "abc",
        "+1531420618",
        "-1531420618",
        " 1531420618",
        "1531420618 ",
        "1531420618.0",
        "1e9",
        "0x5b47a0ca",
        "",
        "00015314206180",
        "15314206181531420618",
        "1531420618\0",
        "１５３１４２０６１８",
    ];
    for time in others {
        let signature = sign(time, BODY);
        let refused = says(at(1_531_420_618), time.as_bytes(), signature.as_bytes(), BODY);
        assert_eq!(refused, Err(VerifyError::Time), "{time:?}");
    }
    let padded = "001531420618";
    let signature = sign(padded, BODY);
    let taken = says(at(1_531_420_618), padded.as_bytes(), signature.as_bytes(), BODY);
    assert_eq!(taken, Ok(()));
    // What was signed are the bytes, and not the number.
    let refused = says(at(1_531_420_618), padded.as_bytes(), SIGNATURE.as_bytes(), BODY);
    assert_eq!(refused, Err(VerifyError::Signature));
}

#[test]
fn a_signature_has_one_spelling() {
    let hex = SIGNATURE.trim_start_matches("v0=");
    let (shorter, shorter_by_one) = (hex.get(..62).unwrap(), hex.get(..63).unwrap());
    let others = [
        String::new(),
        "v0=".to_owned(),
        hex.to_owned(),
        format!("v1={hex}"),
        format!("V0={hex}"),
        format!("v0={}", hex.to_uppercase()),
        format!("v0={hex}0"),
        format!("v0={hex}00"),
        format!("v0={shorter}"),
        format!("v0={shorter_by_one}g"),
        format!(" v0={hex}"),
        format!("v0={hex}\n"),
        format!("v0={hex},v0={hex}"),
        format!("v0={}", "0".repeat(64)),
    ];
    for signature in others {
        let refused = says(at(1_531_420_618), TIME.as_bytes(), signature.as_bytes(), BODY);
        assert_eq!(refused, Err(VerifyError::Signature), "{signature}");
    }
}

#[test]
fn another_secret_signs_for_nobody_else() {
    let other: SigningSecret = "9f742231b10e8888abcd99yyyzzz85a5".parse().unwrap();
    let (time, signature) = (TIME.as_bytes(), SIGNATURE.as_bytes());
    let refused = verify(&other, at(1_531_420_618), [time], [signature], BODY);
    assert_eq!(refused, Err(VerifyError::Signature));
}

proptest! {
    #[test]
    fn any_bytes_that_are_signed_are_taken_and_no_others(
        body in prop::collection::vec(any::<u8>(), 0..200),
        seconds in 0_i64..1_000_000_000_000,
        which in any::<prop::sample::Index>(),
        flip in 1_u8..=255,
    ) {
        let time = seconds.to_string();
        let signature = sign(&time, &body).into_bytes();
        let time = time.into_bytes();
        prop_assert_eq!(says(at(seconds), &time, &signature, &body), Ok(()));

        let all = [time.as_slice(), &signature, &body].concat();
        let mut changed = all.clone();
        changed[which.index(all.len())] ^= flip;
        let (time, rest) = changed.split_at(time.len());
        let (signature, body) = rest.split_at(signature.len());
        prop_assert!(says(at(seconds), time, signature, body).is_err());
        prop_assert!(says(at(seconds), &all[..time.len()], &all[time.len()..][..signature.len()], &[body, b"x"].concat()).is_err());
    }

    #[test]
    fn whatever_stands_in_the_headers_is_refused_without_a_panic(
        time in prop::collection::vec(any::<u8>(), 0..30),
        signature in prop::collection::vec(any::<u8>(), 0..80),
        now in any::<i64>(),
    ) {
        prop_assert!(says(Timestamp::from_millis(now), &time, &signature, BODY).is_err());
        prop_assert!(says(Timestamp::from_millis(now), TIME.as_bytes(), &signature, BODY).is_err());
        prop_assert!(says(Timestamp::from_millis(now), &time, SIGNATURE.as_bytes(), BODY).is_err());
    }
}

/// The suite above, on a check that looks at the first half of a signature only, must fail.
#[test]
fn a_check_that_is_content_with_less_would_be_found() {
    let careless = |signature: &str| signature.get(..35) == SIGNATURE.get(..35);
    let forged = format!("{}{}", SIGNATURE.get(..35).unwrap(), "0".repeat(32));
    assert!(careless(SIGNATURE) && careless(&forged));
    let refused = says(at(1_531_420_618), TIME.as_bytes(), forged.as_bytes(), BODY);
    assert_eq!(refused, Err(VerifyError::Signature));
}
