//! What proves to Microsoft who we are. Cannot be printed; leaves memory when dropped.

use std::fmt;
use std::str::FromStr;

use approvals_chat::is_here;
use url::Url;
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

/// The address of a webhook of Workflows: whoever knows it can post there. Cannot be printed.
///
/// ```
/// use approvals_teams::WorkflowUrl;
///
/// let open_to_all = "https://prod-1.westeurope.logic.azure.com/workflows/a1/triggers/manual/paths/invoke";
/// let error = open_to_all.parse::<WorkflowUrl>().unwrap_err();
/// assert!(error.to_string().contains("`sig`"), "{error}");
/// ```
#[derive(Clone)]
pub struct WorkflowUrl(Url);

/// What is no address of a webhook. Says nothing of what was in it. [`WorkflowUrl`] has an example.
#[derive(Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "this is not the address of a webhook of Workflows (`https://….logic.azure.com/…` or `https://….api.powerplatform.com/…`, with its `sig`); copy it whole from the flow"
)]
#[non_exhaustive]
pub struct WorkflowUrlError;

/// What `?` in a `main` prints.
impl fmt::Debug for WorkflowUrlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Where flows are.
const FLOWS: [&str; 2] = [".logic.azure.com", ".api.powerplatform.com"];

/// The longest address.
const MAX_URL: usize = 2000;

impl WorkflowUrl {
    pub(crate) fn expose(&self) -> &Url {
        &self.0
    }

    /// Whether it is on this host, as in tests: nobody listens to what is sent there.
    pub(crate) fn is_here(&self) -> bool {
        self.0.scheme() == "http"
    }
}

impl FromStr for WorkflowUrl {
    type Err = WorkflowUrlError;

    fn from_str(text: &str) -> Result<Self, WorkflowUrlError> {
        let url: Url =
            text.parse().ok().filter(|_url| text.len() <= MAX_URL).ok_or(WorkflowUrlError)?;
        let is_flow = url.scheme() == "https"
            && url.port().is_none()
            && url.domain().is_some_and(|host| FLOWS.iter().any(|end| host.ends_with(end)));
        let is_stand_in = url.scheme() == "http" && is_here(&url);
        let is_plain = url.username().is_empty() && url.password().is_none();
        let is_signed = url.query_pairs().any(|(name, value)| name == "sig" && !value.is_empty());
        let is_ours = (is_flow || is_stand_in) && is_plain && is_signed;
        is_ours.then_some(Self(url)).ok_or(WorkflowUrlError)
    }
}

impl fmt::Debug for WorkflowUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WorkflowUrl(hidden)")
    }
}
