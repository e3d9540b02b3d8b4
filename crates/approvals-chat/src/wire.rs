//! The connections over which a service is called: to whom the address names and nobody else, bounded in time and size.

use std::error::Error;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue};
use reqwest::{Method, Response};
use rustls::{ClientConfig, RootCertStore};
use url::Url;
use zeroize::Zeroizing;

/// How long a connection may take to be made, so that this is told from an answer that does not come.
const CONNECT_WITHIN: Duration = Duration::from_secs(5);

/// Shorter than anybody's who might close it just when the next message is sent on it.
const KEEP_CONNECTION: Duration = Duration::from_secs(10);

/// The longest answer that is read.
const MAX_ANSWER: usize = 1024 * 1024;

/// Who calls a service. It believes whoever the roots of this system believe, in TLS 1.2 or later; follows no redirect,
/// uses no proxy, and repeats nothing. Clones share their connections.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use std::time::Duration;
///
/// use approvals_chat::{Call, Lost, Wire};
///
/// let wire = Wire::plain("example/1")?; // for a stand-in on this host
/// let call = Call::get("http://127.0.0.1:9/".parse()?).within(Duration::from_secs(1));
/// assert!(matches!(wire.call(call).await, Err(Lost::Unsent(_))), "nobody listens there");
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
pub struct Wire {
    client: reqwest::Client,
    tls: Arc<ClientConfig>,
}

/// Nobody can be called from here. [`Wire`] has an example.
#[derive(Debug, thiserror::Error)]
#[expect(clippy::exhaustive_enums, reason = "each has its own advice")]
pub enum WireError {
    /// No certificate can be believed.
    #[error(
        "this system names no certificate authorities; install its package of them, such as ca-certificates"
    )]
    Roots,
    /// The libraries do not fit together.
    #[error("no client can be made")]
    Client(#[source] Box<dyn Error + Send + Sync>),
}

/// What is asked. What it carries is not printed. [`Wire`] has an example.
#[derive(Clone)]
#[must_use = "it is made by a `Wire`"]
pub struct Call {
    method: Method,
    url: Url,
    bearer: Option<Zeroizing<String>>,
    kind: &'static str,
    body: Vec<u8>,
    within: Duration,
}

impl Call {
    /// Reads what is there.
    pub fn get(url: Url) -> Self {
        Self::new(Method::GET, url)
    }

    /// Hands something in.
    pub fn post(url: Url) -> Self {
        Self::new(Method::POST, url)
    }

    /// Puts something in the place of what is there.
    pub fn put(url: Url) -> Self {
        Self::new(Method::PUT, url)
    }

    fn new(method: Method, url: Url) -> Self {
        let within = Duration::from_secs(10);
        Self { method, url, bearer: None, kind: "", body: Vec::new(), within }
    }

    /// As whoever has this token.
    pub fn bearer(self, token: &str) -> Self {
        Self { bearer: Some(Zeroizing::new(format!("Bearer {token}"))), ..self }
    }

    /// With this body, which is of that content type.
    pub fn with(self, kind: &'static str, body: impl Into<Vec<u8>>) -> Self {
        Self { kind, body: body.into(), ..self }
    }

    /// How long it may take, with its answer: ten seconds unless said otherwise.
    pub fn within(self, within: Duration) -> Self {
        Self { within, ..self }
    }
}

impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call").field("method", &self.method).finish_non_exhaustive()
    }
}

/// A whole answer. What it says is not printed. [`Wire`] has an example.
#[non_exhaustive]
pub struct Answer {
    /// Its status.
    pub status: u16,
    /// Its body, of a megabyte at most.
    pub body: Vec<u8>,
    headers: HeaderMap,
}

impl Answer {
    /// A header, if there is one that can be read.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// Whether its status says that it was done.
    #[must_use]
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer").field("status", &self.status).finish_non_exhaustive()
    }
}

