//! The header `Idempotency-Key`: by it, the same call is the same call however often it arrives.

use approvals_core::IdempotencyKey;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use crate::problem::{self, Problem};

const HEADER: &str = "idempotency-key";

/// The key of a call.
#[derive(Clone, Debug)]
pub(crate) struct Key(pub(crate) IdempotencyKey);

impl<S: Send + Sync> FromRequestParts<S> for Key {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Problem> {
        let mut values = parts.headers.get_all(HEADER).iter();
        match (values.next(), values.next()) {
            (None, _) => Err(Problem::new(
                problem::NO_KEY,
                "send the header `Idempotency-Key`, with a value of your own for each action: by it a call that is sent again is the same one",
            )),
            (Some(value), None) => parse(value.as_bytes()).map(Self),
            (Some(_), Some(_)) => {
                Err(Problem::new(problem::MALFORMED, "there are two idempotency keys; send one"))
            }
        }
    }
}

/// As the draft has it, a string in quotes, or without them, as most clients send it.
fn parse(value: &[u8]) -> Result<IdempotencyKey, Problem> {
    let refuse = || {
        Problem::new(
            problem::MALFORMED,
            "an idempotency key has 1 to 200 visible ASCII characters, and no quotes or backslashes",
        )
    };
    let text = std::str::from_utf8(value).map_err(|_binary| refuse())?;
    let quoted = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    let bare = quoted.unwrap_or(text);
    if bare.contains(['"', '\\']) {
        return Err(refuse());
    }
    bare.parse().map_err(|_other| refuse())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_the_same_with_and_without_quotes_and_nothing_else_is_one() {
        assert_eq!(parse(b"\"release-7\"").unwrap(), parse(b"release-7").unwrap());
        for bad in ["", "\"\"", "a b", "\"a", "a\"", "a\\b", "\u{e9}", &"x".repeat(201)] {
            assert!(parse(bad.as_bytes()).is_err(), "{bad}");
        }
    }
}
