//! A queue behind an address.

use std::error::Error;
use std::time::Duration;

use approvals_core::{
    Consumed, Denied, DescribeError, Described, IdempotencyKey, Notes, Queue, RequestId, SessionId,
    Ticket, Told, TraceParent,
};
use async_trait::async_trait;
use reqwest::Method;
use serde::Serialize;
use tokio::time::sleep;
use url::Url;

use crate::problem::{AWAY, Problem};
use crate::standing::Asked;
use crate::token::Token;
use crate::wire::{Answer, Call, Wire, is_here};

/// How long a call may take, with its answer.
const WITHIN: Duration = Duration::from_secs(30);

/// For how many seconds a queue is asked to wait for a decision. What is between keeps quiet connections for longer.
const WAIT: u64 = 25;

/// How often a call is made whose connection is lost, and how long it pauses before the second time; after that, twice as
/// long each time.
const TRIES: u32 = 3;
const PAUSE: Duration = Duration::from_millis(200);

/// An internal queue, reached over HTTP: for a [`RemoteGate`](approvals_core::RemoteGate). Clones share their connections.
/// The [crate](crate) has an example.
///
/// It believes whoever the roots of this system believe, in TLS 1.2 or later, and goes without TLS to this host alone;
/// follows no redirect, uses no proxy, and reads no more than two megabytes. A call whose connection is lost is made again,
/// three times in all: each one has a key, or changes nothing, or says what it has said before.
///
/// ```
/// use approvals_remote::{HttpQueue, HttpQueueError, Token};
///
/// let token = Token::new("apr_req_0123456789abcdefghijklmnopqrstuvwxyzABCDEFG")?;
/// let queue = HttpQueue::new("http://localhost:8080", &token)?;
/// assert!(!format!("{queue:?}").contains("0123456789"));
///
/// let refused: HttpQueueError = HttpQueue::new("http://approvals.example.org", &token).unwrap_err();
/// assert!(refused.to_string().ends_with("without TLS it may only be this machine's own, such as `http://localhost:8080`"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct HttpQueue {
    wire: Wire,
}

/// A queue that cannot be called. [`HttpQueue`] has an example.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HttpQueueError {
    /// That is no address of a queue. It is not quoted: there may be a password in it.
    #[error("this is no address of a queue: {why}")]
    Address {
        /// What is wrong with it.
        why: &'static str,
    },
    /// No client can be made here.
    #[error("no queue can be called from here")]
    Client(#[source] Box<dyn Error + Send + Sync>),
}

impl HttpQueue {
    /// The queue at this address, called with this token. Nothing is sent yet.
    pub fn new(address: &str, token: &Token) -> Result<Self, HttpQueueError> {
        let base = base(address).map_err(|why| HttpQueueError::Address { why })?;
        let wire = Wire::new(base, token).map_err(HttpQueueError::Client)?;
        Ok(Self { wire })
    }

    /// Calls, and again if the connection is lost.
    async fn call(&self, call: Call<'_>, about: Option<RequestId>) -> Result<Vec<u8>, Denied> {
        let mut pause = PAUSE;
        for left in (0..TRIES).rev() {
            match self.wire.call(&call).await {
                Ok(Answer::Done(body)) => return Ok(body),
                Ok(Answer::Problem(body)) => {
                    let problem = Problem::parse(&body).ok_or(AWAY)?;
                    if left == 0 || !problem.is_brief() {
                        return Err(problem.denied(about));
                    }
                }
                Err(lost) => {
                    let error = &lost as &dyn Error;
                    tracing::warn!(error, path = call.path, left, "a queue has not answered");
                    if left == 0 || !lost.is_brief() {
                        return Err(AWAY);
                    }
                }
            }
            sleep(pause).await;
            pause = pause.saturating_mul(2);
        }
        Err(AWAY)
    }

    async fn post(
        &self,
        request: RequestId,
        what: &str,
        key: Option<&IdempotencyKey>,
        body: Option<Vec<u8>>,
    ) -> Result<Vec<u8>, Denied> {
        let path = &format!("v1/requests/{request}/{what}");
        let call = Call { method: Method::POST, path, key, body, within: WITHIN };
        self.call(call, Some(request)).await
    }
}

