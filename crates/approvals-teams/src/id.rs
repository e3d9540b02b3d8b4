//! Microsoft's own names for things. Whatever is not spelt like one is refused.

use std::fmt;
use std::str::FromStr;

/// A text that is not spelt like the id that is needed here.
///
/// ```
/// use approvals_teams::TenantId;
///
/// let error = "contoso.onmicrosoft.com".parse::<TenantId>().unwrap_err();
/// let wanted = "a tenant's id looks like `00000000-0000-0000-0000-000000000000`";
/// assert_eq!(error.to_string(), format!("{wanted}, and not like \"contoso.onmicrosoft.com\""));
/// ```
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what} looks like `{example}`, and not like {text:?}")]
pub struct IdError {
    what: &'static str,
    example: &'static str,
    text: String,
}

/// What `?` in a `main` prints.
impl fmt::Debug for IdError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The longest id.
const MAX_ID: usize = 256;

/// What is quoted of a text that is none.
const MAX_QUOTE: usize = 60;

const GUID: &str = "00000000-0000-0000-0000-000000000000";

/// A GUID has one spelling here: Microsoft writes them in letters of either case.
fn guid(text: &str) -> Option<String> {
    let is_hex = |part: &str| part.bytes().all(|byte| byte.is_ascii_hexdigit());
    let lengths = text.split('-').map(str::len);
    (lengths.eq([8, 4, 4, 4, 12]) && text.split('-').all(is_hex)).then(|| text.to_ascii_lowercase())
}

/// Conversations and activities are named as the service likes; nothing in a name ends a part of an address or of a place.
fn plain(text: &str) -> Option<String> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b":@;=._-+".contains(&byte);
    let is_id = (1..=MAX_ID).contains(&text.len()) && text.bytes().all(is_plain);
    (is_id && text.bytes().any(|byte| byte.is_ascii_alphanumeric())).then(|| text.to_owned())
}

/// Conversations begin with what kind they are, and a colon: `19:…`, `a:…`. A channel's name is no id.
fn conversation(text: &str) -> Option<String> {
    let (kind, rest) = text.split_once(':')?;
    if kind.is_empty() || rest.is_empty() { None } else { plain(text) }
}

macro_rules! id {
    ($(#[$doc:meta])* $vis:vis $name:ident, $what:literal, $example:expr, $read:expr) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        $vis struct $name(String);

        impl $name {
            /// The id as it is written here.
            #[must_use]
            $vis fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                let read: fn(&str) -> Option<String> = $read;
                read(text).map(Self).ok_or_else(|| IdError {
                    what: $what,
                    example: $example,
                    text: text.chars().take(MAX_QUOTE).collect(),
                })
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
    /// A bot, by the id of its registration at Microsoft Entra: a GUID. [`IdError`] has an example.
    pub BotId, "a bot's app id", GUID, guid
);
id!(
    /// An organization at Microsoft Entra: a GUID. [`IdError`] has an example.
    pub TenantId, "a tenant's id", GUID, guid
);
id!(
    /// Somebody in a tenant: a GUID, which Microsoft Entra calls the object id. [`IdError`] has an example.
    pub UserId, "a user's object id", GUID, guid
);
id!(
    /// A channel or a chat: `19:…@thread.tacv2`. [`IdError`] has an example.
    pub ConversationId, "a conversation's id (in its link, with `:` for `%3A` and `@` for `%40`)", "19:0123abcd@thread.tacv2", conversation
);
id!(
    /// A message, or anything else that happens in a conversation.
    pub(crate) ActivityId, "an activity's id", "1712345678901", plain
);

/// What the ids of channels end with. Other conversations have no threads.
const CHANNELS: [&str; 2] = ["@thread.tacv2", "@thread.skype"];

impl ConversationId {
    /// The thread of a message, if it is in a channel.
    pub(crate) fn thread(&self, message: &ActivityId) -> Option<String> {
        let is_channel = CHANNELS.iter().any(|end| self.0.ends_with(end));
        is_channel.then(|| format!("{self};messageid={message}"))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_guid_has_one_spelling() {
        let upper: TenantId = "72F988BF-86F1-41AF-91AB-2D7CD011DB47".parse().unwrap();
        assert_eq!(upper, "72f988bf-86f1-41af-91ab-2d7cd011db47".parse().unwrap());
        for other in [
            "",
            "72f988bf86f141af91ab2d7cd011db47",
            "{72f988bf-86f1-41af-91ab-2d7cd011db47}",
            "72f988bf-86f1-41af-91ab-2d7cd011db4g",
            "72f988bf-86f1-41af-91ab-2d7cd011db47 ",
        ] {
            assert!(other.parse::<TenantId>().is_err(), "{other}");
        }
    }

    proptest! {
        #[test]
        fn what_is_taken_as_an_id_ends_no_part_of_an_address(text in any::<String>(), near in "[19:@a-z./?#% \\\\-]{0,40}") {
            for text in [text, near] {
                if let Ok(id) = text.parse::<ConversationId>() {
                    prop_assert!(id.as_str() == text && text.len() <= MAX_ID);
                    prop_assert!(!text.contains(['/', '?', '#', '%', ' ', '\\']) && text.is_ascii());
                    prop_assert!(![".", ".."].contains(&text.as_str()));
                }
            }
        }
    }
}
