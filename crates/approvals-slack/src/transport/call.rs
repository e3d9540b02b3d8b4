//! One call of the Web API, from the arguments to an answer that says `ok`, or to what to make of it.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue, RETRY_AFTER};
use reqwest::{Response, StatusCode, Url};
use rustls::{ClientConfig, RootCertStore};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use zeroize::Zeroizing;

use crate::id::ChannelId;
use crate::transport::fault::{Code, Meaning, SetUpError, Unsure, WebError};
use crate::transport::pace::{NotYet, Pace, rest_of};

/// Where Slack's Web API is.
pub(crate) const SLACK: &str = "https://slack.com/api/";

/// How long one call may take.
const DEADLINE: Duration = Duration::from_secs(10);

/// How long a connection may take to be made, so that this is told from an answer that does not come.
const CONNECT_WITHIN: Duration = Duration::from_secs(5);

/// Shorter than anybody's who might close it just when the next message is sent on it.
const KEEP_CONNECTION: Duration = Duration::from_secs(10);

/// The longest answer that is read.
const MAX_ANSWER: usize = 1024 * 1024;

/// Who calls: the connections, the pace, and nobody's token.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    client: reqwest::Client,
    base: Url,
    tls: Arc<ClientConfig>,
    pub(crate) pace: Pace,
    pub(crate) deadline: Duration,
    pub(crate) patience: Duration,
}

/// What is asked. Methods that only read do not understand JSON, and messages are not printed: buttons are in them.
pub(crate) enum Arguments {
    Form(Vec<(&'static str, String)>),
    Json(Value),
}

impl fmt::Debug for Arguments {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Form(fields) => f.debug_tuple("Form").field(fields).finish(),
            Self::Json(_hidden) => f.write_str("Json(hidden)"),
        }
    }
}

/// What Slack says when it has done what was asked.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) method: &'static str,
    headers: HeaderMap,
    body: Vec<u8>,
}

/// What each answer has.
#[derive(Deserialize)]
struct Head {
    ok: bool,
    error: Option<String>,
    needed: Option<String>,
}

