//! Slack's own names for things. Whatever is not spelt like one is refused.

use std::fmt;
use std::str::FromStr;

use serde::Deserialize;

/// A text that is not spelt like the id that is needed here.
///
/// ```
/// use approvals_slack::ChannelId;
///
/// let error = "#deploys".parse::<ChannelId>().unwrap_err();
/// assert_eq!(error.to_string(), "a channel's id looks like `C0123ABCD`, and not like \"#deploys\"");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what} looks like `{example}`, and not like {text:?}")]
pub struct IdError {
    what: &'static str,
    example: &'static str,
    text: String,
}

/// The longest id.
const MAX_ID: usize = 32;

fn is_id(text: &str, kinds: &str) -> bool {
    let rest = text.strip_prefix(|kind| kinds.contains(kind)).unwrap_or("");
    (1..MAX_ID).contains(&rest.len())
        && rest.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
}

fn is_timestamp(text: &str) -> bool {
    let digits = |part: &str, most| {
        (1..=most).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit())
    };
    text.split_once('.').is_some_and(|(seconds, micros)| digits(seconds, 12) && digits(micros, 9))
}

macro_rules! id {
    ($(#[$doc:meta])* $vis:vis $name:ident, $what:literal, $example:literal, $is:expr) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
        #[serde(try_from = "String")]
        $vis struct $name(String);

        impl $name {
            /// The id as Slack writes it.
            #[must_use]
            $vis fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                let is: fn(&str) -> bool = $is;
                if is(text) {
                    return Ok(Self(text.to_owned()));
                }
                let text = text.chars().take(MAX_ID).collect();
                Err(IdError { what: $what, example: $example, text })
            }
        }

        impl TryFrom<String> for $name {
            type Error = IdError;

            fn try_from(text: String) -> Result<Self, IdError> {
                text.parse()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

id!(
    /// A Slack app: `A0123ABCD`. [`IdError`] has an example.
    pub AppId, "an app's id", "A0123ABCD", |text| is_id(text, "A")
);
id!(
    /// A conversation that people read together: `C0123ABCD`, `G0123ABCD` or `D0123ABCD`. [`IdError`] has an example.
    pub ChannelId, "a channel's id", "C0123ABCD", |text| is_id(text, "CDG")
);
id!(
    /// An organization of several workspaces: `E0123ABCD`.
    pub(crate) EnterpriseId, "an organization's id", "E0123ABCD", |text| is_id(text, "E")
);
id!(
    /// A workspace: `T0123ABCD`. [`IdError`] has an example.
    pub TeamId, "a workspace's id", "T0123ABCD", |text| is_id(text, "T")
);
id!(
    /// A member of a workspace or of an organization: `U0123ABCD` or `W0123ABCD`.
    pub(crate) UserId, "a member's id", "U0123ABCD", |text| is_id(text, "UW")
);
id!(
    /// A user group: `S0123ABCD`. [`IdError`] has an example.
    pub UserGroupId, "a user group's id", "S0123ABCD", |text| is_id(text, "S")
);
id!(
    /// A message in its channel, by when it was posted: `1712345678.000100`.
    pub(crate) MessageTs, "a message's id", "1712345678.000100", is_timestamp
);

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_taken_as_an_id_is_plain_and_short(text in any::<String>(), near in "[ACT][A-Z0-9 .é_-]{0,40}") {
            for text in [text, near] {
                if let Ok(id) = text.parse::<ChannelId>() {
                    prop_assert!(id.as_str() == text && text.len() <= MAX_ID);
                    prop_assert!(text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit()));
                }
                prop_assert!(text.parse::<TeamId>().is_err() || text.starts_with('T'));
                let read = serde_json::from_value::<ChannelId>(text.as_str().into());
                prop_assert_eq!(read.ok(), text.parse().ok());
            }
        }
    }

    #[test]
    fn ids_of_one_kind_are_none_of_another() {
        assert!("U0123ABCD".parse::<UserId>().is_ok() && "W0123ABCD".parse::<UserId>().is_ok());
        for other in ["T0123ABCD", "", "U", "u0123abcd", "U0123 ABCD", "Ｕ0123ABCD"] {
            assert!(other.parse::<UserId>().is_err(), "{other}");
        }
    }

    #[test]
    fn a_timestamp_is_digits_on_both_sides_of_a_point() {
        assert!("1712345678.000100".parse::<MessageTs>().is_ok());
        for other in ["1712345678", "1712345678.", ".1", "1.2.3", "-1.2", "1e9.0", "１.0"] {
            assert!(other.parse::<MessageTs>().is_err(), "{other}");
        }
    }
}
