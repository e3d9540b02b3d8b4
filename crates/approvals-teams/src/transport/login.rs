//! The bot's own token: got from Microsoft Entra with its secret (RFC 6749, section 4.4), and kept as long as it is good.

use std::error::Error;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use approvals_chat::{Call, Lost, Wire, moment, rest_of};
use serde::Deserialize;
use tokio::time::Instant;
use url::Url;
use url::form_urlencoded::Serializer;
use zeroize::Zeroizing;

use crate::id::BotId;
use crate::secret::ClientSecret;
use crate::transport::fault::{Code, Unsure, WebError};

/// For what the token is to be good.
const SCOPE: &str = "https://api.botframework.com/.default";

/// A token is used no more when so little of its time is left: clocks differ, and calls take time.
const MARGIN: Duration = Duration::from_secs(300);

/// No token is kept for longer, whatever is said of it.
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

const WHAT: &str = "the login";

/// Logs in, and remembers that. Clones are the same.
#[derive(Clone, Debug)]
pub(crate) struct Login(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    wire: Wire,
    url: Url,
    bot: BotId,
    secret: ClientSecret,
    known: Mutex<Known>,
    /// Held while somebody logs in, so that others wait for what comes of that.
    turn: tokio::sync::Mutex<()>,
}

/// What has come of logging in.
#[derive(Debug, Default)]
struct Known {
    token: Option<Token>,
    failed: Option<Failed>,
}

/// The last login that failed.
#[derive(Clone, Debug)]
struct Failed {
    at: Instant,
    /// The word of Microsoft Entra, where it has refused it.
    code: Option<Code>,
}

/// What proves to the service who we are. Is not printed.
#[derive(Clone)]
pub(crate) struct Token {
    text: Arc<Zeroizing<String>>,
    good_until: Instant,
}

impl Token {
    pub(crate) fn expose(&self) -> &str {
        &self.text
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(hidden)")
    }
}

#[derive(Deserialize)]
struct Granted {
    token_type: String,
    access_token: String,
    expires_in: u64,
}

#[derive(Deserialize)]
struct NotGranted {
    error: String,
    #[serde(default)]
    error_codes: Vec<u32>,
}

impl Login {
    pub(crate) fn new(wire: Wire, url: Url, bot: BotId, secret: ClientSecret) -> Self {
        let (known, turn) = (Mutex::default(), tokio::sync::Mutex::default());
        Self(Arc::new(Inner { wire, url, bot, secret, known, turn }))
    }

    /// A token that is good now.
    pub(crate) async fn token(&self) -> Result<Token, WebError> {
        if let Some(token) = self.0.good() {
            return Ok(token);
        }
        let (login, since) = (Arc::clone(&self.0), Instant::now());
        // A task of its own: calls are made for callers of the gate, and one that is not polled keeps nobody else out.
        let waiting = tokio::spawn(async move { login.in_turn(since).await });
        waiting.await.unwrap_or_else(|stopped| Err(unreached(stopped)))
    }

    /// The service does not take this one, whatever was said of it.
    pub(crate) fn forget(&self, token: &Token) {
        let mut known = self.0.known();
        if known.token.as_ref().is_some_and(|known| Arc::ptr_eq(&known.text, &token.text)) {
            known.token = None;
        }
    }
}

impl Inner {
    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn good(&self) -> Option<Token> {
        let known = self.known();
        known.token.as_ref().filter(|token| token.good_until > Instant::now()).cloned()
    }

    /// What comes of logging in, or of what somebody else did about that `since` then: those who wait are not to wait one
    /// after the other for a login that does not come.
    async fn in_turn(&self, since: Instant) -> Result<Token, WebError> {
        let _mine = self.turn.lock().await;
        if let Some(token) = self.good() {
            return Ok(token);
        }
        let failed = self.known().failed.clone().filter(|failed| failed.at >= since);
        match failed {
            Some(Failed { code: Some(code), .. }) => return Err(WebError::Login { code }),
            Some(_passing) => return Err(WebError::Later { what: WHAT, after: Duration::ZERO }),
            None => {}
        }
        let done = self.log_in().await;
        let mut known = self.known();
        match &done {
            Ok(token) => known.token = Some(token.clone()),
            Err(error) => {
                let code = if let WebError::Login { code } = error { Some(code) } else { None };
                known.failed = Some(Failed { at: Instant::now(), code: code.cloned() });
            }
        }
        drop(known);
        done
    }

    fn form(&self) -> String {
        let mut form = Serializer::new(String::new());
        form.append_pair("grant_type", "client_credentials")
            .append_pair("client_id", self.bot.as_str())
            .append_pair("client_secret", self.secret.expose())
            .append_pair("scope", SCOPE);
        form.finish()
    }

    async fn log_in(&self) -> Result<Token, WebError> {
        let call = Call::post(self.url.clone());
        let call = call.with("application/x-www-form-urlencoded", self.form());
        let answer = self.wire.call(call).await.map_err(lost)?;
        match answer.status {
            200 => granted(&answer.body),
            429 => {
                Err(WebError::Later { what: WHAT, after: rest_of(answer.header("retry-after")) })
            }
            400..500 => Err(refused(&answer.body).unwrap_or_else(again)),
            _unwell => Err(again()),
        }
    }
}

/// Without a token nothing was asked of the service, whatever has become of the login: nobody is to take a post for one that
/// may be there.
fn lost(lost: Lost) -> WebError {
    match lost {
        Lost::Unsent(source) => WebError::Unsent { what: WHAT, source },
        Lost::Deadline | Lost::Cut(_) | Lost::TooLong => unreached(lost),
    }
}

fn unreached(source: impl Error + Send + Sync + 'static) -> WebError {
    WebError::Unsent { what: WHAT, source: source.into() }
}

/// What the parser says is not passed on, since it quotes what it has read.
fn granted(body: &[u8]) -> Result<Token, WebError> {
    let unreadable = || unreached(Unsure::Unreadable("it is no token"));
    let granted: Granted = serde_json::from_slice(body).map_err(|_quotes| unreadable())?;
    let is_bearer = granted.token_type.eq_ignore_ascii_case("bearer");
    let text = Zeroizing::new(granted.access_token);
    if !is_bearer || text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(unreadable());
    }
    let life = Duration::from_secs(granted.expires_in).min(LONGEST);
    // Of a short life, half.
    let good = life.saturating_sub(MARGIN).max(life.checked_div(2).unwrap_or_default());
    Ok(Token { text: Arc::new(text), good_until: moment(good) })
}

/// A login can be repeated: nothing hangs on whether this one was one.
fn again() -> WebError {
    WebError::Later { what: WHAT, after: Duration::ZERO }
}

/// What Microsoft Entra says where it refuses a login; nothing, if that is somebody else's answer.
fn refused(body: &[u8]) -> Option<WebError> {
    let NotGranted { error, error_codes } = serde_json::from_slice(body).ok()?;
    let code = error_codes.first().map_or(error, |number| format!("AADSTS{number}"));
    Some(WebError::Login { code: Code::new(&code) })
}
