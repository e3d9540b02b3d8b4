//! What proves to Microsoft who we are. Cannot be printed; leaves memory when dropped.

use std::fmt;
use std::str::FromStr;

use zeroize::Zeroizing;

/// A text that is not the secret that is needed here. Says what it looks like, and nothing that was in it.
///
/// ```
/// use approvals_teams::ClientSecret;
///
/// let error = "72f988bf-86f1-41af-91ab-2d7cd011db47".parse::<ClientSecret>().unwrap_err();
/// assert!(error.to_string().ends_with("it looks like the secret's id, and not like its value"));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "this is not a client secret (Certificates & secrets of the app's registration){}",
    .seen.map(|seen| format!("; it {seen}")).unwrap_or_default()
)]
pub struct SecretError {
    seen: Option<&'static str>,
}

/// What `?` in a `main` prints.
impl fmt::Debug for SecretError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The longest secret. Microsoft's have 40 characters.
const MAX_SECRET: usize = 500;

/// The secret of the bot's registration at Microsoft Entra. [`SecretError`] has an example.
#[derive(Clone)]
pub struct ClientSecret(Zeroizing<String>);

impl ClientSecret {
    pub(crate) fn expose(&self) -> &str {
        &self.0
    }
}

impl FromStr for ClientSecret {
    type Err = SecretError;

    fn from_str(text: &str) -> Result<Self, SecretError> {
        let seen = match text {
            "" => Some("is empty"),
            _ if text.trim() != text => Some("has a blank or a line end before or after it"),
            _ if text.parse::<crate::id::BotId>().is_ok() => {
                Some("looks like the secret's id, and not like its value")
            }
            _ if text.len() > MAX_SECRET || !text.bytes().all(|byte| byte.is_ascii_graphic()) => {
                None
            }
            _ => return Ok(Self(Zeroizing::new(text.to_owned()))),
        };
        Err(SecretError { seen })
    }
}

impl fmt::Debug for ClientSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ClientSecret(hidden)")
    }
}
