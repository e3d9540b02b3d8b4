//! Who may call, and from where.

use std::sync::Arc;

use super::origin::{Address, AddressError};
use super::sessions::{Nobody, Sessions};
use super::tokens::Tokens;

/// Under which addresses a server is known, and whom it lets in. There is no default for either.
///
/// ```
/// use approvals_http::{Access, AddressError, Tokens};
///
/// let tokens = || "version = 1".parse::<Tokens>();
/// let access = Access::new("https://approvals.example.org", tokens()?)?.also_at("http://localhost:8080")?;
/// # drop(access);
///
/// let error: AddressError = Access::new("http://approvals.example.org", tokens()?).unwrap_err();
/// assert!(error.to_string().ends_with("without TLS it may only be this machine's own, such as `http://localhost:8080`"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Access {
    pub(crate) addresses: Vec<Address>,
    pub(crate) tokens: Tokens,
    pub(crate) sessions: Arc<dyn Sessions>,
    pub(crate) has_reviewers: bool,
}

impl Access {
    /// At this address, for these tokens. Calls whose `Host` is another one are refused.
    pub fn new(address: &str, tokens: Tokens) -> Result<Self, AddressError> {
        let addresses = vec![Address::parse(address)?];
        Ok(Self { addresses, tokens, sessions: Arc::new(Nobody), has_reviewers: false })
    }

    /// At this address as well.
    pub fn also_at(mut self, address: &str) -> Result<Self, AddressError> {
        self.addresses.push(Address::parse(address)?);
        Ok(self)
    }

    /// For the reviewers that these know.
    #[must_use]
    pub fn sessions(self, sessions: impl Sessions + 'static) -> Self {
        Self { sessions: Arc::new(sessions), has_reviewers: true, ..self }
    }
}
