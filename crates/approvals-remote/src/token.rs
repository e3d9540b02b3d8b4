//! What a queue knows its callers by.

use std::fmt;

use reqwest::header::HeaderValue;
use zeroize::Zeroizing;

/// How each of them begins.
const PREFIX: &str = "apr_req_";

/// How many characters come after that.
const REST: usize = 43;

/// A requester's token: by it, a queue knows whose calls these are. It is printed nowhere.
///
/// ```
/// use approvals_remote::Token;
///
/// let token = Token::new("apr_req_0123456789abcdefghijklmnopqrstuvwxyzABCDEFG")?;
/// assert_eq!(format!("{token:?}"), "Token(..)");
///
/// // An auditor's, which a queue would not take either.
/// let refused = Token::new("apr_aud_0123456789abcdefghijklmnopqrstuvwxyzABCDEFG").unwrap_err();
/// assert_eq!(refused.to_string(), "this is no requester's token; it begins with `apr_req_` and has 43 characters after that");
/// # Ok::<(), approvals_remote::NotAToken>(())
/// ```
#[derive(Clone)]
pub struct Token(Zeroizing<String>);

/// Text that is no token of a requester. It quotes nothing: it may be another secret. [`Token`] has an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "this is no requester's token; it begins with `{PREFIX}` and has {REST} characters after that"
)]
#[non_exhaustive]
pub struct NotAToken;

impl Token {
    /// The token of this text.
    pub fn new(text: impl Into<String>) -> Result<Self, NotAToken> {
        let text = Zeroizing::new(text.into());
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        let rest = text.strip_prefix(PREFIX).filter(|rest| rest.len() == REST);
        if rest.is_some_and(|rest| rest.bytes().all(is_plain)) {
            Ok(Self(text))
        } else {
            Err(NotAToken)
        }
    }

    /// What calls carry, which is printed nowhere either.
    pub(crate) fn header(&self) -> Result<HeaderValue, NotAToken> {
        let text = Zeroizing::new(format!("Bearer {}", *self.0));
        let mut value = HeaderValue::from_str(&text).map_err(|_never| NotAToken)?;
        value.set_sensitive(true);
        Ok(value)
    }
}

/// Without what it is.
impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(..)")
    }
}