/// A call without a whole answer. No address is told: there may be secrets in it. [`Wire`] has an example.
#[derive(Debug, thiserror::Error)]
#[expect(clippy::exhaustive_enums, reason = "each has its own meaning")]
pub enum Lost {
    /// Nothing was sent.
    #[error("no connection could be made")]
    Unsent(#[source] Box<dyn Error + Send + Sync>),
    /// It may have arrived.
    #[error("no whole answer came in time")]
    Deadline,
    /// It may have arrived.
    #[error("the connection was lost")]
    Cut(#[source] Box<dyn Error + Send + Sync>),
    /// It may have arrived.
    #[error("the answer is longer than a megabyte")]
    TooLong,
}

impl From<reqwest::Error> for Lost {
    /// Whatever is not known to have been lost before it was sent may have arrived.
    fn from(error: reqwest::Error) -> Self {
        let error = error.without_url();
        if error.is_connect() || error.is_builder() {
            Self::Unsent(error.into())
        } else if error.is_timeout() {
            Self::Deadline
        } else {
            Self::Cut(error.into())
        }
    }
}

impl Wire {
    /// Connections to services that prove who they are.
    pub fn encrypted(user_agent: &str) -> Result<Self, WireError> {
        Self::new(user_agent, true)
    }

    /// Connections to what stands in for a service on this host, which nobody can listen to.
    pub fn plain(user_agent: &str) -> Result<Self, WireError> {
        Self::new(user_agent, false)
    }

    fn new(user_agent: &str, has_roots: bool) -> Result<Self, WireError> {
        let tls = tls(has_roots)?;
        let client = reqwest::Client::builder()
            .tls_backend_preconfigured(tls.clone())
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .no_proxy()
            .connect_timeout(CONNECT_WITHIN)
            .pool_idle_timeout(KEEP_CONNECTION)
            .user_agent(user_agent)
            .build()
            .map_err(|error| WireError::Client(error.into()))?;
        Ok(Self { client, tls: Arc::new(tls) })
    }

    /// Whom it believes, for connections of another kind.
    #[must_use]
    pub fn tls(&self) -> Arc<ClientConfig> {
        Arc::clone(&self.tls)
    }

    /// Calls once.
    ///
    /// # Errors
    /// There is no whole answer. Dropping the future leaves open whether it has arrived.
    pub async fn call(&self, call: Call) -> Result<Answer, Lost> {
        let Call { method, url, bearer, kind, body, within } = call;
        let mut request = self.client.request(method, url).timeout(within);
        if let Some(bearer) = bearer {
            let mut value =
                HeaderValue::from_str(&bearer).map_err(|bad| Lost::Unsent(bad.into()))?;
            value.set_sensitive(true);
            request = request.header(AUTHORIZATION, value);
        }
        if !kind.is_empty() {
            request = request.header(CONTENT_TYPE, kind).body(body);
        }
        let response = request.send().await?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Ok(Answer { status, headers, body: whole(response).await? })
    }
}

async fn whole(mut response: Response) -> Result<Vec<u8>, Lost> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        if body.len().saturating_add(chunk.len()) > MAX_ANSWER {
            return Err(Lost::TooLong);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// Whether an address is on this host: what is sent there nobody else can read.
///
/// ```
/// assert!(approvals_chat::is_here(&"http://127.0.0.1:3978/".parse().unwrap()));
/// assert!(!approvals_chat::is_here(&"http://127.0.0.1.example.org/".parse().unwrap()));
/// ```
#[must_use]
pub fn is_here(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

fn tls(has_roots: bool) -> Result<ClientConfig, WireError> {
    let mut roots = RootCertStore::empty();
    if has_roots {
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        if roots.is_empty() {
            return Err(WireError::Roots);
        }
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder =
        ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let builder = builder.map_err(|error| WireError::Client(error.into()))?;
    Ok(builder.with_root_certificates(roots).with_no_client_auth())
}
