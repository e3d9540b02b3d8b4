//! Who a reviewer is: what keeps their sessions says so.

use std::fmt;

use approvals_core::{ChannelIdentity, Digest};
use async_trait::async_trait;
use zeroize::Zeroizing;

/// The name of the cookie in which a reviewer's browser keeps the secret of its session. Browsers take a cookie of such a
/// name from no other host, and over nothing but TLS.
///
/// ```
/// assert!(approvals_http::SESSION_COOKIE.starts_with("__Host-"));
/// ```
pub const SESSION_COOKIE: &str = "__Host-approvals-session";

/// Knows reviewers by what their browser or program shows.
///
/// Whoever implements it verifies: what it returns is believed. It is asked about whatever anybody sends.
///
/// ```
/// use approvals_core::ChannelIdentity;
/// use approvals_http::{Session, SessionError, Sessions};
/// use async_trait::async_trait;
///
/// /// One session, for a test.
/// #[derive(Debug)]
/// struct One { secret: &'static str, session: Session }
///
/// #[async_trait]
/// impl Sessions for One {
///     async fn of_cookie(&self, secret: &str) -> Result<Option<Session>, SessionError> {
///         Ok((secret == self.secret).then(|| self.session.clone()))
///     }
///     async fn of_bearer(&self, _token: &str) -> Result<Option<Session>, SessionError> {
///         Ok(None)
///     }
/// }
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let session = Session::new(ChannelIdentity::new("web", "mira")?).with_csrf("not for other sites");
/// assert!(!format!("{session:?}").contains("not for other sites"));
/// let sessions = One { secret: "shown once", session };
/// assert!(sessions.of_cookie("shown once").await?.is_some());
/// # Ok(()) }
/// ```
#[async_trait]
pub trait Sessions: fmt::Debug + Send + Sync {
    /// Whose session has this secret, which a browser has sent in the cookie [`SESSION_COOKIE`].
    async fn of_cookie(&self, secret: &str) -> Result<Option<Session>, SessionError>;

    /// Whose this bearer token is.
    async fn of_bearer(&self, token: &str) -> Result<Option<Session>, SessionError>;
}

/// Sessions that cannot be looked up now. Nobody is let in meanwhile.
///
/// ```
/// let error = approvals_http::SessionError::new("no route to host");
/// assert_eq!(error.to_string(), "sessions cannot be looked up now");
/// ```
#[derive(Debug, thiserror::Error)]
#[error("sessions cannot be looked up now")]
pub struct SessionError(#[source] Box<dyn std::error::Error + Send + Sync>);

impl SessionError {
    /// An error with this cause.
    pub fn new(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self(cause.into())
    }
}

/// A reviewer whose credential has been verified. [`Sessions`] has an example.
#[derive(Clone)]
pub struct Session {
    identity: ChannelIdentity,
    csrf: Option<Zeroizing<String>>,
}

impl Session {
    /// A session of this identity.
    #[must_use]
    pub fn new(identity: ChannelIdentity) -> Self {
        Self { identity, csrf: None }
    }

    /// With what the pages of this session send back (`X-CSRF-Token`) whenever they change something. In a session
    /// that is known by a cookie nothing can be changed without.
    #[must_use]
    pub fn with_csrf(self, token: impl Into<String>) -> Self {
        Self { csrf: Some(Zeroizing::new(token.into())), ..self }
    }

    /// Who it is.
    #[must_use]
    pub fn identity(&self) -> &ChannelIdentity {
        &self.identity
    }

    /// Whether this is what the pages of this session send back. How long it takes says nothing.
    /// What forms of its pages carry.
    pub(crate) fn csrf(&self) -> &str {
        self.csrf.as_ref().map_or("", |token| token.as_str())
    }

    pub(crate) fn has_csrf(&self, sent: &[u8]) -> bool {
        let digest = |text: &[u8]| Digest::of("csrf", text);
        self.csrf.as_ref().is_some_and(|own| digest(own.as_bytes()) == digest(sent))
    }
}

/// Without its secret.
impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session").field("identity", &self.identity).finish_non_exhaustive()
    }
}

/// No reviewers at all.
#[derive(Debug)]
pub(crate) struct Nobody;

#[async_trait]
impl Sessions for Nobody {
    async fn of_cookie(&self, _secret: &str) -> Result<Option<Session>, SessionError> {
        Ok(None)
    }

    async fn of_bearer(&self, _token: &str) -> Result<Option<Session>, SessionError> {
        Ok(None)
    }
}
