//! One call of the Web API, from the arguments to an answer that says `ok`, or to what to make of it.

use std::fmt;
use std::time::Duration;

use approvals_chat::{Call, Limit, Lost, NotYet, Pace, Wire, is_here, rest_of};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio_tungstenite::Connector;
use url::Url;

use crate::id::ChannelId;
use crate::transport::fault::{Code, Meaning, SetUpError, Unsure, WebError};

/// Where Slack's Web API is.
pub(crate) const SLACK: &str = "https://slack.com/api/";

/// The least time between two messages in one channel: as Slack wants it.
pub(crate) const BETWEEN_POSTS: Duration = Duration::from_secs(1);

/// How long one call may take.
const DEADLINE: Duration = Duration::from_secs(10);

const AGENT: &str = concat!("approvals-slack/", env!("CARGO_PKG_VERSION"));

/// What Slack counts: calls of each method, and messages in each channel.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Counted {
    Method(&'static str),
    PostsIn(ChannelId),
}

/// Who calls: the connections, the pace, and nobody's token.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    wire: Wire,
    base: Url,
    pub(crate) pace: Pace<Counted>,
    pub(crate) between_posts: Duration,
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
    answer: approvals_chat::Answer,
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
        let is_readable_by_others =
            base.scheme() != "https" && !(base.scheme() == "http" && is_here(&base));
        if is_readable_by_others || !base.username().is_empty() || base.password().is_some() {
            return Err(SetUpError::Address);
        }
        let encrypted = base.scheme() == "https";
        let wire = if encrypted { Wire::encrypted(AGENT) } else { Wire::plain(AGENT) };
        let (wire, pace) = (wire.map_err(SetUpError::from)?, Pace::default());
        let (between_posts, deadline, patience) = (BETWEEN_POSTS, DEADLINE, DEADLINE);
        Ok(Self { wire, base, pace, between_posts, deadline, patience })
    }

    /// Whether it is a stand-in for Slack on this host, which is called without encryption.
    pub(crate) fn is_stand_in(&self) -> bool {
        self.base.scheme() == "http"
    }

    pub(crate) fn connector(&self) -> Connector {
        Connector::Rustls(self.wire.tls())
    }

    /// Calls once. `posts_in` is the channel in which it puts a message.
    pub(crate) async fn call(
        &self,
        token: &str,
        method: &'static str,
        arguments: Arguments,
        posts_in: Option<&ChannelId>,
    ) -> Result<Answer, WebError> {
        let spaced = [Limit { most: 1, within: self.between_posts }];
        let mut counted = vec![(Counted::Method(method), [].as_slice())];
        counted.extend(posts_in.map(|id| (Counted::PostsIn(id.clone()), spaced.as_slice())));
        let turn = self.pace.turn(&counted, self.patience).await;
        turn.map_err(|NotYet(after)| WebError::Later { method, after })?;
        let sent = self.wire.call(self.request(token, method, arguments)?).await;
        let answer = sent.map_err(|error| lost(method, error))?;
        let retry_after = answer.header("retry-after");
        if answer.status == 429 {
            return Err(self.rest(method, rest_of(retry_after)));
        }
        if !answer.is_success() {
            return Err(unsure(method, Unsure::Status(answer.status)));
        }
        match judged(method, &answer.body, retry_after) {
            Ok(()) => Ok(Answer { method, answer }),
            Err(WebError::Later { after, .. }) => Err(self.rest(method, after)),
            Err(error) => Err(error),
        }
    }

    fn rest(&self, method: &'static str, after: Duration) -> WebError {
        self.pace.rest(&Counted::Method(method), after);
        WebError::Later { method, after }
    }

    fn request(
        &self,
        token: &str,
        method: &'static str,
        arguments: Arguments,
    ) -> Result<Call, WebError> {
        let url = self
            .base
            .join(method)
            .map_err(|_malformed| unsure(method, Unsure::Unreadable("there is no such method")))?;
        let (kind, body) = match arguments {
            Arguments::Form(fields) => ("application/x-www-form-urlencoded", form(&fields)),
            Arguments::Json(value) => ("application/json; charset=utf-8", value.to_string()),
        };
        Ok(Call::post(url).bearer(token).with(kind, body).within(self.deadline))
    }
}

impl Answer {
    /// The answer as what the method answers with.
    pub(crate) fn into<T: DeserializeOwned>(self, what: &'static str) -> Result<T, WebError> {
        read(self.method, &self.answer.body, what)
    }

    /// What the token may do.
    pub(crate) fn scopes(&self) -> Vec<String> {
        let scopes = self.answer.header("x-oauth-scopes");
        let scopes = scopes.unwrap_or_default().split(',').map(str::trim);
        scopes.filter(|scope| !scope.is_empty()).map(|scope| Code::new(scope).to_string()).collect()
    }
}

pub(crate) fn unsure(method: &'static str, why: Unsure) -> WebError {
    WebError::Unsure { method, why }
}

fn lost(method: &'static str, lost: Lost) -> WebError {
    match lost {
        Lost::Unsent(source) => WebError::Unsent { method, source },
        Lost::Deadline => unsure(method, Unsure::Deadline),
        Lost::Cut(cause) => unsure(method, Unsure::Lost(cause)),
        Lost::TooLong => unsure(method, Unsure::TooLong),
    }
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