/// The address of a queue, up to its last slash.
fn base(address: &str) -> Result<Url, &'static str> {
    let mut url: Url =
        address.parse().map_err(|_other| "write it like `https://approvals.example.org`")?;
    match url.scheme() {
        "https" => {}
        "http" if is_here(&url) => {}
        "http" => {
            return Err(
                "without TLS it may only be this machine's own, such as `http://localhost:8080`",
            );
        }
        _other => return Err("it begins with `https://`"),
    }
    let has_more = url.query().is_some()
        || url.fragment().is_some()
        || !url.username().is_empty()
        || url.password().is_some();
    if has_more {
        return Err("it has no name, password, query or fragment in it");
    }
    if !url.path().ends_with('/') {
        let path = format!("{}/", url.path());
        url.set_path(&path);
    }
    Ok(url)
}

/// A call, with what it is part of.
#[derive(Serialize)]
struct Submitted<'a> {
    #[serde(flatten)]
    call: &'a Described,
    #[serde(skip_serializing_if = "Option::is_none")]
    intent: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    session: Option<&'a SessionId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    trace: Option<&'a TraceParent>,
}

#[derive(Serialize)]
struct Finished {
    fence: u64,
    told: Told,
}

fn json(body: &impl Serialize) -> Result<Option<Vec<u8>>, Denied> {
    let unwritable = |_: serde_json::Error| {
        Denied::Invalid(DescribeError::Refused("it cannot be written as JSON".into()))
    };
    serde_json::to_vec(body).map(Some).map_err(unwritable)
}

#[async_trait]
impl Queue for HttpQueue {
    async fn submit(&self, call: &Described, notes: &Notes) -> Result<Ticket, Denied> {
        let key = approvals_core::Action::key(call);
        let key = Some(key.ok_or(Denied::Invalid(DescribeError::NoKey))?);
        let (intent, session) = (notes.intent.as_deref(), notes.session.as_ref());
        let body = json(&Submitted { call, intent, session, trace: notes.trace.as_ref() })?;
        let path = "v1/requests";
        let call = Call { method: Method::POST, path, key, body, within: WITHIN };
        Asked::ticket(&self.call(call, None).await?).ok_or(AWAY)
    }

    async fn until_decided(&self, request: RequestId) -> Result<Ticket, Denied> {
        let path = &format!("v1/requests/{request}?wait={WAIT}&unless=pending");
        let within = WITHIN.saturating_add(Duration::from_secs(WAIT));
        let call = Call { method: Method::GET, path, key: None, body: None, within };
        let ticket = Asked::ticket(&self.call(call, Some(request)).await?);
        ticket.filter(|ticket| ticket.request == request).ok_or(AWAY)
    }

    async fn start(
        &self,
        request: RequestId,
        call: &Described,
        attempt: &IdempotencyKey,
    ) -> Result<Consumed, Denied> {
        let started = self.post(request, "start", Some(attempt), json(call)?).await?;
        // Whatever was answered, it may have been started.
        serde_json::from_slice(&started).map_err(|_other| AWAY)
    }

    async fn finish(&self, request: RequestId, fence: u64, told: Told) -> Result<(), Denied> {
        let body = json(&Finished { fence, told })?;
        self.post(request, "finish", None, body).await.map(drop)
    }

    async fn withdraw(&self, request: RequestId) -> Result<(), Denied> {
        self.post(request, "withdraw", None, None).await.map(drop)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_tls_or_is_this_hosts_and_nothing_secret_in_it() {
        for (good, path) in [
            ("https://approvals.example.org", "/"),
            ("https://example.org/approvals", "/approvals/"),
            ("http://127.0.0.1:8080/", "/"),
            ("http://[::1]:8080", "/"),
            ("http://localhost", "/"),
        ] {
            assert_eq!(base(good).unwrap().path(), path, "{good}");
        }
        for bad in [
            "http://approvals.example.org",
            "http://127.0.0.1.example.org",
            "http://10.0.0.1",
            "http://localhost.example.org",
            "ftp://localhost",
            "approvals.example.org",
            "",
            "https://u:p@example.org",
            "https://example.org?x=1",
            "https://example.org#x",
        ] {
            assert!(base(bad).is_err(), "{bad}");
        }
    }
}