impl Caller {
    pub(crate) fn new(base: &str) -> Result<Self, SetUpError> {
        let mut base: Url = base.parse().map_err(|_malformed| SetUpError::Address)?;
        if !base.path().ends_with('/') {
            base.set_path(&format!("{}/", base.path()));
        }
        let is_readable_by_others = base.scheme() != "https" && !is_here(&base, "http");
        if is_readable_by_others || !base.username().is_empty() || base.password().is_some() {
            return Err(SetUpError::Address);
        }
        let tls = tls(base.scheme() == "https")?;
        let client = reqwest::Client::builder()
            .tls_backend_preconfigured(tls.clone())
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .no_proxy()
            .connect_timeout(CONNECT_WITHIN)
            .pool_idle_timeout(KEEP_CONNECTION)
            .user_agent(concat!("approvals-slack/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|error| SetUpError::Client(error.into()))?;
        let pace = Pace::default();
        Ok(Self { client, base, tls: Arc::new(tls), pace, deadline: DEADLINE, patience: DEADLINE })
    }

    /// Whether it is a stand-in for Slack on this host, which is called without encryption.
    pub(crate) fn is_stand_in(&self) -> bool {
        self.base.scheme() == "http"
    }

    pub(crate) fn tls(&self) -> Arc<ClientConfig> {
        Arc::clone(&self.tls)
    }

    /// Calls once. `posts_in` is the channel in which it puts a message.
    pub(crate) async fn call(
        &self,
        token: &str,
        method: &'static str,
        arguments: Arguments,
        posts_in: Option<&ChannelId>,
    ) -> Result<Answer, WebError> {
        self.pace
            .turn(method, posts_in, self.patience)
            .await
            .map_err(|NotYet(after)| WebError::Later { method, after })?;
        let sent = self.request(token, method, arguments)?.send().await;
        let response = sent.map_err(|error| lost(method, error))?;
        let (status, headers) = (response.status(), response.headers().clone());
        let retry_after = headers.get(RETRY_AFTER).and_then(|value| value.to_str().ok());
        if status == StatusCode::TOO_MANY_REQUESTS {
            return Err(self.rest(method, rest_of(retry_after)));
        }
        if !status.is_success() {
            return Err(unsure(method, Unsure::Status(status.as_u16())));
        }
        let body = body(method, response).await?;
        match judged(method, &body, retry_after) {
            Ok(()) => Ok(Answer { method, headers, body }),
            Err(WebError::Later { after, .. }) => Err(self.rest(method, after)),
            Err(error) => Err(error),
        }
    }

    fn rest(&self, method: &'static str, after: Duration) -> WebError {
        self.pace.rest(method, after);
        WebError::Later { method, after }
    }

    fn request(
        &self,
        token: &str,
        method: &'static str,
        arguments: Arguments,
    ) -> Result<reqwest::RequestBuilder, WebError> {
        let broken = |why| unsure(method, Unsure::Unreadable(why));
        let url = self.base.join(method).map_err(|_malformed| broken("there is no such method"))?;
        let bearer = Zeroizing::new(format!("Bearer {token}"));
        let mut bearer = HeaderValue::from_str(&bearer).map_err(|_bad| broken("the token"))?;
        bearer.set_sensitive(true);
        let (kind, body) = match arguments {
            Arguments::Form(fields) => ("application/x-www-form-urlencoded", form(&fields)),
            Arguments::Json(value) => ("application/json; charset=utf-8", value.to_string()),
        };
        let request = self.client.post(url).timeout(self.deadline);
        Ok(request.header(AUTHORIZATION, bearer).header(CONTENT_TYPE, kind).body(body))
    }
}

impl Answer {
    /// The answer as what the method answers with.
    pub(crate) fn into<T: DeserializeOwned>(self, what: &'static str) -> Result<T, WebError> {
        read(self.method, &self.body, what)
    }

    /// What the token may do.
    pub(crate) fn scopes(&self) -> Vec<String> {
        let scopes = self.headers.get("x-oauth-scopes").and_then(|value| value.to_str().ok());
        let scopes = scopes.unwrap_or_default().split(',').map(str::trim);
        scopes.filter(|scope| !scope.is_empty()).map(|scope| Code::new(scope).to_string()).collect()
    }
}

/// Whether the address is on this host, and of that scheme.
pub(crate) fn is_here(url: &Url, scheme: &str) -> bool {
    let is_loopback = match url.host_str() {
        Some("localhost" | "[::1]") => true,
        Some(host) => host.parse::<std::net::Ipv4Addr>().is_ok_and(|host| host.is_loopback()),
        None => false,
    };
    url.scheme() == scheme && is_loopback
}

pub(crate) fn unsure(method: &'static str, why: Unsure) -> WebError {
    WebError::Unsure { method, why }
}

/// Whatever is not known to have been lost before it was sent may have arrived.
fn lost(method: &'static str, error: reqwest::Error) -> WebError {
    let error = error.without_url();
    if error.is_connect() || error.is_builder() {
        WebError::Unsent { method, source: error }
    } else if error.is_timeout() {
        unsure(method, Unsure::Deadline)
    } else {
        unsure(method, Unsure::Lost(error))
    }
}

async fn body(method: &'static str, mut response: Response) -> Result<Vec<u8>, WebError> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| lost(method, error))? {
        if body.len().saturating_add(chunk.len()) > MAX_ANSWER {
            return Err(unsure(method, Unsure::TooLong));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// What an answer means. Only one that says yes, and nothing else, is a yes.
fn judged(method: &'static str, body: &[u8], retry_after: Option<&str>) -> Result<(), WebError> {
    let head: Head = read(method, body, "it is no JSON object with `ok`")?;
    let code = match (head.ok, head.error) {
        (true, None) => return Ok(()),
        (false, Some(code)) => Code::new(&code),
        (true, Some(_)) | (false, None) => {
            return Err(unsure(method, Unsure::Unreadable("it says neither yes nor no")));
        }
    };
    Err(match code.meaning() {
        Meaning::Fatal => {
            WebError::Fatal { method, code, needed: head.needed.as_deref().map(Code::new) }
        }
        Meaning::Refused => WebError::Refused { method, code },
        Meaning::Later => WebError::Later { method, after: rest_of(retry_after) },
        Meaning::Unsure => unsure(method, Unsure::Failed(code)),
    })
}

/// What the parser says is not passed on, since it quotes what it has read.
fn read<T: DeserializeOwned>(
    method: &'static str,
    body: &[u8],
    what: &'static str,
) -> Result<T, WebError> {
    serde_json::from_slice(body).map_err(|_quotes| unsure(method, Unsure::Unreadable(what)))
}

/// The arguments of methods that only read: ids and the like.
fn form(fields: &[(&'static str, String)]) -> String {
    let pair = |(name, value): &(&str, String)| {
        debug_assert!(value.bytes().all(|b| b.is_ascii_alphanumeric()), "it would need escaping");
        format!("{name}={value}")
    };
    fields.iter().map(pair).collect::<Vec<_>>().join("&")
}

/// Whom we believe to be Slack: whoever the roots of this system say is, in TLS 1.2 or later.
fn tls(has_roots: bool) -> Result<ClientConfig, SetUpError> {
    let mut roots = RootCertStore::empty();
    if has_roots {
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        if roots.is_empty() {
            return Err(SetUpError::Roots);
        }
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder =
        ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let builder = builder.map_err(|error| SetUpError::Client(error.into()))?;
    Ok(builder.with_root_certificates(roots).with_no_client_auth())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn judge(body: &str) -> Result<(), WebError> {
        judged("api.test", body.as_bytes(), None)
    }

    fn anything() -> impl Strategy<Value = Value> {
        prop_oneof![
            any::<bool>().prop_map(Value::from),
            Just(Value::Null),
            any::<i8>().prop_map(Value::from),
            "[a-z_]{0,20}|.{0,90}".prop_map(Value::from),
            Just(json!({})),
            Just(json!([])),
        ]
    }

    #[test]
    fn what_is_sent_is_not_printed() {
        let sent = Arguments::Json(json!({"blocks": [{"value": "CANARY"}]}));
        assert!(!format!("{sent:?}").contains("CANARY"), "{sent:?}");
    }

    proptest! {
        #[test]
        fn only_an_answer_that_says_yes_is_one(ok in anything(), error in anything(), noise in any::<String>()) {
            let body = json!({ "ok": ok, "error": error }).to_string();
            let is_yes = ok == json!(true) && error == Value::Null;
            prop_assert_eq!(judge(&body).is_ok(), is_yes, "{}", body);
            let cut = body.chars().count().saturating_sub(1);
            prop_assert!(judge(&body.chars().take(cut).collect::<String>()).is_err());
            prop_assert!(judge(&[body.as_str(), &body].concat()).is_err());
            prop_assert!(judge(&noise).is_err());
        }

        #[test]
        fn what_an_error_quotes_is_short_and_plain(code in any::<String>(), needed in any::<String>()) {
            let body = json!({ "ok": false, "error": code, "needed": needed }).to_string();
            let text = judge(&body).unwrap_err().to_string();
            prop_assert!(text.is_ascii() && text.len() < 300, "{}", text);
        }
    }
}
