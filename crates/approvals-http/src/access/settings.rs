//! Who may call, and from where.

use std::sync::Arc;

use approvals_log::Vkey;
use url::Url;

use super::door::Door;
use super::origin::{Address, AddressError};
use super::sessions::{Nobody, Sessions};
use super::tokens::Tokens;
use crate::passkeys::Passkeys;

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
    pub(crate) door: Option<Door>,
    /// The key of the log, for those who check what they are shown.
    pub(crate) vkey: Option<Vkey>,
}

impl Access {
    /// At this address, for these tokens. Calls whose `Host` is another one are refused.
    pub fn new(address: &str, tokens: Tokens) -> Result<Self, AddressError> {
        let addresses = vec![Address::parse(address)?];
        Ok(Self {
            addresses,
            tokens,
            sessions: Arc::new(Nobody),
            has_reviewers: false,
            door: None,
            vkey: None,
        })
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

    /// The same, with the verifier key of the log, by which browsers check what their page shows.
    #[must_use]
    pub fn vkey(self, vkey: Vkey) -> Self {
        Self { vkey: Some(vkey), ..self }
    }

    /// The same, where people sign in, and sign decisions, with passkeys of this queue's first address: each is enrolled once,
    /// by an invitation ([`Desk::invite`](approvals_core::Desk::invite)) to an account of the channel `web`.
    ///
    /// Passkeys take an address by name with TLS, or `http://localhost`.
    pub fn passkeys(self) -> Result<Self, AddressError> {
        let first = self.addresses.first().map(Address::origin).unwrap_or_default();
        let site = Url::parse(first).ok().and_then(|origin| Passkeys::new(&origin).ok());
        let passkeys = site.ok_or_else(|| {
            AddressError::new(
                first,
                "passkeys take a name with TLS, or `http://localhost` on this machine",
            )
        })?;
        Ok(Self { door: Some(Door::new(passkeys)), has_reviewers: true, ..self })
    }
}
