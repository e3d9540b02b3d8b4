//! What proves to Slack who we are, and to us that it is Slack. Cannot be printed; leaves memory when dropped.

use std::fmt;
use std::str::FromStr;

use zeroize::Zeroizing;

/// A text that is not the secret that is needed here. Says what it looks like, and nothing that was in it.
///
/// ```
/// use approvals_slack::BotToken;
///
/// let error = "xoxp-1-a-user's".parse::<BotToken>().unwrap_err();
/// let wanted = "this is not a bot token, which begins with `xoxb-` (OAuth & Permissions of the app)";
/// assert_eq!(error.to_string(), format!("{wanted}; it begins like a token of another kind"));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is not {wanted}{}", .seen.map(|seen| format!("; it {seen}")).unwrap_or_default())]
pub struct SecretError {
    wanted: &'static str,
    seen: Option<&'static str>,
}

/// What `?` in a `main` prints.
impl fmt::Debug for SecretError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

macro_rules! secret {
    ($(#[$doc:meta])* $name:ident, $what:literal, $is:expr) => {
        $(#[$doc])*
        #[derive(Clone)]
        pub struct $name(Zeroizing<String>);

        impl $name {
            pub(crate) fn expose(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = SecretError;

            fn from_str(text: &str) -> Result<Self, SecretError> {
                let is: fn(&str) -> bool = $is;
                if is(text) {
                    return Ok(Self(Zeroizing::new(text.to_owned())));
                }
                let seen = if is(text.trim()) { Some(AROUND) } else { seen(text, stringify!($name)) };
                Err(SecretError { wanted: $what, seen })
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(hidden)"))
            }
        }
    };
}

const AROUND: &str = "has a blank or a line end before or after it";

/// What a text looks like that is not a `wanted`.
fn seen(text: &str, wanted: &str) -> Option<&'static str> {
    let bare = text.trim();
    let kinds = [
        ("BotToken", "begins like a bot token (`SLACK_BOT_TOKEN`)", bare.starts_with(BOT)),
        ("AppToken", "begins like an app-level token (`SLACK_APP_TOKEN`)", bare.starts_with(APP)),
        ("SigningSecret", "looks like a signing secret (`SLACK_SIGNING_SECRET`)", is_signing(bare)),
    ];
    let kind = kinds.into_iter().find(|(_, _, is)| *is);
    match kind {
        _ if bare.is_empty() => Some("is empty"),
        Some((name, looks, _)) if name != wanted => Some(looks),
        _ if bare.contains(char::is_whitespace) => Some("has a blank or a line end in it"),
        Some(_) => {
            Some("begins like one, and what follows is not 1 to 500 letters, digits and hyphens")
        }
        None if bare.starts_with("xox") => Some("begins like a token of another kind"),
        None => None,
    }
}

const BOT: &str = "xoxb-";
const APP: &str = "xapp-";

fn is_signing(text: &str) -> bool {
    text.len() == 32 && text.bytes().all(|b| b.is_ascii_alphanumeric())
}

fn is_token(text: &str, prefix: &str) -> bool {
    let rest = text.strip_prefix(prefix).unwrap_or("");
    (1..=500).contains(&rest.len()) && rest.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
}

secret!(
    /// The token of the app's bot, with which it posts: `xoxb-…`. [`SecretError`] has an example.
    BotToken,
    "a bot token, which begins with `xoxb-` (OAuth & Permissions of the app)",
    |text| is_token(text, BOT)
);
secret!(
    /// The app-level token, with which it opens sockets: `xapp-…`. [`SecretError`] has an example.
    AppToken,
    "an app-level token, which begins with `xapp-` (Basic Information of the app)",
    |text| is_token(text, APP)
);
secret!(
    /// What Slack signs its calls with. [`SecretError`] has an example.
    SigningSecret,
    "a signing secret: 32 letters and digits (Basic Information of the app)",
    is_signing
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_shows_nothing_of_itself() {
        let token: BotToken = "xoxb-1-CANARY".parse().unwrap();
        assert_eq!(token.expose(), "xoxb-1-CANARY");
        assert_eq!(format!("{token:?}"), "BotToken(hidden)");
        let error = "CANARY".parse::<SigningSecret>().unwrap_err();
        assert!(!format!("{error:?} {error}").contains("CANARY"));
    }

    #[test]
    fn what_is_there_instead_is_said_and_nothing_of_it() {
        let (bot, app) = ("xoxb-1-CANARY", "xapp-1-CANARY");
        let signing = "CANARY7012345678901234567890abcd";
        let said = |text: &str| -> [String; 3] {
            let bot = text.parse::<BotToken>().err();
            let app = text.parse::<AppToken>().err();
            let signing = text.parse::<SigningSecret>().err();
            [bot, app, signing].map(|error| {
                let Some(error) = error else { return String::new() };
                let said = error.to_string();
                assert_eq!(format!("{error:?}"), said, "`?` from `main` prints it so");
                assert!(said.starts_with("this is not a") && !said.contains("CANARY"), "{said}");
                said
            })
        };
        let kinds = [
            (bot, "begins like a bot token (`SLACK_BOT_TOKEN`)"),
            (app, "begins like an app-level token (`SLACK_APP_TOKEN`)"),
            (signing, "looks like a signing secret (`SLACK_SIGNING_SECRET`)"),
        ];
        for (place, (text, looks)) in kinds.into_iter().enumerate() {
            for around in ["", " ", "\n"] {
                for (at, said) in said(&format!("{text}{around}")).iter().enumerate() {
                    assert_eq!(said.contains(looks), at != place, "{text:?}: {said}");
                }
            }
            for broken in [
                format!("{text}\n"),
                format!(" {text}"),
                format!("{text}\r\n"),
                format!("{text}\t"),
            ] {
                let said = &said(&broken)[place];
                assert!(
                    said.ends_with("it has a blank or a line end before or after it"),
                    "{broken:?}: {said}"
                );
            }
        }
        for (text, what) in [
            ("xoxp-1-CANARY", "it begins like a token of another kind"),
            ("Bearer xoxb-1-CANARY", "it has a blank or a line end in it"),
            ("xoxb-1 CANARY", "it has a blank or a line end in it"),
            ("xoxb-", "what follows is not 1 to 500 letters, digits and hyphens"),
            ("xoxb-CANARY\u{2026}", "what follows is not 1 to 500 letters, digits and hyphens"),
            ("", "it is empty"),
        ] {
            let said = &said(text)[0];
            assert!(said.ends_with(what), "{text:?}: {said}");
        }
        assert!(said("CANARY")[0].ends_with("(OAuth & Permissions of the app)"));
    }

    #[test]
    fn a_token_of_another_kind_or_with_something_around_it_is_none() {
        for text in ["xapp-1-A", "xoxb-", " xoxb-1", "xoxb-1\n", "xoxb-1\r\nX: y", "Bearer xoxb-1"]
        {
            assert!(text.parse::<BotToken>().is_err(), "{text:?}");
        }
    }
}
