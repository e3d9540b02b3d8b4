//! One call: to whom the address names and nobody else, bounded in time and size.

use std::error::Error;
use std::time::Duration;

use approvals_core::IdempotencyKey;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use reqwest::{Method, Response};
use rustls::{ClientConfig, RootCertStore};
use std::sync::Arc;
use url::{Host, Url};

use crate::token::Token;

/// How long a connection may take to be made.
const CONNECT_WITHIN: Duration = Duration::from_secs(5);

/// Shorter than anybody's who might close it just when the next call is sent on it.
const KEEP_CONNECTION: Duration = Duration::from_secs(10);

/// The longest answer that is read: an action's document is in it, of half a megabyte at most, as a string.
const MAX_ANSWER: usize = 2 * 1024 * 1024;

const JSON: &str = "application/json";
const PROBLEM: &str = "application/problem+json";

/// Connections to one queue.
#[derive(Clone, Debug)]
pub(crate) struct Wire {
    client: reqwest::Client,
    base: Url,
    token: HeaderValue,
}

/// What is asked.
#[derive(Debug)]
pub(crate) struct Call<'a> {
    pub(crate) method: Method,
    pub(crate) path: &'a str,
    pub(crate) key: Option<&'a IdempotencyKey>,
    pub(crate) body: Option<Vec<u8>>,
    /// How long it may take, with its answer.
    pub(crate) within: Duration,
}

/// What a queue has answered.
#[derive(Debug)]
pub(crate) enum Answer {
    Done(Vec<u8>),
    Problem(Vec<u8>),
}

/// A call without an answer of a queue. Unless nothing was sent, it may have arrived.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Lost {
    #[error("no whole answer came in time")]
    Deadline,
    #[error("the connection was lost, or none could be made")]
    Cut(#[source] reqwest::Error),
    #[error("the answer is longer than two megabytes")]
    TooLong,
    #[error("something that is no queue has answered, with status {0}")]
    NoQueue(u16),
}

impl Lost {
    /// Whether it is likely to be found again in a moment.
    pub(crate) fn is_brief(&self) -> bool {
        match self {
            Self::Cut(_) => true,
            Self::NoQueue(status) => matches!(status, 502..=504),
            Self::Deadline | Self::TooLong => false,
        }
    }
}

impl From<reqwest::Error> for Lost {
    fn from(error: reqwest::Error) -> Self {
        // The address is the operator's to know.
        let error = error.without_url();
        if error.is_timeout() && !error.is_connect() { Self::Deadline } else { Self::Cut(error) }
    }
}

impl Wire {
    pub(crate) fn new(base: Url, token: &Token) -> Result<Self, Box<dyn Error + Send + Sync>> {
        let client = reqwest::Client::builder()
            .tls_backend_preconfigured(tls(base.scheme() == "https")?)
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .no_proxy()
            .connect_timeout(CONNECT_WITHIN)
            .pool_idle_timeout(KEEP_CONNECTION)
            .user_agent(concat!("approvals-remote/", env!("CARGO_PKG_VERSION")))
            .build()?;
        Ok(Self { client, base, token: token.header()? })
    }

    /// Calls once.
    pub(crate) async fn call(&self, call: &Call<'_>) -> Result<Answer, Lost> {
        let Call { method, path, key, body, within } = call;
        let address = format!("{}{path}", self.base);
        let mut request = self.client.request(method.clone(), address).timeout(*within);
        request = request.header(AUTHORIZATION, self.token.clone());
        if let Some(key) = key {
            request = request.header("idempotency-key", key.as_str());
        }
        if let Some(body) = body {
            request = request.header(CONTENT_TYPE, JSON).body(body.clone());
        }
        let response = request.send().await?;
        let status = response.status();
        let kind = response.headers().get(CONTENT_TYPE).map(HeaderValue::as_bytes);
        if status.is_success() && kind == Some(JSON.as_bytes()) {
            whole(response).await.map(Answer::Done)
        } else if !status.is_success() && kind == Some(PROBLEM.as_bytes()) {
            whole(response).await.map(Answer::Problem)
        } else {
            Err(Lost::NoQueue(status.as_u16()))
        }
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
pub(crate) fn is_here(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// Whoever the roots of this system believe, in TLS 1.2 or later.
fn tls(has_roots: bool) -> Result<ClientConfig, Box<dyn Error + Send + Sync>> {
    let mut roots = RootCertStore::empty();
    if has_roots {
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        if roots.is_empty() {
            return Err("this system names no certificate authorities; install its package of them, such as ca-certificates".into());
        }
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder =
        ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    Ok(builder.with_root_certificates(roots).with_no_client_auth())
}
