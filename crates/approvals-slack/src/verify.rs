//! Whether Slack itself has sent this, and just now. Pure: bytes and a clock's value in, yes or a refusal out.

use std::time::Duration;

use approvals_core::Timestamp;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use crate::secret::SigningSecret;

/// The header that says when it was sent, in seconds.
pub(crate) const TIMESTAMP: &str = "X-Slack-Request-Timestamp";

/// The header that proves it.
pub(crate) const SIGNATURE: &str = "X-Slack-Signature";

/// How far the clocks may be apart, and for how long what was overheard can be sent again.
const WINDOW: Duration = Duration::from_secs(300);

/// Why a call is not taken as one of Slack. It says nothing of what would have been right.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum VerifyError {
    #[error(
        "the header `{0}` must be there once; check that what stands before this server passes it on"
    )]
    Header(&'static str),
    #[error("the time is not one to twelve digits")]
    Time,
    #[error("it was sent more than five minutes from now; if that is wrong, set this host's clock")]
    Stale,
    #[error(
        "the signature is not Slack's; check the signing secret, and that nothing changes the body"
    )]
    Signature,
}

/// Whether `body` is what the holder of `secret` has signed within five minutes of `now`. Of each header all values
/// that were found are to be given.
pub(crate) fn verify<'a>(
    secret: &SigningSecret,
    now: Timestamp,
    timestamps: impl IntoIterator<Item = &'a [u8]>,
    signatures: impl IntoIterator<Item = &'a [u8]>,
    body: &[u8],
) -> Result<(), VerifyError> {
    let time = only(timestamps).ok_or(VerifyError::Header(TIMESTAMP))?;
    let signature = only(signatures).ok_or(VerifyError::Header(SIGNATURE))?;
    let sent = seconds(time).ok_or(VerifyError::Time)?;
    let apart = now.as_millis().abs_diff(sent.saturating_mul(1000));
    if Duration::from_millis(apart) > WINDOW {
        return Err(VerifyError::Stale);
    }
    let signature = unhex(signature).ok_or(VerifyError::Signature)?;
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.expose().as_bytes())
        .map_err(|_length| VerifyError::Signature)?;
    for part in [b"v0:", time, b":", body] {
        mac.update(part);
    }
    // Takes as long for a signature that is nearly right as for any other.
    mac.verify_slice(&signature).map_err(|_mismatch| VerifyError::Signature)
}

fn only<'a>(values: impl IntoIterator<Item = &'a [u8]>) -> Option<&'a [u8]> {
    let mut values = values.into_iter();
    values.next().filter(|_first| values.next().is_none())
}

fn seconds(time: &[u8]) -> Option<i64> {
    let is_time = (1..=12).contains(&time.len()) && time.iter().all(u8::is_ascii_digit);
    std::str::from_utf8(time).ok().filter(|_digits| is_time)?.parse().ok()
}

fn unhex(signature: &[u8]) -> Option<[u8; 32]> {
    let nibble = |digit: u8| match digit {
        b'0'..=b'9' => Some(digit.wrapping_sub(b'0')),
        b'a'..=b'f' => Some(digit.wrapping_sub(b'a').wrapping_add(10)),
        _ => None,
    };
    let (pairs, rest) = signature.strip_prefix(b"v0=")?.as_chunks::<2>();
    if pairs.len() != 32 || !rest.is_empty() {
        return None;
    }
    let mut bytes = [0; 32];
    for (byte, [high, low]) in bytes.iter_mut().zip(pairs) {
        *byte = (nibble(*high)? << 4) | nibble(*low)?;
    }
    Some(bytes)
}

#[cfg(test)]
#[path = "verify_tests.rs"]
pub(crate) mod tests;
