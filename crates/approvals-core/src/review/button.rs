//! What a button under a card carries: which request it decides, and a secret that only its message has.

use std::fmt::{self, Write as _};
use std::str::FromStr;

use serde::Serialize;
use zeroize::Zeroizing;

use super::decision::Choice;
use crate::action::canonical;
use crate::action::digest::Digest;
use crate::action::id::RequestId;
use crate::action::noncanonical::CanonicalError;

/// The value of one button: `v1.<request>.<128 random bits in hexadecimal>`. Cannot be printed.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Button {
    request: RequestId,
    token: Zeroizing<[u8; 16]>,
}

/// What one button is good for, and nothing else.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct Use<'a> {
    /// The digest of the card over the button.
    pub(crate) card: Digest,
    pub(crate) channel: &'a str,
    pub(crate) choice: Choice,
    /// The message that has the button.
    pub(crate) message: &'a str,
    /// Where the message is: the workspace, and the conversation in it.
    pub(crate) place: &'a str,
}

/// Not the value of a button of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NoButton;

impl Button {
    /// A fresh one.
    pub(crate) fn of(request: RequestId) -> Result<Self, getrandom::Error> {
        let mut token = Zeroizing::new([0; 16]);
        getrandom::fill(&mut *token)?;
        Ok(Self { request, token })
    }

    pub(crate) fn request(&self) -> RequestId {
        self.request
    }

    /// The value, as it is sent to the channel.
    pub(crate) fn value(&self) -> Zeroizing<String> {
        let mut value = format!("v1.{}.", self.request);
        for byte in *self.token {
            // Writing to a string does not fail.
            let _written = write!(value, "{byte:02x}");
        }
        Zeroizing::new(value)
    }

    /// What is kept of it: whoever reads that can press nothing.
    pub(crate) fn seal(&self, good_for: Use<'_>) -> Result<Digest, CanonicalError> {
        let value = self.value();
        let bytes = canonical::to_bytes(&(value.as_str(), good_for), canonical::MAX_BYTES)?;
        Ok(Digest::of("button", &Zeroizing::new(bytes)))
    }
}

impl FromStr for Button {
    type Err = NoButton;

    fn from_str(value: &str) -> Result<Self, NoButton> {
        let rest = value.strip_prefix("v1.").ok_or(NoButton)?;
        let (request, token) = rest.split_once('.').ok_or(NoButton)?;
        let mut bytes = Zeroizing::new([0; 16]);
        let is_hex = token.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        if !is_hex || token.len() != 32 {
            return Err(NoButton);
        }
        for (byte, pair) in bytes.iter_mut().zip(token.as_bytes().chunks(2)) {
            let pair = std::str::from_utf8(pair).map_err(|_not| NoButton)?;
            *byte = u8::from_str_radix(pair, 16).map_err(|_not| NoButton)?;
        }
        let button = Self { request: request.parse().map_err(|_not| NoButton)?, token: bytes };
        // One way to write it.
        if button.value().as_str() == value { Ok(button) } else { Err(NoButton) }
    }
}

impl fmt::Debug for Button {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Button({}, hidden)", self.request)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn button() -> Button {
        Button::of("0199b3c5-6f00-7000-8000-000000000000".parse().unwrap()).unwrap()
    }

    fn good_for() -> Use<'static> {
        let card = Digest::of("card", b"");
        Use { card, channel: "slack", choice: Choice::Approve, message: "1.1", place: "T1/C1" }
    }

    proptest! {
        #[test]
        fn a_value_near_that_of_a_button_is_another_button_or_none(at in 0_usize..72, letter in any::<char>()) {
            let button = button();
            let value = button.value();
            let near: String =
                value.chars().enumerate().map(|(i, c)| if i == at { letter } else { c }).collect();
            if let Ok(other) = near.parse::<Button>() {
                prop_assert_eq!(other == button, near == *value);
                prop_assert_eq!(other.value().to_string(), near);
            }
            let cut: String = value.chars().take(at).collect();
            prop_assert!(cut.parse::<Button>().is_err());
        }
    }

    #[test]
    fn a_seal_is_of_one_button_in_one_place_for_one_choice() {
        let (button, same) = (button(), good_for());
        let seal = button.seal(same).unwrap();
        assert_eq!(button.value().parse::<Button>().unwrap().seal(same).unwrap(), seal);
        for other in [
            Use { card: Digest::of("card", b"another"), ..same },
            Use { channel: "teams", ..same },
            Use { choice: Choice::Reject, ..same },
            Use { message: "1.2", ..same },
            Use { place: "T1/C2", ..same },
            Use { place: "T1/C1/1", message: ".1", ..same },
        ] {
            assert_ne!(button.seal(other).unwrap(), seal, "{other:?}");
        }
        assert_ne!(self::button().seal(same).unwrap(), seal);
    }

    #[test]
    fn a_button_does_not_show_its_secret() {
        let button = button();
        let secret = button.value().rsplit('.').next().unwrap().to_owned();
        assert!(!format!("{button:?}").contains(&secret));
    }
}
